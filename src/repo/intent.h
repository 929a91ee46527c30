/*
 * The intent: which of Git's locks a run is about to take, written down
 * beforehand in <common dir>/ddbgit/intent under a lock of its own. A run
 * that finds one there, unlocked, knows that its writer is dead and removes
 * the locks that it left, and no others. A lock file counts as the dead
 * run's only if
 *
 *   - it holds the commit id that the intent names, or
 *   - it is empty and the very file that the intent describes (device, inode,
 *     time of change), or
 *   - it is empty, the intent was written at most half a minute before and
 *     got no further than announcing it;
 *
 * and HEAD is what it was, and the branch what it was or the run's commit.
 */
#ifndef DG_REPO_INTENT_H
#define DG_REPO_INTENT_H

#include "repo/git.h"
#include "repo/lock_file.h"
#include "repo/lock_trace.h"
#include <ddbgit/log.h>

#define DG_INTENT_LOCKS_MAX 3
#define DG_INTENT_TEMPS_MAX 4

struct dg_intent {
	struct dg_lock_file file; /* held: the intent is ours */
	const struct dg_log *log; /* borrowed */
	const char *now_iso;      /* borrowed until the release */
	const char *ref;          /* borrowed too */
	git_oid old_tip;          /* zero: none */
	git_oid commit;
	git_oid token; /* what our index lock holds */
	char *head;    /* what HEAD names; NULL: not of interest */
	char *locks[DG_INTENT_LOCKS_MAX]; /* absolute paths */
	struct dg_lock_trace traces[DG_INTENT_LOCKS_MAX];
	char *temps[DG_INTENT_TEMPS_MAX]; /* our own files, too */
	bool taken; /* the locks are held: describe the files */
};

/*
 * Waits for the intent's lock (up to half a minute: another run is just
 * committing), cleans up after a dead run, and holds it.
 */
int dg_intent_take(struct dg_intent *intent, struct dg_repo *repo,
		   struct dg_clock *clock, struct dg_error *err);

/* Cleans up after a dead run, if nobody holds the intent's lock now. */
int dg_intent_recover(struct dg_repo *repo, struct dg_error *err);

/* Adds a lock's, or an own file's, absolute path. */
int dg_intent_add_lock(struct dg_intent *intent, const char *folder,
		       const char *name, struct dg_error *err);
int dg_intent_add_temp(struct dg_intent *intent, const char *folder,
		       const char *name, struct dg_error *err);

/* Writes it down, flushed. */
int dg_intent_write(struct dg_intent *intent, struct dg_error *err);

/*
 * All locks are released by then, and nothing is left of it. A lock of ours
 * that is still there could not be removed: that is tried again, and if it is
 * in vain the intent stays for the next run, which knows the lock by it.
 */
void dg_intent_release(struct dg_intent *intent);

#endif
