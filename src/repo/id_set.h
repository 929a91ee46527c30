/* A set of object ids. Zeros are an empty set; the id of zeros is in none. */
#ifndef DG_REPO_ID_SET_H
#define DG_REPO_ID_SET_H

#include "repo/git.h"

struct dg_id_set {
	git_oid *ids; /* open addressing, at most half full; zero: free */
	size_t room;  /* a power of two */
	size_t count;
};

bool dg_id_set_has(const struct dg_id_set *set, const git_oid *id);
int dg_id_set_add(struct dg_id_set *set, const git_oid *id,
		  struct dg_error *err);
void dg_id_set_free(struct dg_id_set *set);

#endif
