/*
 * DIR/.ddbgit/: where a snapshot directory's next content is staged. Mode
 * 700, ignored by Git through a .gitignore of its own, and gone when nobody
 * is at work. Descriptors are the caller's to close.
 */
#ifndef DG_SNAPSHOT_WORK_FOLDER_H
#define DG_SNAPSHOT_WORK_FOLDER_H

#include <ddbgit/error.h>

#define DG_WORK_FOLDER ".ddbgit"
#define DG_WORK_NEW "new"     /* being written */
#define DG_WORK_READY "ready" /* whole: to be put in place */
#define DG_WORK_HOLDER "holder"
#define DG_WORK_OBSOLETE "obsolete" /* in new and ready: files to delete */

/* 1 with the folder's descriptor; 0 if there is none. DG_EINVALID: something
 * else stands under that name. name is the directory's, for messages. */
int dg_work_open(int dirfd, const char *name, int *fd_out,
		 struct dg_error *err);

/* Makes it, with its .gitignore. */
int dg_work_make(int dirfd, const char *name, int *fd_out,
		 struct dg_error *err);

/* Opens a folder in it: 1, or 0 if there is none. */
int dg_work_open_folder(int workfd, const char *folder, int *fd_out,
			struct dg_error *err);

/* Removes it and all in it, what Git would see last. */
int dg_work_remove(int dirfd, const char *name, struct dg_error *err);

#endif
