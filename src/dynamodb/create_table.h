/*
 * The inside of dg_table_create_request: what create_table.c and the indexes
 * (create_index.c) share while a request is being built.
 */
#ifndef DG_DYNAMODB_CREATE_TABLE_H
#define DG_DYNAMODB_CREATE_TABLE_H

#include "dynamodb/table.h"

struct dg_creation {
	const struct dg_json *table; /* the definition's Table */
	bool minimal;                /* keys and indexes only */
	bool provisioned;            /* else on demand */
	struct dg_json *request;
	struct dg_json *left_out;
};

/* Copies a member that is there and no empty list or object. */
int dg_creation_copy(struct dg_json *to, const struct dg_json *from,
		     const char *name, struct dg_error *err);

/* The ProvisionedThroughput of `from`. DG_EINVALID where it has none. */
int dg_creation_provision(struct dg_json *to, const struct dg_json *from,
			  const char *what, struct dg_error *err);

/* ProvisionedThroughput or OnDemandThroughput of the table or an index, as
 * the billing mode has it. what names it for messages. */
int dg_creation_throughput(const struct dg_creation *creation,
			   struct dg_json *to, const struct dg_json *from,
			   const char *what, struct dg_error *err);

/* LocalSecondaryIndexes and GlobalSecondaryIndexes. */
int dg_creation_indexes(struct dg_creation *creation, struct dg_error *err);

#endif
