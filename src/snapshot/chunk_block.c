#include "snapshot/chunk_block.h"
#include "base/digest.h"
#include "base/text.h"
#include "snapshot/document.h"
#include <inttypes.h>
#include <stdlib.h>

#define LINES_MAX ((size_t)DG_ITEM_TEXT_MAX + 65536)
#define KEYS_MAX LINES_MAX
#define KEY_TEXT_MAX ((size_t)1 << 20)

void dg_chunk_block_init(struct dg_chunk_block *block)
{
	memset(block, 0, sizeof(*block));
	dg_buf_init(&block->lines, LINES_MAX);
	dg_buf_init(&block->keys, KEYS_MAX);
}

void dg_chunk_block_clear(struct dg_chunk_block *block)
{
	dg_buf_clear(&block->lines);
	dg_buf_clear(&block->keys);
	block->count = 0;
}

void dg_chunk_block_free(struct dg_chunk_block *block)
{
	free(block->path);
	free(block->spots);
	dg_buf_free(&block->lines);
	dg_buf_free(&block->keys);
}

void dg_chunk_block_item(const struct dg_chunk_block *block, size_t i,
			 struct dg_item *item)
{
	const struct dg_chunk_spot *spot = &block->spots[i];
	size_t line = i > 0 ? spot[-1].line_end : 0;
	size_t key = i > 0 ? spot[-1].key_end : 0;

	item->line =
		dg_slice_of(block->lines.ptr + line, spot->line_end - line - 1);
	item->key = dg_slice_of(block->keys.ptr + key, spot->key_end - key);
}

static int grow(struct dg_chunk_block *block, struct dg_error *err)
{
	size_t cap = block->cap > 0 ? block->cap * 2 : 128;
	struct dg_chunk_spot *spots;

	if (block->count < block->cap)
		return 0;
	spots = realloc(block->spots, cap * sizeof(*spots));
	if (!spots)
		return dg_error_nomem(err);
	block->spots = spots;
	block->cap = cap;
	return 0;
}

static int push(struct dg_chunk_block *block, const struct dg_item *item,
		struct dg_error *err)
{
	int rc = grow(block, err);

	if (rc == 0)
		rc = dg_buf_add_slice(&block->lines, item->line, err);
	if (rc == 0)
		rc = dg_buf_add_char(&block->lines, '\n', err);
	if (rc == 0)
		rc = dg_buf_add_slice(&block->keys, item->key, err);
	if (rc < 0)
		return rc;
	block->spots[block->count++] =
		(struct dg_chunk_spot){block->lines.len, block->keys.len};
	return 0;
}

/* Names the key of an item in the message, as JSON. */
static int say_item(struct dg_error *err, const struct dg_key_schema *keys,
		    struct dg_slice line, const char *what)
{
	struct dg_buf key = DG_BUF_INIT(KEY_TEXT_MAX);

	dg_key_json(keys, line, &key, NULL);
	dg_error_set(err, DG_EINVALID, "item %s %s", dg_buf_str(&key), what);
	dg_buf_free(&key);
	return DG_EINVALID;
}

/* An item must follow the one before, and the first be the one that the index
 * names: what was swapped, renamed or edited shows here. */
static int check_key(const struct dg_chunk_block *block,
		     const struct dg_key_schema *keys,
		     const struct dg_item *item, struct dg_slice first,
		     struct dg_error *err)
{
	struct dg_item last;

	if (block->count == 0)
		return dg_slice_equal(item->key, first)
			       ? 0
			       : say_item(err, keys, item->line,
					  "is not the first that the index "
					  "names for this chunk");
	dg_chunk_block_item(block, block->count - 1, &last);
	if (dg_slice_compare(last.key, item->key) < 0)
		return 0;
	return say_item(err, keys, item->line, "is not in the order of keys");
}

static int read_items(struct dg_chunk_block *block,
		      struct dg_document *document,
		      const struct dg_key_schema *keys,
		      const struct dg_chunk *chunk, struct dg_error *err)
{
	const struct dg_chunk_entry *entry = &chunk->entry;
	struct dg_item item;
	int rc;

	while ((rc = dg_document_next(document, keys, &item, err)) > 0) {
		rc = check_key(block, keys, &item, chunk->key, err);
		if (rc == 0 && block->count == entry->count)
			rc = dg_error_set(err, DG_EINVALID,
					  "more items than the %" PRIu64
					  " that the index states",
					  entry->count);
		if (rc < 0)
			return dg_document_place(document, err);
		rc = push(block, &item, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static int check_content(const struct dg_chunk_block *block,
			 const struct dg_document *document,
			 const struct dg_chunk_entry *entry,
			 struct dg_error *err)
{
	unsigned char digest[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];
	uint64_t stated;
	int rc;

	if (block->count != entry->count)
		return dg_error_set(err, DG_EINVALID,
				    "%zu items, the index states %" PRIu64,
				    block->count, entry->count);
	if (dg_document_count(document, &stated) && stated != block->count)
		return dg_error_set(err, DG_EINVALID,
				    "%zu items, its \"Count\" is %" PRIu64,
				    block->count, stated);
	if (block->lines.len != entry->bytes)
		return dg_error_set(err, DG_EINVALID,
				    "%zu bytes of items, the index states "
				    "%" PRIu64,
				    block->lines.len, entry->bytes);
	rc = dg_sha256(dg_buf_slice(&block->lines), digest, err);
	if (rc < 0)
		return rc;
	dg_hex(digest, sizeof(digest), hex);
	if (!dg_slice_equal(dg_slice_str(hex), entry->sha256))
		return dg_error_set(err, DG_EINVALID,
				    "its items are not those that the index "
				    "was written for");
	return 0;
}

static int missing(const char *name, const struct dg_chunk_entry *entry,
		   struct dg_error *err)
{
	dg_error_set(err, DG_EINVALID,
		     "%s is missing: %" PRIu64 " items, from %.*s on", name,
		     entry->count,
		     (int)(entry->first.len < 200 ? entry->first.len : 200),
		     entry->first.ptr);
	return DG_EINVALID;
}

static int open_document(struct dg_document **out, struct dg_fileset *files,
			 const char *name, const struct dg_chunk *chunk,
			 struct dg_error *err)
{
	struct dg_error cause = {0};
	struct dg_file *file = NULL;
	int rc = files->open(files, chunk->path, &file, &cause);

	if (rc == DG_ENOTFOUND)
		return missing(name, &chunk->entry, err);
	if (rc < 0) {
		if (err)
			*err = cause;
		return rc;
	}
	return dg_document_open(out, file, name, err);
}

static int read_document(struct dg_chunk_block *block,
			 struct dg_document *document,
			 const struct dg_key_schema *keys,
			 const struct dg_chunk *chunk, struct dg_error *err)
{
	int rc = read_items(block, document, keys, chunk, err);

	if (rc < 0)
		return rc;
	rc = check_content(block, document, &chunk->entry, err);
	return rc < 0 ? dg_error_prefix(err, "%s", block->path) : 0;
}

static int set_path(struct dg_chunk_block *block,
		    const struct dg_fileset *files, const char *path,
		    struct dg_error *err)
{
	free(block->path);
	block->path = NULL;
	return dg_asprintf(&block->path, err, "%s/%s", files->name, path);
}

int dg_chunk_block_load(struct dg_chunk_block *block, struct dg_fileset *files,
			const struct dg_key_schema *keys,
			const struct dg_chunk *chunk, struct dg_error *err)
{
	struct dg_document *document = NULL;
	int rc = set_path(block, files, chunk->path, err);

	dg_chunk_block_clear(block);
	if (rc == 0)
		rc = open_document(&document, files, block->path, chunk, err);
	if (rc < 0)
		return rc;
	rc = read_document(block, document, keys, chunk, err);
	dg_document_close(document);
	if (rc < 0)
		dg_chunk_block_clear(block);
	if (rc == DG_EINVALID && err && !err->hint[0])
		dg_error_hint(err, "The snapshot is damaged or was edited by "
				   "hand: read another revision, or dump the "
				   "table again");
	return rc;
}
