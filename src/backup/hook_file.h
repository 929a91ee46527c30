/*
 * One hook in the folder where Git looks for it: ours, somebody else's, or
 * none; and beside ours the one that was there before, which keeps its content
 * and file mode under a second name.
 */
#ifndef DG_BACKUP_HOOK_FILE_H
#define DG_BACKUP_HOOK_FILE_H

#include "base/buf.h"
#include <ddbgit/hooks.h>

#define DG_HOOK_SCRIPT_MAX ((size_t)256 * 1024) /* bytes */

/* Borrows everything. */
struct dg_hooks_folder {
	const char *path;       /* absolute */
	int fd;                 /* -1: it is not there */
	struct dg_slice script; /* of ours */
};

struct dg_hook_file {
	const char *name; /* "pre-commit"; borrowed */
	char aside[64];   /* the name of the one before */
	bool there;
	bool is_folder;
	bool ours;
	bool has_aside;
	struct dg_buf text; /* of ours alone */
};

/* Must be freed also after a failure. DG_EIO. */
int dg_hook_file_look(struct dg_hook_file *file,
		      const struct dg_hooks_folder *folder, const char *name,
		      struct dg_error *err);
void dg_hook_file_free(struct dg_hook_file *file);

enum dg_hook_state dg_hook_file_state(const struct dg_hook_file *file,
				      const struct dg_hooks_folder *folder);

/* The path that a script of ours calls, without its quotes, to be freed; NULL
 * if there is none. */
char *dg_hook_file_program(const struct dg_hook_file *file);

/* Puts ours there, and an earlier one aside. DG_EREFUSED, with a way out, for
 * one that cannot be. */
int dg_hook_file_install(const struct dg_hooks_folder *folder, const char *name,
			 bool *changed, struct dg_error *err);

/* Removes ours, and gives an earlier one its name back. */
int dg_hook_file_remove(const struct dg_hooks_folder *folder, const char *name,
			bool *changed, struct dg_error *err);

#endif
