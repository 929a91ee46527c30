/* Annotated tags on backups. */
#ifndef DG_REPO_TAG_H
#define DG_REPO_TAG_H

#include "repo/commit.h"

/* *id gets the commit that a tag means, "" if there is no such tag.
 * DG_EUSAGE: no possible tag name. */
int dg_tag_lookup(struct dg_repo *repo, const char *name,
		  char id[DG_OID_HEX_SIZE], struct dg_error *err);

/* DG_EEXISTS if the name is taken (by any object). message: the tag's text.
 * Identity as for commits. */
int dg_tag_create(struct dg_repo *repo, const char *name, const char *commit_id,
		  const char *message, int64_t now, struct dg_error *err);

/* Every tag that means commit_id, by name; the visitor's string is borrowed.
 */
int dg_tag_each(struct dg_repo *repo, const char *commit_id,
		int (*visit)(void *context, const char *name,
			     struct dg_error *err),
		void *context, struct dg_error *err);

#endif
