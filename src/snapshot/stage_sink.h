/*
 * A sink that writes files into a folder, unless what is to be replaced holds
 * the same bytes already. They are flushed at the end: few of them one by one;
 * of many, where the file system can be flushed as a whole, none.
 */
#ifndef DG_SNAPSHOT_STAGE_SINK_H
#define DG_SNAPSHOT_STAGE_SINK_H

#include "base/fileset.h"
#include "snapshot/path_list.h"

struct dg_staging {
	int folderfd;               /* where to write */
	const char *name;           /* of it, for messages; copied */
	struct dg_fileset *present; /* what may be kept; NULL: nothing */
	struct dg_path_list *written;
	struct dg_path_list *kept;
};

/*
 * All but the name are borrowed. The path of each file that was committed is
 * added to written, of each that was kept to kept, with the stamp by which it
 * is known again. A path that is created or
 * kept again replaces what was done before.
 */
int dg_stage_sink_open(struct dg_sink **out, const struct dg_staging *stage,
		       struct dg_error *err);

/* Flushes what was written; *many: did not, the file system is to be flushed,
 * from a descriptor that was opened before anything was written. */
int dg_stage_sink_flush(struct dg_sink *self, bool *many, struct dg_error *err);

#endif
