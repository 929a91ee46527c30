#include "repo/path_state.h"

#include "base/text.h"
#include "repo/git.h"
#include <stdlib.h>

#define ENTRIES_MAX 16

static int note_change(const char *path, unsigned int flags, void *payload)
{
	enum dg_path_state *state = payload;

	(void)path;
	if (flags == GIT_STATUS_CURRENT)
		return 0;
	*state = DG_PATH_CHANGED;
	if (!(flags & GIT_STATUS_CONFLICTED))
		return 0;
	*state = DG_PATH_UNMERGED;
	return GIT_EUSER; /* one is enough */
}

static int make_paths(char **paths, size_t *count, const char *folder,
		      const char *const *owned, struct dg_error *err)
{
	int rc = 0;

	for (; rc == 0 && owned[*count] && *count < ENTRIES_MAX; ++*count)
		rc = dg_asprintf(&paths[*count], err, "%s%s%s", folder,
				 *folder ? "/" : "", owned[*count]);
	return rc;
}

int dg_repo_path_state(enum dg_path_state *out, struct dg_repo *repo,
		       const char *path, const char *const *owned,
		       struct dg_error *err)
{
	char *paths[ENTRIES_MAX] = {NULL};
	size_t count = 0;
	git_status_options options;
	git_index *index = NULL;
	int rc = make_paths(paths, &count, path, owned, err);

	*out = DG_PATH_SAME;
	if (rc == 0) {
		rc = dg_index_once(&index, repo->git);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot read Git's index");
	}
	if (rc == 0) {
		git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
		options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
				GIT_STATUS_OPT_INCLUDE_IGNORED |
				GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH |
				GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
				GIT_STATUS_OPT_RECURSE_IGNORED_DIRS |
				GIT_STATUS_OPT_NO_REFRESH |
				GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
		options.pathspec.strings = paths;
		options.pathspec.count = count;
		rc = git_status_foreach_ext(repo->git, &options, note_change,
					    out);
		if (rc == GIT_EUSER)
			rc = 0;
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot compare '%s'", path);
	}
	git_index_free(index);
	while (count > 0)
		free(paths[--count]);
	return rc;
}
