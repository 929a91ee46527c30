/*
 * Loose references that libgit2 passed over: its iterators leave out, without
 * a word, what they cannot read. Whoever lists references notes the names that
 * came, and asks here for the others.
 */
#ifndef DG_REPO_LOOSE_REFS_H
#define DG_REPO_LOOSE_REFS_H

#include "repo/git.h"

/* Zeros are an empty set. */
struct dg_ref_names {
	char **names; /* full: "refs/tags/prod-20250127" */
	size_t count;
	size_t room;
};

int dg_ref_names_add(struct dg_ref_names *set, const char *name,
		     struct dg_error *err);
void dg_ref_names_free(struct dg_ref_names *set);

/*
 * Visits each loose reference below folder ("refs/tags") that is not in seen,
 * which is sorted by it. DG_EIO for one that cannot be read; one that is
 * damaged gets a warning, as from Git.
 */
int dg_loose_refs_missed(struct dg_repo *repo, const char *folder,
			 struct dg_ref_names *seen,
			 int (*visit)(void *context, git_reference *ref,
				      struct dg_error *err),
			 void *context, struct dg_error *err);

#endif
