#include "item/table_def.h"

#include "item/table_normal.h"

static const char *text_of(const struct dg_json *node, const char *member)
{
	const char *text = dg_json_get_string(node, member);

	return text ? text : "";
}

int dg_table_def_from_describe(struct dg_json **out,
			       const struct dg_json *table,
			       struct dg_error *err)
{
	struct dg_json *definition = NULL;
	struct dg_json *copy = NULL;
	int rc = dg_json_new_object(&definition, err);

	if (rc == 0)
		rc = dg_json_copy(&copy, table, err);
	if (rc == 0)
		rc = dg_json_set(definition, "Table", copy, err);
	if (rc < 0) {
		dg_json_free(definition);
		return rc;
	}
	dg_table_def_normalise(definition);
	*out = definition;
	return 0;
}

int dg_table_def_parse(struct dg_json **out, struct dg_slice text,
		       struct dg_error *err)
{
	struct dg_json *definition;
	int rc;

	if (dg_slice_starts_with(text, DG_SLICE("\xef\xbb\xbf")))
		text = dg_slice_of(text.ptr + 3, text.len - 3);
	rc = dg_json_parse(&definition, text, err);
	if (rc < 0)
		return rc;
	if (!dg_json_is_object(dg_json_get(definition, "Table"))) {
		dg_json_free(definition);
		return dg_error_set(err, DG_EINVALID,
				    "there is no object \"Table\" in it, as "
				    "describe-table prints");
	}
	dg_table_def_normalise(definition);
	*out = definition;
	return 0;
}

const char *dg_table_def_attribute_type(const struct dg_json *table,
					const char *attribute)
{
	const struct dg_json *list = dg_json_get(table, "AttributeDefinitions");
	const struct dg_json *entry;

	if (!attribute || !dg_json_is_array(list))
		return NULL;
	for (entry = dg_json_first(list); entry; entry = dg_json_next(entry))
		if (strcmp(text_of(entry, "AttributeName"), attribute) == 0)
			return dg_json_get_string(entry, "AttributeType");
	return NULL;
}

/* One entry of KeySchema. */
static int read_key(const struct dg_json *table, const struct dg_json *entry,
		    struct dg_key_attribute *out, struct dg_error *err)
{
	const char *name = text_of(entry, "AttributeName");
	const char *type = dg_table_def_attribute_type(table, name);

	if (name[0] == '\0' || strlen(name) >= sizeof(out->name))
		return dg_error_set(err, DG_EINVALID,
				    "KeySchema holds no valid AttributeName");
	if (!type || strlen(type) != 1 || !strchr("SNB", type[0]))
		return dg_error_set(err, DG_EINVALID,
				    "the type of the key attribute '%s' is "
				    "not S, N or B in AttributeDefinitions",
				    name);
	memcpy(out->name, name, strlen(name) + 1);
	out->type = type[0];
	return 0;
}

int dg_table_def_keys(const struct dg_json *definition,
		      struct dg_key_schema *out, struct dg_error *err)
{
	static const char *const types[] = {"HASH", "RANGE"};
	const struct dg_json *table = dg_json_get(definition, "Table");
	const struct dg_json *schema = dg_json_get(table, "KeySchema");
	const struct dg_json *entry;
	int rc = 0;

	*out = (struct dg_key_schema){0};
	if (!dg_json_is_array(schema))
		return dg_error_set(err, DG_EINVALID,
				    "there is no KeySchema in the table's "
				    "definition");
	for (entry = dg_json_first(schema); rc == 0 && entry;
	     entry = dg_json_next(entry)) {
		if (out->count == 2 ||
		    strcmp(text_of(entry, "KeyType"), types[out->count]) != 0)
			break;
		rc = read_key(table, entry, &out->attribute[out->count++], err);
	}
	if (rc == 0 && (entry || out->count == 0))
		rc = dg_error_set(err, DG_EINVALID,
				  "KeySchema is not one HASH and at most one "
				  "RANGE attribute");
	return rc;
}

/* Autoscaling sets capacity as often as people do. */
static bool is_capacity(const struct dg_json *member)
{
	const char *name = dg_json_member_name(member);

	return strcmp(name, "ReadCapacityUnits") == 0 ||
	       strcmp(name, "WriteCapacityUnits") == 0;
}

static size_t count_members(const struct dg_json *object)
{
	const struct dg_json *member = dg_json_first(object);
	size_t count = 0;

	for (; member; member = dg_json_next(member))
		count += !is_capacity(member);
	return count;
}

static bool objects_equal(const struct dg_json *a, const struct dg_json *b)
{
	const struct dg_json *member = dg_json_first(a);

	if (count_members(a) != count_members(b))
		return false;
	for (; member; member = dg_json_next(member)) {
		const struct dg_json *other =
			dg_json_get(b, dg_json_member_name(member));

		if (!is_capacity(member) &&
		    (!other || !dg_table_def_equal(member, other)))
			return false;
	}
	return true;
}

static bool arrays_equal(const struct dg_json *a, const struct dg_json *b)
{
	a = dg_json_first(a);
	b = dg_json_first(b);
	while (a && b && dg_table_def_equal(a, b)) {
		a = dg_json_next(a);
		b = dg_json_next(b);
	}
	return !a && !b;
}

bool dg_table_def_equal(const struct dg_json *a, const struct dg_json *b)
{
	if (dg_json_is_object(a) && dg_json_is_object(b))
		return objects_equal(a, b);
	if (dg_json_is_array(a) && dg_json_is_array(b))
		return arrays_equal(a, b);
	return dg_json_equal(a, b);
}

/* Prints with the members sorted, whoever made the document. */
static int print_sorted(const struct dg_json *definition, bool pretty,
			struct dg_buf *out, struct dg_error *err)
{
	struct dg_json *sorted;
	int rc = dg_json_copy(&sorted, definition, err);

	if (rc < 0)
		return rc;
	dg_json_sort_members(sorted);
	rc = dg_json_print(sorted, pretty, out, err);
	dg_json_free(sorted);
	return rc;
}

int dg_table_def_print(const struct dg_json *definition, struct dg_buf *out,
		       struct dg_error *err)
{
	int rc = print_sorted(definition, true, out, err);

	return rc < 0 ? rc : dg_buf_add_char(out, '\n', err);
}

int dg_table_def_digest(const struct dg_json *definition,
			char hex[DG_SHA256_HEX_SIZE], struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(SIZE_MAX);
	unsigned char bytes[DG_SHA256_SIZE];
	int rc = print_sorted(definition, false, &text, err);

	if (rc == 0)
		rc = dg_sha256(dg_buf_slice(&text), bytes, err);
	if (rc == 0)
		dg_hex(bytes, sizeof(bytes), hex);
	dg_buf_free(&text);
	return rc;
}
