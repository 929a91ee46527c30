#include "backup/verify_compare.h"

#include "backup/expiry.h"
#include "item/join.h"

static int visit(struct dg_comparison *c, enum dg_verify_difference difference,
		 const struct dg_item *item, struct dg_error *err)
{
	return c->visit ? c->visit(c->context, difference, item, err) : 0;
}

static int count_missing(void *context, const struct dg_item *item,
			 struct dg_error *err)
{
	struct dg_comparison *c = context;
	int64_t expiry = -1;

	if (c->ttl_attribute)
		expiry = dg_item_expiry(item->line, c->ttl_attribute);
	if (expiry > 0 && expiry < c->now) {
		c->out->expired++;
		return visit(c, DG_VERIFY_EXPIRED, item, err);
	}
	c->out->missing++;
	return visit(c, DG_VERIFY_MISSING, item, err);
}

static int count_extra(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_comparison *c = context;

	c->out->extra++;
	return visit(c, DG_VERIFY_EXTRA, item, err);
}

static int count_equal(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_comparison *c = context;

	(void)item;
	(void)err;
	c->out->equal++;
	return 0;
}

static int count_different(void *context, const struct dg_item *left,
			   const struct dg_item *right, struct dg_error *err)
{
	struct dg_comparison *c = context;

	(void)right;
	c->out->different++;
	return visit(c, DG_VERIFY_DIFFERENT, left, err);
}

int dg_comparison_run(struct dg_comparison *comparison,
		      struct dg_item_source *expected,
		      struct dg_item_source *live, struct dg_error *err)
{
	const struct dg_join_visitor visitor = {
		.only_left = count_missing,
		.only_right = count_extra,
		.equal = count_equal,
		.different = count_different,
		.context = comparison,
	};
	struct dg_verification *out = comparison->out;
	int rc = dg_join(expected, live, &visitor, err);

	out->expected =
		out->equal + out->different + out->missing + out->expired;
	out->done = rc == 0;
	out->full = true;
	return rc;
}
