#include "dynamodb/later_index.h"

#include "dynamodb/call.h"
#include "dynamodb/create_table.h"
#include "dynamodb/table_change.h"

static bool is_key_in(const struct dg_json *holder, const char *attribute)
{
	const struct dg_json *key =
		dg_json_first(dg_json_get(holder, "KeySchema"));

	for (; key; key = dg_json_next(key)) {
		const char *name = dg_json_get_string(key, "AttributeName");

		if (name && strcmp(name, attribute) == 0)
			return true;
	}
	return false;
}

/* A key of the table or of a local index. */
static bool is_key_of_table(const struct dg_json *request,
			    const char *attribute)
{
	const struct dg_json *index =
		dg_json_first(dg_json_get(request, "LocalSecondaryIndexes"));

	if (is_key_in(request, attribute))
		return true;
	for (; index; index = dg_json_next(index))
		if (is_key_in(index, attribute))
			return true;
	return false;
}

/* The definitions of the index's keys, all that UpdateTable wants. */
static int add_definitions(struct dg_json *to, const struct dg_json *request,
			   const struct dg_json *index, struct dg_error *err)
{
	const struct dg_json *from =
		dg_json_first(dg_json_get(request, "AttributeDefinitions"));
	struct dg_json *list = NULL;
	int rc = dg_json_new_array(&list, err);

	if (rc == 0)
		rc = dg_json_set(to, "AttributeDefinitions", list, err);
	for (; rc == 0 && from; from = dg_json_next(from)) {
		const char *name = dg_json_get_string(from, "AttributeName");
		struct dg_json *copy = NULL;

		if (!name || !is_key_in(index, name))
			continue;
		rc = dg_json_copy(&copy, from, err);
		if (rc == 0)
			rc = dg_json_append(list, copy, err);
	}
	return rc;
}

/* An index has the table's billing mode. A table with capacity of its own
 * lends an index its units where the index comes without any. */
static int fit(struct dg_json *index, const struct dg_json *table,
	       struct dg_error *err)
{
	if (!table)
		return 0;
	if (!dg_table_is_provisioned(table)) {
		dg_json_remove(index, "ProvisionedThroughput");
		return 0;
	}
	dg_json_remove(index, "OnDemandThroughput");
	if (dg_json_get(index, "ProvisionedThroughput"))
		return 0;
	return dg_creation_provision(index, table, "the table", err);
}

/* [{"Create": index}] */
static int add_update(struct dg_json *to, const struct dg_json *index,
		      const struct dg_json *table, struct dg_error *err)
{
	struct dg_json *list = NULL;
	struct dg_json *update = NULL;
	struct dg_json *copy = NULL;
	int rc = dg_json_new_array(&list, err);

	if (rc == 0)
		rc = dg_json_set(to, "GlobalSecondaryIndexUpdates", list, err);
	if (rc == 0)
		rc = dg_json_new_object(&update, err);
	if (rc == 0)
		rc = dg_json_append(list, update, err);
	if (rc == 0)
		rc = dg_json_copy(&copy, index, err);
	if (rc == 0)
		rc = fit(copy, table, err);
	if (rc < 0) {
		dg_json_free(copy);
		return rc;
	}
	return dg_json_set(update, "Create", copy, err);
}

static int add_body(struct dg_json *bodies, const struct dg_json *request,
		    const struct dg_json *index, const struct dg_json *table,
		    struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = dg_json_new_object(&body, err);

	if (rc == 0)
		rc = dg_json_append(bodies, body, err);
	if (rc == 0)
		rc = add_definitions(body, request, index, err);
	return rc == 0 ? add_update(body, index, table, err) : rc;
}

/* The service refuses definitions that no key has. */
static void drop_unused(struct dg_json *request)
{
	struct dg_json *list =
		dg_json_get_mutable(request, "AttributeDefinitions");
	const struct dg_json *node = dg_json_first(list);

	while (node) {
		const char *name = dg_json_get_string(node, "AttributeName");
		const struct dg_json *next = dg_json_next(node);

		if (name && !is_key_of_table(request, name))
			dg_json_remove_node(list, node);
		node = next;
	}
}

int dg_table_defer_indexes(struct dg_json *request, const struct dg_json *table,
			   struct dg_json **bodies, struct dg_error *err)
{
	const struct dg_json *index =
		dg_json_first(dg_json_get(request, "GlobalSecondaryIndexes"));
	int rc = dg_json_new_array(bodies, err);

	for (; rc == 0 && index; index = dg_json_next(index))
		rc = add_body(*bodies, request, index, table, err);
	if (rc < 0) {
		dg_json_free(*bodies);
		*bodies = NULL;
		return rc;
	}
	dg_json_remove(request, "GlobalSecondaryIndexes");
	drop_unused(request);
	return 0;
}

const char *dg_table_deferred_name(const struct dg_json *body)
{
	const struct dg_json *update =
		dg_json_first(dg_json_get(body, "GlobalSecondaryIndexUpdates"));
	const char *name =
		dg_json_get_string(dg_json_get(update, "Create"), "IndexName");

	return name ? name : "?";
}

const struct dg_json *dg_table_deferred_keys(const struct dg_json *body)
{
	const struct dg_json *update =
		dg_json_first(dg_json_get(body, "GlobalSecondaryIndexUpdates"));

	return dg_json_get(dg_json_get(update, "Create"), "KeySchema");
}

const struct dg_json *dg_table_find_index(const struct dg_json *table,
					  const char *kind, const char *name)
{
	const struct dg_json *index = dg_json_first(dg_json_get(table, kind));

	for (; index; index = dg_json_next(index)) {
		const char *own = dg_json_get_string(index, "IndexName");

		if (own && strcmp(own, name) == 0)
			return index;
	}
	return NULL;
}

int dg_table_wait_filled(struct dg_connection *connection, const char *table,
			 struct dg_error *err)
{
	int rc = dg_table_wait(connection, table, DG_TABLE_BACKFILL_MS, err);

	return rc < 0 ? dg_error_prefix(err, "waiting for the indexes") : 0;
}

int dg_table_add_index(struct dg_connection *connection, const char *table,
		       const struct dg_json *body, struct dg_error *err)
{
	struct dg_json *copy = NULL;
	int rc = dg_json_copy(&copy, body, err);

	if (rc == 0)
		rc = dg_table_change(connection, "UpdateTable", table, copy,
				     err);
	/* By a try whose answer was lost. */
	if (rc == DG_EINVALID && dg_connection_in_doubt(connection) &&
	    strstr(dg_connection_error_words(connection), "already exists")) {
		dg_error_clear(err);
		rc = 0;
	}
	if (rc == 0)
		rc = dg_table_wait(connection, table, DG_TABLE_BACKFILL_MS,
				   err);
	return rc < 0 ? dg_error_prefix(err, "cannot add index '%s'",
					dg_table_deferred_name(body))
		      : 0;
}
