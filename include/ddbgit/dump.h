/* Dump: a live table into a snapshot directory, and into a commit. */
#ifndef DDBGIT_DUMP_H
#define DDBGIT_DUMP_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_dump_options {
	struct dg_target_options target;
	const char *output; /* a directory; NULL: <root>/backups/dynamodb/… */
	bool commit; /* implied by tag, message, branch and allow_empty */
	bool tag;    /* implied by tag_name */
	const char *tag_name; /* NULL: <env>-YYYYMMDD */
	const char *message;  /* the commit's subject; NULL: generated */
	const char *branch;
	bool force;         /* commit an ignored path */
	bool replace;       /* another table's snapshot, or by an empty one */
	bool allow_empty;   /* commit an unchanged table too */
	const char *layout; /* "auto" (NULL), "single" or "chunked" */
	bool consistent;
	unsigned int segments; /* 0: by the table's size */
	const char *max_rcu;   /* "100", "50%"; NULL: see operations */
	/* The service has just answered the caller: where it is not reached
	 * now, that is an outage, which is waited out for five minutes. */
	bool answered;
};

enum dg_changes_kind {
	DG_CHANGES_COUNTED,
	DG_CHANGES_FIRST,          /* no earlier backup: all items are added */
	DG_CHANGES_NOT_COMPARABLE, /* malformed, or another key schema */
};

struct dg_changes {
	enum dg_changes_kind kind;
	uint64_t added;
	uint64_t changed;
	uint64_t removed;
	bool schema_changed;
};

struct dg_dump_result {
	bool table_missing; /* warned, nothing written, exit 0 as the scripts */
	char *environment;
	char *table;
	char *path; /* the snapshot, as shown to the user */
	uint64_t items;
	uint64_t bytes; /* canonical */
	char sha256[65];
	uint64_t duplicates;
	uint64_t spilled_bytes; /* temporary space used */
	uint64_t requests;
	uint64_t retries;
	bool committed;
	bool unchanged;     /* commit asked for, nothing to commit */
	char commit_id[41]; /* of the new, or the unchanged commit, or "" */
	struct dg_changes changes; /* where committed */
	char *since;  /* "prod-20250126", a tag or commit; NULL: first backup */
	char *branch; /* "main", where a commit was asked for */
	char *tag;    /* NULL: none made or found */
	bool gc_due;  /* git gc would have something to pack */
};

/*
 * Reads the whole table, then puts the snapshot in place and commits it where
 * asked for. Whatever fails before leaves snapshot and repository as they
 * were. DG_EREFUSED: a guard, see docs/operations.md. The result must be freed
 * also after a failure; it is whole after a success only.
 */
int dg_dump(const struct dg_run *run, const struct dg_dump_options *options,
	    struct dg_dump_result *result, struct dg_error *err);

void dg_dump_result_free(struct dg_dump_result *result);

#ifdef __cplusplus
}
#endif

#endif
