/* Status: how each table stands to its last backup. */
#ifndef DDBGIT_STATUS_H
#define DDBGIT_STATUS_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The snapshot's files in the work tree against HEAD. */
enum dg_files_state {
	DG_FILES_COMMITTED,
	DG_FILES_CHANGED,
	DG_FILES_UNMERGED, /* a merge left a conflict in them */
	DG_FILES_NEVER_COMMITTED,
	DG_FILES_MISSING, /* in HEAD only */
	DG_FILES_NO_WORKTREE,
};

enum dg_live_state {
	DG_LIVE_NOT_ASKED,
	DG_LIVE_COUNTED,  /* by DescribeTable's estimate */
	DG_LIVE_COMPARED, /* item by item */
	DG_LIVE_MISSING,  /* the table does not exist */
	DG_LIVE_UNKNOWN,  /* see live_error */
};

/* Owned by the library until the visitor returns; NULL: unknown. */
struct dg_status_entry {
	char *path;        /* of the snapshot, as shown */
	char *environment; /* by which the live table is found */
	char *table;       /* of the backup */
	char *region;

	bool has_backup; /* committed on the current branch */
	char commit_id[41];
	char *name;  /* a tag of it, else its short id */
	char *date;  /* of the dump, ISO 8601 */
	int64_t age; /* seconds since then; -1: unknown */
	bool has_items;
	uint64_t items;

	char *checked;       /* when dump last looked at the table, or NULL */
	int64_t checked_age; /* seconds; -1: unknown */

	enum dg_files_state files;

	enum dg_live_state live;
	char *live_table;
	uint64_t live_items;
	struct dg_live_difference {
		uint64_t added;
		uint64_t changed;
		uint64_t removed;
		uint64_t settings;
	} difference; /* of the live table, where compared */
	char *live_error;

	bool differs; /* files, or the live table as far as it was looked at */
};

enum dg_status_live {
	DG_STATUS_COUNT,   /* DescribeTable, for a few seconds at most */
	DG_STATUS_COMPARE, /* reads the tables */
	DG_STATUS_OFFLINE, /* no request at all */
};

struct dg_status_options {
	const char *environment; /* NULL: all */
	enum dg_status_live live;
	/* Called for each snapshot, in the order of the paths. */
	int (*visit)(void *context, const struct dg_status_entry *entry,
		     struct dg_error *err);
	void *context;
};

struct dg_status_result {
	uint64_t snapshots;
	uint64_t differing;
};

/*
 * The snapshots in HEAD's tree and in <root>/backups/dynamodb. An endpoint
 * that does not answer is no failure: it stands in the entry.
 */
int dg_status(const struct dg_run *run, const struct dg_status_options *options,
	      struct dg_status_result *result, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
