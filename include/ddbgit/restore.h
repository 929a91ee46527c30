/* Restore: a directory's or a revision's snapshot into a table. */
#ifndef DDBGIT_RESTORE_H
#define DDBGIT_RESTORE_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_verify { DG_VERIFY_FULL, DG_VERIFY_COUNT, DG_VERIFY_NONE };

struct dg_confirmation {
	const char *environment; /* the protected target */
	const char *table;       /* what the user has to type */
	const char *region;
	const char *endpoint;
	uint64_t items; /* that would be written */
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
	const char *max_rcu; /* the same, for the verification */
	/* A table that is created gets all settings of the snapshot, also in
	 * another environment. */
	bool source_settings;
	/*
	 * Asks before a protected target is written: 1 to go on, 0 for no,
	 * DG_EREFUSED where nobody can be asked. NULL: nobody can.
	 */
	int (*confirm)(void *context, const struct dg_confirmation *question,
		       struct dg_error *err);
	void *context;
};

struct dg_verification {
	bool done; /* else the rest says nothing */
	bool full; /* else counts only: no `different`, no `expired` */
	uint64_t expected;
	uint64_t equal;
	uint64_t different; /* or changed since */
	uint64_t missing;
	uint64_t expired;       /* missing, with a time to live in the past */
	uint64_t extra;         /* in the table only: normal */
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
	uint64_t items;  /* in the snapshot */
	uint64_t written; /* accepted by the service */
	uint64_t refused;
	char *failures_file; /* NULL: none */
	uint64_t requests;
	uint64_t retries;
	uint64_t spilled_bytes; /* in all, verification included */
	struct dg_verification verification;
};

/*
 * Checks the whole snapshot, then creates the table if there is none, writes
 * every item and reads them back; deletes none. DG_EINCOMPLETE: items refused,
 * or verification found differences; the result is whole then. DG_EREFUSED:
 * nothing was written. The result must be freed also after a failure.
 */
int dg_restore(const struct dg_run *run,
	       const struct dg_restore_options *options,
	       struct dg_restore_result *result, struct dg_error *err);

void dg_restore_result_free(struct dg_restore_result *result);

#ifdef __cplusplus
}
#endif

#endif
