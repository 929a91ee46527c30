/* Objects deflated into a pack's entries, on all cores. */
#ifndef DG_REPO_PACK_ENTRIES_H
#define DG_REPO_PACK_ENTRIES_H

#include "repo/object_list.h"
#include <ddbgit/cancel.h>

struct dg_pack_entries {
	const struct dg_object_list *list;
	/* Gets each object's entry, in their order; one thread at a time. */
	int (*take)(void *context, const struct dg_object *object,
		    struct dg_slice entry, struct dg_error *err);
	void *context;
	uint64_t memory; /* bounds the number of threads */
	const struct dg_cancel *cancel;
};

/* The file sets of the objects are read by several threads at a time. */
int dg_pack_entries_make(const struct dg_pack_entries *entries,
			 struct dg_error *err);

#endif
