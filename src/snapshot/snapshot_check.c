/*
 * The check reads every item once, in the order of the file as long as that
 * is the order of keys. At the first item that is not, everything is read
 * again into sorted runs: what a Scan printed is out of order within its
 * first few items, so little is read twice.
 */
#include "item/table_digest.h"
#include "snapshot/order.h"
#include "snapshot/snapshot_state.h"

#define REPORT_MASK 0xfff /* progress and cancel every 4,096 items */

static int report(const struct dg_snapshot *snapshot, uint64_t items,
		  uint64_t bytes, struct dg_error *err)
{
	struct dg_progress_state state = {
		.phase = "Checking",
		.items = items,
		.bytes = bytes,
		.expected_items = snapshot->metadata.item_count,
		.expected_bytes = snapshot->metadata.data_bytes,
	};

	if ((items & REPORT_MASK) != 0)
		return 0;
	dg_progress_update(snapshot->options.progress, &state);
	return dg_cancel_check(snapshot->options.cancel, err);
}

static int digest_item(const struct dg_snapshot *snapshot,
		       struct dg_table_digest *digest,
		       const struct dg_item *item, struct dg_error *err)
{
	int rc = dg_table_digest_add(digest, item->line, err);

	return rc < 0 ? rc
		      : report(snapshot, digest->items, digest->bytes, err);
}

/* 1: all items were in order and are in the digest; 0: one was not. */
static int digest_in_order(struct dg_snapshot *snapshot,
			   struct dg_table_digest *digest, struct dg_error *err)
{
	struct dg_item_source *source = &snapshot->reader->source;
	bool in_order = true;
	struct dg_order order;
	struct dg_item item;
	int rc = dg_snapshot_begin(snapshot, err);

	if (rc < 0)
		return rc;
	dg_order_init(&order);
	while ((rc = dg_source_next(source, &item, err)) > 0) {
		rc = dg_order_step(&order, item.key, err);
		in_order = rc > 0;
		if (in_order)
			rc = digest_item(snapshot, digest, &item, err);
		if (rc < 0 || !in_order)
			break;
	}
	dg_order_free(&order);
	return rc < 0 ? rc : in_order;
}

/* All items into sorted runs; sorted is their merge then. */
static int sort_items(struct dg_snapshot *snapshot, struct dg_error *err)
{
	struct dg_item_source *source = &snapshot->reader->source;
	struct dg_sort_options options = {
		.keys = snapshot->keys,
		.memory = snapshot->options.memory,
		.writers = 1,
		.temp_dir = snapshot->options.temp_dir,
		.cancel = snapshot->options.cancel,
	};
	struct dg_item item;
	uint64_t n = 0, bytes = 0;
	int rc = dg_sort_open(&snapshot->sort, &options, err);

	if (rc == 0)
		rc = dg_snapshot_begin(snapshot, err);
	while (rc == 0 && (rc = dg_source_next(source, &item, err)) > 0) {
		rc = dg_sort_add(dg_sort_writer(snapshot->sort, 0), &item, n++,
				 err);
		bytes += item.line.len + 1;
		if (rc == 0)
			rc = report(snapshot, n, bytes, err);
	}
	if (rc == 0)
		rc = dg_sort_finish(snapshot->sort, &snapshot->sorted, err);
	return rc;
}

static int digest_sorted(struct dg_snapshot *snapshot,
			 struct dg_table_digest *digest, struct dg_error *err)
{
	struct dg_sort_stats stats;
	struct dg_item item;
	int rc = sort_items(snapshot, err);

	while (rc == 0 &&
	       (rc = dg_source_next(snapshot->sorted, &item, err)) > 0)
		rc = digest_item(snapshot, digest, &item, err);
	if (rc < 0)
		return rc;
	dg_sort_stats(snapshot->sort, &stats);
	snapshot->facts.duplicates = stats.duplicates;
	snapshot->facts.spilled_bytes = stats.spilled_bytes;
	return 0;
}

/* A stated count that differs takes precedence over one that agrees. */
static void compare_count(struct dg_snapshot_facts *facts, uint64_t stated)
{
	bool differs = stated != facts->items &&
		       stated != facts->items + facts->duplicates;

	if (!facts->has_stated_items || differs)
		facts->stated_items = stated;
	facts->has_stated_items = true;
	facts->edited = facts->edited || differs;
}

static bool schema_differs(const struct dg_snapshot *snapshot)
{
	const char *stated = snapshot->metadata.schema_sha256;

	return *stated && snapshot->definition &&
	       strcmp(stated, snapshot->schema_sha256) != 0;
}

static void compare_with_stated(const struct dg_snapshot *snapshot,
				struct dg_snapshot_facts *facts)
{
	const struct dg_metadata *metadata = &snapshot->metadata;
	uint64_t stated;

	if (metadata->has_item_count)
		compare_count(facts, metadata->item_count);
	if (snapshot->reader->stated_items(snapshot->reader, &stated))
		compare_count(facts, stated);
	if (metadata->data_sha256[0] &&
	    strcmp(metadata->data_sha256, facts->sha256) != 0)
		facts->edited = true;
	facts->schema_edited = schema_differs(snapshot);
}

/* What the layout states before it is read, against the metadata. */
static bool index_differs(const struct dg_snapshot *snapshot)
{
	const struct dg_layout_reader *reader = snapshot->reader;
	const struct dg_metadata *metadata = &snapshot->metadata;
	uint64_t items;

	if (!reader->stated_bytes || metadata->format_version == 0)
		return false;
	return reader->stated_bytes(reader) != metadata->data_bytes ||
	       (metadata->has_item_count &&
		reader->stated_items(reader, &items) &&
		items != metadata->item_count);
}

bool dg_snapshot_edited(const struct dg_snapshot *snapshot)
{
	if (snapshot->checked)
		return snapshot->facts.edited || snapshot->facts.schema_edited;
	return snapshot->read_edited || index_differs(snapshot);
}

bool dg_snapshot_glance(const struct dg_snapshot *snapshot,
			struct dg_snapshot_facts *out)
{
	const struct dg_layout_reader *reader = snapshot->reader;

	/* What can be sought is in order, and each part of it checked. */
	if (!reader->source.seek || !reader->stated_bytes ||
	    snapshot->keys.count == 0)
		return false;
	memset(out, 0, sizeof(*out));
	(void)reader->stated_items(reader, &out->items);
	out->bytes = reader->stated_bytes(reader);
	out->sorted = true;
	out->edited = index_differs(snapshot);
	out->schema_edited = schema_differs(snapshot);
	out->has_stated_items = snapshot->metadata.has_item_count;
	out->stated_items = snapshot->metadata.item_count;
	return true;
}

static void forget_check(struct dg_snapshot *snapshot)
{
	dg_source_close(snapshot->sorted);
	dg_sort_free(snapshot->sort);
	snapshot->sorted = NULL;
	snapshot->sort = NULL;
	snapshot->checked = false;
	memset(&snapshot->facts, 0, sizeof(snapshot->facts));
}

int dg_snapshot_check(struct dg_snapshot *snapshot,
		      struct dg_snapshot_facts *out, struct dg_error *err)
{
	struct dg_snapshot_facts *facts = &snapshot->facts;
	struct dg_table_digest digest;
	int rc;

	forget_check(snapshot);
	rc = dg_table_digest_open(&digest, err);
	if (rc < 0)
		return rc;
	rc = digest_in_order(snapshot, &digest, err);
	facts->sorted = rc > 0;
	if (rc == 0) {
		dg_table_digest_close(&digest);
		rc = dg_table_digest_open(&digest, err);
		if (rc == 0)
			rc = digest_sorted(snapshot, &digest, err);
	}
	facts->items = digest.items;
	facts->bytes = digest.bytes;
	if (rc >= 0)
		rc = dg_table_digest_finish(&digest, facts->sha256, err);
	dg_table_digest_close(&digest);
	if (rc < 0)
		return rc;
	compare_with_stated(snapshot, facts);
	snapshot->checked = true;
	*out = *facts;
	return 0;
}
