#include "item/table_diff.h"

#include "item/table_def.h"
#include <ddbgit/json_writer.h>

/* No table has as many indexes; names are looked up one by one. */
#define NAMED_MAX 1000
#define TEXT_MAX ((size_t)16 * 1024 * 1024)

struct diff {
	const struct dg_table_diff_visitor *visitor;
	struct dg_buf path;      /* as people read it */
	struct dg_buf path_json; /* without its ']' */
	struct dg_error *err;
};

/* Where a path stood before a step. */
struct mark {
	size_t path;
	size_t path_json;
};

static int diff_nodes(struct diff *diff, const struct dg_json *a,
		      const struct dg_json *b);

static int step_json(struct diff *diff, const char *name)
{
	struct dg_json_writer w =
		DG_JSON_WRITER_INIT(dg_buf_json_sink, &diff->path_json, 0);
	int rc = 0;

	if (diff->path_json.len > 1)
		rc = dg_buf_add_char(&diff->path_json, ',', diff->err);
	dg_json_string(&w, name);
	if (rc == 0 && dg_json_writer_finish(&w) < 0)
		rc = dg_error_nomem(diff->err);
	return rc;
}

/* "Table" itself is left out for people: nearly everything is below it. */
static int step(struct diff *diff, const char *name, bool element,
		struct mark *mark)
{
	const bool root = diff->path_json.len == 1 && !strcmp(name, "Table");
	int rc = 0;

	mark->path = diff->path.len;
	mark->path_json = diff->path_json.len;
	if (!root && element)
		rc = dg_buf_addf(&diff->path, diff->err, "[%s]", name);
	else if (!root)
		rc = dg_buf_addf(&diff->path, diff->err, "%s%s",
				 diff->path.len > 0 ? "." : "", name);
	return rc == 0 ? step_json(diff, name) : rc;
}

static void step_back(struct diff *diff, const struct mark *mark)
{
	diff->path.len = mark->path;
	diff->path_json.len = mark->path_json;
	if (diff->path.ptr)
		diff->path.ptr[mark->path] = '\0';
	diff->path_json.ptr[mark->path_json] = '\0';
}

static int report(struct diff *diff, const struct dg_json *a,
		  const struct dg_json *b)
{
	struct dg_buf before = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf after = DG_BUF_INIT(TEXT_MAX);
	struct dg_table_change change = {.path = dg_buf_str(&diff->path)};
	int rc = dg_buf_add_char(&diff->path_json, ']', diff->err);

	if (rc == 0 && a)
		rc = dg_json_print(a, false, &before, diff->err);
	if (rc == 0 && b)
		rc = dg_json_print(b, false, &after, diff->err);
	change.path_json = dg_buf_slice(&diff->path_json);
	change.before = dg_buf_slice(&before);
	change.after = dg_buf_slice(&after);
	if (rc == 0)
		rc = diff->visitor->change(diff->visitor->context, &change,
					   diff->err);
	dg_buf_free(&before);
	dg_buf_free(&after);
	return rc;
}

static int diff_below(struct diff *diff, const char *name, bool element,
		      const struct dg_json *a, const struct dg_json *b)
{
	struct mark mark;
	int rc = step(diff, name, element, &mark);

	if (rc == 0)
		rc = a && b ? diff_nodes(diff, a, b) : report(diff, a, b);
	step_back(diff, &mark);
	return rc;
}

static bool is_ignored(const char *name)
{
	return strcmp(name, "ReadCapacityUnits") == 0 ||
	       strcmp(name, "WriteCapacityUnits") == 0 ||
	       strcmp(name, "TableName") == 0;
}

static int diff_objects(struct diff *diff, const struct dg_json *a,
			const struct dg_json *b)
{
	const struct dg_json *member;
	int rc = 0;

	for (member = dg_json_first(a); rc == 0 && member;
	     member = dg_json_next(member)) {
		const char *name = dg_json_member_name(member);

		if (!is_ignored(name))
			rc = diff_below(diff, name, false, member,
					dg_json_get(b, name));
	}
	for (member = dg_json_first(b); rc == 0 && member;
	     member = dg_json_next(member)) {
		const char *name = dg_json_member_name(member);

		if (!is_ignored(name) && !dg_json_get(a, name))
			rc = diff_below(diff, name, false, NULL, member);
	}
	return rc;
}

/* What an element of a list goes by, or NULL. */
static const char *name_of(const struct dg_json *element)
{
	static const char *const members[] = {"IndexName", "AttributeName",
					      "RegionName"};
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		const char *name = dg_json_get_string(element, members[i]);

		if (name)
			return name;
	}
	return NULL;
}

static const struct dg_json *element_named(const struct dg_json *list,
					   const char *name)
{
	const struct dg_json *element = dg_json_first(list);

	for (; element; element = dg_json_next(element))
		if (strcmp(name_of(element), name) == 0)
			return element;
	return NULL;
}

/* Does every element go by a name, and none by another's? */
static bool is_named_list(const struct dg_json *list)
{
	const struct dg_json *element = dg_json_first(list);

	if (dg_json_length(list) > NAMED_MAX)
		return false;
	for (; element; element = dg_json_next(element))
		if (!name_of(element))
			return false;
	for (element = dg_json_first(list); element;
	     element = dg_json_next(element))
		if (element_named(list, name_of(element)) != element)
			return false;
	return true;
}

static int diff_lists(struct diff *diff, const struct dg_json *a,
		      const struct dg_json *b)
{
	const struct dg_json *e;
	int rc = 0;

	if (!is_named_list(a) || !is_named_list(b))
		return report(diff, a, b);
	for (e = dg_json_first(a); rc == 0 && e; e = dg_json_next(e))
		rc = diff_below(diff, name_of(e), true, e,
				element_named(b, name_of(e)));
	for (e = dg_json_first(b); rc == 0 && e; e = dg_json_next(e))
		if (!element_named(a, name_of(e)))
			rc = diff_below(diff, name_of(e), true, NULL, e);
	return rc;
}

static int diff_nodes(struct diff *diff, const struct dg_json *a,
		      const struct dg_json *b)
{
	if (dg_table_def_equal(a, b))
		return 0;
	if (dg_json_is_object(a) && dg_json_is_object(b))
		return diff_objects(diff, a, b);
	if (dg_json_is_array(a) && dg_json_is_array(b))
		return diff_lists(diff, a, b);
	return report(diff, a, b);
}

int dg_table_def_diff(const struct dg_json *before, const struct dg_json *after,
		      const struct dg_table_diff_visitor *visitor,
		      struct dg_error *err)
{
	struct diff diff = {
		.visitor = visitor,
		.path = DG_BUF_INIT(TEXT_MAX),
		.path_json = DG_BUF_INIT(TEXT_MAX),
		.err = err,
	};
	int rc = dg_buf_add_char(&diff.path_json, '[', err);

	if (rc == 0)
		rc = diff_nodes(&diff, before, after);
	dg_buf_free(&diff.path);
	dg_buf_free(&diff.path_json);
	return rc;
}
