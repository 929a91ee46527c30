/*
 * Guards in front of data that cannot be had back: protected environments,
 * and snapshots that another table's dump would replace.
 */
#ifndef DG_BACKUP_GUARD_H
#define DG_BACKUP_GUARD_H

#include "backup/environment.h"
#include "snapshot/snapshot.h"
#include <ddbgit/restore.h>

/*
 * Protected is an environment whose first word is prod, production, prd or
 * live; one with DDBGIT_PROTECTED=true (false lifts the name rule); and any
 * target with the table, region and endpoint of a protected one under the
 * same root. Sets is_protected and protected_as.
 */
int dg_guard_find_protection(struct dg_environment *env, struct dg_error *err);

/* The name rule alone. */
bool dg_guard_is_protected_name(const char *environment);

/* Before a protected target is written, and any but `local` mirrored. 0 to go
 * on; DG_EREFUSED. */
int dg_guard_confirm(const struct dg_environment *env,
		     const struct dg_restore_options *options, uint64_t items,
		     uint64_t deletes, struct dg_error *err);

/* A dump must not replace another table's or region's snapshot. earlier may
 * be NULL. */
int dg_guard_same_table(const struct dg_environment *env,
			const struct dg_metadata *earlier, const char *path,
			struct dg_error *err);

/* A dump must not replace a snapshot with items by an empty one. */
int dg_guard_not_emptied(const struct dg_metadata *earlier, uint64_t items,
			 const char *path, struct dg_error *err);

#endif
