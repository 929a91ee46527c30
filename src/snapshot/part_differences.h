/*
 * Which part files of two snapshots are not the same, by the ids of Git's
 * objects: the folders are compared, no file is read, and nothing that an
 * index states counts.
 */
#ifndef DG_SNAPSHOT_PART_DIFFERENCES_H
#define DG_SNAPSHOT_PART_DIFFERENCES_H

#include "base/fileset.h"
#include "snapshot/part.h"

#define DG_PART_FOLDERS 256 /* of chunks: table-data/<2 hex> */
/* Of more chunks that differ no list is made: 3 MiB. */
#define DG_PART_DIFFERENCES_MAX ((size_t)1 << 17)

/* A chunk file. */
struct dg_part_difference {
	unsigned char name[DG_PART_NAME_SIZE];
	bool in[2];     /* the left, the right file set */
	bool listed[2]; /* for the user */
};

/* Zeros are none. */
struct dg_part_differences {
	bool folders[DG_PART_FOLDERS];     /* is not the same object */
	struct dg_part_difference *chunks; /* by name */
	size_t count;
	size_t cap;
};

/* Compares the folders of chunks: 1, or 0 where file sets of these kinds
 * cannot be compared. */
int dg_part_differences_folders(struct dg_part_differences *differences,
				struct dg_fileset *left,
				struct dg_fileset *right, struct dg_error *err);

/* And the chunk files within those that differ. DG_ELIMIT: too many. */
int dg_part_differences_chunks(struct dg_part_differences *differences,
			       struct dg_fileset *left,
			       struct dg_fileset *right, struct dg_error *err);

/* NULL: the file is the same, or on neither side. */
struct dg_part_difference *dg_part_differences_find(
	const struct dg_part_differences *differences,
	const unsigned char name[DG_PART_NAME_SIZE]);

void dg_part_differences_free(struct dg_part_differences *differences);

#endif
