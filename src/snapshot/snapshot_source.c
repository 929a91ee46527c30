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
	bool ended;      /* and found to be what the check saw */
	bool owns_inner; /* of a part */
	/* Not all items are read, so there is no digest to compare. */
	bool partial;
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

/* Is there a digest of all to compare with? */
static bool has_digest(const struct snapshot_source *source)
{
	return !source->partial && (source->snapshot->checked ||
				    source->snapshot->metadata.data_sha256[0]);
}

static int compare_digest(struct snapshot_source *source, struct dg_error *err)
{
	struct dg_snapshot *snapshot = source->snapshot;
	char hex[DG_SHA256_HEX_SIZE];
	int rc;

	if (source->ended || !has_digest(source))
		return 0;
	rc = dg_table_digest_finish(&source->digest, hex, err);
	if (rc < 0)
		return rc;
	if (!snapshot->checked)
		snapshot->read_edited =
			strcmp(hex, snapshot->metadata.data_sha256) != 0;
	else if (strcmp(hex, snapshot->facts.sha256) != 0)
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
	if (rc > 0 && has_digest(source))
		rc = dg_table_digest_add(&source->digest, item->line, err);
	return rc < 0 ? rc : 1;
}

/* Sets everything to before the first item. */
static int begin(struct snapshot_source *source, struct dg_error *err)
{
	struct dg_snapshot *snapshot = source->snapshot;
	int rc;

	source->ended = false;
	source->partial = false;
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
	if (source->owns_inner)
		dg_source_close(source->inner);
	free(source);
}

/* What follows has nothing to do with what was read before. */
static int seek(struct dg_item_source *self, struct dg_slice key,
		struct dg_error *err)
{
	struct snapshot_source *source = (struct snapshot_source *)self;

	source->partial = true;
	dg_order_reset(&source->order);
	return source->inner->seek(source->inner, key, err);
}

static int pair(struct dg_item_source *self, struct dg_item_source *other,
		struct dg_error *err)
{
	struct dg_item_source *inner = ((struct snapshot_source *)self)->inner;

	if (!other)
		return inner->pair(inner, NULL, err);
	return dg_source_pair(inner, ((struct snapshot_source *)other)->inner,
			      err);
}

static int identity(struct dg_item_source *self, enum dg_block block,
		    struct dg_identity *out, struct dg_error *err)
{
	struct dg_item_source *inner = ((struct snapshot_source *)self)->inner;

	return inner->identity(inner, block, out, err);
}

static int skip(struct dg_item_source *self, enum dg_block block,
		uint64_t *items, struct dg_error *err)
{
	struct snapshot_source *source = (struct snapshot_source *)self;

	source->partial = true;
	return source->inner->skip(source->inner, block, items, err);
}

static int rewind_part(struct dg_item_source *self, struct dg_error *err)
{
	struct snapshot_source *part = (struct snapshot_source *)self;

	dg_order_reset(&part->order);
	return dg_source_rewind(part->inner, err);
}

/* A source of `inner` with what it offers, at no place yet. */
static struct snapshot_source *new_source(struct dg_snapshot *snapshot,
					  struct dg_item_source *inner)
{
	struct snapshot_source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	dg_order_init(&source->order);
	source->snapshot = snapshot;
	source->inner = inner;
	source->base.next = next;
	source->base.close = close_source;
	source->base.keys = snapshot->keys;
	if (inner->seek)
		source->base.seek = seek;
	if (inner->pair)
		source->base.pair = pair;
	if (inner->identity && inner->skip) {
		source->base.identity = identity;
		source->base.skip = skip;
	}
	return source;
}

/* Puts a source round each part, which it owns then. */
static int wrap_parts(struct dg_snapshot *snapshot,
		      struct dg_item_source **parts, size_t count,
		      struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; i < count; i++) {
		struct snapshot_source *part = new_source(snapshot, parts[i]);

		if (!part) {
			rc = dg_error_nomem(err);
			continue;
		}
		part->owns_inner = part->partial = true;
		part->base.rewind = rewind_part;
		parts[i] = &part->base;
	}
	for (size_t i = 0; rc < 0 && i < count; i++)
		dg_source_close(parts[i]);
	return rc;
}

static int split(struct dg_item_source *self, size_t n,
		 struct dg_item_source **out, struct dg_error *err)
{
	struct snapshot_source *source = (struct snapshot_source *)self;
	int count = source->inner->split(source->inner, n, out, err);
	int rc;

	if (count < 0)
		return count;
	rc = wrap_parts(source->snapshot, out, (size_t)count, err);
	return rc < 0 ? rc : count;
}

int dg_snapshot_source(struct dg_snapshot *snapshot,
		       struct dg_item_source **out, struct dg_error *err)
{
	struct dg_item_source *inner =
		snapshot->sorted ? snapshot->sorted : &snapshot->reader->source;
	struct snapshot_source *source = new_source(snapshot, inner);
	int rc;

	if (!source)
		return dg_error_nomem(err);
	source->base.rewind = rewind_source;
	if (inner->split)
		source->base.split = split;
	rc = begin(source, err);
	if (rc < 0) {
		close_source(&source->base);
		return rc;
	}
	*out = &source->base;
	return 0;
}
