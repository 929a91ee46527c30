/* The inside of changes to a table, shared by table_change.c and
 * later_index.c. */
#ifndef DG_DYNAMODB_TABLE_CHANGE_H
#define DG_DYNAMODB_TABLE_CHANGE_H

#include "dynamodb/client.h"

#define DG_TABLE_CREATION_MS (INT64_C(30) * 60 * 1000)
/* An index of a large table is filled for hours. */
#define DG_TABLE_BACKFILL_MS (INT64_C(24) * 60 * 60 * 1000)

/* Sends {"TableName": name, ...}; takes body over, which has the rest. */
int dg_table_change(struct dg_connection *connection, const char *operation,
		    const char *name, struct dg_json *body,
		    struct dg_error *err);

/* Until the table and all its indexes are ACTIVE; DG_EFAILED after so long. */
int dg_table_wait(struct dg_connection *connection, const char *name,
		  int64_t patience_ms, struct dg_error *err);

#endif
