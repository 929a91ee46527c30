#include "base/json.h"

#include "base/json_node.h"

static int made(struct dg_json **out, cJSON *node, struct dg_error *err)
{
	if (!node)
		return dg_error_nomem(err);
	*out = dg_json_of(node);
	return 0;
}

int dg_json_new_object(struct dg_json **out, struct dg_error *err)
{
	return made(out, cJSON_CreateObject(), err);
}

int dg_json_new_array(struct dg_json **out, struct dg_error *err)
{
	return made(out, cJSON_CreateArray(), err);
}

int dg_json_copy(struct dg_json **out, const struct dg_json *node,
		 struct dg_error *err)
{
	return made(out, cJSON_Duplicate(dg_json_node(node), true), err);
}

/* Takes node over, which may be NULL for want of memory. */
static int set_node(struct dg_json *object, const char *name, cJSON *node,
		    struct dg_error *err)
{
	cJSON *in = dg_json_node(object);
	bool done;

	if (cJSON_GetObjectItemCaseSensitive(in, name))
		done = node &&
		       cJSON_ReplaceItemInObjectCaseSensitive(in, name, node);
	else
		done = node && cJSON_AddItemToObject(in, name, node);
	if (done)
		return 0;
	cJSON_Delete(node);
	return dg_error_nomem(err);
}

int dg_json_set(struct dg_json *object, const char *name, struct dg_json *node,
		struct dg_error *err)
{
	return set_node(object, name, dg_json_node(node), err);
}

int dg_json_set_string(struct dg_json *object, const char *name,
		       const char *value, struct dg_error *err)
{
	return set_node(object, name, cJSON_CreateString(value), err);
}

int dg_json_set_u64(struct dg_json *object, const char *name, uint64_t value,
		    struct dg_error *err)
{
	if (value > DG_JSON_U64_MAX)
		return dg_error_set(err, DG_ELIMIT,
				    "%llu is too large a number for JSON",
				    (unsigned long long)value);
	return set_node(object, name, cJSON_CreateNumber((double)value), err);
}

int dg_json_set_bool(struct dg_json *object, const char *name, bool value,
		     struct dg_error *err)
{
	return set_node(object, name, cJSON_CreateBool(value), err);
}

int dg_json_append(struct dg_json *array, struct dg_json *node,
		   struct dg_error *err)
{
	if (node &&
	    cJSON_AddItemToArray(dg_json_node(array), dg_json_node(node)))
		return 0;
	dg_json_free(node);
	return dg_error_nomem(err);
}

void dg_json_remove(struct dg_json *object, const char *name)
{
	cJSON_DeleteItemFromObjectCaseSensitive(dg_json_node(object), name);
}

void dg_json_remove_node(struct dg_json *container, const struct dg_json *node)
{
	cJSON_Delete(cJSON_DetachItemViaPointer(dg_json_node(container),
						dg_json_node(node)));
}

typedef int (*compare_fn)(const struct dg_json *, const struct dg_json *);

static cJSON *merge(cJSON *a, cJSON *b, compare_fn compare)
{
	cJSON *first = NULL;
	cJSON **end = &first;

	while (a && b) {
		cJSON **from =
			compare(dg_json_of(a), dg_json_of(b)) <= 0 ? &a : &b;

		*end = *from;
		end = &(*from)->next;
		*from = (*from)->next;
	}
	*end = a ? a : b;
	return first;
}

/* A stable merge sort of `count` nodes that hang together by next. */
static cJSON *sort_list(cJSON *first, size_t count, compare_fn compare)
{
	cJSON *middle = first;
	cJSON *last = first;
	size_t i;

	if (count < 2)
		return first;
	for (i = 0; i < count / 2; i++) {
		last = middle;
		middle = middle->next;
	}
	last->next = NULL;
	return merge(sort_list(first, count / 2, compare),
		     sort_list(middle, count - count / 2, compare), compare);
}

static void sort_children(cJSON *container, compare_fn compare)
{
	size_t count = (size_t)cJSON_GetArraySize(container);
	cJSON *node, *before;

	if (count < 2)
		return;
	container->child = sort_list(container->child, count, compare);
	/* cJSON: the first one's prev is the last. */
	before = container->child;
	for (node = before->next; node; node = node->next) {
		node->prev = before;
		before = node;
	}
	container->child->prev = before;
}

void dg_json_sort_array(struct dg_json *array,
			int (*compare)(const struct dg_json *,
				       const struct dg_json *))
{
	sort_children(dg_json_node(array), compare);
}

static int by_name(const struct dg_json *a, const struct dg_json *b)
{
	return strcmp(dg_json_member_name(a), dg_json_member_name(b));
}

void dg_json_sort_members(struct dg_json *root)
{
	cJSON *child;

	if (dg_json_is_object(root))
		sort_children(dg_json_node(root), by_name);
	cJSON_ArrayForEach(child, dg_json_node(root))
		dg_json_sort_members(dg_json_of(child));
}
