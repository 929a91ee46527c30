#include "repo/open_check.h"
#include "base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* With symlinks resolved in what exists of it: all, or the folder that it
 * stands in. Else a copy. */
static int resolve(char **out, const char *path, struct dg_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *folder = NULL, *real;
	int rc;

	*out = realpath(path, NULL);
	if (*out)
		return 0;
	rc = dg_slice_dup(&folder,
			  dg_slice_of(slash ? path : "./",
				      slash ? (size_t)(name - path) : 2),
			  err);
	if (rc < 0)
		return rc;
	real = realpath(folder, NULL);
	rc = real ? dg_asprintf(out, err, "%s/%s", real, name)
		  : dg_strdup(out, path, err);
	free(real);
	free(folder);
	return rc;
}

static int same_place(bool *out, const char *a, const char *b,
		      struct dg_error *err)
{
	char *real_a = NULL, *real_b = NULL;
	int rc = resolve(&real_a, a, err);

	if (!rc)
		rc = resolve(&real_b, b, err);
	*out = !rc && !strcmp(real_a, real_b);
	free(real_a);
	free(real_b);
	return rc;
}

/* other (may be NULL) is a second name of ours. */
static int check_variable(const char *variable, const char *ours,
			  const char *other, struct dg_error *err)
{
	const char *value = getenv(variable);
	bool same = false;
	int rc = 0;

	if (!value || !*value)
		return 0;
	if (ours)
		rc = same_place(&same, value, ours, err);
	if (!rc && !same && other)
		rc = same_place(&same, value, other, err);
	if (rc < 0 || same)
		return rc;
	dg_error_set(err, DG_EREFUSED, "%s is set to '%s', but here is %s%s%s",
		     variable, value, ours ? "'" : "a bare repository",
		     ours ? ours : "", ours ? "'" : "");
	return dg_error_hint(err,
			     "Run `unset %s`, or run ddbgit where it "
			     "leads to",
			     variable);
}

int dg_repo_check_variables(const struct dg_repo *repo, struct dg_error *err)
{
	char *index = NULL, *link = NULL;
	int rc = dg_asprintf(&index, err, "%s/index", repo->gitdir);

	/* A linked work tree has a file of that name. */
	if (!rc && repo->workdir)
		rc = dg_asprintf(&link, err, "%s/.git", repo->workdir);
	if (!rc)
		rc = check_variable("GIT_DIR", repo->gitdir, link, err);
	if (!rc)
		rc = check_variable("GIT_WORK_TREE", repo->workdir, NULL, err);
	if (!rc)
		rc = check_variable("GIT_INDEX_FILE", index, NULL, err);
	free(index);
	free(link);
	return rc;
}

int dg_repo_check_config(const struct dg_repo *repo, struct dg_error *err)
{
	char *path = NULL;
	int fd, reason;
	int rc = dg_asprintf(&path, err, "%s/config", repo->commondir);

	if (rc < 0)
		return rc;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	reason = errno;
	if (fd >= 0) {
		close(fd);
	} else if (reason != ENOENT) {
		rc = dg_error_set(err, DG_EREFUSED,
				  "the repository's configuration '%s' cannot "
				  "be read: %s",
				  path, strerror(reason));
		dg_error_hint(err, "Make it readable: without it a commit "
				   "would have another author");
	}
	free(path);
	return rc;
}
