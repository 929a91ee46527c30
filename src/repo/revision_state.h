/* A revision, as the files of this room see it. */
#ifndef DG_REPO_REVISION_STATE_H
#define DG_REPO_REVISION_STATE_H

#include "repo/git.h"
#include "repo/revision.h"

struct dg_revision {
	struct dg_repo *repo;
	git_commit *commit;
	git_tree *tree;
	char id[DG_OID_HEX_SIZE];
};

/* Takes the commit over, also on failure. */
int dg_revision_of_commit(struct dg_revision **out, struct dg_repo *repo,
			  git_commit *commit, struct dg_error *err);

/* By the commit's id. */
int dg_revision_of_id(struct dg_revision **out, struct dg_repo *repo,
		      const git_oid *id, struct dg_error *err);

#endif
