#include "base/json.h"

#include "base/json_node.h"
#include <math.h>
#include <stdlib.h>

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* cJSON keeps members of the same name; a getter would see the first only. */
static int check_names(const cJSON *object, struct dg_error *err)
{
	size_t count = (size_t)cJSON_GetArraySize(object);
	char **names;
	const cJSON *member;
	size_t i = 0;
	int rc = 0;

	if (count < 2)
		return 0;
	names = malloc(count * sizeof(*names));
	if (!names)
		return dg_error_nomem(err);
	cJSON_ArrayForEach(member, object) names[i++] = member->string;
	qsort(names, count, sizeof(*names), by_text);
	for (i = 1; i < count && rc == 0; i++)
		if (strcmp(names[i - 1], names[i]) == 0)
			rc = dg_error_set(err, DG_EINVALID,
					  "malformed JSON: the name '%.200s' "
					  "stands twice in one object",
					  names[i]);
	free(names);
	return rc;
}

static int check_all_names(const cJSON *node, struct dg_error *err)
{
	const cJSON *child;
	int rc = cJSON_IsObject(node) ? check_names(node, err) : 0;

	cJSON_ArrayForEach(child, node)
	{
		if (rc < 0)
			break;
		if (child->child)
			rc = check_all_names(child, err);
	}
	return rc;
}

int dg_json_parse(struct dg_json **out, struct dg_slice text,
		  struct dg_error *err)
{
	cJSON *root;
	int rc;

	if (text.len == 0)
		text.ptr = "";
	rc = dg_json_check(text, err);
	if (rc < 0)
		return rc;
	/* It is well-formed: all that can be missing now is memory. */
	root = cJSON_ParseWithLength(text.ptr, text.len);
	if (!root)
		return dg_error_nomem(err);
	rc = check_all_names(root, err);
	if (rc < 0) {
		cJSON_Delete(root);
		return rc;
	}
	*out = dg_json_of(root);
	return 0;
}

void dg_json_free(struct dg_json *root)
{
	cJSON_Delete(dg_json_node(root));
}

static cJSON *member_of(const struct dg_json *object, const char *name)
{
	if (!dg_json_is_object(object))
		return NULL;
	return cJSON_GetObjectItemCaseSensitive(dg_json_node(object), name);
}

const struct dg_json *dg_json_get(const struct dg_json *object,
				  const char *name)
{
	return dg_json_of(member_of(object, name));
}

struct dg_json *dg_json_get_mutable(struct dg_json *object, const char *name)
{
	return dg_json_of(member_of(object, name));
}

const char *dg_json_get_string(const struct dg_json *object, const char *name)
{
	return dg_json_text(dg_json_get(object, name));
}

bool dg_json_get_u64(const struct dg_json *object, const char *name,
		     uint64_t *out)
{
	double value;

	if (!dg_json_get_double(object, name, &value) || value < 0 ||
	    value > (double)DG_JSON_U64_MAX || value != floor(value))
		return false;
	*out = (uint64_t)value;
	return true;
}

bool dg_json_get_bool(const struct dg_json *object, const char *name,
		      bool fallback)
{
	const cJSON *member = member_of(object, name);

	return cJSON_IsBool(member) ? cJSON_IsTrue(member) : fallback;
}

bool dg_json_get_double(const struct dg_json *object, const char *name,
			double *out)
{
	const cJSON *member = member_of(object, name);

	if (!cJSON_IsNumber(member))
		return false;
	*out = member->valuedouble;
	return true;
}

bool dg_json_is_object(const struct dg_json *node)
{
	return cJSON_IsObject(dg_json_node(node));
}

bool dg_json_is_array(const struct dg_json *node)
{
	return cJSON_IsArray(dg_json_node(node));
}

bool dg_json_is_string(const struct dg_json *node)
{
	return cJSON_IsString(dg_json_node(node));
}

const char *dg_json_text(const struct dg_json *string_node)
{
	return cJSON_GetStringValue(dg_json_node(string_node));
}

const struct dg_json *dg_json_first(const struct dg_json *container)
{
	return container ? dg_json_of(dg_json_node(container)->child) : NULL;
}

const struct dg_json *dg_json_next(const struct dg_json *node)
{
	return node ? dg_json_of(dg_json_node(node)->next) : NULL;
}

const char *dg_json_member_name(const struct dg_json *node)
{
	return node ? dg_json_node(node)->string : NULL;
}

size_t dg_json_length(const struct dg_json *container)
{
	return container ? (size_t)cJSON_GetArraySize(dg_json_node(container))
			 : 0;
}

static bool nodes_equal(const cJSON *a, const cJSON *b);

static bool members_equal(const cJSON *a, const cJSON *b)
{
	const cJSON *member;

	if (cJSON_GetArraySize(a) != cJSON_GetArraySize(b))
		return false;
	cJSON_ArrayForEach(member, a)
	{
		/* Names stand once: the same number, all found, is all. */
		const cJSON *other =
			cJSON_GetObjectItemCaseSensitive(b, member->string);

		if (!other || !nodes_equal(member, other))
			return false;
	}
	return true;
}

static bool elements_equal(const cJSON *a, const cJSON *b)
{
	a = a->child;
	b = b->child;
	while (a && b && nodes_equal(a, b)) {
		a = a->next;
		b = b->next;
	}
	return !a && !b;
}

/* cJSON_Compare takes nearly equal numbers for equal. */
static bool nodes_equal(const cJSON *a, const cJSON *b)
{
	if ((a->type & 0xff) != (b->type & 0xff))
		return false;
	switch (a->type & 0xff) {
	case cJSON_Object:
		return members_equal(a, b);
	case cJSON_Array:
		return elements_equal(a, b);
	case cJSON_String:
		return strcmp(a->valuestring, b->valuestring) == 0;
	case cJSON_Number:
		return !(a->valuedouble < b->valuedouble) &&
		       !(a->valuedouble > b->valuedouble);
	default:
		return true;
	}
}

bool dg_json_equal(const struct dg_json *a, const struct dg_json *b)
{
	if (!a || !b)
		return a == b;
	return nodes_equal(dg_json_node(a), dg_json_node(b));
}
