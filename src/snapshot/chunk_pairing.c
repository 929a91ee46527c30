/*
 * Two lists that are about to be joined. The folders of chunks are compared
 * once: a chunk in a folder that is the same object on both sides needs no
 * look. Where both indexes have two levels, index files that are the same
 * object are not read either, if it is certain that no chunk that they list
 * differs: each chunk file that does must stand in an index file that differs
 * too, on each side that has it. So it is after every dump. If one does not,
 * somebody has changed it and left the index alone, and all index files are
 * walked. What an index states of a chunk counts for nothing here.
 */
#include "snapshot/chunk_list.h"
#include <stdlib.h>

/* Index files that differ are kept until they are walked, some 130 KiB each,
 * with long keys several MiB; of more, none is, and all are walked. */
#define KEPT_MAX 64
#define KEPT_BYTES_MAX ((size_t)16 << 20) /* of text */

static void forget_kept(struct dg_chunk_pairing *pairing)
{
	for (size_t i = 0; i < pairing->kept_count; i++)
		dg_chunk_leaf_free(&pairing->kept[i]);
	free(pairing->kept);
	pairing->kept = NULL;
	pairing->kept_count = 0;
}

void dg_chunk_list_unpair(struct dg_chunk_list *list)
{
	forget_kept(&list->pairing);
	memset(&list->pairing, 0, sizeof(list->pairing));
}

static bool has_groups(const struct dg_chunk_list *list)
{
	return list->root->of_indexes && list->from == 0 &&
	       list->to == list->root->count;
}

static bool same_object(const struct dg_identity *a,
			const struct dg_identity *b)
{
	return strcmp(a->kind, b->kind) == 0 && a->len == b->len &&
	       memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* Is the index file of root's entry `at` the same object on the other side?
 * 1 or 0. */
static int is_same(struct dg_chunk_list *list, struct dg_chunk_list *other,
		   size_t at, struct dg_error *err)
{
	unsigned char name[DG_PART_NAME_SIZE];
	char path[DG_PART_PATH_SIZE];
	struct dg_identity own, its;
	int rc = dg_chunk_list_name(list, list->root, &list->root->entries[at],
				    name, err);

	if (rc < 0)
		return rc;
	dg_part_index_path_of(name, path);
	rc = dg_chunk_list_object(list, path, &own, err);
	if (rc > 0)
		rc = dg_chunk_list_object(other, path, &its, err);
	return rc > 0 ? same_object(&own, &its) : rc;
}

/* bytes: of all so far. */
static int keep(struct dg_chunk_list *list, size_t at, size_t *bytes,
		struct dg_error *err)
{
	struct dg_chunk_pairing *pairing = &list->pairing;
	struct dg_chunk_leaf *leaf;
	int rc;

	if (!pairing->kept)
		pairing->kept = calloc(KEPT_MAX, sizeof(*pairing->kept));
	if (!pairing->kept)
		return dg_error_nomem(err);
	leaf = &pairing->kept[pairing->kept_count++];
	rc = dg_chunk_list_read_leaf(list, leaf, at, err);
	*bytes += leaf->index.text.len;
	return rc;
}

/* Reads the index files that differ: 1, or 0 if there are too many. */
static int keep_all(struct dg_chunk_list *list, struct dg_chunk_list *other,
		    struct dg_error *err)
{
	size_t bytes = 0;

	for (size_t i = 0; i < list->root->count; i++) {
		int rc = is_same(list, other, i, err);

		if (rc == 0 && list->pairing.kept_count == KEPT_MAX)
			return 0;
		if (rc == 0)
			rc = keep(list, i, &bytes, err);
		if (rc < 0)
			return rc;
		if (bytes > KEPT_BYTES_MAX)
			return 0;
	}
	return 1;
}

/* Marks those that differ of the chunks that an index file lists. */
static int mark_listed(struct dg_chunk_list *list, struct dg_chunk_leaf *leaf,
		       struct dg_part_differences *differences, int side,
		       struct dg_error *err)
{
	const struct dg_chunk_index *index = &leaf->index;
	int rc = 0;

	leaf->names = calloc(index->count, sizeof(*leaf->names));
	if (!leaf->names)
		return dg_error_nomem(err);
	for (size_t i = 0; rc == 0 && i < index->count; i++) {
		struct dg_part_difference *chunk;

		rc = dg_chunk_list_name(list, index, &index->entries[i],
					leaf->names[i], err);
		if (rc < 0)
			break;
		chunk = dg_part_differences_find(differences, leaf->names[i]);
		if (chunk)
			chunk->listed[side] = true;
	}
	return rc;
}

static int mark_all(struct dg_chunk_list *list,
		    struct dg_part_differences *differences, int side,
		    struct dg_error *err)
{
	struct dg_chunk_pairing *pairing = &list->pairing;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < pairing->kept_count; i++)
		rc = mark_listed(list, &pairing->kept[i], differences, side,
				 err);
	return rc;
}

static bool all_listed(const struct dg_part_differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct dg_part_difference *chunk =
			&differences->chunks[i];

		if (chunk->in[0] > chunk->listed[0] ||
		    chunk->in[1] > chunk->listed[1])
			return false;
	}
	return true;
}

/* 1: index files that are the same object list chunks that are; 0: not
 * certain. */
static int compare_groups(struct dg_chunk_list *a, struct dg_chunk_list *b,
			  struct dg_part_differences *differences,
			  struct dg_error *err)
{
	int rc = keep_all(a, b, err);

	if (rc > 0)
		rc = keep_all(b, a, err);
	if (rc <= 0)
		return rc;
	rc = dg_part_differences_chunks(differences, a->files, b->files, err);
	if (rc == 0)
		rc = mark_all(a, differences, 0, err);
	if (rc == 0)
		rc = mark_all(b, differences, 1, err);
	return rc < 0 ? rc : all_listed(differences);
}

/* What is malformed is reported where the walk comes to it. */
static bool is_about_content(int rc)
{
	return rc == DG_EINVALID || rc == DG_ENOTFOUND ||
	       rc == DG_EUNSUPPORTED || rc == DG_ELIMIT;
}

static int pair_groups(struct dg_chunk_list *a, struct dg_chunk_list *b,
		       struct dg_part_differences *differences,
		       struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = compare_groups(a, b, differences, &cause);

	a->pairing.groups = b->pairing.groups = rc > 0;
	if (rc <= 0) {
		forget_kept(&a->pairing);
		forget_kept(&b->pairing);
	}
	if (rc >= 0 || is_about_content(rc))
		return 0;
	if (err)
		*err = cause;
	return rc;
}

static void note_folders(struct dg_chunk_list *list,
			 const struct dg_part_differences *differences)
{
	list->pairing.known = true;
	memcpy(list->pairing.differs, differences->folders,
	       sizeof(list->pairing.differs));
}

int dg_chunk_list_pair(struct dg_chunk_list *a, struct dg_chunk_list *b,
		       struct dg_error *err)
{
	struct dg_part_differences differences = {0};
	int rc;

	dg_chunk_list_unpair(a);
	dg_chunk_list_unpair(b);
	rc = dg_part_differences_folders(&differences, a->files, b->files, err);
	if (rc > 0) {
		note_folders(a, &differences);
		note_folders(b, &differences);
		rc = has_groups(a) && has_groups(b)
			     ? pair_groups(a, b, &differences, err)
			     : 0;
	}
	dg_part_differences_free(&differences);
	return rc;
}
