/* A sink that writes files into a folder and flushes each. */
#ifndef DG_SNAPSHOT_STAGE_SINK_H
#define DG_SNAPSHOT_STAGE_SINK_H

#include "base/fileset.h"
#include "snapshot/path_list.h"

/*
 * folderfd and written are borrowed; name (for messages) is copied. The path
 * of each file that was committed is added to written. A path that is created
 * again replaces what was written before.
 */
int dg_stage_sink_open(struct dg_sink **out, int folderfd, const char *name,
		       struct dg_path_list *written, struct dg_error *err);

#endif
