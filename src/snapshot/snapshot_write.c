#include "base/text.h"
#include "item/table_def.h"
#include "item/table_digest.h"
#include "snapshot/layout.h"
#include "snapshot/order.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

#define FORMAT_VERSION 1
#define TEXT_FILE_MAX ((size_t)16 * 1024 * 1024)
#define REPORT_MASK 0xfff /* progress and cancel every 4,096 items */

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

struct item_writing {
	const struct dg_snapshot_write *write;
	struct dg_layout_writer *layout;
	struct dg_table_digest digest;
	struct dg_order order;
};

static int write_item(struct item_writing *writing, const struct dg_item *item,
		      struct dg_error *err)
{
	const struct dg_table_digest *digest = &writing->digest;
	struct dg_progress_state state;
	int rc = dg_order_step(&writing->order, item->key, err);

	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "items to write are not in the order of "
				    "keys");
	if (rc > 0)
		rc = dg_table_digest_add(&writing->digest, item->line, err);
	if (rc == 0)
		rc = writing->layout->add(writing->layout, item, err);
	if (rc < 0 || (digest->items & REPORT_MASK) != 0)
		return rc;
	state = (struct dg_progress_state){.phase = "Writing",
					   .items = digest->items,
					   .bytes = digest->bytes};
	dg_progress_update(writing->write->progress, &state);
	return dg_cancel_check(writing->write->cancel, err);
}

int dg_snapshot_write_items(const struct dg_snapshot_write *write,
			    struct dg_error *err)
{
	struct dg_metadata *metadata = write->metadata;
	struct item_writing writing = {.write = write};
	struct dg_item item;
	int rc = dg_table_digest_open(&writing.digest, err);

	dg_order_init(&writing.order);
	if (rc == 0)
		rc = dg_layout_single.create(&writing.layout, write->sink, err);
	while (rc == 0 && (rc = dg_source_next(write->items, &item, err)) > 0)
		rc = write_item(&writing, &item, err);
	if (rc == 0)
		rc = dg_cancel_check(write->cancel, err);
	if (rc == 0)
		rc = writing.layout->finish(writing.layout, err);
	if (rc == 0)
		rc = set_string(&metadata->layout, dg_layout_single.name, err);
	if (rc == 0)
		rc = dg_table_digest_finish(&writing.digest,
					    metadata->data_sha256, err);
	metadata->item_count = writing.digest.items;
	metadata->has_item_count = true;
	metadata->data_bytes = writing.digest.bytes;
	dg_layout_writer_close(writing.layout);
	dg_table_digest_close(&writing.digest);
	dg_order_free(&writing.order);
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

	metadata->format_version = FORMAT_VERSION;
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
