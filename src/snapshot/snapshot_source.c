/* The items of a snapshot as an item source: what the layout reads, or the
 * sorted runs of the check, held to the order and to the check's digest. */
#include "base/text.h"
#include "item/table_digest.h"
#include "snapshot/order.h"
#include "snapshot/snapshot_state.h"
#include <stdlib.h>

struct snapshot_source {
	struct dg_item_source base; /* first: the interface points here */
	struct dg_snapshot *snapshot;
	struct dg_item_source *inner; /* borrowed from the snapshot */
	struct dg_order order;
	struct dg_table_digest digest;
	bool ended; /* and found to be what the check saw */
};

static int out_of_order(const struct snapshot_source *source,
			const struct dg_item *item, struct dg_error *err)
{
	const struct dg_snapshot *snapshot = source->snapshot;
	struct dg_buf key = DG_BUF_INIT(1024 * 1024);

	if (snapshot->checked) {
		dg_error_set(err, DG_EMODIFIED, "%s changed while it was read",
			     snapshot->files->name);
		dg_buf_free(&key);
		return DG_EMODIFIED;
	}
	dg_key_json(&snapshot->keys, item->line, &key, NULL);
	dg_error_set(err, DG_EINVALID, "item %s is not in the order of keys",
		     dg_buf_str(&key));
	dg_buf_free(&key);
	return snapshot->reader->place(snapshot->reader, err);
}

static int compare_digest(struct snapshot_source *source, struct dg_error *err)
{
	const struct dg_snapshot *snapshot = source->snapshot;
	char hex[DG_SHA256_HEX_SIZE];
	int rc;

	if (!snapshot->checked || source->ended)
		return 0;
	rc = dg_table_digest_finish(&source->digest, hex, err);
	if (rc < 0)
		return rc;
	if (strcmp(hex, snapshot->facts.sha256) != 0)
		return dg_error_set(err, DG_EMODIFIED,
				    "%s changed while it was read",
				    snapshot->files->name);
	source->ended = true;
	return 0;
}

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct snapshot_source *source = (struct snapshot_source *)self;
	int rc = dg_source_next(source->inner, item, err);

	if (rc == 0)
		return compare_digest(source, err);
	if (rc > 0)
		rc = dg_order_step(&source->order, item->key, err);
	if (rc == 0)
		return out_of_order(source, item, err);
	if (rc > 0 && source->snapshot->checked)
		rc = dg_table_digest_add(&source->digest, item->line, err);
	return rc < 0 ? rc : 1;
}

/* Sets everything to before the first item. */
static int begin(struct snapshot_source *source, struct dg_error *err)
{
	struct dg_snapshot *snapshot = source->snapshot;
	int rc;

	source->ended = false;
	dg_order_reset(&source->order);
	dg_table_digest_close(&source->digest);
	rc = dg_table_digest_open(&source->digest, err);
	if (rc < 0)
		return rc;
	return snapshot->sorted ? dg_source_rewind(snapshot->sorted, err)
				: dg_snapshot_begin(snapshot, err);
}

static int rewind_source(struct dg_item_source *self, struct dg_error *err)
{
	return begin((struct snapshot_source *)self, err);
}

static void close_source(struct dg_item_source *self)
{
	struct snapshot_source *source = (struct snapshot_source *)self;

	dg_order_free(&source->order);
	dg_table_digest_close(&source->digest);
	free(source);
}

int dg_snapshot_source(struct dg_snapshot *snapshot,
		       struct dg_item_source **out, struct dg_error *err)
{
	struct snapshot_source *source = calloc(1, sizeof(*source));
	int rc;

	if (!source)
		return dg_error_nomem(err);
	dg_order_init(&source->order);
	source->snapshot = snapshot;
	source->inner =
		snapshot->sorted ? snapshot->sorted : &snapshot->reader->source;
	source->base.next = next;
	source->base.rewind = rewind_source;
	source->base.close = close_source;
	source->base.keys = snapshot->keys;
	rc = begin(source, err);
	if (rc < 0) {
		close_source(&source->base);
		return rc;
	}
	*out = &source->base;
	return 0;
}
