#include "repo/git.h"

/* More than two in a row would be a repository that never rests. */
#define ATTEMPTS 3

int dg_index_read(git_index **out, git_repository *git)
{
	int attempt, rc = -1;

	for (attempt = 0; rc < 0 && attempt < ATTEMPTS; attempt++) {
		rc = git_repository_index(out, git);
		if (!rc)
			rc = git_index_read(*out, true);
		if (rc < 0) {
			git_index_free(*out);
			*out = NULL;
		}
	}
	return rc;
}

int dg_index_once(git_index **out, git_repository *git)
{
	int attempt, rc = -1;

	for (attempt = 0; rc < 0 && attempt < ATTEMPTS; attempt++)
		rc = git_repository_index(out, git);
	return rc;
}

int dg_index_open(git_index **out, const char *path)
{
	int attempt, rc = -1;

	for (attempt = 0; rc < 0 && attempt < ATTEMPTS; attempt++)
		rc = git_index_open(out, path);
	return rc;
}
