#include "dynamodb/create_table.h"

#include <stdio.h>

static int make_projection(struct dg_json *to, const struct dg_json *from,
			   struct dg_error *err)
{
	struct dg_json *projection = NULL;
	int rc = dg_json_new_object(&projection, err);

	if (rc == 0)
		rc = dg_creation_copy(projection, from, "ProjectionType", err);
	if (rc == 0)
		rc = dg_creation_copy(projection, from, "NonKeyAttributes",
				      err);
	if (rc < 0) {
		dg_json_free(projection);
		return rc;
	}
	return dg_json_set(to, "Projection", projection, err);
}

static int fill_index(const struct dg_creation *creation, bool global,
		      struct dg_json *to, const struct dg_json *from,
		      struct dg_error *err)
{
	const char *name = dg_json_get_string(from, "IndexName");
	char what[300];
	int rc;

	if (!name)
		return dg_error_set(err, DG_EINVALID,
				    "the definition has an index without "
				    "IndexName");
	snprintf(what, sizeof(what), "index '%s'", name);
	rc = dg_json_set_string(to, "IndexName", name, err);
	if (rc == 0)
		rc = dg_creation_copy(to, from, "KeySchema", err);
	if (rc == 0)
		rc = make_projection(to, dg_json_get(from, "Projection"), err);
	if (rc == 0 && global)
		rc = dg_creation_throughput(creation, to, from, what, err);
	return rc;
}

static int add_index(const struct dg_creation *creation, bool global,
		     struct dg_json *list, const struct dg_json *from,
		     struct dg_error *err)
{
	struct dg_json *index = NULL;
	int rc = dg_json_new_object(&index, err);

	if (rc == 0)
		rc = fill_index(creation, global, index, from, err);
	if (rc < 0) {
		dg_json_free(index);
		return rc;
	}
	return dg_json_append(list, index, err);
}

static int add_indexes(struct dg_creation *creation, const char *member,
		       bool global, struct dg_error *err)
{
	const struct dg_json *from = dg_json_get(creation->table, member);
	const struct dg_json *node;
	struct dg_json *list = NULL;
	int rc;

	/* The service refuses empty lists. */
	if (dg_json_length(from) == 0)
		return 0;
	rc = dg_json_new_array(&list, err);
	for (node = dg_json_first(from); rc == 0 && node;
	     node = dg_json_next(node))
		rc = add_index(creation, global, list, node, err);
	if (rc < 0) {
		dg_json_free(list);
		return rc;
	}
	return dg_json_set(creation->request, member, list, err);
}

int dg_creation_indexes(struct dg_creation *creation, struct dg_error *err)
{
	int rc = add_indexes(creation, "LocalSecondaryIndexes", false, err);

	if (rc < 0)
		return rc;
	return add_indexes(creation, "GlobalSecondaryIndexes", true, err);
}
