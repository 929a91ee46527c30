#include "snapshot/chunk_list.h"

int dg_chunk_list_init(struct dg_chunk_list *list, struct dg_fileset *files,
		       const struct dg_key_schema *keys, struct dg_error *err)
{
	int rc;

	list->files = files;
	list->keys = keys;
	list->leaf.of = SIZE_MAX;
	dg_buf_init(&list->first, DG_CHUNK_KEY_MAX);
	dg_buf_init(&list->key, DG_CHUNK_KEY_MAX);
	rc = dg_canon_new(&list->canon, err);
	return rc < 0 ? rc : dg_digest_open(&list->sha256, DG_SHA256, err);
}

void dg_chunk_list_free(struct dg_chunk_list *list)
{
	dg_chunk_list_unpair(list);
	dg_chunk_leaf_free(&list->leaf);
	dg_canon_free(list->canon);
	dg_digest_free(list->sha256);
	dg_buf_free(&list->first);
	dg_buf_free(&list->key);
}

void dg_chunk_list_use(struct dg_chunk_list *list,
		       const struct dg_chunk_index *root, size_t from,
		       size_t to)
{
	list->root = root;
	list->root_ascends = false;
	list->from = from;
	list->to = to;
	dg_chunk_list_rewind(list);
}

void dg_chunk_list_rewind(struct dg_chunk_list *list)
{
	list->at = (struct dg_chunk_place){list->from, 0};
}

int dg_chunk_list_find(struct dg_chunk_list *list,
		       const struct dg_chunk_index **index,
		       const struct dg_chunk_entry **entry,
		       struct dg_error *err)
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
		rc = dg_chunk_list_load_leaf(list, at->root, err);
		if (rc < 0)
			return rc;
		*index = &list->leaf.index;
		if (at->leaf < list->leaf.index.count) {
			*entry = &list->leaf.index.entries[at->leaf];
			return 0;
		}
		*at = (struct dg_chunk_place){at->root + 1, 0};
	}
	return 0;
}

int dg_chunk_list_chunk(struct dg_chunk_list *list, struct dg_chunk *chunk,
			struct dg_error *err)
{
	const struct dg_chunk_index *index;
	const struct dg_chunk_entry *found;
	int rc = dg_chunk_list_find(list, &index, &found, err);

	if (rc < 0 || !found)
		return rc;
	rc = dg_chunk_list_first(list, index, found, err);
	if (rc < 0)
		return rc;
	chunk->entry = *found;
	chunk->entry.first = dg_buf_slice(&list->first);
	chunk->key = dg_buf_slice(&list->key);
	rc = dg_part_chunk_path(chunk->entry.first, chunk->path, err);
	return rc < 0 ? rc : 1;
}

void dg_chunk_list_step(struct dg_chunk_list *list)
{
	if (list->root->of_indexes)
		list->at.leaf++;
	else
		list->at.root++;
}

/* The first key of entry i, which must be above the one before. */
static int next_first(struct dg_chunk_list *list,
		      const struct dg_chunk_index *index, size_t i,
		      struct dg_order *order, struct dg_error *err)
{
	int rc = dg_chunk_list_first(list, index, &index->entries[i], err);

	if (rc == 0)
		rc = dg_order_step(order, dg_buf_slice(&list->key), err);
	else
		return rc;
	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "%s: entry %zu is not in the order of keys",
				    index->name, i + 1);
	return rc < 0 ? rc : 0;
}

/* Once for all seeks: a search among entries in disorder would miss some. */
static int check_ascending(struct dg_chunk_list *list,
			   const struct dg_chunk_index *index, size_t from,
			   size_t to, bool *ascends, struct dg_error *err)
{
	struct dg_order order;
	int rc = 0;

	if (*ascends)
		return 0;
	dg_order_init(&order);
	for (size_t i = from; rc == 0 && i < to; i++)
		rc = next_first(list, index, i, &order, err);
	dg_order_free(&order);
	*ascends = rc == 0;
	return rc;
}

/* From entry *at on to the last one before `to` whose first key is not above
 * key. */
static int last_not_above(struct dg_chunk_list *list,
			  const struct dg_chunk_index *index, size_t *at,
			  size_t to, struct dg_slice key, struct dg_error *err)
{
	while (to - *at > 1) {
		size_t middle = *at + (to - *at) / 2;
		int rc = dg_chunk_list_first(list, index,
					     &index->entries[middle], err);

		if (rc < 0)
			return rc;
		if (dg_slice_compare(dg_buf_slice(&list->key), key) <= 0)
			*at = middle;
		else
			to = middle;
	}
	return 0;
}

int dg_chunk_list_seek(struct dg_chunk_list *list, struct dg_slice key,
		       struct dg_error *err)
{
	struct dg_chunk_place *at = &list->at;
	int rc;

	dg_chunk_list_rewind(list);
	rc = check_ascending(list, list->root, list->from, list->to,
			     &list->root_ascends, err);
	if (rc == 0)
		rc = last_not_above(list, list->root, &at->root, list->to, key,
				    err);
	if (rc < 0 || !list->root->of_indexes || at->root == list->to)
		return rc;
	rc = dg_chunk_list_load_leaf(list, at->root, err);
	if (rc == 0)
		rc = check_ascending(list, &list->leaf.index, 0,
				     list->leaf.index.count,
				     &list->leaf.ascends, err);
	if (rc == 0)
		rc = last_not_above(list, &list->leaf.index, &at->leaf,
				    list->leaf.index.count, key, err);
	return rc;
}

int dg_chunk_list_check_end(struct dg_chunk_list *list, struct dg_order *last,
			    struct dg_error *err)
{
	if (list->to == list->root->count)
		return 0;
	return next_first(list, list->root, list->to, last, err);
}
