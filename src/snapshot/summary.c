/* dump-summary.txt: what stands in the other three files, for people. */
#include "base/text.h"
#include "item/table_def.h"
#include "snapshot/metadata.h"
#include <ddbgit/text.h>
#include <stdio.h>

#define VALUE_SIZE 1024

/* One line "Label:   value", the value made harmless for a terminal. */
static int add_line(struct dg_buf *out, const char *label, const char *value,
		    struct dg_error *err)
{
	char printable[VALUE_SIZE];

	if (!value || !*value)
		return 0;
	dg_text_printable(value, printable, sizeof(printable));
	return dg_buf_addf(out, err, "%-15s%s\n", label, printable);
}

static int add_source(struct dg_buf *out, const struct dg_metadata *metadata,
		      struct dg_error *err)
{
	struct dg_buf endpoint = DG_BUF_INIT(64 * 1024);
	int rc = add_line(out, "Table:", metadata->table_name, err);

	if (rc == 0)
		rc = add_line(out, "Environment:", metadata->environment, err);
	if (rc == 0)
		rc = add_line(out, "Region:", metadata->region, err);
	if (rc == 0)
		rc = dg_metadata_endpoint(metadata, &endpoint, err);
	if (rc == 0)
		rc = add_line(out, "Endpoint:", dg_buf_str(&endpoint), err);
	if (rc == 0)
		rc = add_line(out, "Dump date:", metadata->dump_date, err);
	dg_buf_free(&endpoint);
	return rc;
}

static int add_size(struct dg_buf *out, const struct dg_metadata *metadata,
		    struct dg_error *err)
{
	char number[DG_COUNT_SIZE];
	int rc = 0;

	if (metadata->has_item_count)
		rc = add_line(out, "Items:",
			      dg_format_count(metadata->item_count, number),
			      err);
	if (rc == 0 && metadata->format_version > 0)
		rc = add_line(out, "Data size:",
			      dg_format_bytes(metadata->data_bytes, number),
			      err);
	return rc;
}

/* "id (HASH), time (RANGE)" */
static int describe_key_schema(const struct dg_json *holder,
			       struct dg_buf *text, struct dg_error *err)
{
	const struct dg_json *list = dg_json_get(holder, "KeySchema");
	const struct dg_json *key = list ? dg_json_first(list) : NULL;
	const char *separator = "";
	int rc = 0;

	for (; rc == 0 && key; key = dg_json_next(key)) {
		const char *name = dg_json_get_string(key, "AttributeName");
		const char *type = dg_json_get_string(key, "KeyType");

		rc = dg_buf_addf(text, err, "%s%s (%s)", separator,
				 name ? name : "?", type ? type : "?");
		separator = ", ";
	}
	return rc;
}

static int add_indexes(struct dg_buf *out, const struct dg_json *table,
		       const char *member, const char *label,
		       struct dg_error *err)
{
	const struct dg_json *list = dg_json_get(table, member);
	const struct dg_json *index = list ? dg_json_first(list) : NULL;
	struct dg_buf text = DG_BUF_INIT(VALUE_SIZE * 4);
	int rc = 0;

	for (; rc == 0 && index; index = dg_json_next(index)) {
		const char *name = dg_json_get_string(index, "IndexName");

		dg_buf_clear(&text);
		rc = dg_buf_addf(&text, err, "%s: ", name ? name : "?");
		if (rc == 0)
			rc = describe_key_schema(index, &text, err);
		if (rc == 0)
			rc = add_line(out, label, dg_buf_str(&text), err);
	}
	dg_buf_free(&text);
	return rc;
}

static int add_definition(struct dg_buf *out, const struct dg_json *definition,
			  struct dg_error *err)
{
	const struct dg_json *table = dg_json_get(definition, "Table");
	struct dg_key_schema keys;
	char text[DG_KEY_SCHEMA_TEXT_SIZE];
	int rc = dg_table_def_keys(definition, &keys, err);

	if (rc == 0)
		rc = add_line(out, "Key:",
			      dg_key_schema_describe(&keys, text, sizeof(text)),
			      err);
	if (rc == 0)
		rc = add_indexes(out, table, "GlobalSecondaryIndexes",
				 "Global index:", err);
	if (rc == 0)
		rc = add_indexes(out, table, "LocalSecondaryIndexes",
				 "Local index:", err);
	return rc;
}

static int add_tool(struct dg_buf *out, const struct dg_metadata *metadata,
		    struct dg_error *err)
{
	char text[VALUE_SIZE];

	if (!metadata->tool_version)
		return 0;
	snprintf(text, sizeof(text), "ddbgit %s", metadata->tool_version);
	return add_line(out, "Written by:", text, err);
}

static int add_restoring(struct dg_buf *out, const struct dg_metadata *metadata,
			 struct dg_error *err)
{
	char printable[VALUE_SIZE];
	const char *environment =
		metadata->environment ? metadata->environment : "ENV";

	dg_text_printable(environment, printable, sizeof(printable));
	return dg_buf_addf(
		out, err,
		"\nFiles:\n"
		"  table-data.json      all items, in DynamoDB JSON\n"
		"  table-schema.json    keys, indexes and settings\n"
		"  table-metadata.json  where and when, counts and digests\n"
		"  dump-summary.txt     this file\n"
		"\nRestore it:\n"
		"  ddbgit restore --env=%s --source=DIR\n"
		"where DIR is the folder of this file and --env says into "
		"which "
		"environment.\n",
		printable);
}

int dg_summary_print(const struct dg_metadata *metadata,
		     const struct dg_json *definition, struct dg_buf *out,
		     struct dg_error *err)
{
	int rc = dg_buf_add_str(out,
				"DynamoDB Table Dump Summary\n"
				"===========================\n\n",
				err);

	if (rc == 0)
		rc = add_source(out, metadata, err);
	if (rc == 0)
		rc = add_size(out, metadata, err);
	if (rc == 0 && definition)
		rc = add_definition(out, definition, err);
	if (rc == 0)
		rc = add_line(out, "Data SHA-256:", metadata->data_sha256, err);
	if (rc == 0)
		rc = add_tool(out, metadata, err);
	if (rc == 0)
		rc = add_restoring(out, metadata, err);
	return rc;
}
