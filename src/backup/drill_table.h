/*
 * The tables that drills make, "ddbgit-drill-prod-20250127T101500Z-8f3a2c1d":
 * who finds one in a list sees whose it is and when it was made. A drill
 * removes its own; one that was killed leaves it, and verify --drill and doctor
 * tell.
 */
#ifndef DG_BACKUP_DRILL_TABLE_H
#define DG_BACKUP_DRILL_TABLE_H

#include "backup/environment.h"

/* *out: a name that there has not been, of the environment's clock. */
int dg_drill_table_name(char **out, struct dg_environment *env,
			struct dg_error *err);

/* True for a name that a drill in this environment gave; *made gets when, in
 * Unix seconds. */
bool dg_drill_table_parse(const char *name, const char *environment,
			  int64_t *made);

/* A table that there is. age: in seconds, 0 where it would be negative. */
struct dg_drill_table {
	const char *name;
	uint64_t age;
	const char *removal; /* the command that deletes it, for a shell */
};

/* Visits those of the environment, oldest first; env is connected. DG_EDENIED
 * where ListTables is not allowed. */
int dg_drill_table_list(struct dg_environment *env,
			int (*visit)(void *context,
				     const struct dg_drill_table *table,
				     struct dg_error *err),
			void *context, struct dg_error *err);

/* The command that deletes a table of the environment. Owned by the caller. */
int dg_drill_table_removal(char **out, const struct dg_environment *env,
			   const char *name, struct dg_error *err);

#endif
