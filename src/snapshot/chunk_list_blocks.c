/* The blocks of an index: which are named by object ids, what a skip of one
 * steps over, where a split cuts. */
#include "snapshot/chunk_list.h"
#include "snapshot/snapshot.h"

static bool at_start(const struct dg_chunk_list *list)
{
	return list->at.root == 0 && list->at.leaf == 0 && list->from == 0 &&
	       list->to == list->root->count;
}

/* A missing one is a fact like any other. */
int dg_chunk_list_object(struct dg_chunk_list *list, const char *path,
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
	rc = dg_chunk_list_object(list, DG_DATA_FILE, &id[0], err);
	if (rc > 0)
		rc = dg_chunk_list_object(list, DG_PARTS_FOLDER, &id[1], err);
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

/* Reading will tell what is wrong with an entry that names no file. */
static int settle_name(int rc, const struct dg_error *cause,
		       struct dg_error *err)
{
	if (rc == DG_EINVALID || rc == DG_ELIMIT)
		return 0;
	if (rc < 0 && err)
		*err = *cause;
	return rc < 0 ? rc : 1;
}

/* Behind the last chunk of an index file is the beginning of the next. */
static bool at_group(struct dg_chunk_list *list)
{
	struct dg_chunk_place *at = &list->at;

	if (at->leaf > 0 && list->leaf.of == at->root &&
	    at->leaf >= list->leaf.index.count)
		*at = (struct dg_chunk_place){at->root + 1, 0};
	return at->leaf == 0 && at->root < list->to;
}

/* An index file that lists the same chunks on both sides, whose files are the
 * same objects. */
static int group_identity(struct dg_chunk_list *list, struct dg_identity *out,
			  struct dg_error *err)
{
	unsigned char name[DG_PART_NAME_SIZE];
	char path[DG_PART_PATH_SIZE];
	struct dg_error cause = {0};
	int rc;

	if (!list->pairing.groups || !at_group(list))
		return 0;
	rc = dg_chunk_list_name(list, list->root,
				&list->root->entries[list->at.root], name,
				&cause);
	rc = settle_name(rc, &cause, err);
	if (rc <= 0)
		return rc;
	dg_part_index_path_of(name, path);
	return dg_chunk_list_object(list, path, out, err);
}

/* What the file of the chunk at the place is called: 1; 0: there is none. */
static int chunk_name(struct dg_chunk_list *list,
		      unsigned char name[DG_PART_NAME_SIZE],
		      struct dg_error *err)
{
	const struct dg_chunk_index *index;
	const struct dg_chunk_entry *entry;
	struct dg_error cause = {0};
	int rc = dg_chunk_list_find(list, &index, &entry, err);

	if (rc < 0 || !entry)
		return rc;
	if (list->leaf.names && index == &list->leaf.index) {
		memcpy(name, list->leaf.names[list->at.leaf],
		       DG_PART_NAME_SIZE);
		return 1;
	}
	rc = dg_chunk_list_name(list, index, entry, name, &cause);
	return settle_name(rc, &cause, err);
}

static int chunk_identity(struct dg_chunk_list *list, struct dg_identity *out,
			  struct dg_error *err)
{
	unsigned char name[DG_PART_NAME_SIZE] = {0};
	char path[DG_PART_PATH_SIZE];
	int rc = chunk_name(list, name, err);

	if (rc <= 0)
		return rc;
	if (list->pairing.known && !list->pairing.differs[name[0]]) {
		out->kind = "part of an equal folder";
		out->len = sizeof(name);
		memcpy(out->bytes, name, sizeof(name));
		return 1;
	}
	dg_part_chunk_path_of(name, path);
	return dg_chunk_list_object(list, path, out, err);
}

int dg_chunk_list_identity(struct dg_chunk_list *list, enum dg_block block,
			   struct dg_identity *out, struct dg_error *err)
{
	switch (block) {
	case DG_BLOCK_ALL:
		return whole_identity(list, out, err);
	case DG_BLOCK_GROUP:
		return group_identity(list, out, err);
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
	if (block == DG_BLOCK_GROUP) {
		*items = list->root->entries[place->root].count;
		list->at = (struct dg_chunk_place){place->root + 1, 0};
		return 0;
	}
	list->at = *place;
	rc = dg_chunk_list_find(list, &index, &entry, err);
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
