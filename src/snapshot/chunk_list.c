#include "snapshot/chunk_list.h"
#include "base/text.h"
#include "snapshot/snapshot.h"
#include <inttypes.h>
#include <stdlib.h>

#define KEY_MAX ((size_t)1 << 20)

int dg_chunk_list_init(struct dg_chunk_list *list, struct dg_fileset *files,
		       const struct dg_key_schema *keys, struct dg_error *err)
{
	list->files = files;
	list->keys = keys;
	list->leaf_of = SIZE_MAX;
	dg_buf_init(&list->first, KEY_MAX);
	dg_buf_init(&list->key, KEY_MAX);
	return dg_canon_new(&list->canon, err);
}

void dg_chunk_list_free(struct dg_chunk_list *list)
{
	dg_chunk_index_free(&list->leaf);
	dg_canon_free(list->canon);
	dg_buf_free(&list->first);
	dg_buf_free(&list->key);
}

void dg_chunk_list_use(struct dg_chunk_list *list,
		       const struct dg_chunk_index *root, size_t from,
		       size_t to)
{
	list->root = root;
	list->from = from;
	list->to = to;
	dg_chunk_list_rewind(list);
}

void dg_chunk_list_rewind(struct dg_chunk_list *list)
{
	list->at = (struct dg_chunk_place){list->from, 0};
}

/* The first key of an entry of `index` in both spellings. It must be exactly
 * the key attributes. */
static int read_first(struct dg_chunk_list *list,
		      const struct dg_chunk_index *index,
		      const struct dg_chunk_entry *entry, struct dg_error *err)
{
	size_t used;
	int rc;

	dg_buf_clear(&list->first);
	dg_buf_clear(&list->key);
	rc = dg_canon_key(list->canon, list->keys, entry->first, &list->key,
			  err);
	if (rc == 0)
		rc = dg_canon_item(list->canon, NULL, entry->first, &used,
				   &list->first, NULL, err);
	if (rc < 0)
		dg_error_prefix(err, "%s: entry %zu", index->name,
				(size_t)(entry - index->entries) + 1);
	return rc;
}

/* Appends the entries, canonically spelled, or as they stand. */
static int add_lines(struct dg_chunk_list *list, bool canonical,
		     struct dg_buf *lines, struct dg_error *err)
{
	const struct dg_chunk_index *leaf = &list->leaf;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < leaf->count; i++) {
		struct dg_chunk_entry entry = leaf->entries[i];

		if (i > 0)
			rc = dg_buf_add_str(lines, ",\n", err);
		if (rc == 0 && !canonical) {
			rc = dg_buf_add_slice(lines, entry.text, err);
			continue;
		}
		if (rc == 0)
			rc = read_first(list, leaf, &leaf->entries[i], err);
		entry.first = dg_buf_slice(&list->first);
		if (rc == 0)
			rc = dg_chunk_entry_print(&entry, lines, err);
	}
	return rc;
}

/* 1 if the entries, whatever their spelling, have this digest. */
static int has_digest(struct dg_chunk_list *list, struct dg_slice stated,
		      struct dg_error *err)
{
	struct dg_buf lines = DG_BUF_INIT(list->leaf.text.len * 8 + 4096);
	char hex[DG_SHA256_HEX_SIZE] = "";
	bool equal = false;
	int rc = 0;

	/* As they stand they are canonical, but for what others have made of
	 * the file. */
	for (int canonical = 0; rc == 0 && !equal && canonical < 2;
	     canonical++) {
		dg_buf_clear(&lines);
		rc = add_lines(list, canonical, &lines, err);
		if (rc == 0)
			rc = dg_part_digest(dg_buf_slice(&lines), hex, err);
		equal = dg_slice_equal(dg_slice_str(hex), stated);
	}
	dg_buf_free(&lines);
	return rc < 0 ? rc : equal;
}

/* An index file is what its entry in table-data.json says. */
static int check_leaf(struct dg_chunk_list *list,
		      const struct dg_chunk_entry *stated,
		      struct dg_slice first, struct dg_error *err)
{
	const struct dg_chunk_index *leaf = &list->leaf;
	int rc;

	if (leaf->of_indexes)
		return dg_error_set(err, DG_EINVALID,
				    "an index of indexes, where one of chunks "
				    "belongs");
	if (leaf->count == 0 || leaf->items != stated->count ||
	    leaf->bytes != stated->bytes)
		return dg_error_set(err, DG_EINVALID,
				    "chunks of %" PRIu64 " items and %" PRIu64
				    " bytes, table-data.json states %" PRIu64
				    " and %" PRIu64,
				    leaf->items, leaf->bytes, stated->count,
				    stated->bytes);
	rc = has_digest(list, stated->sha256, err);
	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "its entries are not those that "
				    "table-data.json was written for");
	if (rc > 0)
		rc = read_first(list, leaf, &leaf->entries[0], err);
	if (rc == 0 && !dg_slice_equal(dg_buf_slice(&list->first), first))
		rc = dg_error_set(err, DG_EINVALID,
				  "begins with another key than "
				  "table-data.json states");
	return rc;
}

static int read_leaf(struct dg_chunk_list *list, const char *path,
		     struct dg_error *err)
{
	struct dg_error cause = {0};
	char *name = NULL;
	int rc = dg_asprintf(&name, err, "%s/%s", list->files->name, path);

	if (rc == 0)
		rc = dg_chunk_index_reset(&list->leaf, name, err);
	if (rc < 0)
		return rc;
	rc = dg_fileset_read(list->files, path, &list->leaf.text, &cause);
	if (rc == DG_ENOTFOUND)
		rc = dg_error_set(err, DG_EINVALID, "%s is missing", name);
	else if (rc < 0 && err)
		*err = cause;
	if (rc == 0)
		rc = dg_chunk_index_parse(&list->leaf, err);
	free(name);
	return rc;
}

/* The index file of root's entry `at` into memory. */
static int load_leaf(struct dg_chunk_list *list, size_t at,
		     struct dg_error *err)
{
	const struct dg_chunk_entry *stated = &list->root->entries[at];
	char path[DG_PART_PATH_SIZE];
	struct dg_buf first = DG_BUF_INIT(KEY_MAX);
	int rc;

	if (list->leaf_of == at)
		return 0;
	list->leaf_of = SIZE_MAX;
	rc = read_first(list, list->root, stated, err);
	if (rc == 0)
		rc = dg_buf_add_slice(&first, dg_buf_slice(&list->first), err);
	if (rc == 0)
		rc = dg_part_index_path(dg_buf_slice(&first), path, err);
	if (rc == 0)
		rc = read_leaf(list, path, err);
	if (rc == 0) {
		rc = check_leaf(list, stated, dg_buf_slice(&first), err);
		if (rc < 0)
			dg_error_prefix(err, "%s", list->leaf.name);
	}
	dg_buf_free(&first);
	if (rc == 0)
		list->leaf_of = at;
	return rc;
}

/* The entry of the chunk at the place, as it stands in *index; NULL at the
 * end. */
static int find_entry(struct dg_chunk_list *list,
		      const struct dg_chunk_index **index,
		      const struct dg_chunk_entry **entry, struct dg_error *err)
{
	struct dg_chunk_place *at = &list->at;
	int rc;

	*entry = NULL;
	*index = list->root;
	while (at->root < list->to) {
		if (!list->root->of_indexes) {
			*entry = &list->root->entries[at->root];
			return 0;
		}
		rc = load_leaf(list, at->root, err);
		if (rc < 0)
			return rc;
		*index = &list->leaf;
		if (at->leaf < list->leaf.count) {
			*entry = &list->leaf.entries[at->leaf];
			return 0;
		}
		*at = (struct dg_chunk_place){at->root + 1, 0};
	}
	return 0;
}

int dg_chunk_list_entry(struct dg_chunk_list *list,
			struct dg_chunk_entry *entry, struct dg_slice *key,
			char path[DG_PART_PATH_SIZE], struct dg_error *err)
{
	const struct dg_chunk_index *index;
	const struct dg_chunk_entry *found;
	int rc = find_entry(list, &index, &found, err);

	if (rc < 0 || !found)
		return rc;
	rc = read_first(list, index, found, err);
	if (rc < 0)
		return rc;
	*entry = *found;
	entry->first = dg_buf_slice(&list->first);
	*key = dg_buf_slice(&list->key);
	rc = dg_part_chunk_path(entry->first, path, err);
	return rc < 0 ? rc : 1;
}

void dg_chunk_list_step(struct dg_chunk_list *list)
{
	if (list->root->of_indexes)
		list->at.leaf++;
	else
		list->at.root++;
}

/* The last of entries[from..to) whose first key is not above key, or from;
 * they must ascend. */
static int last_not_above(struct dg_chunk_list *list,
			  const struct dg_chunk_index *index, size_t from,
			  size_t to, struct dg_slice key, size_t *out,
			  struct dg_error *err)
{
	struct dg_order order;
	int rc = 1;

	dg_order_init(&order);
	*out = from;
	for (size_t i = from; rc > 0 && i < to; i++) {
		rc = read_first(list, index, &index->entries[i], err);
		if (rc < 0)
			break;
		rc = dg_order_step(&order, dg_buf_slice(&list->key), err);
		if (rc == 0)
			rc = dg_error_set(err, DG_EINVALID,
					  "%s: entry %zu is not in the order "
					  "of keys",
					  index->name, i + 1);
		if (rc > 0 &&
		    dg_slice_compare(dg_buf_slice(&list->key), key) <= 0)
			*out = i;
	}
	dg_order_free(&order);
	return rc < 0 ? rc : 0;
}

int dg_chunk_list_seek(struct dg_chunk_list *list, struct dg_slice key,
		       struct dg_error *err)
{
	int rc;

	list->at.leaf = 0;
	rc = last_not_above(list, list->root, list->from, list->to, key,
			    &list->at.root, err);
	if (rc < 0 || !list->root->of_indexes || list->at.root == list->to)
		return rc;
	rc = load_leaf(list, list->at.root, err);
	if (rc == 0)
		rc = last_not_above(list, &list->leaf, 0, list->leaf.count, key,
				    &list->at.leaf, err);
	return rc;
}

int dg_chunk_list_check_end(struct dg_chunk_list *list, struct dg_order *last,
			    struct dg_error *err)
{
	int rc;

	if (list->to == list->root->count)
		return 0;
	rc = read_first(list, list->root, &list->root->entries[list->to], err);
	if (rc == 0)
		rc = dg_order_step(last, dg_buf_slice(&list->key), err);
	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "%s: entry %zu is not in the order of keys",
				    list->root->name, list->to + 1);
	return rc < 0 ? rc : 0;
}

static bool at_start(const struct dg_chunk_list *list)
{
	return list->at.root == 0 && list->at.leaf == 0 && list->from == 0 &&
	       list->to == list->root->count;
}

/* The file or folder at path; a missing one is a fact like any other. */
static int file_identity(struct dg_chunk_list *list, const char *path,
			 struct dg_identity *out, struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = list->files->identity(list->files, path, out, &cause);

	if (rc == DG_ENOTFOUND || rc == DG_EINVALID)
		return 0;
	if (rc < 0 && err)
		*err = cause;
	return rc < 0 ? rc : out->kind != NULL;
}

/* All items: the index and everything that it may name. */
static int whole_identity(struct dg_chunk_list *list, struct dg_identity *out,
			  struct dg_error *err)
{
	struct dg_identity id[2] = {{0}};
	unsigned char both[sizeof(id[0].bytes) * 2];
	int rc;

	if (!at_start(list))
		return 0;
	rc = file_identity(list, DG_DATA_FILE, &id[0], err);
	if (rc > 0)
		rc = file_identity(list, DG_PARTS_FOLDER, &id[1], err);
	if (rc <= 0)
		return rc;
	memcpy(both, id[0].bytes, id[0].len);
	memcpy(both + id[0].len, id[1].bytes, id[1].len);
	out->kind = id[0].kind;
	out->len = DG_SHA256_SIZE;
	rc = dg_sha256(dg_slice_of((const char *)both, id[0].len + id[1].len),
		       out->bytes, err);
	return rc < 0 ? rc : 1;
}

/* What an entry names is looked for as it is spelled: if that is not
 * canonical there is no such file, and reading will tell. */
static int chunk_identity(struct dg_chunk_list *list, struct dg_identity *out,
			  struct dg_error *err)
{
	const struct dg_chunk_index *index;
	const struct dg_chunk_entry *entry;
	char path[DG_PART_PATH_SIZE];
	int rc = find_entry(list, &index, &entry, err);

	if (rc < 0 || !entry)
		return rc;
	rc = dg_part_chunk_path(entry->first, path, err);
	return rc < 0 ? rc : file_identity(list, path, out, err);
}

int dg_chunk_list_identity(struct dg_chunk_list *list, enum dg_block block,
			   struct dg_identity *out, struct dg_error *err)
{
	switch (block) {
	case DG_BLOCK_ALL:
		return whole_identity(list, out, err);
	case DG_BLOCK_CHUNK:
		return chunk_identity(list, out, err);
	default:
		return 0;
	}
}

int dg_chunk_list_skip(struct dg_chunk_list *list,
		       const struct dg_chunk_place *place, enum dg_block block,
		       uint64_t *items, struct dg_error *err)
{
	const struct dg_chunk_index *index;
	const struct dg_chunk_entry *entry;
	int rc;

	if (block == DG_BLOCK_ALL) {
		*items = list->root->items;
		list->at = (struct dg_chunk_place){list->to, 0};
		return 0;
	}
	list->at = *place;
	rc = find_entry(list, &index, &entry, err);
	if (rc < 0)
		return rc;
	*items = entry ? entry->count : 0;
	if (entry)
		dg_chunk_list_step(list);
	return 0;
}

size_t dg_chunk_list_cut(const struct dg_chunk_list *list, size_t from,
			 size_t parts)
{
	const struct dg_chunk_entry *entries = list->root->entries;
	uint64_t bytes = 0, taken = 0;
	size_t to;

	for (to = from; to < list->to; to++)
		bytes += entries[to].bytes;
	for (to = from; to < list->to && taken < bytes / parts; to++)
		taken += entries[to].bytes;
	return to > from || from == list->to ? to : from + 1;
}
