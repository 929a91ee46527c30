/*
 * Whether a table is what a CreateTable asks for, as far as items and queries
 * can tell: key schema, key types, and the indexes.
 */
#ifndef DG_DYNAMODB_TABLE_MATCH_H
#define DG_DYNAMODB_TABLE_MATCH_H

#include "base/json.h"

/* table as DescribeTable shows it. */
bool dg_table_matches(const struct dg_json *table,
		      const struct dg_json *request);

#endif
