/*
 * Verify: backups held to what they state of themselves, to the live table,
 * and to a restore into a scratch table.
 */
#ifndef DDBGIT_VERIFY_H
#define DDBGIT_VERIFY_H

#include <ddbgit/error.h>
#include <ddbgit/restore.h>
#include <ddbgit/run.h>
#include <ddbgit/slice.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A snapshot that is looked at. Borrowed; NULL: unknown, or a directory's. */
struct dg_verify_backup {
	const char *name;      /* "1a2b3c4:backups/dynamodb/prod" */
	const char *commit_id; /* full: the commit that wrote it */
	const char *path;      /* in the tree, or of the directory */
	const char *environment;
	const char *table;
	const char *date; /* of the dump */
	bool has_items;
	uint64_t items;
	uint64_t problems;
	bool repeated; /* the data of a backup that was looked at before */
};

struct dg_verify_finding {
	bool problem; /* else a note: what could not be checked, and why */
	const struct dg_verify_backup *backup; /* what is known so far */
	const char *file; /* in it; NULL: the commit's message */
	const char *what; /* one line */
};

/* How an item of the snapshot and the table's differ. */
enum dg_verify_difference {
	DG_VERIFY_MISSING,
	DG_VERIFY_EXPIRED, /* missing, with a time to live in the past */
	DG_VERIFY_DIFFERENT,
	DG_VERIFY_EXTRA,
};

enum dg_verify_level {
	DG_VERIFY_FILES, /* the files alone */
	DG_VERIFY_LIVE,  /* and against the live table */
	DG_VERIFY_DRILL, /* and by restoring them into a scratch table */
};

struct dg_verify_backups_options {
	struct dg_target_options target; /* of a live table */
	/* A revision, REVISION:FOLDER or a directory. NULL: HEAD; beyond the
	 * files the last backup of the environment. */
	const char *source;
	const char *directory; /* this folder, and no revision, or NULL */
	const char *from;      /* which environment in a revision, or NULL */
	const char *path;      /* which folder in a revision, or NULL */
	bool all;              /* every backup that a branch or tag reaches */
	enum dg_verify_level level;
	bool yes; /* a drill in a protected environment */
	const char *max_rcu;
	const char *max_wcu;
	/* Each may be NULL; a negative result ends the run. A backup comes
	 * after its findings. */
	int (*finding)(void *context, const struct dg_verify_finding *finding,
		       struct dg_error *err);
	int (*backup)(void *context, const struct dg_verify_backup *backup,
		      struct dg_error *err);
	/* The live table only: key is {"id":{"S":"42"}}. */
	int (*item)(void *context, enum dg_verify_difference difference,
		    struct dg_slice key, struct dg_error *err);
	void *context;
};

struct dg_verify_backups_result {
	uint64_t backups;
	uint64_t distinct; /* of them with data that none before had */
	uint64_t damaged;
	uint64_t problems;
	uint64_t notes;
	/* Backups whose digest of all items was not computed, since some of
	 * their chunks had been read for another. */
	uint64_t by_chunks;
	char *table; /* live or scratch; NULL: none */
	struct dg_verification comparison;
};

/* DG_EINCOMPLETE: something is damaged or differs; the result is whole then.
 * The result must be freed in any case. */
int dg_verify_backups(const struct dg_run *run,
		      const struct dg_verify_backups_options *options,
		      struct dg_verify_backups_result *result,
		      struct dg_error *err);
void dg_verify_backups_result_free(struct dg_verify_backups_result *result);

#ifdef __cplusplus
}
#endif

#endif
