/* A backup against the live table: which items are not, or not as, in it. */
#include "backup/verify_compare.h"
#include "backup/verify_job.h"
#include "base/text.h"
#include "dynamodb/table.h"

static int visit(void *context, enum dg_verify_difference difference,
		 const struct dg_item *item, struct dg_error *err)
{
	struct dg_verify_job *job = context;
	const struct dg_verify_backups_options *options = job->options;
	struct dg_buf key = DG_BUF_INIT((size_t)64 * 1024);
	int rc;

	if (!options->item)
		return 0;
	rc = dg_key_json(&job->keys, item->line, &key, err);
	if (rc == 0)
		rc = options->item(options->context, difference,
				   dg_buf_slice(&key), err);
	dg_buf_free(&key);
	return rc;
}

/* A backup whose schema is gone takes the table's. */
static int agree_on_keys(struct dg_verify_job *job, struct dg_dataset *d,
			 const struct dg_dataset *live, struct dg_error *err)
{
	const struct dg_key_schema *own = dg_dataset_keys(d);
	char a[DG_KEY_SCHEMA_TEXT_SIZE], b[DG_KEY_SCHEMA_TEXT_SIZE];

	job->keys = *dg_dataset_keys(live);
	if (!own || dg_key_schema_equal(own, &job->keys))
		return 0;
	return dg_error_set(err, DG_EFAILED,
			    "table '%s' has the key %s, the backup %s",
			    job->scope.env.table,
			    dg_key_schema_describe(&job->keys, a, sizeof(a)),
			    dg_key_schema_describe(own, b, sizeof(b)));
}

static int compare(struct dg_verify_job *job, struct dg_dataset *d,
		   struct dg_dataset *live, struct dg_error *err)
{
	const struct dg_json *definition = dg_dataset_definition(live);
	struct dg_item_source *expected, *found;
	struct dg_comparison comparison = {
		.out = &job->result->comparison,
		.ttl_attribute = dg_table_ttl_attribute(definition),
		.now = dg_clock_wall_ms(&job->scope.env.clock) / 1000,
		.visit = visit,
		.context = job,
	};
	int rc = agree_on_keys(job, d, live, err);

	if (rc == 0)
		rc = dg_dataset_items(d, &job->keys, &expected, err);
	if (rc == 0)
		rc = dg_dataset_items(live, &job->keys, &found, err);
	if (rc == 0)
		rc = dg_comparison_run(&comparison, expected, found, err);
	return rc;
}

int dg_verify_live(struct dg_verify_job *job, struct dg_dataset *dataset,
		   struct dg_error *err)
{
	struct dg_dataset live = {.kind = DG_DATASET_LIVE,
				  .scope = &job->scope};
	int rc = dg_dataset_open(dataset, NULL, err);

	if (rc == 0)
		rc = dg_dataset_open(&live, dg_dataset_definition(dataset),
				     err);
	if (rc == 0)
		rc = dg_strdup(&job->result->table, job->scope.env.table, err);
	if (rc == 0)
		dg_info(job->run->log,
			"Comparing %s with table '%s' (environment %s, region "
			"%s, %s)",
			dataset->name, job->scope.env.table,
			job->scope.env.name, job->scope.env.region,
			job->scope.env.endpoint);
	if (rc == 0)
		rc = compare(job, dataset, &live, err);
	dg_dataset_close(&live);
	return rc;
}
