#include "item/item_diff.h"

#include "item/canon_text.h"
#include "item/token.h"
#include <stdlib.h>

struct diff {
	const struct dg_item_diff_visitor *visitor;
	struct dg_item_path path;
	struct dg_error *err;
};

static int diff_values(struct diff *diff, struct dg_slice before,
		       struct dg_slice after);

int dg_value_open(struct dg_slice value, struct dg_slice *tag,
		  struct dg_slice *content, struct dg_error *err)
{
	struct dg_token t;
	bool first = true;
	int rc;

	*tag = *content = dg_slice_of("", 0);
	dg_token_init(&t, value);
	rc = dg_token_begin_object(&t, err);
	if (rc == 0)
		rc = dg_token_member(&t, &first, tag, err);
	if (rc == 0)
		return dg_error_set(err, DG_EINVALID, "a value without a type");
	return rc < 0 ? rc : dg_token_value(&t, content, err);
}

static int report(struct diff *diff, enum dg_item_change_kind kind,
		  struct dg_slice before, struct dg_slice after)
{
	const struct dg_item_change change = {
		.path = &diff->path,
		.kind = kind,
		.before = before,
		.after = after,
	};

	return diff->visitor->change(diff->visitor->context, &change,
				     diff->err);
}

/* One step down, where either side may be absent. */
static int diff_below(struct diff *diff, struct dg_slice name, size_t index,
		      struct dg_slice before, struct dg_slice after)
{
	struct dg_item_path *path = &diff->path;
	int rc;

	if (dg_slice_equal(before, after))
		return 0;
	if (path->depth == DG_ITEM_PATH_MAX)
		return dg_error_set(diff->err, DG_EINVALID,
				    "nesting over %d levels",
				    DG_ITEM_DEPTH_MAX);
	path->step[path->depth].name = name;
	path->step[path->depth++].index = index;
	if (before.len == 0)
		rc = report(diff, DG_VALUE_ADDED, before, after);
	else if (after.len == 0)
		rc = report(diff, DG_VALUE_REMOVED, before, after);
	else
		rc = diff_values(diff, before, after);
	path->depth--;
	return rc;
}

/* The members of an object, one after another. */
struct members {
	struct dg_token token;
	bool first;
	int have; /* 1, 0 at the end, or an error */
	struct dg_slice name;
	struct dg_slice value;
};

static void members_next(struct members *m, struct dg_error *err)
{
	m->have = dg_token_member(&m->token, &m->first, &m->name, err);
	if (m->have > 0 && dg_token_value(&m->token, &m->value, err) < 0)
		m->have = DG_EINVALID;
}

static int members_open(struct members *m, struct dg_slice object,
			struct dg_error *err)
{
	int rc;

	m->first = true;
	dg_token_init(&m->token, object);
	rc = dg_token_begin_object(&m->token, err);
	if (rc < 0)
		return rc;
	members_next(m, err);
	return m->have < 0 ? m->have : 0;
}

/* A side that has ended stands behind every name. */
static int compare_names(const struct members *a, const struct members *b)
{
	if (a->have && b->have)
		return dg_canon_text_compare(a->name, b->name);
	return a->have ? -1 : 1;
}

static int diff_objects(struct diff *diff, struct dg_slice before,
			struct dg_slice after)
{
	const struct dg_slice none = {"", 0};
	struct members a, b;
	int rc = members_open(&a, before, diff->err);

	if (rc == 0)
		rc = members_open(&b, after, diff->err);
	while (rc == 0 && (a.have || b.have)) {
		const int order = compare_names(&a, &b);

		rc = diff_below(diff, order <= 0 ? a.name : b.name, 0,
				order <= 0 ? a.value : none,
				order >= 0 ? b.value : none);
		if (rc == 0 && order <= 0)
			members_next(&a, diff->err);
		if (rc == 0 && order >= 0 && a.have >= 0)
			members_next(&b, diff->err);
		if (rc == 0 && (a.have < 0 || b.have < 0))
			rc = DG_EINVALID;
	}
	return rc;
}

/* The elements of an array. */
struct elements {
	struct dg_slice *at;
	size_t count;
	size_t room;
};

static int elements_add(struct elements *e, struct dg_slice value,
			struct dg_error *err)
{
	if (e->count == e->room) {
		const size_t room = e->room ? e->room * 2 : 16;
		struct dg_slice *more = realloc(e->at, room * sizeof(*more));

		if (!more)
			return dg_error_nomem(err);
		e->at = more;
		e->room = room;
	}
	e->at[e->count++] = value;
	return 0;
}

static int elements_read(struct elements *e, struct dg_slice array,
			 struct dg_error *err)
{
	struct dg_slice value;
	struct dg_token t;
	bool first = true;
	int rc;

	dg_token_init(&t, array);
	rc = dg_token_begin_array(&t, err);
	while (rc == 0 && (rc = dg_token_element(&t, &first, err)) > 0) {
		rc = dg_token_value(&t, &value, err);
		if (rc == 0)
			rc = elements_add(e, value, err);
	}
	return rc;
}

/* How many elements both begin with; both are cut by what both end with. */
static size_t trim_common(struct elements *a, struct elements *b)
{
	size_t same = 0;

	while (same < a->count && same < b->count &&
	       dg_slice_equal(a->at[same], b->at[same]))
		same++;
	while (a->count > same && b->count > same &&
	       dg_slice_equal(a->at[a->count - 1], b->at[b->count - 1])) {
		a->count--;
		b->count--;
	}
	return same;
}

static int diff_lists(struct diff *diff, struct dg_slice before,
		      struct dg_slice after)
{
	const struct dg_slice none = {"", 0}, no_name = {NULL, 0};
	struct elements a = {0}, b = {0};
	int rc = elements_read(&a, before, diff->err);

	if (rc == 0)
		rc = elements_read(&b, after, diff->err);
	if (rc == 0) {
		size_t i = trim_common(&a, &b);

		for (; rc == 0 && (i < a.count || i < b.count); i++)
			rc = diff_below(diff, no_name, i,
					i < a.count ? a.at[i] : none,
					i < b.count ? b.at[i] : none);
	}
	free(a.at);
	free(b.at);
	return rc;
}

static bool is_set(struct dg_slice tag)
{
	return tag.len == 2 && tag.ptr[1] == 'S';
}

static int diff_values(struct diff *diff, struct dg_slice before,
		       struct dg_slice after)
{
	struct dg_slice tag_a, tag_b, a, b;
	int rc = dg_value_open(before, &tag_a, &a, diff->err);

	if (rc < 0)
		return rc;
	rc = dg_value_open(after, &tag_b, &b, diff->err);
	if (rc < 0)
		return rc;
	if (!dg_slice_equal(tag_a, tag_b))
		return report(diff, DG_VALUE_CHANGED, before, after);
	if (dg_slice_equal(tag_a, DG_SLICE("M")))
		return diff_objects(diff, a, b);
	if (dg_slice_equal(tag_a, DG_SLICE("L")))
		return diff_lists(diff, a, b);
	return report(diff, is_set(tag_a) ? DG_VALUE_MEMBERS : DG_VALUE_CHANGED,
		      before, after);
}

int dg_item_diff(struct dg_slice before, struct dg_slice after,
		 const struct dg_item_diff_visitor *visitor,
		 struct dg_error *err)
{
	struct diff diff = {.visitor = visitor, .err = err};

	return diff_objects(&diff, before, after);
}
