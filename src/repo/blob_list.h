/* Files with the ids of their contents: what a folder of a commit holds. */
#ifndef DG_REPO_BLOB_LIST_H
#define DG_REPO_BLOB_LIST_H

#include "base/fileset.h"
#include "repo/git.h"

struct dg_blob {
	char *path; /* "table-data/ab/cd.json" */
	git_oid id;
	uint64_t size;
	size_t order; /* of its adding */
	/* Of the file that was hashed, if it was one in a directory. */
	struct dg_stamp stamp;
	/* Where its content is until it has been written; borrowed. */
	struct dg_fileset *files;
};

struct dg_blob_list {
	struct dg_blob *blobs;
	size_t count;
	size_t room;
	bool unsorted;
};

/* Of two with one path the later counts. */
int dg_blob_list_add(struct dg_blob_list *list, const char *path,
		     const git_oid *id, uint64_t size, struct dg_error *err);
/* By bytes of the path, each path once: the files of a folder are next to
 * each other. */
void dg_blob_list_sort(struct dg_blob_list *list);
/* Where a sorted list's blobs below the folder begin and end. */
void dg_blob_list_below(const struct dg_blob_list *list, const char *folder,
			size_t *from, size_t *to);
/* In a sorted list; NULL if absent. */
const struct dg_blob *dg_blob_list_find(const struct dg_blob_list *list,
					const char *path);
/* Adds the regular files of a tree (may be NULL), of these names only, and
 * what is below them. */
int dg_blob_list_add_tree(struct dg_blob_list *list, const git_tree *tree,
			  const char *const *names, struct dg_error *err);
void dg_blob_list_free(struct dg_blob_list *list);

#endif
