/* Which tags mean which commit: read once, for a whole history. */
#ifndef DG_REPO_TAG_MAP_H
#define DG_REPO_TAG_MAP_H

#include "repo/git.h"

struct dg_tag_map;

int dg_tag_map_open(struct dg_tag_map **out, struct dg_repo *repo,
		    struct dg_error *err);
/* Every commit that a tag means. */
int dg_tag_map_each(const struct dg_tag_map *map,
		    int (*visit)(void *context, const git_oid *commit,
				 struct dg_error *err),
		    void *context, struct dg_error *err);
/* The tags of a commit by name; ends with NULL. Borrowed until the close. */
const char *const *dg_tag_map_find(const struct dg_tag_map *map,
				   const git_oid *commit);
void dg_tag_map_close(struct dg_tag_map *map);

#endif
