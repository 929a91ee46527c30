#include "dynamodb/table.h"

#include "dynamodb/call.h"
#include "dynamodb/table_change.h"
#include "dynamodb/table_match.h"
#include "dynamodb/table_note.h"

#define POLL_FIRST_MS 200
#define POLL_MAX_MS 5000

static bool is_active(const struct dg_json *object, const char *member)
{
	const char *status = dg_json_get_string(object, member);

	return !status || strcmp(status, "ACTIVE") == 0;
}

bool dg_table_is_ready(const struct dg_json *table)
{
	const struct dg_json *index =
		dg_json_first(dg_json_get(table, "GlobalSecondaryIndexes"));

	for (; index; index = dg_json_next(index))
		if (!is_active(index, "IndexStatus"))
			return false;
	return is_active(table, "TableStatus");
}

/* *out gets the table as it then is. */
static int wait_until_ready(struct dg_json **out,
			    struct dg_connection *connection, const char *name,
			    int64_t patience_ms, struct dg_error *err)
{
	struct dg_clock *clock = connection->db->clock;
	int64_t begun = dg_clock_now_ms(clock);
	int64_t pause = POLL_FIRST_MS;

	for (;;) {
		struct dg_json *table = NULL;
		int rc = dg_table_describe(connection, name, &table, err);

		if (rc < 0)
			return rc;
		if (dg_table_is_ready(table)) {
			*out = table;
			return 0;
		}
		dg_json_free(table);
		if (dg_clock_now_ms(clock) - begun > patience_ms)
			return dg_error_set(err, DG_EFAILED,
					    "table '%s' is not ACTIVE with "
					    "all its indexes after %d minutes",
					    name, (int)(patience_ms / 60000));
		rc = dg_clock_sleep_ms(clock, pause, connection->cancel, err);
		if (rc < 0)
			return rc;
		pause = pause * 2 < POLL_MAX_MS ? pause * 2 : POLL_MAX_MS;
	}
}

int dg_table_wait(struct dg_connection *connection, const char *name,
		  int64_t patience_ms, struct dg_error *err)
{
	struct dg_json *table = NULL;
	int rc = wait_until_ready(&table, connection, name, patience_ms, err);

	dg_json_free(table);
	return rc;
}

int dg_table_wait_created(struct dg_connection *connection, const char *name,
			  struct dg_json **table, struct dg_error *err)
{
	int rc;

	*table = NULL;
	rc = wait_until_ready(table, connection, name, DG_TABLE_CREATION_MS,
			      err);
	return rc < 0 ? dg_error_prefix(err, "waiting for the new table") : 0;
}

int dg_table_create(struct dg_connection *connection,
		    const struct dg_json *request, struct dg_error *err)
{
	struct dg_dynamodb *db = connection->db;
	const char *name = dg_json_get_string(request, "TableName");
	struct dg_json *table = NULL;
	int rc = dg_connection_control(connection, "CreateTable", request,
				       &table, err);
	/* A try whose answer was lost may have made it: then the next one finds
	 * the table. */
	bool found = rc == DG_EEXISTS && dg_connection_in_doubt(connection);

	dg_json_free(table);
	if (rc < 0 && !found)
		return dg_error_prefix(err, "cannot create table '%s'", name);
	__atomic_store_n(&db->created_ms, dg_clock_now_ms(db->clock),
			 __ATOMIC_RELAXED);
	rc = dg_table_wait_created(connection, name, &table, err);
	if (rc < 0)
		return rc;
	if (found && !dg_table_matches(table, request))
		rc = dg_error_set(err, DG_EEXISTS,
				  "cannot create table '%s': it exists, with "
				  "other keys or indexes",
				  name);
	dg_json_free(table);
	return rc;
}

int dg_table_change(struct dg_connection *connection, const char *operation,
		    const char *name, struct dg_json *body,
		    struct dg_error *err)
{
	struct dg_json *response = NULL;
	int rc = dg_json_set_string(body, "TableName", name, err);

	if (rc == 0)
		rc = dg_connection_control(connection, operation, body,
					   &response, err);
	dg_json_free(response);
	dg_json_free(body);
	return rc;
}

static int make_ttl_body(struct dg_json **out, const char *attribute,
			 struct dg_error *err)
{
	struct dg_json *setting;
	int rc = dg_json_new_object(out, err);

	if (rc == 0)
		rc = dg_json_new_object(&setting, err);
	if (rc == 0)
		rc = dg_json_set(*out, "TimeToLiveSpecification", setting, err);
	if (rc == 0)
		rc = dg_json_set_bool(setting, "Enabled", true, err);
	if (rc == 0)
		rc = dg_json_set_string(setting, "AttributeName", attribute,
					err);
	return rc;
}

static int enable_ttl(struct dg_connection *connection, const char *name,
		      const char *attribute, struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = make_ttl_body(&body, attribute, err);

	if (rc < 0) {
		dg_json_free(body);
		return rc;
	}
	rc = dg_table_change(connection, "UpdateTimeToLive", name, body, err);
	/* "TimeToLive is already enabled", by a try whose answer was lost. */
	if (rc == DG_EINVALID &&
	    strstr(dg_connection_error_words(connection), "already enabled"))
		return 0;
	return rc < 0 ? dg_error_prefix(err,
					"cannot set the time to live of '%s'",
					name)
		      : 0;
}

static int enable_protection(struct dg_connection *connection, const char *name,
			     struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = dg_json_new_object(&body, err);

	if (rc == 0)
		rc = dg_json_set_bool(body, "DeletionProtectionEnabled", true,
				      err);
	if (rc < 0) {
		dg_json_free(body);
		return rc;
	}
	rc = dg_table_change(connection, "UpdateTable", name, body, err);
	return rc < 0 ? dg_error_prefix(
				err, "cannot protect '%s' from deletion", name)
		      : 0;
}

int dg_table_finish(struct dg_connection *connection, const char *name,
		    const struct dg_json *definition, struct dg_error *err)
{
	const char *ttl = dg_table_ttl_attribute(definition);
	const struct dg_json *table = dg_json_get(definition, "Table");
	int rc = 0;

	if (ttl)
		rc = enable_ttl(connection, name, ttl, err);
	if (rc == 0 &&
	    dg_json_get_bool(table, "DeletionProtectionEnabled", false))
		rc = enable_protection(connection, name, err);
	return rc;
}

int dg_table_delete(struct dg_connection *connection, const char *name,
		    struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = dg_json_new_object(&body, err);

	if (rc == 0)
		rc = dg_table_change(connection, "DeleteTable", name, body,
				     err);
	return rc < 0 ? dg_error_prefix(err, "cannot delete table '%s'", name)
		      : 0;
}
