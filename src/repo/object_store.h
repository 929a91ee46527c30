/*
 * How new objects get into the repository: a file longer than
 * DG_OBJECT_WHOLE_MAX is a loose object of its own; a few others are loose,
 * more are one pack. Everything is flushed.
 */
#ifndef DG_REPO_OBJECT_STORE_H
#define DG_REPO_OBJECT_STORE_H

#include "repo/object_list.h"
#include "repo/object_spool.h"

#define DG_OBJECT_WHOLE_MAX ((uint64_t)1 << 20)

/* Up to here each object is a file, which costs two flushes; above, the pack
 * that later gets into everybody's way is worth it. */
#define DG_OBJECTS_LOOSE_MAX ((size_t)100)

struct dg_object_store {
	struct dg_repo *repo;
	git_odb *odb;
	struct dg_object_spool *spool; /* goes along; empty afterwards */
	uint64_t memory;
	const struct dg_cancel *cancel;
};

/*
 * Writes the objects of the list and of the spool; those that exist are
 * written again or get a new time, so that `git prune` leaves them alone.
 * The list is empty afterwards, also when it fails.
 */
int dg_object_store_write(const struct dg_object_store *store,
			  struct dg_object_list *list, struct dg_error *err);

#endif
