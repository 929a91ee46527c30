#include "item/join.h"

#define DESCRIPTION_SIZE 1200

static int check_keys(const struct dg_item_source *left,
		      const struct dg_item_source *right, struct dg_error *err)
{
	char a[DESCRIPTION_SIZE], b[DESCRIPTION_SIZE];

	if (dg_key_schema_equal(&left->keys, &right->keys))
		return 0;
	return dg_error_set(
		err, DG_EINVALID,
		"the key schemas differ: %s on one side, %s on the other",
		dg_key_schema_describe(&left->keys, a, sizeof(a)),
		dg_key_schema_describe(&right->keys, b, sizeof(b)));
}

/* A side that has ended stands behind every key. */
static int compare_heads(bool have_a, const struct dg_item *a, bool have_b,
			 const struct dg_item *b)
{
	if (have_a && have_b)
		return dg_slice_compare(a->key, b->key);
	return have_a ? -1 : 1;
}

static int report(const struct dg_join_visitor *visitor, int order,
		  const struct dg_item *a, const struct dg_item *b,
		  struct dg_error *err)
{
	void *context = visitor->context;

	if (order < 0)
		return visitor->only_left ? visitor->only_left(context, a, err)
					  : 0;
	if (order > 0)
		return visitor->only_right
			       ? visitor->only_right(context, b, err)
			       : 0;
	if (dg_slice_equal(a->line, b->line))
		return visitor->equal ? visitor->equal(context, a, err) : 0;
	return visitor->different ? visitor->different(context, a, b, err) : 0;
}

int dg_join(struct dg_item_source *left, struct dg_item_source *right,
	    const struct dg_join_visitor *visitor, struct dg_error *err)
{
	struct dg_item a, b;
	int have_a, have_b;
	int rc = check_keys(left, right, err);

	if (rc < 0)
		return rc;
	have_a = dg_source_next(left, &a, err);
	have_b = have_a < 0 ? 0 : dg_source_next(right, &b, err);
	while (have_a >= 0 && have_b >= 0 && have_a + have_b > 0) {
		int order = compare_heads(have_a > 0, &a, have_b > 0, &b);

		rc = report(visitor, order, &a, &b, err);
		if (rc < 0)
			return rc;
		if (order <= 0)
			have_a = dg_source_next(left, &a, err);
		if (order >= 0 && have_a >= 0)
			have_b = dg_source_next(right, &b, err);
	}
	return have_a < 0 ? have_a : have_b;
}

static int count_added(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->added++;
	return 0;
}

static int count_removed(void *context, const struct dg_item *item,
			 struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->removed++;
	return 0;
}

static int count_equal(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->equal++;
	return 0;
}

static int count_changed(void *context, const struct dg_item *left,
			 const struct dg_item *right, struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)left;
	(void)right;
	(void)err;
	count->changed++;
	return 0;
}

int dg_join_count(struct dg_item_source *left, struct dg_item_source *right,
		  struct dg_change_count *out, struct dg_error *err)
{
	const struct dg_join_visitor visitor = {
		.only_left = count_removed,
		.only_right = count_added,
		.equal = count_equal,
		.different = count_changed,
		.context = out,
	};

	*out = (struct dg_change_count){0};
	return dg_join(left, right, &visitor, err);
}
