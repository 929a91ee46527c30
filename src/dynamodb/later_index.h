/*
 * Global indexes that are added to a table after its items. The service
 * refuses an item whose attribute has another type than an index's key, but
 * leaves such an item out of an index that is added later.
 */
#ifndef DG_DYNAMODB_LATER_INDEX_H
#define DG_DYNAMODB_LATER_INDEX_H

#include "dynamodb/client.h"

/*
 * Takes the global indexes out of a CreateTable body, and the definitions of
 * attributes that nothing else has as a key. *bodies gets an array: of each
 * index, in their order, the UpdateTable body that adds it, but for TableName.
 * Pure.
 */
int dg_table_defer_indexes(struct dg_json *request, struct dg_json **bodies,
			   struct dg_error *err);

/* The index's name, for messages; borrowed. */
const char *dg_table_deferred_name(const struct dg_json *body);

/* table: as DescribeTable has it. */
bool dg_table_has_index(const struct dg_json *table, const char *name);

/* Sends one, and waits until the index is ACTIVE: while it is filled. */
int dg_table_add_index(struct dg_connection *connection, const char *table,
		       const struct dg_json *body, struct dg_error *err);

#endif
