/*
 * The items of a source on their way into a layout: taken from the source,
 * digested, written, each by a stage of a pipeline, so that a merge, SHA-256
 * and the file system are waited for at the same time.
 */
#ifndef DG_SNAPSHOT_ITEM_WRITING_H
#define DG_SNAPSHOT_ITEM_WRITING_H

#include "item/table_digest.h"
#include "snapshot/layout.h"
#include <ddbgit/cancel.h>
#include <ddbgit/progress.h>

struct dg_item_writing {
	struct dg_item_source *items;
	struct dg_layout_writer *layout;
	struct dg_table_digest *digest;
	const struct dg_cancel *cancel;
	const struct dg_progress *progress;
};

/*
 * All items of the source, and finishes the layout. Both are used by several
 * threads, one at a time. DG_EINVALID where the keys are not ascending;
 * DG_EFAILED where the files do not say that they hold as many items as were
 * digested.
 */
int dg_item_writing_run(const struct dg_item_writing *writing,
			struct dg_error *err);

#endif
