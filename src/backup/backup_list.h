/* What use cases see of a list of backups, beside what is public. */
#ifndef DG_BACKUP_BACKUP_LIST_H
#define DG_BACKUP_BACKUP_LIST_H

#include "repo/revision.h"
#include <ddbgit/backups.h>

/* The commit of the backup last returned; borrowed until the next one. */
int dg_backup_list_revision(struct dg_backup_list *list,
			    struct dg_revision **out, struct dg_error *err);

#endif
