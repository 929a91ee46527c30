#include "repo/hooks_dir.h"

#include "base/text.h"
#include "repo/git.h"
#include <stdlib.h>

static bool is_below(const char *path, const char *folder)
{
	const size_t len = strlen(folder);

	return strncmp(path, folder, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

/* With symlinks and ".." resolved as far as it exists; NULL: out of memory, or
 * nothing of it exists. */
static char *resolve(const char *path)
{
	char *begin = NULL, *real = NULL, *whole = NULL;
	size_t len = strlen(path);

	if (dg_strdup(&begin, path, NULL) < 0)
		return NULL;
	while (len > 0 && !(real = realpath(begin, NULL))) {
		while (len > 0 && begin[--len] != '/')
			;
		begin[len] = '\0';
	}
	if (real && dg_asprintf(&whole, NULL, "%s%s", real, path + len) < 0)
		whole = NULL;
	free(real);
	free(begin);
	return whole;
}

bool dg_repo_in_worktree(const struct dg_repo *repo, const char *path)
{
	char *real = resolve(path);
	const char *at = real ? real : path;
	const bool inside = repo->workdir && is_below(at, repo->workdir) &&
			    !is_below(at, repo->gitdir) &&
			    !is_below(at, repo->commondir);

	free(real);
	return inside;
}

/* Relative to where Git runs hooks: the top of the work tree. */
static int make_absolute(char **out, const struct dg_repo *repo,
			 const char *path, struct dg_error *err)
{
	const char *top = repo->workdir ? repo->workdir : repo->gitdir;

	if (*path == '/')
		return dg_strdup(out, path, err);
	return dg_asprintf(out, err, "%s/%s", top, path);
}

static int configured(struct dg_hooks_dir *out, struct dg_repo *repo,
		      git_config *config, struct dg_error *err)
{
	git_config_entry *entry = NULL;
	git_buf path = {0};
	int rc = git_config_get_path(&path, config, "core.hooksPath");

	if (rc == GIT_ENOTFOUND)
		return DG_ENOTFOUND;
	if (rc == 0)
		rc = git_config_get_entry(&entry, config, "core.hooksPath");
	if (rc < 0)
		rc = dg_git_error(err, rc, "cannot read core.hooksPath");
	else
		rc = make_absolute(&out->path, repo, path.ptr, err);
	if (rc == 0 && entry && entry->level < GIT_CONFIG_LEVEL_LOCAL)
		out->place = DG_HOOKS_SHARED;
	git_config_entry_free(entry);
	git_buf_dispose(&path);
	return rc;
}

int dg_repo_hooks_dir(struct dg_hooks_dir *out, struct dg_repo *repo,
		      struct dg_error *err)
{
	git_config *config = NULL;
	int rc = git_repository_config(&config, repo->git);

	*out = (struct dg_hooks_dir){.path = NULL, .place = DG_HOOKS_OWN};
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read Git's configuration");
	rc = configured(out, repo, config, err);
	git_config_free(config);
	if (rc == DG_ENOTFOUND)
		rc = dg_asprintf(&out->path, err, "%s/hooks", repo->commondir);
	if (rc == 0 && dg_repo_in_worktree(repo, out->path))
		out->place = DG_HOOKS_IN_WORKTREE;
	return rc;
}

void dg_hooks_dir_free(struct dg_hooks_dir *dir)
{
	free(dir->path);
	dir->path = NULL;
}
