/*
 * A set of paths within a file set. What was added last stands behind the
 * others until there is enough of it to be merged, so that a hundred thousand
 * paths in no order do not move each other about.
 */
#ifndef DG_SNAPSHOT_PATH_LIST_H
#define DG_SNAPSHOT_PATH_LIST_H

#include "base/fileset.h"

struct dg_path_list {
	char **paths; /* owned, each with its stamp behind its end; in the
		       * order of their bytes once settled */
	size_t count;
	size_t settled; /* so many, and then the others, are in order */
	size_t cap;
};

/* Zeros are an empty list. */
void dg_path_list_free(struct dg_path_list *list);

/* Copies path; one that is there already stays once. */
int dg_path_list_add(struct dg_path_list *list, const char *path,
		     struct dg_error *err);
/* The same with the file's stamp, in place of an earlier one. */
int dg_path_list_add_stamped(struct dg_path_list *list, const char *path,
			     const struct dg_stamp *stamp,
			     struct dg_error *err);
/* Of path number i; zeros where it was added without. */
struct dg_stamp dg_path_list_stamp(const struct dg_path_list *list, size_t i);
/* Brings all paths into the order of their bytes. */
void dg_path_list_settle(struct dg_path_list *list);
/* The paths keep their order. */
void dg_path_list_remove(struct dg_path_list *list, const char *path);
bool dg_path_list_has(const struct dg_path_list *list, const char *path);
/* Is there one that begins with `folder`, "a/b/"? */
bool dg_path_list_has_below(const struct dg_path_list *list,
			    const char *folder);

/* Do both files stand in the same folder? */
bool dg_path_same_folder(const char *a, const char *b);

/* Adds every file at or below folder ("" is the root) whose path is wanted;
 * a folder that is not there has none. The list is settled then. */
int dg_path_list_collect(struct dg_path_list *list, struct dg_fileset *files,
			 const char *folder, bool (*wanted)(const char *path),
			 struct dg_error *err);

#endif
