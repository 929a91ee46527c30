#include "dynamodb/table.h"

#include "dynamodb/call.h"
#include "dynamodb/table_note.h"

#include <stdio.h>

#define TTL_MEMBER "TimeToLiveDescription"

int dg_table_note(struct dg_json *array, struct dg_error *err,
		  const char *format, ...)
{
	struct dg_json *holder = NULL, *text = NULL;
	char words[512];
	va_list args;
	int rc;

	if (!array)
		return 0;
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	rc = dg_json_new_object(&holder, err);
	if (rc == 0)
		rc = dg_json_set_string(holder, "text", words, err);
	if (rc == 0)
		rc = dg_json_copy(&text, dg_json_get(holder, "text"), err);
	if (rc == 0)
		rc = dg_json_append(array, text, err);
	dg_json_free(holder);
	return rc;
}

/* Calls an operation that takes nothing but the table's name. */
static int call_by_name(struct dg_connection *connection, const char *operation,
			const char *name, struct dg_json **response,
			struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = dg_json_new_object(&body, err);

	if (rc == 0)
		rc = dg_json_set_string(body, "TableName", name, err);
	if (rc == 0)
		rc = dg_connection_control(connection, operation, body,
					   response, err);
	dg_json_free(body);
	return rc;
}

int dg_table_describe(struct dg_connection *connection, const char *name,
		      struct dg_json **table, struct dg_error *err)
{
	struct dg_json *response = NULL;
	const struct dg_json *found;
	int rc =
		call_by_name(connection, "DescribeTable", name, &response, err);

	if (rc == DG_ENOTFOUND)
		return dg_error_set(err, DG_ENOTFOUND,
				    "table '%s' does not exist in %s at %s",
				    name, connection->db->region,
				    connection->db->endpoint);
	if (rc < 0)
		return dg_error_prefix(err, "table '%s'", name);
	found = dg_json_get(response, "Table");
	if (dg_json_is_object(found))
		rc = dg_json_copy(table, found, err);
	else
		rc = dg_error_set(err, DG_ESERVICE,
				  "%s answers DescribeTable without a Table",
				  connection->db->endpoint);
	dg_json_free(response);
	return rc;
}

bool dg_table_is_creating(const struct dg_json *table)
{
	const char *status = dg_json_get_string(table, "TableStatus");

	return status && strcmp(status, "CREATING") == 0;
}

int dg_table_check_usable(const struct dg_json *table, struct dg_error *err)
{
	const char *status = dg_json_get_string(table, "TableStatus");
	const char *name = dg_json_get_string(table, "TableName");

	if (!name)
		name = "?";
	if (!status || strcmp(status, "ACTIVE") == 0 ||
	    strcmp(status, "UPDATING") == 0)
		return 0;
	if (dg_table_is_creating(table)) {
		dg_error_set(err, DG_EFAILED, "table '%s' is being created",
			     name);
		return dg_error_hint(err, "Try again when it is ACTIVE");
	}
	if (strcmp(status, "DELETING") == 0) {
		dg_error_set(err, DG_EFAILED, "table '%s' is being deleted",
			     name);
		return dg_error_hint(err, "Try again when it is gone");
	}
	dg_error_set(err, DG_EFAILED, "table '%s' cannot be used: it is %s",
		     name, status);
	if (strncmp(status, "INACCESSIBLE", 12) == 0)
		return dg_error_hint(err, "Its KMS key is disabled, deleted, "
					  "or not granted to DynamoDB");
	return dg_error_hint(err, "Try again when it is ACTIVE");
}

static bool is_on(const char *status)
{
	return status && strncmp(status, "ENABL", 5) == 0;
}

const char *dg_table_ttl_attribute(const struct dg_json *definition)
{
	const struct dg_json *ttl = dg_json_get(definition, TTL_MEMBER);
	const char *status = dg_json_get_string(ttl, "TimeToLiveStatus");

	if (status && !is_on(status))
		return NULL;
	return dg_json_get_string(ttl, "AttributeName");
}

/* ENABLING is as good as ENABLED: what moves by itself is no change. */
static int set_ttl(struct dg_json *definition, const struct dg_json *answer,
		   struct dg_error *err)
{
	const struct dg_json *ttl = dg_json_get(answer, TTL_MEMBER);
	const char *attribute = dg_json_get_string(ttl, "AttributeName");
	bool on =
		attribute && is_on(dg_json_get_string(ttl, "TimeToLiveStatus"));
	struct dg_json *setting = NULL;
	int rc = dg_json_new_object(&setting, err);

	if (rc == 0 && on)
		rc = dg_json_set_string(setting, "AttributeName", attribute,
					err);
	if (rc == 0)
		rc = dg_json_set_string(setting, "TimeToLiveStatus",
					on ? "ENABLED" : "DISABLED", err);
	if (rc < 0) {
		dg_json_free(setting);
		return rc;
	}
	return dg_json_set(definition, TTL_MEMBER, setting, err);
}

static int keep_ttl(const struct dg_settings_target *target,
		    struct dg_error *err)
{
	const struct dg_json *kept = dg_json_get(target->previous, TTL_MEMBER);
	struct dg_json *copy = NULL;
	int rc = 0;

	if (kept)
		rc = dg_json_copy(&copy, kept, err);
	if (rc == 0 && copy)
		rc = dg_json_set(target->definition, TTL_MEMBER, copy, err);
	return rc < 0 ? rc
		      : dg_table_note(target->not_read, err, "%s", TTL_MEMBER);
}

int dg_table_read_settings(struct dg_connection *connection, const char *name,
			   const struct dg_settings_target *target,
			   struct dg_error *err)
{
	struct dg_json *answer = NULL;
	struct dg_error why = {0};
	int rc = call_by_name(connection, "DescribeTimeToLive", name, &answer,
			      &why);

	if (rc == DG_EDENIED || rc == DG_EUNSUPPORTED) {
		dg_warning(target->log,
			   "Cannot read the time to live of table '%s', %s: %s",
			   name,
			   dg_json_get(target->previous, TTL_MEMBER)
				   ? "the earlier snapshot's is kept"
				   : "it is not in the snapshot",
			   why.message);
		return keep_ttl(target, err);
	}
	if (rc < 0) {
		dg_error_pass(err, &why);
		return dg_error_prefix(err, "table '%s'", name);
	}
	rc = set_ttl(target->definition, answer, err);
	dg_json_free(answer);
	return rc;
}

static uint64_t units(const struct dg_json *table, const char *name)
{
	uint64_t value = 0;

	dg_json_get_u64(dg_json_get(table, "ProvisionedThroughput"), name,
			&value);
	return value;
}

uint64_t dg_table_read_units(const struct dg_json *table)
{
	return units(table, "ReadCapacityUnits");
}

uint64_t dg_table_write_units(const struct dg_json *table)
{
	return units(table, "WriteCapacityUnits");
}

/* DynamoDB Local shows no BillingModeSummary for PROVISIONED tables, AWS none
 * for those that never were on demand. */
bool dg_table_is_provisioned(const struct dg_json *table)
{
	const char *mode = dg_json_get_string(
		dg_json_get(table, "BillingModeSummary"), "BillingMode");

	if (mode)
		return strcmp(mode, "PROVISIONED") == 0;
	return dg_table_read_units(table) > 0 ||
	       dg_table_write_units(table) > 0;
}
