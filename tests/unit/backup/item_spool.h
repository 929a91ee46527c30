/* Spools of items given as text. */
#ifndef DG_TESTS_UNIT_BACKUP_ITEM_SPOOL_H
#define DG_TESTS_UNIT_BACKUP_ITEM_SPOOL_H

#include "backup/restore_plan.h"

extern const struct dg_key_schema item_spool_keys; /* id (S) */

void item_spool_open(struct dg_restore_spool *spool);

/* A closed spool of canonical items; the list ends with NULL. */
void item_spool_fill(struct dg_restore_spool *spool, const char *const *items);

/* The lines of a closed spool, a blank behind each; to be freed. */
char *item_spool_text(struct dg_restore_spool *spool);

#endif
