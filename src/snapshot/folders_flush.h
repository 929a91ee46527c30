/* Makes what happened to files last: their folders are flushed. */
#ifndef DG_SNAPSHOT_FOLDERS_FLUSH_H
#define DG_SNAPSHOT_FOLDERS_FLUSH_H

#include "snapshot/path_list.h"

/* Flushes every folder above one of the files, the innermost first, and
 * dirfd, which the paths start from, last. */
int dg_folders_flush(int dirfd, const struct dg_path_list *files,
		     struct dg_error *err);

#endif
