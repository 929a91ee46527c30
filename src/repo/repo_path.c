#include "base/text.h"
#include "repo/git.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define PATH_LIMIT 4096

static int too_long(const char *directory, struct dg_error *err)
{
	return dg_error_set(err, DG_EUSAGE, "the path '%s' is too long",
			    directory);
}

/* Appends the components of `rest`, with "." and ".." taken as words. */
static int append(char *path, const char *rest, const char *directory,
		  struct dg_error *err)
{
	while (*rest) {
		size_t len = strcspn(rest, "/");
		size_t have = strlen(path);

		if (len == 2 && !strncmp(rest, "..", 2)) {
			char *slash = strrchr(path, '/');

			if (slash)
				*slash = '\0';
		} else if (len && !(len == 1 && *rest == '.')) {
			if (have + 1 + len + 1 > PATH_LIMIT)
				return too_long(directory, err);
			snprintf(path + have, PATH_LIMIT - have, "/%.*s",
				 (int)len, rest);
		}
		rest += len;
		rest += strspn(rest, "/");
	}
	return 0;
}

/*
 * The absolute path without symlinks, as far as it exists; the rest as it is
 * spelled. path takes PATH_LIMIT bytes; "" is the root of the file system.
 */
static int resolve(char *path, const char *directory, struct dg_error *err)
{
	char *copy = NULL, *real = NULL, *cut;
	size_t kept;
	int rc;

	rc = dg_asprintf(&copy, err, "%s", *directory ? directory : ".");
	if (rc < 0)
		return rc;
	kept = strlen(directory);
	while (!(real = realpath(copy, NULL))) {
		if ((errno != ENOENT && errno != ENOTDIR) || !kept) {
			rc = dg_error_errno(err, errno, "cannot resolve '%s'",
					    directory);
			goto done;
		}
		cut = strrchr(copy, '/');
		kept = cut ? (size_t)(cut - copy) : 0;
		if (kept)
			*cut = '\0';
		else
			memcpy(copy, cut ? "/" : ".", 2);
	}
	if (strlen(real) >= PATH_LIMIT) {
		rc = too_long(directory, err);
		goto done;
	}
	snprintf(path, PATH_LIMIT, "%s", strcmp(real, "/") != 0 ? real : "");
	rc = append(path, directory + kept, directory, err);
done:
	free(copy);
	free(real);
	return rc;
}

/* The part of path below root, or NULL if it is not below it. */
static const char *below(const char *path, const char *root)
{
	size_t len = strlen(root);

	if (strncmp(path, root, len) != 0)
		return NULL;
	if (path[len] == '/')
		return path + len + 1;
	return path[len] ? NULL : path + len;
}

static int refuse_gitdir(const char *directory, struct dg_error *err)
{
	dg_error_set(err, DG_EREFUSED, "'%s' is inside Git's own directory",
		     directory);
	return dg_error_hint(err, "Choose an output in the work tree");
}

/*
 * libgit2 refuses more names than ".git" in a tree, those that another file
 * system takes for it ("git~1", ".git."). An index in memory says which.
 */
static int check_names(const char *path, struct dg_error *err)
{
	const git_index_entry entry = {.mode = GIT_FILEMODE_BLOB, .path = path};
	git_index *probe = NULL;
	int rc = git_index_new(&probe);

	if (!rc && *path)
		rc = git_index_add(probe, &entry);
	git_index_free(probe);
	if (rc < 0) {
		dg_error_set(err, DG_EREFUSED, "Git takes no folder '%s'",
			     path);
		return dg_error_hint(err, "Choose another output");
	}
	return 0;
}

/* Control characters would break the message's trailers and our own files. */
static int check_words(const char *path, const char *directory,
		       struct dg_error *err)
{
	const char *p;

	for (p = path; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return dg_error_set(err, DG_EUSAGE,
					    "a path with a control character "
					    "cannot be committed");
	}
	for (p = path; *p;) {
		size_t len = strcspn(p, "/");

		if (len == 4 && !strncasecmp(p, ".git", 4))
			return refuse_gitdir(directory, err);
		p += len;
		p += strspn(p, "/");
	}
	return check_names(path, err);
}

static bool exists(const char *folder, const char *name)
{
	char path[2 * PATH_LIMIT + 64];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !access(path, F_OK);
}

static bool is_repository(const char *folder)
{
	return exists(folder, ".git") ||
	       (exists(folder, "HEAD") && exists(folder, "objects") &&
		exists(folder, "refs"));
}

static bool is_submodule(git_index *index, const char *path)
{
	const git_index_entry *entry;

	entry = index ? git_index_get_bypath(index, path, 0) : NULL;
	return entry && entry->mode == GIT_FILEMODE_COMMIT;
}

static int refuse_nested(const char *directory, const char *what,
			 const char *nested, struct dg_error *err)
{
	dg_error_set(err, DG_EREFUSED, "'%s' is inside %s '%s'", directory,
		     what, nested);
	return dg_error_hint(err, "Run ddbgit in there, or choose an output "
				  "outside of it");
}

/* Looks at each folder from the top of the work tree down to the path. */
static int check_nested(struct dg_repo *repo, const char *path,
			const char *directory, struct dg_error *err)
{
	char relative[PATH_LIMIT], absolute[2 * PATH_LIMIT];
	git_index *index = NULL;
	size_t end = 0;
	int rc = 0;

	/* An index that cannot be read is refused later, in its own words. */
	(void)dg_index_once(&index, repo->git);
	while (!rc && path[end]) {
		end += strspn(path + end, "/");
		end += strcspn(path + end, "/");
		snprintf(relative, sizeof(relative), "%.*s", (int)end, path);
		snprintf(absolute, sizeof(absolute), "%s/%s", repo->workdir,
			 relative);
		if (is_submodule(index, relative))
			rc = refuse_nested(directory, "the submodule", relative,
					   err);
		else if (is_repository(absolute))
			rc = refuse_nested(directory, "another repository,",
					   absolute, err);
	}
	git_index_free(index);
	return rc;
}

static int relative_in_bare(char **out, const char *directory,
			    struct dg_error *err)
{
	char path[PATH_LIMIT] = "";
	int rc;

	if (*directory == '/')
		return dg_error_set(err, DG_EUSAGE,
				    "'%s': in a bare repository the output is "
				    "a path in the tree, without a slash at "
				    "its beginning",
				    directory);
	rc = append(path, directory, directory, err);
	if (!rc)
		rc = check_words(path, directory, err);
	if (!rc)
		rc = dg_asprintf(out, err, "%s", *path ? path + 1 : path);
	return rc;
}

int dg_repo_relative(char **out, struct dg_repo *repo, const char *directory,
		     struct dg_error *err)
{
	char path[PATH_LIMIT];
	const char *inside;
	int rc;

	*out = NULL;
	if (!repo->workdir)
		return relative_in_bare(out, directory, err);
	rc = resolve(path, directory, err);
	if (rc < 0)
		return rc;
	if (below(path, repo->gitdir) || below(path, repo->commondir))
		return refuse_gitdir(directory, err);
	inside = below(path, repo->workdir);
	if (!inside) {
		dg_error_set(err, DG_EUSAGE,
			     "'%s' is outside the work tree '%s'", directory,
			     repo->workdir);
		return dg_error_hint(err, "Only what is in the work tree can "
					  "be committed");
	}
	rc = check_words(inside, directory, err);
	if (!rc)
		rc = check_nested(repo, inside, directory, err);
	if (!rc)
		rc = dg_strdup(out, inside, err);
	return rc;
}
