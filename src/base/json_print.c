#include "base/json_node.h"
#include <ddbgit/json_writer.h>

static void print_node(struct dg_json_writer *w, const cJSON *node);

static void print_object(struct dg_json_writer *w, const cJSON *object)
{
	const cJSON *member;

	dg_json_begin_object(w);
	cJSON_ArrayForEach(member, object)
	{
		dg_json_name(w, member->string);
		print_node(w, member);
	}
	dg_json_end_object(w);
}

static void print_array(struct dg_json_writer *w, const cJSON *array)
{
	const cJSON *element;

	dg_json_begin_array(w);
	cJSON_ArrayForEach(element, array) print_node(w, element);
	dg_json_end_array(w);
}

static void print_node(struct dg_json_writer *w, const cJSON *node)
{
	if (cJSON_IsObject(node))
		print_object(w, node);
	else if (cJSON_IsArray(node))
		print_array(w, node);
	else if (cJSON_IsString(node))
		dg_json_string(w, node->valuestring);
	else if (cJSON_IsNumber(node))
		dg_json_double(w, node->valuedouble);
	else if (cJSON_IsBool(node))
		dg_json_bool(w, cJSON_IsTrue(node));
	else
		dg_json_null(w);
}

int dg_json_print(const struct dg_json *root, bool pretty, struct dg_buf *out,
		  struct dg_error *err)
{
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, out, pretty ? 4 : 0);
	int rc;

	print_node(&w, dg_json_node(root));
	rc = dg_json_writer_finish(&w);
	if (rc == DG_ENOMEM)
		return dg_error_nomem(err);
	if (rc < 0)
		return dg_error_set(err, rc, "JSON is too large or too deep");
	return 0;
}
