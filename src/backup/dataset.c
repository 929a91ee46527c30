#include "backup/dataset.h"

#include "base/text.h"
#include "dynamodb/live_source.h"
#include "dynamodb/table.h"
#include "item/table_def.h"
#include <stdlib.h>

static struct dg_snapshot_options reading(const struct dg_dataset *d)
{
	const struct dg_run *run = d->scope->run;

	return (struct dg_snapshot_options){
		/* There may be two of them, and both may have to be sorted. */
		.memory = dg_run_memory(run) / 2,
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
		.log = run->log,
		.progress = run->progress,
	};
}

static int open_revision(struct dg_dataset *d, struct dg_error *err)
{
	const struct dg_snapshot_options how = reading(d);
	int rc = dg_asprintf(&d->name, err, "%s:%s", d->operand, d->path);

	if (rc == 0)
		rc = dg_revision_files(&d->tree, d->revision, d->path,
				       how.memory, err);
	if (rc == 0)
		rc = dg_snapshot_open(&d->snapshot, d->tree, &how, err);
	return rc;
}

static int open_directory(struct dg_dataset *d, struct dg_error *err)
{
	const struct dg_snapshot_options how = reading(d);
	int rc = dg_snapshot_dir_open(&d->dir, d->directory, d->below,
				      DG_SNAPSHOT_DIR_READ, d->scope->run->log,
				      err);

	if (rc == 0)
		rc = dg_snapshot_open(&d->snapshot,
				      dg_snapshot_dir_files(d->dir), &how, err);
	if (rc == DG_ENOTFOUND)
		dg_error_set(err, rc, "no snapshot in %s: it holds no %s",
			     d->directory, DG_DATA_FILE);
	return rc;
}

static int read_definition(struct dg_dataset *d, const struct dg_json *previous,
			   struct dg_error *err)
{
	struct dg_environment *env = &d->scope->env;
	struct dg_settings_target target = {
		.previous = previous,
		.log = d->scope->run->log,
	};
	int rc = dg_json_new_array(&target.not_read, err);

	if (rc == 0)
		rc = dg_table_def_from_describe(&d->definition, d->describe,
						err);
	target.definition = d->definition;
	if (rc == 0)
		rc = dg_table_def_keys(d->definition, &d->keys, err);
	if (rc == 0)
		rc = dg_table_read_settings(env->connection, env->table,
					    &target, err);
	dg_json_free(target.not_read);
	return rc;
}

static int describe_table(struct dg_dataset *d,
			  const struct dg_environment *env,
			  struct dg_error *err)
{
	int rc = dg_table_describe(env->connection, env->table, &d->describe,
				   err);

	if (rc == DG_ENOTFOUND) {
		dg_error_set(err, rc, "table '%s' does not exist in %s",
			     env->table, env->region);
		return dg_error_hint(err,
				     "It is the table of the environment '%s': "
				     "name another with --env",
				     env->name);
	}
	return rc == 0 ? dg_table_check_usable(d->describe, err) : rc;
}

static int open_live(struct dg_dataset *d, const struct dg_json *previous,
		     struct dg_error *err)
{
	struct dg_environment *env;
	int rc = dg_dataset_environment(d->scope, &env, err);

	if (rc == 0)
		rc = dg_strdup(&d->name, DG_DATASET_LIVE_NAME, err);
	if (rc == 0 && !env->db)
		rc = dg_environment_connect(env, err);
	if (rc == 0)
		rc = describe_table(d, env, err);
	if (rc == 0)
		rc = read_definition(d, previous, err);
	return dg_environment_explain(env, rc, err);
}

int dg_dataset_open(struct dg_dataset *d, const struct dg_json *previous,
		    struct dg_error *err)
{
	switch (d->kind) {
	case DG_DATASET_REVISION:
		return open_revision(d, err);
	case DG_DATASET_DIRECTORY:
		return open_directory(d, err);
	case DG_DATASET_LIVE:
		break;
	}
	return open_live(d, previous, err);
}

void dg_dataset_close(struct dg_dataset *d)
{
	dg_source_close(d->items);
	dg_snapshot_close(d->snapshot);
	dg_fileset_close(d->tree);
	dg_snapshot_dir_close(d->dir);
	dg_revision_close(d->revision);
	dg_json_free(d->definition);
	dg_json_free(d->describe);
	free(d->name);
	free(d->operand);
	free(d->path);
	free(d->directory);
	free(d->below);
	memset(d, 0, sizeof(*d));
}

const struct dg_json *dg_dataset_definition(const struct dg_dataset *d)
{
	return d->snapshot ? dg_snapshot_definition(d->snapshot)
			   : d->definition;
}

const struct dg_key_schema *dg_dataset_keys(const struct dg_dataset *d)
{
	if (d->snapshot)
		return dg_snapshot_keys(d->snapshot);
	return d->keys.count > 0 ? &d->keys : NULL;
}

static void describe_live(const struct dg_dataset *d,
			  struct dg_dataset_info *out)
{
	const struct dg_environment *env = &d->scope->env;

	out->environment = env->name;
	out->table = env->table;
	out->region = env->region;
	out->has_items = dg_json_get_u64(d->describe, "ItemCount", &out->items);
}

void dg_dataset_describe(const struct dg_dataset *d,
			 struct dg_dataset_info *out)
{
	const struct dg_metadata *m =
		d->snapshot ? dg_snapshot_metadata(d->snapshot) : NULL;

	*out = (struct dg_dataset_info){.kind = d->kind, .name = d->name};
	out->path = d->kind == DG_DATASET_REVISION ? d->path : d->directory;
	if (d->revision && d->kind == DG_DATASET_REVISION)
		out->commit_id = dg_revision_id(d->revision);
	if (d->kind == DG_DATASET_LIVE)
		describe_live(d, out);
	if (!m)
		return;
	out->environment = m->environment;
	out->table = m->table_name;
	out->region = m->region;
	out->date = m->dump_date;
	out->has_items = m->has_item_count;
	out->items = m->item_count;
}

/* ---- items --------------------------------------------------------- */

/* A layout of chunks vouches for its order, and to check it would read all
 * that a comparison of object ids need not. */
static bool vouches_for_order(const struct dg_dataset *d)
{
	return d->kind == DG_DATASET_REVISION &&
	       dg_snapshot_is_chunked(d->snapshot);
}

void dg_dataset_tell_edited(struct dg_dataset *d)
{
	if (!d->snapshot || d->told_edited || !dg_snapshot_edited(d->snapshot))
		return;
	dg_warning(d->scope->run->log, "%s was edited since it was dumped",
		   d->name);
	d->told_edited = true;
}

static int check(struct dg_dataset *d, struct dg_error *err)
{
	const struct dg_log *log = d->scope->run->log;
	struct dg_snapshot_facts facts;
	char count[DG_QUANTITY_SIZE];
	int rc = dg_snapshot_check(d->snapshot, &facts, err);

	if (rc < 0)
		return rc;
	if (facts.duplicates > 0)
		dg_warning(log,
			   "%s holds %s whose key comes again: the last of "
			   "each counts",
			   d->name,
			   dg_format_quantity(facts.duplicates, "item", count));
	dg_dataset_tell_edited(d);
	return 0;
}

static int snapshot_items(struct dg_dataset *d,
			  const struct dg_key_schema *keys,
			  struct dg_error *err)
{
	int rc = 0;

	if (keys && !dg_snapshot_keys(d->snapshot))
		dg_snapshot_use_keys(d->snapshot, keys);
	if (d->check_first || !vouches_for_order(d))
		rc = check(d, err);
	if (rc == 0)
		rc = dg_snapshot_source(d->snapshot, &d->items, err);
	return rc;
}

static int live_items(struct dg_dataset *d, struct dg_error *err)
{
	struct dg_environment *env = &d->scope->env;
	struct dg_live_options options = {
		.table = env->table,
		.describe = d->describe,
		.consistent = d->scope->consistent,
		.memory = dg_run_memory(d->scope->run) / 2,
		.temp_dir = d->scope->run->temp_dir,
		.progress = d->scope->run->progress,
		.phase = "Reading",
	};
	int rc = 0;

	if (d->scope->max_rcu)
		rc = dg_rate_limit_parse(&options.rate, d->scope->max_rcu, err);
	if (rc == 0)
		rc = dg_live_source_open(&d->items, env->db, &options, err);
	if (rc == 0)
		rc = dg_live_source_read(d->items, err);
	return dg_environment_explain(env, rc, err);
}

int dg_dataset_items(struct dg_dataset *d, const struct dg_key_schema *keys,
		     struct dg_item_source **out, struct dg_error *err)
{
	int rc = d->kind == DG_DATASET_LIVE ? live_items(d, err)
					    : snapshot_items(d, keys, err);

	*out = d->items;
	return rc;
}

/* Absent from both is the same too. */
static bool same_object(struct dg_fileset *a, struct dg_fileset *b,
			const char *path)
{
	struct dg_identity of_a, of_b;
	const bool in_a = a->identity(a, path, &of_a, NULL) == 0;
	const bool in_b = b->identity(b, path, &of_b, NULL) == 0;

	if (!in_a || !in_b)
		return !in_a && !in_b;
	return dg_identity_equal(&of_a, &of_b);
}

bool dg_dataset_same_items(const struct dg_dataset *a,
			   const struct dg_dataset *b)
{
	if (a->kind != DG_DATASET_REVISION || b->kind != DG_DATASET_REVISION)
		return false;
	if (!dg_dataset_keys(a) || !dg_dataset_keys(b) ||
	    !dg_key_schema_equal(dg_dataset_keys(a), dg_dataset_keys(b)))
		return false;
	return same_object(a->tree, b->tree, DG_DATA_FILE) &&
	       same_object(a->tree, b->tree, DG_PARTS_FOLDER);
}
