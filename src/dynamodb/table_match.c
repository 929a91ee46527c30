#include "dynamodb/table_match.h"

#include "item/table_def.h"

static bool same_text(const struct dg_json *a, const struct dg_json *b,
		      const char *name)
{
	const char *left = dg_json_get_string(a, name);
	const char *right = dg_json_get_string(b, name);

	return left && right ? strcmp(left, right) == 0 : left == right;
}

static bool same_keys(const struct dg_json *a, const struct dg_json *b)
{
	return dg_json_equal(dg_json_get(a, "KeySchema"),
			     dg_json_get(b, "KeySchema"));
}

/* DescribeTable may list them in another order. */
static bool has_attributes(const struct dg_json *table,
			   const struct dg_json *request)
{
	const struct dg_json *node =
		dg_json_first(dg_json_get(request, "AttributeDefinitions"));

	for (; node; node = dg_json_next(node)) {
		const char *asked = dg_json_get_string(node, "AttributeType");
		const char *type = dg_table_def_attribute_type(
			table, dg_json_get_string(node, "AttributeName"));

		if (!asked || !type || strcmp(asked, type) != 0)
			return false;
	}
	return true;
}

static bool same_index(const struct dg_json *a, const struct dg_json *b)
{
	return same_text(a, b, "IndexName") && same_keys(a, b) &&
	       same_text(dg_json_get(a, "Projection"),
			 dg_json_get(b, "Projection"), "ProjectionType");
}

static bool same_indexes(const struct dg_json *table,
			 const struct dg_json *request, const char *kind)
{
	const struct dg_json *have = dg_json_get(table, kind);
	const struct dg_json *asked = dg_json_get(request, kind);
	const struct dg_json *a, *b;

	if (dg_json_length(have) != dg_json_length(asked))
		return false;
	for (a = dg_json_first(asked); a; a = dg_json_next(a)) {
		b = dg_json_first(have);
		while (b && !same_index(a, b))
			b = dg_json_next(b);
		if (!b)
			return false;
	}
	return true;
}

bool dg_table_matches(const struct dg_json *table,
		      const struct dg_json *request)
{
	return same_keys(table, request) && has_attributes(table, request) &&
	       same_indexes(table, request, "LocalSecondaryIndexes") &&
	       same_indexes(table, request, "GlobalSecondaryIndexes");
}
