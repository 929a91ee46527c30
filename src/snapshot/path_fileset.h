/* The files of another file set that a list names, and no others. */
#ifndef DG_SNAPSHOT_PATH_FILESET_H
#define DG_SNAPSHOT_PATH_FILESET_H

#include "snapshot/path_list.h"

/* files and paths are borrowed; paths may change while the set is open. */
int dg_path_fileset(struct dg_fileset **out, struct dg_fileset *files,
		    const struct dg_path_list *paths, struct dg_error *err);

#endif
