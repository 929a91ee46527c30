/*
 * The project's root: the folder that default paths (scripts/.env.ENV,
 * backups/dynamodb/ENV) are relative to. It is the nearest directory, from
 * the current one up to the work tree's top, that holds scripts/.env.ENV;
 * else the nearest with scripts/; else the top, or outside Git the current
 * directory. DDBGIT_ROOT overrides.
 */
#ifndef DG_BACKUP_ROOT_H
#define DG_BACKUP_ROOT_H

#include <ddbgit/error.h>
#include <stdbool.h>

/* Where snapshots stand by default, below the root and in a tree. */
#define DG_ROOT_SNAPSHOTS "backups/dynamodb"

/* *out: an absolute path without a slash at its end. */
int dg_root_find(char **out, const char *environment, struct dg_error *err);

/* As who stands in `from` (absolute) finds it, without DDBGIT_ROOT. */
int dg_root_find_from(char **out, const char *from, const char *environment,
		      struct dg_error *err);

/* The path <root>/<relative> as people read it: "./relative" when root is the
 * current directory, else in full. Owned by the caller. */
int dg_root_path(char **out, const char *root, const char *relative,
		 struct dg_error *err);

/* Where the snapshot of a label stands by default: "backups/dynamodb/prod".
 * Owned by the caller. */
int dg_root_snapshot(char **out, const char *label, struct dg_error *err);

/* The label of a snapshot's folder: the last component of its path, borrowed.
 */
const char *dg_root_label(const char *path);

/* Is it an environment's, by its label? "backups/dynamodb/prod" and
 * "backups/dynamodb/prod@other" are prod's. */
bool dg_root_is_of(const char *path, const char *environment);

/* Is there a table-data.json in the directory, of whatever kind? */
bool dg_root_holds_snapshot(const char *directory);

/* The current directory as an absolute path. */
int dg_current_directory(char **out, struct dg_error *err);

#endif
