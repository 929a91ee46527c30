#include <ddbgit/cat.h>

#include "backup/dataset.h"
#include "item/canon.h"
#include "snapshot/document_writer.h"
#include <stdlib.h>

struct job {
	const struct dg_cat_options *options;
	struct dg_dataset_scope scope;
	struct dg_dataset dataset;
	uint64_t *items;
};

/* A file of a sink that is the caller's stream. */
struct stream {
	struct dg_sink_file base; /* first: the interface points here */
	const struct dg_cat_options *options;
};

static int stream_write(struct dg_sink_file *self, const void *bytes,
			size_t len, struct dg_error *err)
{
	const struct dg_cat_options *options = ((struct stream *)self)->options;

	return options->write(options->context, bytes, len, err);
}

static int stream_commit(struct dg_sink_file *self, struct dg_error *err)
{
	(void)err;
	free(self);
	return 0;
}

static void stream_discard(struct dg_sink_file *self)
{
	free(self);
}

static int write_document(struct job *job, struct dg_item_source *items,
			  struct dg_error *err)
{
	struct dg_document_writer writer = {.file = NULL};
	struct stream *stream = calloc(1, sizeof(*stream));
	struct dg_item item;
	int rc;

	if (!stream)
		return dg_error_nomem(err);
	stream->base.write = stream_write;
	stream->base.commit = stream_commit;
	stream->base.discard = stream_discard;
	stream->options = job->options;
	rc = dg_document_writer_open(&writer, &stream->base, err);
	while (rc == 0 && (rc = dg_source_next(items, &item, err)) > 0)
		rc = dg_document_writer_add(&writer, item.line, err);
	*job->items = writer.items;
	if (rc == 0)
		rc = dg_document_writer_finish(&writer, err);
	dg_document_writer_close(&writer);
	return rc;
}

/* line's maximum leaves room for the newline. */
static int write_line(const struct dg_cat_options *options, struct dg_buf *line,
		      struct dg_error *err)
{
	int rc = dg_buf_add_char(line, '\n', err);

	return rc == 0 ? options->write(options->context, line->ptr, line->len,
					err)
		       : rc;
}

static int write_lines(struct job *job, struct dg_item_source *items,
		       struct dg_error *err)
{
	struct dg_buf line = DG_BUF_INIT(DG_ITEM_TEXT_MAX + 64);
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(items, &item, err)) > 0) {
		dg_buf_clear(&line);
		rc = dg_buf_add_slice(&line, item.line, err);
		if (rc == 0)
			rc = write_line(job->options, &line, err);
		if (rc < 0)
			break;
		++*job->items;
	}
	dg_buf_free(&line);
	return rc;
}

static int write_all(struct job *job, struct dg_error *err)
{
	struct dg_item_source *items;
	int rc;

	job->dataset.check_first = true;
	rc = dg_dataset_items(&job->dataset, NULL, &items, err);
	if (rc < 0)
		return rc;
	return job->options->format == DG_CAT_JSON
		       ? write_document(job, items, err)
		       : write_lines(job, items, err);
}

static int write_one(struct job *job, const struct dg_dataset_key *key,
		     struct dg_error *err)
{
	struct dg_buf line = DG_BUF_INIT(DG_ITEM_TEXT_MAX + 64);
	bool found = false;
	int rc = dg_dataset_find_item(&job->dataset, key, &line, &found, err);

	if (rc == 0 && !found)
		rc = dg_error_set(err, DG_ENOTFOUND,
				  "there is no item %s in %s",
				  job->options->key, job->dataset.name);
	if (rc == 0)
		rc = write_line(job->options, &line, err);
	if (rc == 0)
		*job->items = 1;
	dg_buf_free(&line);
	return rc;
}

static int write_by_key(struct job *job, struct dg_error *err)
{
	const struct dg_key_schema *keys = dg_dataset_keys(&job->dataset);
	struct dg_dataset_key key;
	int rc;

	if (!keys)
		return dg_error_set(err, DG_EINVALID,
				    "%s: the key schema is not known: there is "
				    "no %s",
				    job->dataset.name, DG_SCHEMA_FILE);
	rc = dg_dataset_key_parse(&key, keys, job->options->key, err);
	if (rc == 0)
		rc = write_one(job, &key, err);
	dg_dataset_key_free(&key);
	return rc;
}

int dg_cat(const struct dg_run *run, const struct dg_cat_options *options,
	   uint64_t *items, struct dg_error *err)
{
	struct job job = {
		.options = options,
		.scope =
			{
				.run = run,
				.target = &options->target,
				.from = options->from,
				.path = options->path,
			},
		.items = items,
	};
	int rc;

	*items = 0;
	if (options->from && options->path)
		return dg_error_set(err, DG_EUSAGE,
				    "--from and --path exclude each other");
	rc = dg_dataset_find(&job.dataset, &job.scope, options->source, err);
	if (rc == 0)
		rc = dg_dataset_settle(&job.dataset, NULL, err);
	if (rc == 0)
		rc = dg_dataset_open(&job.dataset, NULL, err);
	if (rc == 0)
		rc = options->key ? write_by_key(&job, err)
				  : write_all(&job, err);
	dg_dataset_close(&job.dataset);
	dg_dataset_scope_close(&job.scope);
	return rc;
}
