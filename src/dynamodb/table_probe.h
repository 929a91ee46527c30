/*
 * One operation of each kind that a dump sends, as small as it can be, to see
 * whether these credentials may. Nothing of the answer is kept.
 */
#ifndef DG_DYNAMODB_TABLE_PROBE_H
#define DG_DYNAMODB_TABLE_PROBE_H

#include "dynamodb/client.h"

/* Scan with Limit=1: half a read unit. Errors are dg_connection_call's. */
int dg_table_probe_scan(struct dg_connection *connection, const char *name,
			struct dg_error *err);

/* DescribeTimeToLive. Errors are dg_connection_call's. */
int dg_table_probe_time_to_live(struct dg_connection *connection,
				const char *name, struct dg_error *err);

#endif
