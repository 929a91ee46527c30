#include "backup/verify.h"

#include "backup/verify_compare.h"
#include "dynamodb/live_source.h"
#include <stdlib.h>

static int compare_all(struct dg_comparison *c,
		       const struct dg_verify_options *options,
		       struct dg_item_source *live, struct dg_error *err)
{
	struct dg_item_source *own = NULL;
	struct dg_item_source *expected = options->expected;
	int rc;

	if (expected) {
		rc = dg_source_rewind(expected, err);
	} else {
		rc = dg_snapshot_source(options->snapshot, &own, err);
		expected = own;
	}
	if (rc == 0)
		rc = dg_comparison_run(c, expected, live, err);
	dg_source_close(own);
	return rc;
}

static void compare_counts(struct dg_verification *out, uint64_t live)
{
	out->equal = live < out->expected ? live : out->expected;
	out->missing = out->expected - out->equal;
	out->extra = live - out->equal;
}

static int read_table(struct dg_item_source **out, uint64_t *items,
		      struct dg_environment *env,
		      const struct dg_verify_options *options,
		      uint64_t *spilled_bytes, struct dg_error *err)
{
	const struct dg_live_options live_options = {
		.table = env->table,
		.describe = options->describe,
		.consistent = true,
		.rate = options->rate,
		/* The snapshot may be sorted, and holds the other half. */
		.memory = dg_run_memory(env->run) / 2,
		.temp_dir = env->run->temp_dir,
		.progress = env->run->progress,
		.phase = "Verifying",
	};
	struct dg_live_stats stats;
	int rc = dg_live_source_open(out, env->db, &live_options, err);

	if (rc == 0)
		rc = dg_live_source_read(*out, err);
	if (rc < 0)
		return rc;
	dg_live_source_stats(*out, &stats);
	*items = stats.items;
	*spilled_bytes = stats.sort.spilled_bytes;
	return 0;
}

int dg_verify_restore(struct dg_verification *out, struct dg_environment *env,
		      const struct dg_verify_options *options,
		      struct dg_error *err)
{
	struct dg_comparison c = {
		.out = out,
		.ttl_attribute = options->ttl_attribute,
		.now = dg_clock_wall_ms(&env->clock) / 1000,
	};
	struct dg_item_source *own = NULL;
	uint64_t items = 0;
	int rc = 0;

	if (!options->live)
		rc = read_table(&own, &items, env, options, &out->spilled_bytes,
				err);
	if (rc == 0 && options->full)
		rc = compare_all(&c, options,
				 options->live ? options->live : own, err);
	else if (rc == 0)
		compare_counts(out, items);
	out->done = rc == 0;
	out->full = options->full;
	dg_source_close(own);
	return rc;
}
