/* The index files of an index of two levels: each is held to what
 * table-data.json states of it. */
#include "base/text.h"
#include "snapshot/chunk_list.h"
#include <inttypes.h>
#include <stdlib.h>

int dg_chunk_list_first(struct dg_chunk_list *list,
			const struct dg_chunk_index *index,
			const struct dg_chunk_entry *entry,
			struct dg_error *err)
{
	int rc;

	dg_buf_clear(&list->first);
	dg_buf_clear(&list->key);
	rc = dg_canon_key(list->canon, list->keys, entry->first, &list->first,
			  &list->key, err);
	if (rc < 0)
		dg_error_prefix(err, "%s: entry %zu", index->name,
				(size_t)(entry - index->entries) + 1);
	return rc;
}

int dg_chunk_list_name(struct dg_chunk_list *list,
		       const struct dg_chunk_index *index,
		       const struct dg_chunk_entry *entry,
		       unsigned char name[DG_PART_NAME_SIZE],
		       struct dg_error *err)
{
	int rc = dg_chunk_list_first(list, index, entry, err);

	return rc < 0 ? rc
		      : dg_part_name(list->sha256, dg_buf_slice(&list->first),
				     name, err);
}

/* Appends the entries, canonically spelled, or as they stand. */
static int add_lines(struct dg_chunk_list *list,
		     const struct dg_chunk_index *leaf, bool canonical,
		     struct dg_buf *lines, struct dg_error *err)
{
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
			rc = dg_chunk_list_first(list, leaf, &leaf->entries[i],
						 err);
		entry.first = dg_buf_slice(&list->first);
		if (rc == 0)
			rc = dg_chunk_entry_print(&entry, lines, err);
	}
	return rc;
}

/* Editors lay entries out over several lines; canonical ones stand on one. */
static bool is_a_line_each(const struct dg_chunk_index *leaf)
{
	for (size_t i = 0; i < leaf->count; i++) {
		const struct dg_slice text = leaf->entries[i].text;

		if (memchr(text.ptr, '\n', text.len))
			return false;
	}
	return true;
}

/* 1 if the entries, whatever their spelling, have this digest. */
static int has_digest(struct dg_chunk_list *list,
		      const struct dg_chunk_index *leaf, struct dg_slice stated,
		      struct dg_error *err)
{
	struct dg_buf lines = DG_BUF_INIT(leaf->text.len * 8 + 4096);
	char hex[DG_SHA256_HEX_SIZE] = "";
	bool equal = false;
	int rc = 0;

	/* As they stand they are canonical, but for what others have made of
	 * the file. */
	for (int canonical = !is_a_line_each(leaf);
	     rc == 0 && !equal && canonical < 2; canonical++) {
		dg_buf_clear(&lines);
		rc = add_lines(list, leaf, canonical, &lines, err);
		if (rc == 0)
			rc = dg_part_digest(dg_buf_slice(&lines), hex, err);
		equal = dg_slice_equal(dg_slice_str(hex), stated);
	}
	dg_buf_free(&lines);
	return rc < 0 ? rc : equal;
}

/* An index file is what its entry in table-data.json says. */
static int check_leaf(struct dg_chunk_list *list,
		      const struct dg_chunk_index *leaf,
		      const struct dg_chunk_entry *stated,
		      struct dg_slice first, struct dg_error *err)
{
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
	rc = has_digest(list, leaf, stated->sha256, err);
	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "its entries are not those that "
				    "table-data.json was written for");
	if (rc > 0)
		rc = dg_chunk_list_first(list, leaf, &leaf->entries[0], err);
	if (rc == 0 && !dg_slice_equal(dg_buf_slice(&list->first), first))
		rc = dg_error_set(err, DG_EINVALID,
				  "begins with another key than "
				  "table-data.json states");
	return rc;
}

static int read_index(struct dg_chunk_list *list, struct dg_chunk_index *leaf,
		      const char *path, struct dg_error *err)
{
	struct dg_error cause = {0};
	char *name = NULL;
	int rc = dg_asprintf(&name, err, "%s/%s", list->files->name, path);

	if (rc == 0)
		rc = dg_chunk_index_reset(leaf, name, err);
	if (rc < 0)
		return rc;
	rc = dg_fileset_read(list->files, path, &leaf->text, &cause);
	if (rc == DG_ENOTFOUND)
		rc = dg_error_set(&cause, DG_EINVALID, "%s is missing", name);
	else if (rc < 0)
		dg_error_prefix(&cause, "%s", name);
	if (rc < 0 && err)
		*err = cause;
	if (rc == 0)
		rc = dg_chunk_index_parse(leaf, err);
	free(name);
	return rc;
}

void dg_chunk_leaf_free(struct dg_chunk_leaf *leaf)
{
	dg_chunk_index_free(&leaf->index);
	free(leaf->names);
	leaf->names = NULL;
	leaf->of = SIZE_MAX;
}

int dg_chunk_list_read_leaf(struct dg_chunk_list *list,
			    struct dg_chunk_leaf *leaf, size_t at,
			    struct dg_error *err)
{
	const struct dg_chunk_entry *stated = &list->root->entries[at];
	struct dg_buf first = DG_BUF_INIT(DG_CHUNK_KEY_MAX);
	unsigned char name[DG_PART_NAME_SIZE];
	char path[DG_PART_PATH_SIZE];
	int rc;

	free(leaf->names);
	leaf->names = NULL;
	leaf->ascends = false;
	leaf->of = SIZE_MAX;
	rc = dg_chunk_list_name(list, list->root, stated, name, err);
	if (rc == 0)
		rc = dg_buf_add_slice(&first, dg_buf_slice(&list->first), err);
	if (rc == 0) {
		dg_part_index_path_of(name, path);
		rc = read_index(list, &leaf->index, path, err);
	}
	if (rc == 0) {
		rc = check_leaf(list, &leaf->index, stated,
				dg_buf_slice(&first), err);
		if (rc < 0)
			dg_error_prefix(err, "%s", leaf->index.name);
	}
	dg_buf_free(&first);
	if (rc == 0)
		leaf->of = at;
	return rc;
}

/* One that pairing has read already. */
static bool take_kept(struct dg_chunk_list *list, size_t at)
{
	struct dg_chunk_pairing *pairing = &list->pairing;

	for (size_t i = 0; i < pairing->kept_count; i++) {
		struct dg_chunk_leaf *kept = &pairing->kept[i];

		if (kept->of != at)
			continue;
		dg_chunk_leaf_free(&list->leaf);
		list->leaf = *kept;
		*kept = (struct dg_chunk_leaf){.of = SIZE_MAX};
		return true;
	}
	return false;
}

int dg_chunk_list_load_leaf(struct dg_chunk_list *list, size_t at,
			    struct dg_error *err)
{
	if (list->leaf.of == at || take_kept(list, at))
		return 0;
	return dg_chunk_list_read_leaf(list, &list->leaf, at, err);
}
