/*
 * A tree object's entries, read out of its bytes without copies. Takes hostile
 * input once, in dg_raw_tree_is_valid; what else is done with a tree relies on
 * that.
 */
#ifndef DG_REPO_RAW_TREE_H
#define DG_REPO_RAW_TREE_H

#include "repo/git.h"

/* Borrows the tree's bytes. */
struct dg_raw_entry {
	unsigned int mode;
	struct dg_slice name;
	const unsigned char *id; /* GIT_OID_RAWSZ bytes */
};

/* Is each entry a mode, a name and an id, and all there? */
bool dg_raw_tree_is_valid(struct dg_slice bytes);

/* Takes the first entry off. False: none is left. */
bool dg_raw_tree_next(struct dg_slice *rest, struct dg_raw_entry *entry);

/* The entry of that name, whatever it is. */
bool dg_raw_tree_find(struct dg_slice tree, struct dg_slice name,
		      struct dg_raw_entry *entry);

bool dg_raw_entry_is_folder(const struct dg_raw_entry *entry);
/* Neither a folder nor a symlink nor a submodule. */
bool dg_raw_entry_is_file(const struct dg_raw_entry *entry);
/* Are both of one kind, and the content the same? Being executable is no
 * difference. */
bool dg_raw_entry_same(const struct dg_raw_entry *a,
		       const struct dg_raw_entry *b);
/* In which order do two folders stand in a tree? By their names with a '/' at
 * their ends. <0, 0 or >0. */
int dg_raw_folder_order(const struct dg_raw_entry *a,
			const struct dg_raw_entry *b);

#endif
