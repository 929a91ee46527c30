/*
 * A table's control plane: describe, its settings beside DescribeTable,
 * create from a definition, wait.
 */
#ifndef DG_DYNAMODB_TABLE_H
#define DG_DYNAMODB_TABLE_H

#include "dynamodb/client.h"
#include "item/key.h"

/* *table gets the Table object as sent. DG_ENOTFOUND: no such table. */
int dg_table_describe(struct dg_connection *connection, const char *name,
		      struct dg_json **table, struct dg_error *err);

/* TableStatus is ACTIVE or UPDATING; else DG_EFAILED "Table 'x' is being
 * created/deleted" with what to do. */
int dg_table_check_usable(const struct dg_json *table, struct dg_error *err);

/* TableStatus is CREATING. */
bool dg_table_is_creating(const struct dg_json *table);

/* TableStatus and the IndexStatus of each global index are ACTIVE. */
bool dg_table_is_ready(const struct dg_json *table);

/* Asks again and again, up to 30 minutes, until a table that is being created
 * is ACTIVE with every index; *table gets it as it then is. DG_EFAILED: it is
 * not by then. */
int dg_table_wait_created(struct dg_connection *connection, const char *name,
			  struct dg_json **table, struct dg_error *err);

/* What dg_table_read_settings fills, and with what. */
struct dg_settings_target {
	struct dg_json *definition;
	struct dg_json *not_read;       /* an array of names */
	const struct dg_json *previous; /* an earlier definition, or NULL */
	const struct dg_log *log;
};

/*
 * Adds the settings that DescribeTable does not show (TimeToLiveDescription
 * now) to the definition. A setting that cannot be read is copied from
 * previous, and its name is added to not_read; that is no error.
 */
int dg_table_read_settings(struct dg_connection *connection, const char *name,
			   const struct dg_settings_target *target,
			   struct dg_error *err);

struct dg_create_options {
	const char *table_name; /* the target's; the definition's is ignored */
	/* keys, attributes, indexes, on demand, nothing else; else whatever
	 * DescribeTable shows that CreateTable takes. */
	bool keys_and_indexes_only;
};

/*
 * Pure: the CreateTable body for a definition. Names of what was left out
 * are added to the array left_out (strings, for people).
 */
int dg_table_create_request(struct dg_json **out,
			    const struct dg_json *definition,
			    const struct dg_create_options *options,
			    struct dg_json *left_out, struct dg_error *err);

/* Sends it and waits for ACTIVE, with every index. DeletionProtectionEnabled
 * is never in the request: dg_table_finish sets it after the items. DG_EEXISTS
 * if there is such a table, unless it is what the request asks for and may come
 * from a try of ours whose answer was lost. */
int dg_table_create(struct dg_connection *connection,
		    const struct dg_json *request, struct dg_error *err);

/* The attribute that holds each item's end of life, NULL where the definition
 * has no time to live that is on. Borrowed. */
const char *dg_table_ttl_attribute(const struct dg_json *definition);

/* Time-to-live, then deletion protection, as the definition has them. */
int dg_table_finish(struct dg_connection *connection, const char *name,
		    const struct dg_json *definition, struct dg_error *err);

/* For a table that this run created and nobody else uses: it goes with its
 * items. Waits out its creation; DG_ENOTFOUND: there is none. */
int dg_table_delete(struct dg_connection *connection, const char *name,
		    struct dg_error *err);

/* Visits the names of tables that begin with prefix, in their order. */
int dg_table_list(struct dg_connection *connection, const char *prefix,
		  int (*visit)(void *context, const char *name,
			       struct dg_error *err),
		  void *context, struct dg_error *err);

/* Its billing mode; else it is on demand. */
bool dg_table_is_provisioned(const struct dg_json *table);

/* ProvisionedThroughput in units; 0 on demand. */
uint64_t dg_table_read_units(const struct dg_json *table);
uint64_t dg_table_write_units(const struct dg_json *table);

#endif
