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
 * table: the one that is there, as DescribeTable has it, whose billing mode
 * they take; NULL: it is made by the request. Pure.
 */
int dg_table_defer_indexes(struct dg_json *request, const struct dg_json *table,
			   struct dg_json **bodies, struct dg_error *err);

/* The index's name, for messages; borrowed. */
const char *dg_table_deferred_name(const struct dg_json *body);

/* Its KeySchema; borrowed. */
const struct dg_json *dg_table_deferred_keys(const struct dg_json *body);

/* Of a table as DescribeTable has it, or a CreateTable body; kind:
 * "GlobalSecondaryIndexes", "LocalSecondaryIndexes". NULL: none of that name.
 */
const struct dg_json *dg_table_find_index(const struct dg_json *table,
					  const char *kind, const char *name);

/* Until table and indexes are ACTIVE, up to 24 hours. */
int dg_table_wait_filled(struct dg_connection *connection, const char *table,
			 struct dg_error *err);

/* Sends one, and waits until the index is ACTIVE: while it is filled. */
int dg_table_add_index(struct dg_connection *connection, const char *table,
		       const struct dg_json *body, struct dg_error *err);

#endif
