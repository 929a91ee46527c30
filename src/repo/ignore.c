#include "repo/commit_state.h"
#include "repo/git_command.h"
#include <stdio.h>
#include <stdlib.h>

#define CHECK_IGNORE_MAX 65536

/* Where a rule stands, from `git check-ignore -v`. */
struct ignore_rule {
	const char *file;
	const char *line;
	const char *pattern;
};

/* Cuts "file:line:pattern<tab>path" in place. */
static bool split_rule(struct ignore_rule *rule, char *text)
{
	char *tab = strchr(text, '\t');
	char *colon = strchr(text, ':');

	if (tab)
		*tab = '\0';
	for (; tab && colon; colon = strchr(colon + 1, ':')) {
		size_t digits = strspn(colon + 1, "0123456789");

		if (!digits || colon[1 + digits] != ':')
			continue;
		*colon = '\0';
		colon[1 + digits] = '\0';
		rule->file = text;
		rule->line = colon + 1;
		rule->pattern = colon + digits + 2;
		return true;
	}
	return false;
}

static int refuse(const char *path, const struct ignore_rule *rule,
		  struct dg_error *err)
{
	if (!rule) {
		dg_error_set(err, DG_EREFUSED, "Git ignores '%s'", path);
		return dg_error_hint(err, "Comment the pattern out (git "
					  "check-ignore -v names it), or use "
					  "--force to commit anyway");
	}
	dg_error_set(err, DG_EREFUSED, "Git ignores '%s': %s:%s: %s", path,
		     rule->file, rule->line, rule->pattern);
	return dg_error_hint(err,
			     "Comment the pattern '%s' out in %s, line %s, or "
			     "use --force to commit anyway",
			     rule->pattern, rule->file, rule->line);
}

/* Git's own answer, if it is installed: 1 ignored (refused, with the rule),
 * 0 not, or DG_ENOTFOUND. */
static int ask_git(const struct dg_repo *repo, const char *path,
		   struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(CHECK_IGNORE_MAX);
	const char *const arguments[] = {
		"-C", repo->workdir, "check-ignore", "-v", "--", path, NULL};
	struct ignore_rule rule = {0};
	int rc = dg_git_command_run(&text, repo, arguments, err);

	/* With -v it prints rules that begin with '!', too. */
	if (rc == 0 && text.len && split_rule(&rule, text.ptr))
		rc = rule.pattern[0] == '!' ? 0 : refuse(path, &rule, err);
	else if (rc == 1)
		rc = 0;
	else
		rc = DG_ENOTFOUND;
	dg_buf_free(&text);
	return rc;
}

static bool is_tracked(const struct dg_commit *commit, git_index *index,
		       const char *path, const char *name)
{
	char folder[4096];
	size_t at;

	if (git_index_get_bypath(index, path, 0))
		return true;
	if (commit->tip_dir && git_tree_entry_byname(commit->tip_dir, name))
		return true;
	snprintf(folder, sizeof(folder), "%s/", path);
	return !git_index_find_prefix(&at, index, folder);
}

int dg_repo_check_ignored(struct dg_repo *repo, const char *path,
			  struct dg_error *err)
{
	int ignored = 0;
	int rc = ask_git(repo, path, err);

	if (rc != DG_ENOTFOUND)
		return rc;
	dg_error_clear(err);
	rc = git_ignore_path_is_ignored(&ignored, repo->git, path);
	if (rc < 0)
		return dg_git_error(
			err, rc, "cannot tell whether Git ignores '%s'", path);
	return ignored ? refuse(path, NULL, err) : 0;
}

/* Once the snapshot is tracked, ignore rules have no say in what it holds. */
int dg_commit_check_ignored(struct dg_commit *commit, git_index *index,
			    struct dg_error *err)
{
	bool tracked = false;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && !tracked && commit->owned[i]; i++) {
		char *path;

		rc = dg_commit_full_path(&path, commit, commit->owned[i], err);
		if (rc < 0)
			return rc;
		tracked = is_tracked(commit, index, path, commit->owned[i]);
		free(path);
	}
	for (i = 0; !rc && !tracked && commit->owned[i]; i++) {
		char *path;

		rc = dg_commit_full_path(&path, commit, commit->owned[i], err);
		if (!rc)
			rc = dg_repo_check_ignored(commit->repo, path, err);
		free(path);
	}
	return rc;
}
