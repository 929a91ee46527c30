/* How a snapshot directory is, as the files of this room that work on it see
 * it: opening and closing, staging and publishing. */
#ifndef DG_SNAPSHOT_SNAPSHOT_DIR_STATE_H
#define DG_SNAPSHOT_SNAPSHOT_DIR_STATE_H

#include "snapshot/path_list.h"
#include "snapshot/replacement.h"
#include "snapshot/snapshot_dir.h"
#include "snapshot/snapshot_lock.h"

struct dg_snapshot_dir {
	struct dg_snapshot_lock lock;
	char *name;
	const struct dg_log *log;
	struct dg_fileset *files;
	int workfd; /* -1: a reader, or nothing is staged any more */
	int newfd;
	bool ready; /* past the point of no return, not yet finished */
	struct dg_sink *sink;
	struct dg_fileset *staged;
	struct dg_path_list written; /* in new */
	struct dg_path_list kept;    /* of files: they stay as they are */
};

static inline struct dg_replacement dg_snapshot_dir_replacement(
	const struct dg_snapshot_dir *dir, int workfd)
{
	return (struct dg_replacement){dir->lock.fd, workfd, dir->name};
}

#endif
