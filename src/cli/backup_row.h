/*
 * A line of ddbgit log: commit, date, environment, table, items, changes, tags.
 * On a terminal it is kept to the terminal's width as far as that goes: a long
 * table name is cut, and tags go below.
 */
#ifndef DG_CLI_BACKUP_ROW_H
#define DG_CLI_BACKUP_ROW_H

#include "cli/output.h"
#include <ddbgit/backups.h>

/*
 * Columns as wide as what was printed so far needs: they settle after a few
 * rows, and no row waits for those behind it.
 */
struct dg_backup_columns {
	int environment;
	int table;
	int items;
	int changes;
};

/* "staging", and a table of some length. */
#define DG_BACKUP_COLUMNS_INIT                                                 \
	{                                                                      \
		7, 12, 7, 11                                                   \
	}

void dg_backup_row_print(struct dg_output *output,
			 struct dg_backup_columns *columns,
			 const struct dg_backup *backup);

#endif
