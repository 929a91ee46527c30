#include "repo/commit_state.h"
#include <stdlib.h>

/* Attributes by which `git add` stores other bytes than the file has. Line
 * ends are harmless: our files have none but LF. */
static const char *const converting[] = {"filter", "ident",
					 "working-tree-encoding"};

static int refuse(const char *path, const char *attribute, const char *value,
		  struct dg_error *err)
{
	if (git_attr_value(value) == GIT_ATTR_VALUE_STRING)
		dg_error_set(err, DG_EREFUSED,
			     "'%s' has the attribute %s=%s, which ddbgit does "
			     "not apply",
			     path, attribute, value);
	else
		dg_error_set(err, DG_EREFUSED,
			     "'%s' has the attribute %s, which ddbgit does "
			     "not apply",
			     path, attribute);
	return dg_error_hint(err,
			     "Dump without --commit and let `git add` filter, "
			     "or exempt the path in .gitattributes");
}

static int look_up(const char **value, struct dg_commit *commit,
		   const char *path, const char *name)
{
	git_attr_options options = {.version = GIT_ATTR_OPTIONS_VERSION};

	options.flags = GIT_ATTR_CHECK_FILE_THEN_INDEX;
	if (!commit->worktree) {
		options.flags = GIT_ATTR_CHECK_INDEX_ONLY;
		if (commit->has_tip) {
			options.flags |= GIT_ATTR_CHECK_INCLUDE_COMMIT;
			options.attr_commit_id = commit->tip;
		}
	}
	return git_attr_get_ext(value, commit->repo->git, &options, path, name);
}

static int check_path(struct dg_commit *commit, const char *path,
		      struct dg_error *err)
{
	const char *value = NULL;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < sizeof(converting) / sizeof(char *); i++) {
		rc = look_up(&value, commit, path, converting[i]);
		if (rc < 0)
			return dg_git_error(err, rc,
					    "cannot read the attributes of "
					    "'%s'",
					    path);
		if (git_attr_value(value) == GIT_ATTR_VALUE_TRUE ||
		    git_attr_value(value) == GIT_ATTR_VALUE_STRING)
			rc = refuse(path, converting[i], value, err);
	}
	return rc;
}

int dg_commit_check_attributes(struct dg_commit *commit, struct dg_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && commit->owned[i]; i++) {
		char *path;

		rc = dg_commit_full_path(&path, commit, commit->owned[i], err);
		if (rc < 0)
			return rc;
		rc = check_path(commit, path, err);
		free(path);
	}
	return rc;
}

int dg_repo_keeps_bytes(bool *out, struct dg_repo *repo, const char *path,
			struct dg_error *err)
{
	const char *value = NULL;
	int rc = git_attr_get(&value, repo->git, GIT_ATTR_CHECK_FILE_THEN_INDEX,
			      path, "text");

	if (rc < 0)
		return dg_git_error(err, rc,
				    "cannot read the attributes of '%s'", path);
	*out = git_attr_value(value) == GIT_ATTR_VALUE_FALSE;
	return 0;
}
