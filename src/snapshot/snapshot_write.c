#include "base/text.h"
#include "item/table_def.h"
#include "snapshot/item_writing.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

#define FORMAT_VERSION 1
#define TEXT_FILE_MAX ((size_t)16 * 1024 * 1024)

static int set_string(char **field, const char *value, struct dg_error *err)
{
	char *copy;
	int rc = dg_strdup(&copy, value, err);

	if (rc < 0)
		return rc;
	free(*field);
	*field = copy;
	return 0;
}

int dg_snapshot_write_items(const struct dg_snapshot_write *write,
			    struct dg_error *err)
{
	struct dg_metadata *metadata = write->metadata;
	struct dg_table_digest digest;
	struct dg_item_writing writing = {
		.items = write->items,
		.digest = &digest,
		.cancel = write->cancel,
		.progress = write->progress,
	};
	const struct dg_layout *layout = dg_layout_named(
		write->layout ? write->layout : DG_LAYOUT_SINGLE);
	int rc;

	if (!layout)
		return dg_error_set(err, DG_EUSAGE, "unknown layout '%s'",
				    write->layout);
	rc = dg_table_digest_open(&digest, err);
	if (rc == 0)
		rc = layout->create(&writing.layout, write->sink,
				    &write->items->keys, err);
	if (rc == 0)
		rc = dg_item_writing_run(&writing, err);
	if (rc == 0)
		rc = set_string(&metadata->layout, layout->name, err);
	if (rc == 0)
		rc = dg_table_digest_finish(&digest, metadata->data_sha256,
					    err);
	metadata->format_version = FORMAT_VERSION;
	metadata->item_count = digest.items;
	metadata->has_item_count = true;
	metadata->data_bytes = digest.bytes;
	dg_layout_writer_close(writing.layout);
	dg_table_digest_close(&digest);
	return rc;
}

static int write_schema(const struct dg_snapshot_write *write,
			struct dg_buf *text, struct dg_error *err)
{
	int rc;

	dg_buf_clear(text);
	rc = dg_table_def_digest(write->definition,
				 write->metadata->schema_sha256, err);
	if (rc == 0)
		rc = dg_table_def_print(write->definition, text, err);
	if (rc == 0)
		rc = dg_sink_write(write->sink, DG_SCHEMA_FILE,
				   dg_buf_slice(text), err);
	return rc;
}

static int write_summary(const struct dg_snapshot_write *write,
			 struct dg_buf *text, struct dg_error *err)
{
	int rc;

	dg_buf_clear(text);
	rc = dg_summary_print(write->metadata, write->definition, text, err);
	if (rc == 0)
		rc = dg_sink_write(write->sink, DG_SUMMARY_FILE,
				   dg_buf_slice(text), err);
	return rc;
}

static int write_metadata(const struct dg_snapshot_write *write,
			  struct dg_buf *text, struct dg_error *err)
{
	int rc;

	dg_buf_clear(text);
	rc = dg_metadata_print(write->metadata, text, err);
	if (rc == 0)
		rc = dg_sink_write(write->sink, DG_METADATA_FILE,
				   dg_buf_slice(text), err);
	return rc;
}

int dg_snapshot_write_description(const struct dg_snapshot_write *write,
				  struct dg_error *err)
{
	struct dg_metadata *metadata = write->metadata;
	struct dg_buf text = DG_BUF_INIT(TEXT_FILE_MAX);
	int rc;

	rc = set_string(&metadata->tool_version, DG_VERSION, err);
	if (rc == 0)
		rc = write_schema(write, &text, err);
	if (rc == 0)
		rc = write_summary(write, &text, err);
	if (rc == 0)
		rc = write_metadata(write, &text, err);
	dg_buf_free(&text);
	return rc;
}
