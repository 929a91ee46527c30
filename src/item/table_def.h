/*
 * A table's definition: the document of table-schema.json, {"Table": {…}} as
 * DescribeTable gives it with everything removed that moves by itself
 * (docs/snapshot-format.md lists it), and the settings that DescribeTable
 * does not show beside it under their API output's names.
 */
#ifndef DG_ITEM_TABLE_DEF_H
#define DG_ITEM_TABLE_DEF_H

#include "base/digest.h"
#include "base/json.h"
#include "item/key.h"

/*
 * Makes the normalised document from DescribeTable's Table object (which is
 * left alone). Unknown members are kept.
 */
int dg_table_def_from_describe(struct dg_json **out,
			       const struct dg_json *table,
			       struct dg_error *err);

/* Reads table-schema.json of any age: parses and normalises. */
int dg_table_def_parse(struct dg_json **out, struct dg_slice text,
		       struct dg_error *err);

/* The primary key. DG_EINVALID if it is missing or of unknown type. */
int dg_table_def_keys(const struct dg_json *definition,
		      struct dg_key_schema *out, struct dg_error *err);

/* "S", "N" or "B" from AttributeDefinitions of the Table object; NULL if the
 * attribute (may be NULL) is not defined there. */
const char *dg_table_def_attribute_type(const struct dg_json *table,
					const char *attribute);

/* Equal but for Read/WriteCapacityUnits, which alone are no change. */
bool dg_table_def_equal(const struct dg_json *a, const struct dg_json *b);

/* The text of table-schema.json: pretty, sorted, one newline at its end. */
int dg_table_def_print(const struct dg_json *definition, struct dg_buf *out,
		       struct dg_error *err);

/* SHA-256 of the sorted compact JSON. */
int dg_table_def_digest(const struct dg_json *definition,
			char hex[DG_SHA256_HEX_SIZE], struct dg_error *err);

#endif
