#include "item/table_normal.h"

/* What moves by itself, by its whole name. */
static const char *const moving_names[] = {
	"Backfilling",
	"IndexSizeBytes",
	"ItemCount",
	"NumberOfDecreasesToday",
	"ReplicaStatusDescription",
	"ReplicaStatusPercentProgress",
	"RestoreSummary",
	"RevisionId",
	"TableId",
	"TableSizeBytes",
	"WarmThroughput",
	NULL,
};

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name);
	size_t end_len = strlen(end);

	return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

/*
 * Timestamps, ARNs but that of a key which somebody chose, the stream's label,
 * statuses, counts, sizes. Beside Table a status is the setting itself
 * (TimeToLiveStatus): there it stays.
 */
static bool moves_by_itself(const char *name, bool in_table)
{
	const char *const *moving;

	if (strcmp(name, "KMSMasterKeyArn") == 0)
		return false;
	for (moving = moving_names; *moving; moving++)
		if (strcmp(name, *moving) == 0)
			return true;
	return ends_with(name, "DateTime") || ends_with(name, "Arn") ||
	       (in_table && ends_with(name, "Status")) ||
	       strncmp(name, "LatestStream", strlen("LatestStream")) == 0;
}

static const char *text_of(const struct dg_json *node, const char *member)
{
	const char *text =
		member ? dg_json_get_string(node, member) : dg_json_text(node);

	return text ? text : "";
}

static int by_attribute_name(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(text_of(a, "AttributeName"), text_of(b, "AttributeName"));
}

static int by_index_name(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(text_of(a, "IndexName"), text_of(b, "IndexName"));
}

static int by_region_name(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(text_of(a, "RegionName"), text_of(b, "RegionName"));
}

static int by_text(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(text_of(a, NULL), text_of(b, NULL));
}

/* HASH stands before RANGE already in the alphabet. */
static int by_key_type(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(text_of(a, "KeyType"), text_of(b, "KeyType"));
}

/* Lists whose order the service may change, and the order they get. The sort
 * is stable: of several HASH attributes of an index the order counts. */
static const struct {
	const char *name;
	int (*compare)(const struct dg_json *a, const struct dg_json *b);
} lists[] = {
	{"AttributeDefinitions", by_attribute_name},
	{"GlobalSecondaryIndexes", by_index_name},
	{"GlobalTableWitnesses", by_region_name},
	{"KeySchema", by_key_type},
	{"LocalSecondaryIndexes", by_index_name},
	{"NonKeyAttributes", by_text},
	{"Replicas", by_region_name},
};

static void order_list(struct dg_json *list, const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(name, lists[i].name) == 0)
			dg_json_sort_array(list, lists[i].compare);
}

/* The nodes that a walk over a tree of our own returns may be edited. */
static struct dg_json *own(const struct dg_json *node)
{
	return (struct dg_json *)(uintptr_t)node;
}

static bool is_empty(const struct dg_json *node)
{
	return !dg_json_first(node) &&
	       (dg_json_is_array(node) || dg_json_is_object(node));
}

static void normalise(struct dg_json *node, bool in_table)
{
	const struct dg_json *child = dg_json_first(node);
	bool is_object = dg_json_is_object(node);

	while (child) {
		const struct dg_json *next = dg_json_next(child);
		const char *name = dg_json_member_name(child);
		bool was_empty = is_empty(child);

		if (is_object && moves_by_itself(name, in_table)) {
			dg_json_remove_node(node, child);
			child = next;
			continue;
		}
		normalise(own(child), in_table);
		/* Empty lists, and what held nothing else. */
		if (is_object && is_empty(child) &&
		    (dg_json_is_array(child) || !was_empty))
			dg_json_remove_node(node, child);
		else if (dg_json_is_array(child))
			order_list(own(child), name);
		child = next;
	}
}

void dg_table_def_normalise(struct dg_json *definition)
{
	struct dg_json *table = dg_json_get_mutable(definition, "Table");
	const struct dg_json *child = dg_json_first(definition);

	for (; child; child = dg_json_next(child))
		normalise(own(child), child == table);
	dg_json_sort_members(definition);
}
