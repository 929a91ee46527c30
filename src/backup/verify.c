#include "backup/verify.h"

#include "base/text.h"
#include "dynamodb/live_source.h"
#include "item/join.h"
#include "item/token.h"
#include <stdlib.h>

struct comparison {
	struct dg_verification *out;
	const char *ttl_attribute;
	int64_t now; /* Unix seconds */
};

/* Seconds since 1970 in the item's TTL attribute, -1: none. */
static int64_t expiry_of(struct dg_slice line, const char *attribute)
{
	struct dg_token t;
	struct dg_slice name;
	struct dg_slice value;
	bool first = true;

	dg_token_init(&t, line);
	if (dg_token_begin_object(&t, NULL) < 0)
		return -1;
	while (dg_token_member(&t, &first, &name, NULL) > 0) {
		uint64_t seconds;

		if (dg_token_value(&t, &value, NULL) < 0)
			return -1;
		if (!dg_slice_equal(name, dg_slice_str(attribute)))
			continue;
		/* {"N":"1735689600"} */
		if (!dg_slice_starts_with(value, DG_SLICE("{\"N\":\"")) ||
		    value.len < 8)
			return -1;
		value = dg_slice_of(value.ptr + 6, value.len - 8);
		for (size_t i = 0; i < value.len; i++)
			if (value.ptr[i] == '.')
				value.len = i;
		return dg_parse_u64(value, &seconds, NULL) == 0 &&
				       seconds < INT64_MAX
			       ? (int64_t)seconds
			       : -1;
	}
	return -1;
}

static int count_missing(void *context, const struct dg_item *item,
			 struct dg_error *err)
{
	struct comparison *c = context;
	int64_t expiry = -1;

	(void)err;
	if (c->ttl_attribute)
		expiry = expiry_of(item->line, c->ttl_attribute);
	if (expiry > 0 && expiry < c->now)
		c->out->expired++;
	else
		c->out->missing++;
	return 0;
}

static int count_extra(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct comparison *c = context;

	(void)item;
	(void)err;
	c->out->extra++;
	return 0;
}

static int count_equal(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct comparison *c = context;

	(void)item;
	(void)err;
	c->out->equal++;
	return 0;
}

static int count_different(void *context, const struct dg_item *left,
			   const struct dg_item *right, struct dg_error *err)
{
	struct comparison *c = context;

	(void)left;
	(void)right;
	(void)err;
	c->out->different++;
	return 0;
}

static int compare_all(struct comparison *c, struct dg_snapshot *snapshot,
		       struct dg_item_source *live, struct dg_error *err)
{
	const struct dg_join_visitor visitor = {
		.only_left = count_missing,
		.only_right = count_extra,
		.equal = count_equal,
		.different = count_different,
		.context = c,
	};
	struct dg_item_source *expected = NULL;
	int rc = dg_snapshot_source(snapshot, &expected, err);

	if (rc == 0)
		rc = dg_join(expected, live, &visitor, err);
	dg_source_close(expected);
	c->out->expected = c->out->equal + c->out->different + c->out->missing +
			   c->out->expired;
	return rc;
}

static void compare_counts(struct dg_verification *out, uint64_t live)
{
	out->equal = live < out->expected ? live : out->expected;
	out->missing = out->expected - out->equal;
	out->extra = live - out->equal;
}

int dg_verify_restore(struct dg_verification *out, struct dg_environment *env,
		      const struct dg_verify_options *options,
		      struct dg_error *err)
{
	const struct dg_live_options live_options = {
		.table = env->table,
		.describe = options->describe,
		.consistent = true,
		/* The snapshot may be sorted, and holds the other half. */
		.memory = dg_run_memory(env->run) / 2,
		.temp_dir = env->run->temp_dir,
		.progress = env->run->progress,
		.phase = "Verifying",
	};
	struct comparison c = {
		.out = out,
		.ttl_attribute = options->ttl_attribute,
		.now = dg_clock_wall_ms(&env->clock) / 1000,
	};
	struct dg_item_source *live = NULL;
	struct dg_live_stats stats;
	int rc = dg_live_source_open(&live, env->db, &live_options, err);

	if (rc == 0)
		rc = dg_live_source_read(live, err);
	if (rc == 0) {
		dg_live_source_stats(live, &stats);
		out->spilled_bytes = stats.sort.spilled_bytes;
	}
	if (rc == 0 && options->full)
		rc = compare_all(&c, options->snapshot, live, err);
	else if (rc == 0)
		compare_counts(out, stats.items);
	out->done = rc == 0;
	out->full = options->full;
	dg_source_close(live);
	return rc;
}
