/*
 * The backups in a history: commits that change a snapshot (a folder that
 * holds the marker file) against their parents; a merge only if it differs
 * from every parent. Found by tree-entry ids, so that backups committed by
 * hand count too. Newest first, in the order of `git log`.
 */
#ifndef DG_REPO_HISTORY_H
#define DG_REPO_HISTORY_H

#include "repo/revision.h"

struct dg_history_entry {
	const char *id;   /* full, borrowed until the next call */
	const char *path; /* of the snapshot in the tree */
	const char *message;
	int64_t time;            /* committer's, Unix seconds */
	const char *const *tags; /* ends with NULL */
	bool removed;            /* the commit removes the snapshot */
};

struct dg_history_options {
	const char *start; /* a revision, or NULL: HEAD */
	/* Without a start: HEAD and all local branches, and behind them what
	 * only tags reach. No commit at all is an empty history. */
	bool all;
	/* The bytes of all commits and trees on the way are compared with
	 * their ids, which Git's walk does not: for a verification. */
	bool check;
	/* Commits before that (Unix seconds) change nothing; 0: all count. */
	int64_t since;
	const char *path;   /* only this snapshot, or NULL */
	const char *marker; /* "table-data.json" */
	/* The entries that make up a snapshot, as in dg_commit_options: a
	 * change of another file beside them is no backup. NULL: the whole
	 * folder. */
	const char *const *owned;
};

struct dg_history;

int dg_history_open(struct dg_history **out, struct dg_repo *repo,
		    const struct dg_history_options *options,
		    struct dg_error *err);
/* 1 with *entry, 0 at the end, or an error. A commit that changes several
 * snapshots yields an entry for each. */
int dg_history_next(struct dg_history *history, struct dg_history_entry *entry,
		    struct dg_error *err);
/* The commit of the entry last returned, whose bytes are compared with its id;
 * borrowed until the next call of dg_history_next. */
int dg_history_revision(struct dg_history *history, struct dg_revision **out,
			struct dg_error *err);
void dg_history_close(struct dg_history *history);

/*
 * The commit that wrote the snapshot at options->path as it is at
 * options->start: where a merge took it from one of its parents, it is sought
 * there. DG_ENOTFOUND if there is no snapshot.
 */
int dg_history_writer(struct dg_repo *repo,
		      const struct dg_history_options *options,
		      char id[DG_OID_HEX_SIZE], struct dg_error *err);

#endif
