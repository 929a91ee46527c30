/* What stands in a folder, in the order of the names' bytes. */
#ifndef DG_BASE_DIR_LIST_H
#define DG_BASE_DIR_LIST_H

#include "base/fileset.h"

struct dg_dir_entry {
	char *name;
	bool is_folder;
	bool is_file; /* a regular one; neither: a symlink or a device */
};

struct dg_dir_list {
	struct dg_dir_entry *entries;
	size_t count;
	size_t cap;
};

/* Reads the folder fd, which is closed in any case. label is for messages. */
int dg_dir_list_read(struct dg_dir_list *list, int fd, const char *label,
		     struct dg_error *err);
void dg_dir_list_free(struct dg_dir_list *list);

#endif
