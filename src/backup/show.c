#include "backup/changes.h"
#include "backup/facts.h"
#include "backup/restore_source.h"
#include "base/text.h"
#include "item/table_def.h"
#include "repo/history.h"
#include "repo/tag.h"
#include <inttypes.h>
#include <stdlib.h>

/* A revision under inspection. */
struct look {
	const struct dg_run *run;
	const struct dg_show_options *options;
	struct dg_backup_details *details;
	struct dg_repo *repo;
	struct dg_revision *revision;
	struct dg_fileset *files;
	struct dg_snapshot *snapshot;
	struct dg_snapshot_options reading;
};

static int copy_text(char **out, const char *text, struct dg_error *err)
{
	return text ? dg_strdup(out, text, err) : 0;
}

/* "id (S), time (N)" of a KeySchema; types from the table. */
static int describe_keys(char **out, const struct dg_json *table,
			 const struct dg_json *holder, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(4096);
	const struct dg_json *part;
	int rc = 0;

	for (part = dg_json_first(dg_json_get(holder, "KeySchema"));
	     rc == 0 && part; part = dg_json_next(part)) {
		const char *name = dg_json_get_string(part, "AttributeName");
		const char *type = dg_table_def_attribute_type(table, name);

		rc = dg_buf_addf(&text, err, "%s%s (%s)", text.len ? ", " : "",
				 name ? name : "?", type ? type : "?");
	}
	if (rc == 0)
		rc = dg_strdup(out, dg_buf_str(&text), err);
	dg_buf_free(&text);
	return rc;
}

static int add_indexes(struct dg_backup_details *details,
		       const struct dg_json *table, const char *list,
		       bool global, struct dg_error *err)
{
	const struct dg_json *node = dg_json_first(dg_json_get(table, list));
	int rc = 0;

	for (; rc == 0 && node; node = dg_json_next(node)) {
		const struct dg_json *projection =
			dg_json_get(node, "Projection");
		struct dg_backup_index *grown =
			realloc(details->indexes,
				(details->index_count + 1) * sizeof(*grown));

		if (!grown)
			return dg_error_nomem(err);
		details->indexes = grown;
		grown += details->index_count++;
		*grown = (struct dg_backup_index){.global = global};
		rc = copy_text(&grown->name,
			       dg_json_get_string(node, "IndexName"), err);
		if (rc == 0)
			rc = describe_keys(&grown->keys, table, node, err);
		if (rc == 0 && projection)
			rc = copy_text(&grown->projection,
				       dg_json_get_string(projection,
							  "ProjectionType"),
				       err);
	}
	return rc;
}

static int describe_billing(char **out, const struct dg_json *table,
			    struct dg_error *err)
{
	const struct dg_json *units =
		dg_json_get(table, "ProvisionedThroughput");
	const struct dg_json *summary =
		dg_json_get(table, "BillingModeSummary");
	const char *mode =
		summary ? dg_json_get_string(summary, "BillingMode") : NULL;
	uint64_t reads = 0;
	uint64_t writes = 0;

	if (units) {
		dg_json_get_u64(units, "ReadCapacityUnits", &reads);
		dg_json_get_u64(units, "WriteCapacityUnits", &writes);
	}
	if (mode && strcmp(mode, "PAY_PER_REQUEST") == 0)
		return dg_strdup(out, "on demand", err);
	if (reads == 0 && writes == 0)
		return 0;
	return dg_asprintf(out, err,
			   "provisioned, %" PRIu64 " read and %" PRIu64
			   " write units",
			   reads, writes);
}

static int describe_table(struct look *look, struct dg_error *err)
{
	const struct dg_json *definition =
		dg_snapshot_definition(look->snapshot);
	struct dg_backup_details *details = look->details;
	const struct dg_json *table =
		definition ? dg_json_get(definition, "Table") : NULL;
	const struct dg_json *ttl =
		definition ? dg_json_get(definition, "TimeToLiveDescription")
			   : NULL;
	int rc = 0;

	if (!table)
		return 0;
	rc = describe_keys(&details->keys, table, table, err);
	if (rc == 0)
		rc = describe_billing(&details->billing, table, err);
	if (rc == 0 && ttl)
		rc = copy_text(&details->time_to_live,
			       dg_json_get_string(ttl, "AttributeName"), err);
	if (rc == 0)
		rc = add_indexes(details, table, "GlobalSecondaryIndexes", true,
				 err);
	if (rc == 0)
		rc = add_indexes(details, table, "LocalSecondaryIndexes", false,
				 err);
	return rc;
}

static int describe_metadata(struct look *look, struct dg_error *err)
{
	const struct dg_metadata *m = dg_snapshot_metadata(look->snapshot);
	struct dg_backup_details *d = look->details;
	int rc;

	if (!m)
		return 0;
	rc = copy_text(&d->environment, m->environment, err);
	if (rc == 0)
		rc = copy_text(&d->table, m->table_name, err);
	if (rc == 0)
		rc = copy_text(&d->region, m->region, err);
	if (rc == 0)
		rc = copy_text(&d->endpoint, m->endpoint_url, err);
	if (rc == 0)
		rc = copy_text(&d->date, m->dump_date, err);
	if (rc == 0)
		rc = copy_text(&d->layout, m->layout, err);
	if (rc == 0)
		rc = copy_text(&d->tool_version, m->tool_version, err);
	d->has_items = m->has_item_count;
	d->items = m->item_count;
	d->bytes = m->data_bytes;
	memcpy(d->sha256, m->data_sha256, sizeof(d->sha256));
	return rc;
}

/* Against the first parent's snapshot: computed, not as the message says. */
static int count_changes(struct look *look, struct dg_error *err)
{
	struct dg_revision *parent = NULL;
	struct dg_fileset *before = NULL;
	int rc = dg_revision_parent(&parent, look->revision, err);

	if (rc == 0)
		rc = dg_revision_files(&before, parent, look->details->path,
				       look->reading.memory, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		rc = 0;
	}
	if (rc == 0 && !parent && !dg_revision_is_root(look->revision)) {
		dg_info(look->run->log,
			"The history of this clone ends at %.7s, and what it "
			"changed is not known: git fetch --unshallow",
			look->details->commit_id);
		return 0;
	}
	if (rc == 0)
		rc = dg_changes_count(&look->details->changes, before,
				      look->files, &look->reading, err);
	look->details->has_changes = rc == 0;
	dg_fileset_close(before);
	dg_revision_close(parent);
	return rc;
}

static int add_tag(void *context, const char *name, struct dg_error *err)
{
	struct dg_backup_details *details = context;
	size_t n = 0;
	char **grown;

	while (details->tags && details->tags[n])
		n++;
	grown = realloc(details->tags, (n + 2) * sizeof(*grown));
	if (!grown)
		return dg_error_nomem(err);
	details->tags = grown;
	grown[n] = NULL;
	grown[n + 1] = NULL;
	return dg_strdup(&grown[n], name, err);
}

static int open_look(struct look *look, struct dg_error *err)
{
	const struct dg_snapshot_choice choice = {
		.from = look->options->environment,
		.path = look->options->path,
	};
	const char *revision =
		look->options->revision ? look->options->revision : "HEAD";
	int rc = dg_repo_open(&look->repo, ".", look->run->log, err);

	if (rc == 0)
		rc = dg_revision_open(&look->revision, look->repo, revision,
				      err);
	if (rc == 0)
		rc = dg_strdup(&look->details->revision, revision, err);
	if (rc == 0)
		rc = dg_snapshot_choose(&look->details->path, look->revision,
					&choice, err);
	if (rc == 0)
		rc = dg_revision_files(&look->files, look->revision,
				       look->details->path,
				       look->reading.memory, err);
	if (rc == 0)
		rc = dg_snapshot_open(&look->snapshot, look->files,
				      &look->reading, err);
	return rc;
}

static int read_commit(struct look *look, struct dg_error *err)
{
	const char *message = dg_revision_message(look->revision);
	const char *id = dg_revision_id(look->revision);

	memcpy(look->details->commit_id, id, sizeof(look->details->commit_id));
	return dg_slice_dup(&look->details->subject,
			    dg_slice_of(message, strcspn(message, "\n")), err);
}

int dg_show(const struct dg_run *run, const struct dg_show_options *options,
	    struct dg_backup_details *details, struct dg_error *err)
{
	struct look look = {
		.run = run,
		.options = options,
		.details = details,
		.reading =
			{
				.memory = dg_run_memory(run),
				.temp_dir = run->temp_dir,
				.cancel = run->cancel,
				.log = run->log,
			},
	};
	int rc;

	memset(details, 0, sizeof(*details));
	rc = open_look(&look, err);
	if (rc == 0 && dg_snapshot_edited(look.snapshot))
		dg_warning(run->log, "%s:%s was edited since it was dumped",
			   details->revision, details->path);
	if (rc == 0)
		rc = read_commit(&look, err);
	if (rc == 0)
		rc = describe_metadata(&look, err);
	if (rc == 0)
		rc = describe_table(&look, err);
	if (rc == 0)
		rc = dg_tag_each(look.repo, details->commit_id, add_tag,
				 details, err);
	if (rc == 0)
		rc = count_changes(&look, err);
	dg_snapshot_close(look.snapshot);
	dg_fileset_close(look.files);
	dg_revision_close(look.revision);
	dg_repo_close(look.repo);
	return rc;
}

void dg_backup_details_free(struct dg_backup_details *details)
{
	for (size_t i = 0; i < details->index_count; i++) {
		free(details->indexes[i].name);
		free(details->indexes[i].keys);
		free(details->indexes[i].projection);
	}
	free(details->indexes);
	for (char **tag = details->tags; tag && *tag; tag++)
		free(*tag);
	free(details->tags);
	free(details->revision);
	free(details->subject);
	free(details->path);
	free(details->environment);
	free(details->table);
	free(details->region);
	free(details->endpoint);
	free(details->date);
	free(details->layout);
	free(details->tool_version);
	free(details->keys);
	free(details->billing);
	free(details->time_to_live);
	memset(details, 0, sizeof(*details));
}
