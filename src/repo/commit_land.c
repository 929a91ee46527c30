/*
 * The second half of a commit: objects, locks, index, reference.
 */
#include "base/text.h"
#include "repo/branch.h"
#include "repo/commit_lock.h"
#include "repo/index_entries.h"
#include "repo/objects_dir.h"
#include <stdlib.h>

#define MESSAGE_MAX ((size_t)1 << 20)
#define MOVES_MAX 20

/* The branch is read again, under its lock or after its move. */
static int follow_tip(struct dg_commit *commit, struct dg_error *err)
{
	git_oid old_tip = commit->tip;
	git_tree *old_dir = commit->tip_dir;
	bool had_tip = commit->has_tip;
	bool same;
	int rc;

	commit->tip_dir = NULL;
	rc = dg_commit_read_tip(commit, err);
	same = dg_tree_same_entries(old_dir, commit->tip_dir, commit->owned);
	git_tree_free(old_dir);
	if (rc < 0)
		return rc;
	if (had_tip == commit->has_tip && git_oid_equal(&old_tip, &commit->tip))
		return 0;
	if (same)
		return dg_commit_build(commit, err);
	dg_error_set(err, DG_EMODIFIED,
		     "another backup of this table landed meanwhile on %s",
		     commit->ref);
	return dg_error_hint(err, "Nothing was committed; run the dump again");
}

static int check_head(struct dg_commit *commit, struct dg_error *err)
{
	char *head = NULL;
	int rc = dg_branch_of_head(&head, commit->repo, err);

	if (rc < 0)
		return rc;
	if (!head || strcmp(head, commit->ref) != 0) {
		rc = dg_error_set(err, DG_EMODIFIED,
				  "HEAD was on %s and is on %s now",
				  commit->ref, head ? head : "no branch");
		dg_error_hint(err, "Nothing was committed; run the dump again");
	}
	free(head);
	return rc;
}

static int take_git_locks(struct dg_commit *commit, struct dg_error *err)
{
	int rc = dg_commit_announce(commit, true, true, err);

	if (!rc)
		rc = dg_commit_lock_git(commit, err);
	if (!rc)
		rc = check_head(commit, err);
	if (!rc)
		rc = follow_tip(commit, err);
	if (!rc) {
		commit->intent.taken = true;
		commit->intent.old_tip = commit->tip;
		commit->intent.commit = commit->id;
		rc = dg_intent_write(&commit->intent, err);
	}
	if (!rc)
		rc = dg_objects_flush(commit->repo, err);
	return rc;
}

int dg_commit_prepare(struct dg_commit *commit,
		      const struct dg_message *message, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(MESSAGE_MAX);
	int rc = dg_message_print(message, &text, err);

	if (!rc)
		rc = dg_strdup(&commit->message, dg_buf_str(&text), err);
	if (!rc)
		rc = dg_git_identity(&commit->author, &commit->committer,
				     commit->repo, commit->now, err);
	if (!rc)
		rc = dg_cancel_check(commit->cancel, err);
	if (!rc)
		rc = dg_commit_build(commit, err);
	if (!rc && commit->worktree)
		rc = take_git_locks(commit, err);
	if (rc < 0)
		dg_commit_unlock_git(commit);
	dg_buf_free(&text);
	return rc;
}

static int reflog_line(char **out, const struct dg_commit *commit,
		       struct dg_error *err)
{
	return dg_asprintf(out, err, "ddbgit: %.*s",
			   (int)strcspn(commit->message, "\n"),
			   commit->message);
}

static int move_locked(struct dg_commit *commit, const char *line,
		       struct dg_error *err)
{
	int rc = dg_index_set_entries(commit, &commit->blobs, err);

	if (rc < 0)
		return rc;
	rc = git_transaction_set_target(commit->refs, commit->ref, &commit->id,
					commit->committer, line);
	if (!rc)
		rc = git_transaction_commit(commit->refs);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot move '%s'", commit->ref);
	return 0;
}

static int move_once(struct dg_commit *commit, const char *line)
{
	git_reference *moved = NULL;
	int64_t end = dg_clock_now_ms(commit->clock) + DG_GIT_LOCK_WAIT_MS;
	int rc;

	while ((rc = git_reference_create_matching(
			&moved, commit->repo->git, commit->ref, &commit->id, 1,
			&commit->tip, line)) == GIT_ELOCKED &&
	       dg_clock_now_ms(commit->clock) < end)
		dg_clock_sleep_ms(commit->clock, DG_GIT_LOCK_PAUSE_MS, NULL,
				  NULL);
	git_reference_free(moved);
	return rc;
}

/* Without a work tree: no lock is held while we build, so the branch may move
 * any number of times. */
static int move_unlocked(struct dg_commit *commit, const char *line,
			 struct dg_error *err)
{
	unsigned int moves;
	int rc = dg_objects_flush(commit->repo, err);

	if (!rc)
		rc = dg_commit_announce(commit, false, true, err);
	/* The identity of the reflog's line. */
	git_repository_set_ident(commit->repo->git, commit->committer->name,
				 commit->committer->email);
	for (moves = 0; !rc && moves < MOVES_MAX; moves++) {
		int moved = move_once(commit, line);

		if (!moved)
			return 0;
		if (moved != GIT_EMODIFIED)
			return dg_git_error(err, moved, "cannot move '%s'",
					    commit->ref);
		rc = follow_tip(commit, err);
		commit->intent.old_tip = commit->tip;
		commit->intent.commit = commit->id;
		if (!rc)
			rc = dg_intent_write(&commit->intent, err);
	}
	if (rc < 0)
		return rc;
	return dg_error_set(err, DG_EMODIFIED,
			    "'%s' keeps moving: not committed", commit->ref);
}

/* A move fails also when it is done and cannot be flushed. */
static bool has_landed(const struct dg_commit *commit)
{
	git_oid now;

	return dg_branch_tip(&now, commit->repo, commit->ref, NULL) > 0 &&
	       git_oid_equal(&now, &commit->id);
}

int dg_commit_finish(struct dg_commit *commit, char id[DG_OID_HEX_SIZE],
		     struct dg_error *err)
{
	char *line = NULL;
	int rc = reflog_line(&line, commit, err);

	id[0] = '\0';
	if (!rc)
		rc = commit->worktree ? move_locked(commit, line, err)
				      : move_unlocked(commit, line, err);
	if (!rc || has_landed(commit))
		git_oid_tostr(id, DG_OID_HEX_SIZE, &commit->id);
	dg_commit_unlock_git(commit);
	free(line);
	return rc;
}
