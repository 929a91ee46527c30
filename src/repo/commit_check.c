#include "base/text.h"
#include "repo/branch.h"
#include "repo/commit_state.h"
#include <stdlib.h>

static const char *name_of_state(int state)
{
	switch (state) {
	case GIT_REPOSITORY_STATE_MERGE:
		return "a merge";
	case GIT_REPOSITORY_STATE_REVERT:
	case GIT_REPOSITORY_STATE_REVERT_SEQUENCE:
		return "a revert";
	case GIT_REPOSITORY_STATE_CHERRYPICK:
	case GIT_REPOSITORY_STATE_CHERRYPICK_SEQUENCE:
		return "a cherry-pick";
	case GIT_REPOSITORY_STATE_BISECT:
		return "a bisection";
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX:
		return "git am";
	default:
		return "a rebase";
	}
}

/* In the middle of those, HEAD or index belong to somebody else's work. */
static int check_state(struct dg_commit *commit, struct dg_error *err)
{
	int state = git_repository_state(commit->repo->git);

	if (state == GIT_REPOSITORY_STATE_NONE)
		return 0;
	dg_error_set(err, DG_EREFUSED, "%s is in progress in '%s'",
		     name_of_state(state), commit->repo->workdir);
	return dg_error_hint(err, "Finish or abort it first (git status tells "
				  "how), or commit elsewhere with "
				  "--branch=NAME");
}

static int refuse_index(const struct dg_error *why, struct dg_error *err)
{
	if (strstr(why->message, "'link'")) {
		dg_error_set(err, DG_EREFUSED,
			     "Git's index is split, which libgit2 cannot "
			     "write");
		return dg_error_hint(err, "git update-index --no-split-index");
	}
	if (strstr(why->message, "'sdir'")) {
		dg_error_set(err, DG_EREFUSED,
			     "Git's index is sparse, which libgit2 cannot "
			     "write");
		return dg_error_hint(err, "git sparse-checkout reapply "
					  "--no-sparse-index");
	}
	dg_error_set(err, DG_EREFUSED, "%s", why->message);
	return dg_error_hint(err, "git status may tell more");
}

static int check_conflicts(struct dg_commit *commit, git_index *index,
			   struct dg_error *err)
{
	size_t i, count = git_index_entrycount(index);
	size_t len = strlen(commit->path);

	if (!git_index_has_conflicts(index))
		return 0;
	for (i = 0; i < count; i++) {
		const git_index_entry *entry = git_index_get_byindex(index, i);

		if (!git_index_entry_stage(entry) ||
		    strncmp(entry->path, commit->path, len) != 0 ||
		    (len && entry->path[len] != '/'))
			continue;
		dg_error_set(err, DG_EREFUSED, "'%s' is unmerged", entry->path);
		/* File by file, what merged cleanly would stay as it merged. */
		return dg_error_hint(err,
				     "Take the whole folder of one side: "
				     "git checkout --no-overlay HEAD -- %s (or "
				     "MERGE_HEAD, for theirs)",
				     len ? commit->path : ".");
	}
	return 0;
}

/* The index that we are going to write, and what it says of the path. */
int dg_commit_check_index(struct dg_commit *commit, bool force,
			  struct dg_error *err)
{
	struct dg_error why = {0};
	git_index *index = NULL;
	int rc = dg_index_read(&index, commit->repo->git);

	if (rc < 0) {
		dg_git_error(&why, rc, "cannot read Git's index");
		rc = refuse_index(&why, err);
		goto done;
	}
	rc = check_conflicts(commit, index, err);
	if (!rc && !force)
		rc = dg_commit_check_ignored(commit, index, err);
done:
	git_index_free(index);
	return rc;
}

/* Each folder on the way to the path is a folder at the tip, too. */
static int check_components(struct dg_commit *commit, struct dg_error *err)
{
	git_tree_entry *entry = NULL;
	char *part = NULL;
	size_t end = 0;
	int rc = dg_strdup(&part, commit->path, err);

	while (!rc && commit->tip_root && commit->path[end]) {
		end += commit->path[end] == '/';
		end += strcspn(commit->path + end, "/");
		memcpy(part, commit->path, end);
		part[end] = '\0';
		if (git_tree_entry_bypath(&entry, commit->tip_root, part) < 0)
			break;
		if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
			rc = dg_error_set(err, DG_EREFUSED,
					  "'%s' is no folder but a file, "
					  "symlink or submodule in %s",
					  part, commit->ref);
			dg_error_hint(err, "Choose another output, or remove "
					   "it there first");
		}
		git_tree_entry_free(entry);
	}
	free(part);
	return rc;
}

int dg_commit_read_tip(struct dg_commit *commit, struct dg_error *err)
{
	int rc = dg_branch_tip(&commit->tip, commit->repo, commit->ref, err);

	git_tree_free(commit->tip_root);
	git_tree_free(commit->tip_dir);
	commit->tip_root = NULL;
	commit->tip_dir = NULL;
	commit->has_tip = rc > 0;
	if (rc <= 0)
		return rc;
	rc = dg_tree_of(&commit->tip_root, commit->repo, &commit->tip, err);
	if (!rc)
		rc = check_components(commit, err);
	if (!rc)
		rc = dg_tree_at(&commit->tip_dir, commit->tip_root,
				commit->path, err);
	return rc;
}

static int choose_branch(struct dg_commit *commit, const char *branch,
			 struct dg_error *err)
{
	char *head = NULL;
	int rc = dg_repo_branch_ref(&commit->ref, commit->repo, branch, err);

	if (!rc)
		rc = dg_branch_of_head(&head, commit->repo, err);
	if (!rc)
		commit->worktree = commit->repo->workdir && head &&
				   !strcmp(head, commit->ref);
	free(head);
	return rc;
}

static void warn_of_signing(struct dg_commit *commit)
{
	git_config *config = NULL;
	int sign = 0;

	if (git_repository_config_snapshot(&config, commit->repo->git) < 0)
		return;
	(void)git_config_get_bool(&sign, config, "commit.gpgSign");
	git_config_free(config);
	if (sign)
		dg_warning(commit->log,
			   "commit.gpgSign is set, but this commit will not "
			   "be signed: ddbgit does not sign");
}

int dg_commit_check_branch(struct dg_commit *commit, const char *branch,
			   struct dg_error *err)
{
	int rc = choose_branch(commit, branch, err);

	if (!rc && commit->worktree)
		rc = check_state(commit, err);
	if (!rc)
		rc = dg_branch_check_elsewhere(commit->repo, commit->ref, err);
	if (!rc)
		rc = dg_commit_read_tip(commit, err);
	if (!rc && !commit->has_tip)
		rc = dg_branch_check_new(commit->repo, commit->ref, err);
	return rc;
}

int dg_commit_check(struct dg_commit *commit, const char *branch, bool force,
		    struct dg_error *err)
{
	int rc = dg_commit_check_branch(commit, branch, err);

	if (!rc && commit->worktree)
		rc = dg_commit_check_index(commit, force, err);
	if (!rc)
		rc = dg_commit_check_attributes(commit, err);
	if (!rc)
		warn_of_signing(commit);
	return rc;
}
