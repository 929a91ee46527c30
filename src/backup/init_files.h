/*
 * How init writes: a file that is not there, or lines at the end of one that
 * is. Paths are below the root's descriptor and no symlink is followed.
 */
#ifndef DG_BACKUP_INIT_FILES_H
#define DG_BACKUP_INIT_FILES_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>
#include <stdbool.h>

/* *made: false if something of that name, whatever it is, was there. */
int dg_init_make_file(int root, const char *path, struct dg_slice text,
		      unsigned int mode, bool *made, struct dg_error *err);

/* *same: the file has exactly this text. False if it cannot be read. */
bool dg_init_file_is(int root, const char *path, struct dg_slice text);

/*
 * Adds `comment` and `line` at the end of a file, which is made if it is not
 * there. *added: false if it has the line already. What is there is not
 * touched, also if the disk is full. DG_EINVALID for a symlink or what is no
 * regular file.
 */
int dg_init_add_line(int root, const char *path, const char *comment,
		     const char *line, bool *added, struct dg_error *err);

#endif
