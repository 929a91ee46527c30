/*
 * A walk over the chunks that an index lists, through its index files where
 * it has two levels. The place of the walk is that of the next chunk.
 */
#ifndef DG_SNAPSHOT_CHUNK_LIST_H
#define DG_SNAPSHOT_CHUNK_LIST_H

#include "base/fileset.h"
#include "item/canon.h"
#include "item/source.h"
#include "snapshot/chunk_block.h"
#include "snapshot/chunk_index.h"
#include "snapshot/order.h"
#include "snapshot/part.h"
#include "snapshot/part_differences.h"

#define DG_CHUNK_KEY_MAX ((size_t)1 << 20) /* bytes of a first key's JSON */

struct dg_chunk_place {
	size_t root; /* of the entries of table-data.json */
	size_t leaf; /* of that index file's; 0 where there is one level */
};

/* An index file in memory. */
struct dg_chunk_leaf {
	struct dg_chunk_index index;
	size_t of;    /* its entry in root; SIZE_MAX: none */
	bool ascends; /* its entries were found to, as seek needs them */
	/* What its chunks' files are called; NULL: not computed. */
	unsigned char (*names)[DG_PART_NAME_SIZE];
};

/* What is known of the list that this one is joined with. chunk_pairing.c */
struct dg_chunk_pairing {
	bool known;
	/* table-data/<2 hex> is another object on the other side. */
	bool differs[DG_PART_FOLDERS];
	/* Index files with equal ids list chunks with equal ids. */
	bool groups;
	/* Those that are others on the other side, until they are walked. */
	struct dg_chunk_leaf *kept;
	size_t kept_count;
};

struct dg_chunk_list {
	struct dg_fileset *files;          /* borrowed, as all of these */
	const struct dg_key_schema *keys;  /* set before the first step */
	const struct dg_chunk_index *root; /* table-data.json */
	size_t from, to;                   /* the range of root's entries */
	struct dg_chunk_place at;
	/* Root's entries were found to ascend, as seek needs them. */
	bool root_ascends;
	struct dg_chunk_leaf leaf; /* the one that was asked for last */
	struct dg_chunk_pairing pairing;
	struct dg_canon *canon;
	struct dg_digest *sha256; /* of names */
	struct dg_buf first;      /* of the last entry asked for, canonical */
	struct dg_buf key;        /* the same, encoded */
};

int dg_chunk_list_init(struct dg_chunk_list *list, struct dg_fileset *files,
		       const struct dg_key_schema *keys, struct dg_error *err);
void dg_chunk_list_free(struct dg_chunk_list *list);

void dg_chunk_list_use(struct dg_chunk_list *list,
		       const struct dg_chunk_index *root, size_t from,
		       size_t to);
void dg_chunk_list_rewind(struct dg_chunk_list *list);

/*
 * 1 with the chunk at the place, which borrows the list until the next call;
 * 0 at the end. DG_EINVALID: an index file that is missing, malformed or not
 * what table-data.json states.
 */
int dg_chunk_list_chunk(struct dg_chunk_list *list, struct dg_chunk *chunk,
			struct dg_error *err);

/* On to the next chunk, from one that chunk() gave. */
void dg_chunk_list_step(struct dg_chunk_list *list);

/* To the last chunk that does not begin above key, or the first. */
int dg_chunk_list_seek(struct dg_chunk_list *list, struct dg_slice key,
		       struct dg_error *err);

/* At the end of a range: what was read last must be below what follows it. */
int dg_chunk_list_check_end(struct dg_chunk_list *list, struct dg_order *last,
			    struct dg_error *err);

/* As struct dg_item_source has them. */
int dg_chunk_list_identity(struct dg_chunk_list *list, enum dg_block block,
			   struct dg_identity *out, struct dg_error *err);
int dg_chunk_list_skip(struct dg_chunk_list *list,
		       const struct dg_chunk_place *place, enum dg_block block,
		       uint64_t *items, struct dg_error *err);

/*
 * a and b are about to be joined: looks once which of their files are the same
 * objects, for identity(). chunk_pairing.c
 */
int dg_chunk_list_pair(struct dg_chunk_list *a, struct dg_chunk_list *b,
		       struct dg_error *err);
/* Forgets the other list. */
void dg_chunk_list_unpair(struct dg_chunk_list *list);

/* Where the first of `parts` parts of the range from `from` on ends. */
size_t dg_chunk_list_cut(const struct dg_chunk_list *list, size_t from,
			 size_t parts);

/* ---- what the list's own files share ---- */

/* The first key of an entry of `index` in both spellings, into list->first and
 * list->key. It must be exactly the key attributes. */
int dg_chunk_list_first(struct dg_chunk_list *list,
			const struct dg_chunk_index *index,
			const struct dg_chunk_entry *entry,
			struct dg_error *err);
/* What the file of that entry is called; list->first and list->key as above. */
int dg_chunk_list_name(struct dg_chunk_list *list,
		       const struct dg_chunk_index *index,
		       const struct dg_chunk_entry *entry,
		       unsigned char name[DG_PART_NAME_SIZE],
		       struct dg_error *err);
/* The index file of root's entry `at`, which is held to that entry, into leaf;
 * on failure leaf->of is SIZE_MAX. chunk_list_leaf.c */
int dg_chunk_list_read_leaf(struct dg_chunk_list *list,
			    struct dg_chunk_leaf *leaf, size_t at,
			    struct dg_error *err);
void dg_chunk_leaf_free(struct dg_chunk_leaf *leaf);
/* The same into list->leaf, if it is not there. */
int dg_chunk_list_load_leaf(struct dg_chunk_list *list, size_t at,
			    struct dg_error *err);
/* The entry of the chunk at the place, as it stands in *index; NULL at the
 * end. */
int dg_chunk_list_find(struct dg_chunk_list *list,
		       const struct dg_chunk_index **index,
		       const struct dg_chunk_entry **entry,
		       struct dg_error *err);
/* The object at path: 1, or 0 where there is none or none is known.
 * chunk_list_blocks.c */
int dg_chunk_list_object(struct dg_chunk_list *list, const char *path,
			 struct dg_identity *out, struct dg_error *err);

#endif
