#include "backup/restore_plan.h"

#include "backup/expiry.h"
#include "base/text.h"
#include "item/join.h"
#include <stdlib.h>

#define KEY_JSON_MAX ((size_t)64 * 1024)

/* ---- spools -------------------------------------------------------- */

int dg_restore_spool_open(struct dg_restore_spool *spool,
			  const struct dg_restore_spool_options *options,
			  struct dg_error *err)
{
	const struct dg_sort_options sorting = {
		.keys = *options->keys,
		.memory = options->memory,
		.writers = 1,
		.temp_dir = options->temp_dir,
		.cancel = options->cancel,
	};

	*spool = (struct dg_restore_spool){0};
	return dg_sort_open(&spool->sort, &sorting, err);
}

int dg_restore_spool_add(struct dg_restore_spool *spool,
			 const struct dg_item *item, struct dg_error *err)
{
	spool->bytes += item->line.len;
	return dg_sort_add(dg_sort_writer(spool->sort, 0), item, spool->count++,
			   err);
}

int dg_restore_spool_close(struct dg_restore_spool *spool, struct dg_error *err)
{
	return dg_sort_finish(spool->sort, &spool->items, err);
}

void dg_restore_spool_free(struct dg_restore_spool *spool)
{
	dg_source_close(spool->items);
	dg_sort_free(spool->sort);
	*spool = (struct dg_restore_spool){0};
}

/* ---- the comparison ------------------------------------------------ */

struct pass {
	struct dg_restore_comparison *comparison;
	const struct dg_key_schema *keys;
	struct dg_buf key; /* the present item's, as JSON */
};

static int note_key(struct pass *pass, struct dg_restore_keys *first,
		    const struct dg_item *item, struct dg_error *err)
{
	char *copy;
	int rc;

	if (first->count == DG_RESTORE_KEYS)
		return 0;
	dg_buf_clear(&pass->key);
	rc = dg_key_json(pass->keys, item->line, &pass->key, err);
	if (rc == 0)
		rc = dg_slice_dup(&copy, dg_buf_slice(&pass->key), err);
	if (rc == 0)
		first->key[first->count++] = copy;
	return rc;
}

static int keep_write(const struct pass *pass, const struct dg_item *item,
		      struct dg_error *err)
{
	struct dg_restore_spool *writes = pass->comparison->writes;

	return writes ? dg_restore_spool_add(writes, item, err) : 0;
}

static int visit_added(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct pass *pass = context;
	const struct dg_restore_comparison *comparison = pass->comparison;
	struct dg_restore_plan *plan = comparison->plan;
	int64_t expiry = -1;
	int rc;

	plan->added++;
	if (comparison->ttl_attribute)
		expiry = dg_item_expiry(item->line, comparison->ttl_attribute);
	if (expiry > 0 && expiry < comparison->now)
		plan->expired++;
	rc = note_key(pass, &plan->first_added, item, err);
	return rc == 0 ? keep_write(pass, item, err) : rc;
}

static int visit_changed(void *context, const struct dg_item *live,
			 const struct dg_item *wanted, struct dg_error *err)
{
	struct pass *pass = context;
	struct dg_restore_plan *plan = pass->comparison->plan;
	int rc = note_key(pass, &plan->first_changed, wanted, err);

	(void)live;
	plan->changed++;
	return rc == 0 ? keep_write(pass, wanted, err) : rc;
}

static int visit_equal(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	const struct pass *pass = context;

	(void)item;
	(void)err;
	pass->comparison->plan->equal++;
	return 0;
}

static int visit_extra(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct pass *pass = context;
	struct dg_restore_spool *deletes = pass->comparison->deletes;
	struct dg_restore_plan *plan = pass->comparison->plan;
	struct dg_item named = {.key = item->key};
	int rc = note_key(pass, &plan->first_extra, item, err);

	plan->extra++;
	if (rc < 0 || !deletes)
		return rc;
	dg_buf_clear(&pass->key);
	rc = dg_key_json(pass->keys, item->line, &pass->key, err);
	named.line = dg_buf_slice(&pass->key);
	return rc == 0 ? dg_restore_spool_add(deletes, &named, err) : rc;
}

static int take_all(struct pass *pass, struct dg_item_source *wanted,
		    struct dg_error *err)
{
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(wanted, &item, err)) > 0) {
		rc = visit_added(pass, &item, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

int dg_restore_compare(struct dg_restore_comparison *comparison,
		       struct dg_item_source *live,
		       struct dg_item_source *wanted, struct dg_error *err)
{
	struct pass pass = {
		.comparison = comparison,
		.keys = &wanted->keys,
		.key = DG_BUF_INIT(KEY_JSON_MAX),
	};
	const struct dg_join_visitor visitor = {
		.only_left = visit_extra,
		.only_right = visit_added,
		.equal = visit_equal,
		.different = visit_changed,
		.context = &pass,
	};
	int rc = live ? dg_join(live, wanted, &visitor, err)
		      : take_all(&pass, wanted, err);

	if (rc == 0 && comparison->writes)
		rc = dg_restore_spool_close(comparison->writes, err);
	if (rc == 0 && comparison->deletes)
		rc = dg_restore_spool_close(comparison->deletes, err);
	comparison->plan->done = rc == 0;
	dg_buf_free(&pass.key);
	return rc;
}

static void free_keys(struct dg_restore_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->key[i]);
	keys->count = 0;
}

void dg_restore_plan_free(struct dg_restore_plan *plan)
{
	free_keys(&plan->first_added);
	free_keys(&plan->first_changed);
	free_keys(&plan->first_extra);
}
