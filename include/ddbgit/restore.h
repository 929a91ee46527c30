/* Restore: a directory's or a revision's snapshot into a table. */
#ifndef DDBGIT_RESTORE_H
#define DDBGIT_RESTORE_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_verify { DG_VERIFY_FULL, DG_VERIFY_COUNT, DG_VERIFY_NONE };

enum dg_restore_part { DG_RESTORE_ALL, DG_RESTORE_SCHEMA, DG_RESTORE_DATA };

struct dg_confirmation {
	const char *environment; /* the target, or the protected one it is */
	bool is_protected;       /* else it is asked for what is deleted */
	const char *table;       /* what the user has to type */
	const char *region;
	const char *endpoint;
	uint64_t items;   /* that would be written */
	uint64_t deletes; /* that would be deleted */
};

struct dg_restore_options {
	struct dg_target_options target; /* table: the target's name */
	const char *source;              /* a directory, or NULL */
	const char *revision;            /* a revision, or NULL */
	const char *from;                /* which environment in it, or NULL */
	const char *path;                /* which folder in it, or NULL */
	bool dry_run;                    /* everything up to the first write */
	bool yes; /* writes into a protected environment without asking */
	bool accept_edited; /* items that the metadata does not state */
	enum dg_verify verify;
	const char *max_wcu; /* "100", "50%"; NULL: see operations */
	const char *max_rcu; /* the same, for what is read of the table */
	bool changed_only;   /* writes only what differs */
	/* Also deletes what only the table has, and writes only what differs.
	 * Is confirmed in every environment but `local`. */
	bool mirror;
	/* Single items: keys as DynamoDB JSON, which ends with NULL, or NULL;
	 * and a file with a key, or a line of a restore-failures file, on each
	 * line, or NULL. */
	const char *const *keys;
	const char *keys_file;
	enum dg_restore_part only;
	/* The snapshot's global indexes that the table lacks are added after
	 * the items, not created with the table. */
	bool indexes_after;
	/* The target is dumped and committed to DG_RESTORE_BRANCH first. */
	bool backup_first;
	/* A table that is created gets all settings of the snapshot, also in
	 * another environment. */
	bool source_settings;
	/* A table that is created gets keys and indexes alone, also in the
	 * snapshot's own environment. */
	bool scratch;
	/*
	 * Asks before a protected target is written: 1 to go on, 0 for no,
	 * DG_EREFUSED where nobody can be asked. NULL: nobody can.
	 */
	int (*confirm)(void *context, const struct dg_confirmation *question,
		       struct dg_error *err);
	void *context;
};

/* Backups that a restore made of its target before it wrote. */
#define DG_RESTORE_BRANCH "before-restore"

#define DG_RESTORE_KEYS 10

/* The first keys of a kind, DynamoDB JSON in one line. */
struct dg_restore_keys {
	size_t count;
	char *key[DG_RESTORE_KEYS];
};

/* The snapshot, or of it the items that were asked for, compared with the
 * table before anything was written. */
struct dg_restore_plan {
	bool done; /* else the rest says nothing */
	uint64_t added;
	uint64_t changed;
	uint64_t equal;
	uint64_t extra;   /* in the table only */
	uint64_t expired; /* of added: with a time to live in the past */
	struct dg_restore_keys first_added;
	struct dg_restore_keys first_changed;
	struct dg_restore_keys first_extra;
};

struct dg_verification {
	bool done; /* else the rest says nothing */
	bool full; /* else counts only: no `different`, no `expired` */
	uint64_t expected;
	uint64_t equal;
	uint64_t different; /* or changed since */
	uint64_t missing;
	uint64_t expired;       /* missing, with a time to live in the past */
	uint64_t extra;         /* in the table only */
	uint64_t spilled_bytes; /* temporary space that reading it used */
};

struct dg_restore_result {
	char *source;             /* as shown to the user */
	char *source_environment; /* NULL: unknown */
	char *environment;
	char *table;
	bool created;    /* the table was (dry run: would be) created */
	char *creation;  /* "key id (S); on demand; indexes by-user", or NULL */
	char **left_out; /* settings not restored; ends with NULL, or NULL */
	uint64_t items;  /* in the snapshot, or of it those asked for */
	uint64_t absent; /* keys asked for that the snapshot lacks */
	uint64_t to_write;  /* that were, with a dry run would be, written */
	uint64_t to_delete; /* the same of deleting */
	uint64_t written;   /* accepted by the service */
	uint64_t deleted;
	uint64_t refused;
	uint64_t indexes_to_add; /* after the items */
	uint64_t indexes_added;
	struct dg_restore_plan plan;
	char backup_id[41];  /* the commit of backup_first, or "" */
	char *undo;          /* the command that undoes the restore, or NULL */
	char *failures_file; /* NULL: none */
	uint64_t requests;
	uint64_t retries;
	uint64_t spilled_bytes; /* in all, verification included */
	struct dg_verification verification;
};

/*
 * Checks the whole snapshot, or of single items the chunks that hold them, then
 * creates the table if there is none, writes every item, or those that differ
 * or were asked for, and reads them back; deletes none but with `mirror`.
 * DG_EINCOMPLETE: items refused, or verification found differences; the result
 * is whole then. DG_EREFUSED: nothing was written. The result must be freed
 * also after a failure.
 */
int dg_restore(const struct dg_run *run,
	       const struct dg_restore_options *options,
	       struct dg_restore_result *result, struct dg_error *err);

void dg_restore_result_free(struct dg_restore_result *result);

#ifdef __cplusplus
}
#endif

#endif
