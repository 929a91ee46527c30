#include "backup/restore_job.h"

#include "base/text.h"
#include "dynamodb/table.h"
#include "item/table_def.h"
#include <stdlib.h>

static const struct dg_json *definition(const struct dg_restore_job *job)
{
	return dg_snapshot_definition(job->source.snapshot);
}

int dg_restore_target_find(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;
	int rc = dg_environment_connect(env, err);

	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table,
				       &job->describe, err);
	if (rc == 0 && dg_table_is_creating(job->describe))
		return 0;
	if (rc == 0)
		return dg_table_check_usable(job->describe, err);
	if (rc != DG_ENOTFOUND)
		return dg_environment_explain(env, rc, err);
	if (job->options->only == DG_RESTORE_DATA)
		return dg_error_set(err, DG_ENOTFOUND,
				    "table '%s' does not exist, and "
				    "--only=data creates none",
				    env->table);
	dg_error_clear(err);
	if (definition(job))
		return 0;
	dg_error_set(err, DG_ENOTFOUND,
		     "Table '%s' does not exist and no schema file found to "
		     "create it",
		     env->table);
	return dg_error_hint(err,
			     "Create the table, or restore from a dump "
			     "with %s",
			     DG_SCHEMA_FILE);
}

int dg_restore_target_wait(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;

	if (!job->describe || !dg_table_is_creating(job->describe))
		return 0;
	dg_info(job->run->log, "Table '%s' is being created: waiting for it",
		env->table);
	dg_json_free(job->describe);
	return dg_table_wait_created(env->connection, env->table,
				     &job->describe, err);
}

static int keys_of_target(const struct dg_restore_job *job,
			  struct dg_key_schema *keys, struct dg_error *err)
{
	struct dg_json *normal = NULL;
	int rc = dg_table_def_from_describe(&normal, job->describe, err);

	if (rc == 0)
		rc = dg_table_def_keys(normal, keys, err);
	dg_json_free(normal);
	return rc;
}

int dg_restore_target_agree(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_key_schema *own =
		dg_snapshot_keys(job->source.snapshot);
	struct dg_key_schema target;
	char of_source[640];
	char of_target[640];
	int rc;

	if (!job->describe)
		return 0;
	rc = keys_of_target(job, &target, err);
	if (rc < 0)
		return rc;
	if (!own) {
		dg_snapshot_use_keys(job->source.snapshot, &target);
		return 0;
	}
	if (dg_key_schema_equal(own, &target))
		return 0;
	dg_error_set(
		err, DG_EFAILED, "table '%s' has the key %s, the snapshot %s",
		job->env.table,
		dg_key_schema_describe(&target, of_target, sizeof(of_target)),
		dg_key_schema_describe(own, of_source, sizeof(of_source)));
	return dg_error_hint(err, "Restore into another table with "
				  "--table=NAME");
}

static int report_left_out(struct dg_restore_job *job, struct dg_error *err)
{
	size_t n = dg_json_length(job->left_out);
	const struct dg_json *node;
	size_t i = 0;

	if (n == 0)
		return 0;
	job->result->left_out = calloc(n + 1, sizeof(char *));
	if (!job->result->left_out)
		return dg_error_nomem(err);
	for (node = dg_json_first(job->left_out); node;
	     node = dg_json_next(node)) {
		int rc = dg_strdup(&job->result->left_out[i++],
				   dg_json_text(node), err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool is_other_environment(const struct dg_restore_job *job)
{
	const struct dg_metadata *m =
		dg_snapshot_metadata(job->source.snapshot);

	return job->options->scratch || !m || !m->environment ||
	       strcmp(m->environment, job->env.name) != 0;
}

static int add_index_names(struct dg_buf *text, const struct dg_json *request,
			   const char *list, struct dg_error *err)
{
	const struct dg_json *node = dg_json_first(dg_json_get(request, list));
	const char *before = text->len ? ", " : "";
	int rc = 0;

	for (; rc == 0 && node; node = dg_json_next(node), before = ", ") {
		const char *name = dg_json_get_string(node, "IndexName");

		rc = dg_buf_addf(text, err, "%s%s", before, name ? name : "?");
	}
	return rc;
}

/* "id (S); on demand; indexes by-user, by-time" */
static int describe_creation(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_key_schema *keys =
		dg_snapshot_keys(job->source.snapshot);
	const char *billing = dg_json_get_string(job->create, "BillingMode");
	const bool on_demand =
		billing && strcmp(billing, "PAY_PER_REQUEST") == 0;
	struct dg_buf indexes = DG_BUF_INIT(65536);
	char key[640] = "?";
	int rc = add_index_names(&indexes, job->create,
				 "GlobalSecondaryIndexes", err);

	if (rc == 0)
		rc = add_index_names(&indexes, job->create,
				     "LocalSecondaryIndexes", err);
	if (keys)
		dg_key_schema_describe(keys, key, sizeof(key));
	if (rc == 0)
		rc = dg_asprintf(&job->result->creation, err, "key %s; %s%s%s",
				 key, on_demand ? "on demand" : "provisioned",
				 !indexes.len ? ""
				 : strchr(dg_buf_str(&indexes), ',')
					 ? "; indexes "
					 : "; index ",
				 dg_buf_str(&indexes));
	dg_buf_free(&indexes);
	return rc;
}

static int plan_creation(struct dg_restore_job *job, struct dg_error *err)
{
	int rc = report_left_out(job, err);

	if (rc == 0)
		rc = describe_creation(job, err);
	job->result->created = rc == 0;
	return rc;
}

int dg_restore_target_plan(struct dg_restore_job *job, struct dg_error *err)
{
	const struct dg_create_options options = {
		.table_name = job->env.table,
		.keys_and_indexes_only = is_other_environment(job) &&
					 !job->options->source_settings,
	};
	const bool later = dg_restore_defers_indexes(job);
	struct dg_json *request = NULL;
	int rc;

	if (job->options->indexes_after && !later)
		dg_warning(job->run->log,
			   "%s holds no " DG_SCHEMA_FILE
			   ": which indexes to add is not known",
			   job->source.name);
	if (job->describe && !later)
		return 0;
	rc = dg_json_new_array(&job->left_out, err);
	if (rc == 0)
		rc = dg_table_create_request(&request, definition(job),
					     &options, job->left_out, err);
	if (rc == 0 && !job->describe)
		job->create = request;
	if (rc == 0 && later)
		rc = dg_restore_plan_indexes(job, request, err);
	if (rc == 0 && job->create)
		rc = plan_creation(job, err);
	if (request != job->create)
		dg_json_free(request);
	return rc;
}

int dg_restore_target_create(struct dg_restore_job *job, struct dg_error *err)
{
	struct dg_environment *env = &job->env;
	int rc;

	if (!job->create)
		return 0;
	dg_info(job->run->log, "Creating table '%s': %s", env->table,
		job->result->creation);
	rc = dg_table_create(env->connection, job->create, err);
	if (rc == 0)
		rc = dg_table_describe(env->connection, env->table,
				       &job->describe, err);
	job->unfinished = rc == 0 && (!is_other_environment(job) ||
				      job->options->source_settings);
	return rc;
}

int dg_restore_target_finish(struct dg_restore_job *job, struct dg_error *err)
{
	int rc;

	if (!job->unfinished)
		return 0;
	rc = dg_table_finish(job->env.connection, job->env.table,
			     definition(job), err);
	job->unfinished = rc < 0;
	return rc;
}

void dg_restore_target_warn_unfinished(const struct dg_restore_job *job)
{
	const struct dg_json *own = definition(job);
	const char *ttl = job->unfinished ? dg_table_ttl_attribute(own) : NULL;
	const bool protects =
		job->unfinished &&
		dg_json_get_bool(dg_json_get(own, "Table"),
				 "DeletionProtectionEnabled", false);

	if (!ttl && !protects)
		return;
	dg_warning(job->run->log,
		   "The new table '%s' has not got its %s%s%s%s yet, and a "
		   "restore into a table that is there does not set it: delete "
		   "the table before you run this again, or set it yourself",
		   job->env.table, ttl ? "time to live on " : "",
		   ttl ? ttl : "", ttl && protects ? " and " : "",
		   protects ? "deletion protection" : "");
}
