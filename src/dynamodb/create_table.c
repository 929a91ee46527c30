#include "dynamodb/create_table.h"

#include "dynamodb/table_note.h"

int dg_creation_copy(struct dg_json *to, const struct dg_json *from,
		     const char *name, struct dg_error *err)
{
	const struct dg_json *member = dg_json_get(from, name);
	struct dg_json *copy = NULL;
	int rc;

	if (!member)
		return 0;
	if ((dg_json_is_array(member) || dg_json_is_object(member)) &&
	    dg_json_length(member) == 0)
		return 0;
	rc = dg_json_copy(&copy, member, err);
	return rc < 0 ? rc : dg_json_set(to, name, copy, err);
}

int dg_creation_provision(struct dg_json *to, const struct dg_json *from,
			  const char *what, struct dg_error *err)
{
	uint64_t read = dg_table_read_units(from);
	uint64_t write = dg_table_write_units(from);
	struct dg_json *units = NULL;
	int rc;

	if (read == 0 || write == 0)
		return dg_error_set(err, DG_EINVALID,
				    "the definition says PROVISIONED, but %s "
				    "has no capacity units",
				    what);
	rc = dg_json_new_object(&units, err);
	if (rc == 0)
		rc = dg_json_set_u64(units, "ReadCapacityUnits", read, err);
	if (rc == 0)
		rc = dg_json_set_u64(units, "WriteCapacityUnits", write, err);
	if (rc < 0) {
		dg_json_free(units);
		return rc;
	}
	return dg_json_set(to, "ProvisionedThroughput", units, err);
}

static const char *const maximum_names[] = {"MaxReadRequestUnits",
					    "MaxWriteRequestUnits"};

/* A maximum of requests on demand; -1 (and absence) mean none. */
static bool get_maximum(const struct dg_json *owner, size_t which,
			uint64_t *value)
{
	return dg_json_get_u64(dg_json_get(owner, "OnDemandThroughput"),
			       maximum_names[which], value) &&
	       *value > 0;
}

static bool has_maximum(const struct dg_json *owner)
{
	uint64_t value;

	return get_maximum(owner, 0, &value) || get_maximum(owner, 1, &value);
}

static int set_on_demand(struct dg_json *to, const struct dg_json *from,
			 struct dg_error *err)
{
	struct dg_json *units = NULL;
	int rc;

	if (!has_maximum(from))
		return 0;
	rc = dg_json_new_object(&units, err);
	for (size_t i = 0; rc == 0 && i < 2; i++) {
		uint64_t value;

		if (get_maximum(from, i, &value))
			rc = dg_json_set_u64(units, maximum_names[i], value,
					     err);
	}
	if (rc < 0) {
		dg_json_free(units);
		return rc;
	}
	return dg_json_set(to, "OnDemandThroughput", units, err);
}

int dg_creation_throughput(const struct dg_creation *creation,
			   struct dg_json *to, const struct dg_json *from,
			   const char *what, struct dg_error *err)
{
	if (creation->minimal)
		return 0;
	if (creation->provisioned)
		return dg_creation_provision(to, from, what, err);
	return set_on_demand(to, from, err);
}

static bool has_stream(const struct dg_json *table)
{
	return dg_json_get_bool(dg_json_get(table, "StreamSpecification"),
				"StreamEnabled", false);
}

/* Encryption with a KMS key; without one AWS encrypts anyway. */
static bool has_kms(const struct dg_json *table)
{
	const struct dg_json *sse = dg_json_get(table, "SSEDescription");
	const char *type = dg_json_get_string(sse, "SSEType");
	const char *status = dg_json_get_string(sse, "Status");

	return type && strcmp(type, "KMS") == 0 &&
	       (!status || strncmp(status, "DISABL", 6) != 0);
}

static const char *table_class(const struct dg_json *table)
{
	const char *class = dg_json_get_string(
		dg_json_get(table, "TableClassSummary"), "TableClass");

	return class && strcmp(class, "STANDARD") != 0 ? class : NULL;
}

static int set_encryption(struct dg_creation *creation, struct dg_error *err)
{
	const struct dg_json *from =
		dg_json_get(creation->table, "SSEDescription");
	const char *key = dg_json_get_string(from, "KMSMasterKeyArn");
	struct dg_json *sse = NULL;
	int rc = dg_json_new_object(&sse, err);

	if (rc == 0)
		rc = dg_json_set_bool(sse, "Enabled", true, err);
	if (rc == 0)
		rc = dg_json_set_string(sse, "SSEType", "KMS", err);
	if (rc == 0 && key)
		rc = dg_json_set_string(sse, "KMSMasterKeyId", key, err);
	if (rc < 0) {
		dg_json_free(sse);
		return rc;
	}
	return dg_json_set(creation->request, "SSESpecification", sse, err);
}

/* Whatever else DescribeTable shows that CreateTable takes. */
static int add_settings(struct dg_creation *creation, struct dg_error *err)
{
	const char *class = table_class(creation->table);
	int rc = 0;

	if (has_stream(creation->table))
		rc = dg_creation_copy(creation->request, creation->table,
				      "StreamSpecification", err);
	if (rc == 0 && has_kms(creation->table))
		rc = set_encryption(creation, err);
	if (rc == 0 && class)
		rc = dg_json_set_string(creation->request, "TableClass", class,
					err);
	return rc;
}

/* The settings that add_settings would have taken, and what follows the
 * creation of a table in the same environment. */
static int note_settings(const struct dg_creation *creation,
			 const struct dg_json *definition, struct dg_error *err)
{
	const struct dg_json *table = creation->table;
	const char *class = table_class(table);
	const char *ttl = dg_table_ttl_attribute(definition);
	struct dg_json *left_out = creation->left_out;
	int rc = 0;

	if (dg_table_is_provisioned(table))
		rc = dg_table_note(
			left_out, err,
			"provisioned capacity (%llu read, %llu write units)",
			(unsigned long long)dg_table_read_units(table),
			(unsigned long long)dg_table_write_units(table));
	if (rc == 0 && has_maximum(table))
		rc = dg_table_note(left_out, err, "maximum on-demand capacity");
	if (rc == 0 && has_stream(table))
		rc = dg_table_note(left_out, err, "stream");
	if (rc == 0 && has_kms(table))
		rc = dg_table_note(left_out, err, "encryption with a KMS key");
	if (rc == 0 && class)
		rc = dg_table_note(left_out, err, "table class %s", class);
	if (rc == 0 && ttl)
		rc = dg_table_note(left_out, err, "time to live on '%s'", ttl);
	if (rc == 0 &&
	    dg_json_get_bool(table, "DeletionProtectionEnabled", false))
		rc = dg_table_note(left_out, err, "deletion protection");
	return rc;
}

/* Members that are sent, follow later, or describe the old table alone. */
static const char *const known_members[] = {
	"ArchivalSummary",
	"AttributeDefinitions",
	"BillingModeSummary",
	"CreationDateTime",
	"DeletionProtectionEnabled",
	"GlobalSecondaryIndexes",
	"ItemCount",
	"KeySchema",
	"LatestStreamArn",
	"LatestStreamLabel",
	"LocalSecondaryIndexes",
	"OnDemandThroughput",
	"ProvisionedThroughput",
	"RestoreSummary",
	"SSEDescription",
	"StreamSpecification",
	"TableArn",
	"TableClassSummary",
	"TableId",
	"TableName",
	"TableSizeBytes",
	"TableStatus",
	"WarmThroughput",
	/* Beside Table: */
	"Table",
	"TimeToLiveDescription",
};

static bool is_known(const char *name)
{
	for (size_t i = 0; i < sizeof(known_members) / sizeof(*known_members);
	     i++)
		if (strcmp(name, known_members[i]) == 0)
			return true;
	return false;
}

/* Replicas, witnesses and what DescribeTable may show one day. */
static int note_unknown(const struct dg_json *object, struct dg_json *left_out,
			struct dg_error *err)
{
	const struct dg_json *node;
	int rc = 0;

	for (node = dg_json_first(object); rc == 0 && node;
	     node = dg_json_next(node))
		if (!is_known(dg_json_member_name(node)))
			rc = dg_table_note(left_out, err, "%s",
					   dg_json_member_name(node));
	return rc;
}

static int build(struct dg_creation *creation, const char *name,
		 struct dg_error *err)
{
	struct dg_json *request = creation->request;
	bool provisioned = creation->provisioned && !creation->minimal;
	int rc = dg_json_set_string(request, "TableName", name, err);

	if (rc == 0)
		rc = dg_creation_copy(request, creation->table,
				      "AttributeDefinitions", err);
	if (rc == 0)
		rc = dg_creation_copy(request, creation->table, "KeySchema",
				      err);
	if (rc == 0)
		rc = dg_creation_indexes(creation, err);
	if (rc == 0)
		rc = dg_json_set_string(
			request, "BillingMode",
			provisioned ? "PROVISIONED" : "PAY_PER_REQUEST", err);
	if (rc == 0)
		rc = dg_creation_throughput(creation, request, creation->table,
					    "the table", err);
	if (rc == 0 && !creation->minimal)
		rc = add_settings(creation, err);
	return rc;
}

int dg_table_create_request(struct dg_json **out,
			    const struct dg_json *definition,
			    const struct dg_create_options *options,
			    struct dg_json *left_out, struct dg_error *err)
{
	struct dg_creation creation = {
		.table = dg_json_get(definition, "Table"),
		.minimal = options->keys_and_indexes_only,
		.left_out = left_out,
	};
	int rc;

	if (!dg_json_get(creation.table, "KeySchema") ||
	    !dg_json_get(creation.table, "AttributeDefinitions"))
		return dg_error_set(err, DG_EINVALID,
				    "the definition has no Table with "
				    "KeySchema and AttributeDefinitions");
	creation.provisioned = dg_table_is_provisioned(creation.table);
	rc = dg_json_new_object(&creation.request, err);
	if (rc == 0)
		rc = build(&creation, options->table_name, err);
	if (rc == 0 && creation.minimal)
		rc = note_settings(&creation, definition, err);
	if (rc == 0)
		rc = note_unknown(creation.table, left_out, err);
	if (rc == 0)
		rc = note_unknown(definition, left_out, err);
	if (rc < 0) {
		dg_json_free(creation.request);
		return rc;
	}
	*out = creation.request;
	return 0;
}
