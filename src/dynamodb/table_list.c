#include "dynamodb/call.h"
#include "dynamodb/table.h"
#include <string.h>

/* A page of names, from the one behind `start`. */
static int list_page(struct dg_json **out, struct dg_connection *connection,
		     const char *start, struct dg_error *err)
{
	struct dg_json *body = NULL;
	int rc = dg_json_new_object(&body, err);

	if (rc == 0)
		rc = dg_json_set_string(body, "ExclusiveStartTableName", start,
					err);
	if (rc == 0)
		rc = dg_connection_control(connection, "ListTables", body, out,
					   err);
	dg_json_free(body);
	return rc;
}

/* 1: there may be more on the next page. */
static int visit_page(const struct dg_json *page, const char *prefix,
		      int (*visit)(void *context, const char *name,
				   struct dg_error *err),
		      void *context, struct dg_error *err)
{
	const struct dg_json *names = dg_json_get(page, "TableNames");
	const struct dg_json *node = names ? dg_json_first(names) : NULL;
	int rc = 0;

	for (; rc == 0 && node; node = dg_json_next(node)) {
		const char *name = dg_json_text(node);

		if (!name || strncmp(name, prefix, strlen(prefix)) != 0)
			return 0;
		rc = visit(context, name, err);
	}
	return rc < 0 ? rc : 1;
}

int dg_table_list(struct dg_connection *connection, const char *prefix,
		  int (*visit)(void *context, const char *name,
			       struct dg_error *err),
		  void *context, struct dg_error *err)
{
	struct dg_json *page = NULL;
	const char *start = prefix;
	int rc = 1;

	while (rc > 0 && start) {
		struct dg_json *next = NULL;

		rc = list_page(&next, connection, start, err);
		dg_json_free(page);
		page = next;
		if (rc < 0)
			break;
		rc = visit_page(page, prefix, visit, context, err);
		start = dg_json_get_string(page, "LastEvaluatedTableName");
	}
	dg_json_free(page);
	return rc < 0 ? rc : 0;
}
