/*
 * The items of a chunked snapshot: chunk after chunk, and on behind one that is
 * damaged. Where chunks are known to be right they are not read, and the
 * digest of all items, which needs them, is left to an inspection without.
 */
#include "base/text.h"
#include "snapshot/file_comparison.h"
#include "snapshot/inspection_walk.h"
#include <inttypes.h>
#include <stdlib.h>

#define PARTS_MEMORY ((size_t)1 << 30) /* names of 32 million files */

static int read_root(struct dg_inspection_walk *walk, struct dg_error *err)
{
	struct dg_fileset *files = walk->inspector->files;
	char *name = NULL;
	int rc = dg_asprintf(&name, err, "%s/" DG_DATA_FILE, files->name);

	if (rc == 0)
		rc = dg_chunk_index_reset(&walk->root, name, err);
	if (rc == 0)
		rc = dg_fileset_read(files, DG_DATA_FILE, &walk->root.text,
				     err);
	if (rc == 0)
		rc = dg_chunk_index_parse(&walk->root, err);
	free(name);
	return rc;
}

/* 1 with what a verdict on the chunk depends on; 0: its object has no name. */
static int fingerprint(const struct dg_inspection_walk *walk,
		       const struct dg_chunk *chunk,
		       unsigned char digest[DG_SHA256_SIZE],
		       struct dg_error *err)
{
	struct dg_fileset *files = walk->inspector->files;
	struct dg_buf text = DG_BUF_INIT(DG_CHUNK_KEY_MAX + 4096);
	struct dg_identity identity;
	int rc;

	if (!walk->inspector->options->known || !files->identity ||
	    files->identity(files, chunk->path, &identity, NULL) < 0)
		return 0;
	rc = dg_buf_addf(&text, err, "%s %" PRIu64 " %" PRIu64 " %.*s ",
			 chunk->path, chunk->entry.count, chunk->entry.bytes,
			 (int)chunk->entry.sha256.len, chunk->entry.sha256.ptr);
	if (rc == 0)
		rc = dg_buf_add(&text, identity.bytes, identity.len, err);
	if (rc == 0)
		rc = dg_sha256(dg_buf_slice(&text), digest, err);
	dg_buf_free(&text);
	return rc < 0 ? rc : 1;
}

/* The chunk's lines, as they stand in its file. */
static int write_lines(const struct dg_chunk_block *block,
		       struct dg_sink_file *file, struct dg_error *err)
{
	struct dg_item item;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < block->count; i++) {
		dg_chunk_block_item(block, i, &item);
		if (i > 0)
			rc = file->write(file, ",\n", 2, err);
		if (rc == 0)
			rc = file->write(file, item.line.ptr, item.line.len,
					 err);
	}
	return rc;
}

static int compare_chunk(struct dg_inspection_walk *walk, const char *path,
			 bool *equal, struct dg_error *err)
{
	struct dg_sink_file *file = NULL;
	struct dg_buf end = DG_BUF_INIT(64);
	int rc = dg_file_comparison_open(&file, walk->inspector->files, path,
					 equal, err);

	if (rc < 0)
		return rc;
	rc = dg_part_chunk_end(walk->block.count, &end, err);
	if (rc == 0)
		rc = file->write(file, DG_PART_CHUNK_HEAD,
				 strlen(DG_PART_CHUNK_HEAD), err);
	if (rc == 0)
		rc = write_lines(&walk->block, file, err);
	if (rc == 0)
		rc = file->write(file, end.ptr, end.len, err);
	dg_buf_free(&end);
	if (rc == 0)
		return file->commit(file, err);
	file->discard(file);
	return rc;
}

/* The last key that is known of the chunk: what follows must be above it. */
static int note_end(struct dg_inspection_walk *walk,
		    const struct dg_chunk *chunk, struct dg_error *err)
{
	struct dg_item last = {.key = chunk->key};

	if (walk->block.count > 0)
		dg_chunk_block_item(&walk->block, walk->block.count - 1, &last);
	dg_order_reset(&walk->order);
	return dg_order_step(&walk->order, last.key, err);
}

/* The keys of the block in memory go on from the last one seen. Of an index
 * that is out of order chunk and chunk before may both be right. */
static int follow(struct dg_inspection_walk *walk, const struct dg_chunk *chunk,
		  struct dg_error *err)
{
	int rc = dg_order_step(&walk->firsts, chunk->key, err);

	if (rc == 0) {
		dg_order_reset(&walk->firsts);
		rc = dg_order_step(&walk->firsts, chunk->key, err);
		if (rc > 0)
			rc = dg_inspector_problem(
				walk->inspector, err,
				dg_inspection_walk_index(walk),
				"names %s out of the order of keys",
				chunk->path);
	} else if (rc > 0) {
		rc = dg_order_step(&walk->order, chunk->key, err);
		if (rc == 0)
			rc = dg_inspector_problem(walk->inspector, err,
						  chunk->path,
						  "begins below the end of the "
						  "chunk before it");
	}
	return rc < 0 ? rc : note_end(walk, chunk, err);
}

static int read_chunk(struct dg_inspection_walk *walk,
		      const struct dg_chunk *chunk, struct dg_error *err)
{
	struct dg_inspector *inspector = walk->inspector;
	struct dg_error cause = {0};
	bool equal = true;
	int rc = dg_chunk_block_load(&walk->block, inspector->files,
				     walk->list.keys, chunk, &cause);

	if (rc == 0)
		rc = compare_chunk(walk, chunk->path, &equal, &cause);
	if (rc < 0) {
		walk->incomplete = true;
		return dg_inspector_settle(inspector, chunk->path, rc, &cause,
					   err);
	}
	if (!equal)
		rc = dg_inspection_walk_misspelled(walk, chunk->path, err);
	if (rc == 0)
		rc = dg_digest_update(walk->digest, walk->block.lines.ptr,
				      walk->block.lines.len, err);
	return rc;
}

static int inspect_chunk(struct dg_inspection_walk *walk,
			 const struct dg_chunk *chunk, struct dg_error *err)
{
	struct dg_digest_set *known = walk->inspector->options->known;
	const uint64_t problems = walk->inspector->out->problems;
	unsigned char digest[DG_SHA256_SIZE];
	int named = fingerprint(walk, chunk, digest, err);
	int rc = named < 0 ? named
			   : dg_inspection_walk_name(walk, chunk->path, err);

	dg_chunk_block_clear(&walk->block);
	if (rc < 0)
		return rc;
	if (named && dg_digest_set_has(known, digest)) {
		walk->inspector->out->chunks_known = true;
		walk->incomplete = true;
	} else {
		rc = read_chunk(walk, chunk, err);
		if (rc == 0 && named &&
		    walk->inspector->out->problems == problems)
			rc = dg_digest_set_add(known, digest, err);
	}
	return rc < 0 ? rc : follow(walk, chunk, err);
}

static void report_progress(const struct dg_inspection_walk *walk)
{
	const struct dg_progress_state state = {
		.phase = "Verifying",
		.items = walk->items,
		.bytes = walk->bytes,
		.expected_items = walk->root.items,
		.expected_bytes = walk->root.bytes,
	};

	dg_progress_update(walk->inspector->options->reading.progress, &state);
}

/* Behind an index file or an entry that cannot be used. */
static void step_over(struct dg_inspection_walk *walk)
{
	struct dg_chunk_place *at = &walk->list.at;

	walk->incomplete = true;
	walk->parts_unknown = true;
	if (walk->root.of_indexes && walk->list.leaf.of != at->root)
		*at = (struct dg_chunk_place){at->root + 1, 0};
	else
		dg_chunk_list_step(&walk->list);
}

static int walk_chunks(struct dg_inspection_walk *walk, struct dg_error *err)
{
	struct dg_inspector *inspector = walk->inspector;
	struct dg_chunk chunk;
	int rc;

	for (;;) {
		struct dg_error cause = {0};

		rc = dg_cancel_check(inspector->options->reading.cancel, err);
		if (rc < 0)
			return rc;
		rc = dg_chunk_list_chunk(&walk->list, &chunk, &cause);
		if (rc == 0)
			return 0;
		if (rc < 0) {
			rc = dg_inspector_settle(inspector, DG_DATA_FILE, rc,
						 &cause, err);
			step_over(walk);
		} else {
			rc = inspect_chunk(walk, &chunk, err);
			walk->items += chunk.entry.count;
			walk->bytes += chunk.entry.bytes;
			report_progress(walk);
			/* After the chunk, which borrows the list. */
			if (rc == 0)
				rc = dg_inspection_walk_leaf(walk, err);
			dg_chunk_list_step(&walk->list);
		}
		if (rc < 0)
			return rc;
	}
}

static int conclude(struct dg_inspection_walk *walk, struct dg_error *err)
{
	struct dg_inspection *out = walk->inspector->out;
	unsigned char digest[DG_SHA256_SIZE];
	int rc = 0;

	out->has_items = true;
	out->items = walk->root.items;
	out->bytes = walk->root.bytes;
	if (!walk->incomplete) {
		rc = dg_digest_finish(walk->digest, digest, err);
		if (rc == 0)
			dg_hex(digest, sizeof(digest), out->sha256);
	}
	if (rc == 0)
		rc = dg_inspector_compare(walk->inspector, err);
	return rc < 0 ? rc
		      : dg_inspector_parts(
				walk->inspector,
				walk->parts_unknown ? NULL : &walk->parts, err);
}

static int run_walk(struct dg_inspection_walk *walk, struct dg_error *err)
{
	struct dg_inspector *inspector = walk->inspector;
	struct dg_error cause = {0};
	int rc = read_root(walk, &cause);

	if (rc < 0) {
		rc = dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause,
					 err);
		return rc < 0 ? rc : dg_inspector_parts(inspector, NULL, err);
	}
	inspector->out->layout = dg_layout_chunked.name;
	/* The missing schema is reported, and chunks go by their keys. */
	if (inspector->snapshot->keys.count == 0) {
		rc = dg_inspector_note(inspector, err, DG_DATA_FILE,
				       "its chunks cannot be found without "
				       "the keys in %s",
				       DG_SCHEMA_FILE);
		return rc < 0 ? rc : dg_inspector_parts(inspector, NULL, err);
	}
	dg_chunk_list_use(&walk->list, &walk->root, 0, walk->root.count);
	rc = dg_inspection_walk_root(walk, err);
	if (rc == 0)
		rc = walk_chunks(walk, err);
	return rc < 0 ? rc : conclude(walk, err);
}

int dg_inspector_chunks(struct dg_inspector *inspector, struct dg_error *err)
{
	struct dg_inspection_walk walk = {.inspector = inspector,
					  .leaf_seen = SIZE_MAX};
	int rc;

	dg_chunk_block_init(&walk.block);
	dg_order_init(&walk.firsts);
	dg_order_init(&walk.order);
	dg_digest_set_init(&walk.parts, PARTS_MEMORY);
	rc = dg_digest_open(&walk.digest, DG_SHA256, err);
	if (rc == 0)
		rc = dg_chunk_list_init(&walk.list, inspector->files,
					&inspector->snapshot->keys, err);
	if (rc == 0)
		rc = run_walk(&walk, err);
	dg_chunk_list_free(&walk.list);
	dg_chunk_index_free(&walk.root);
	dg_chunk_block_free(&walk.block);
	dg_order_free(&walk.firsts);
	dg_order_free(&walk.order);
	dg_digest_set_free(&walk.parts);
	dg_digest_free(walk.digest);
	return rc;
}
