/*
 * An item's or a setting's difference as a visitor of the public interface
 * gets it: named, spelled for machines and shown to people. The memory in
 * which that is done is reused from one to the next.
 */
#ifndef DG_BACKUP_DIFF_ITEM_H
#define DG_BACKUP_DIFF_ITEM_H

#include "item/item_diff.h"
#include "item/key.h"
#include "item/table_diff.h"
#include <ddbgit/diff.h>

struct dg_diff_view {
	const struct dg_diff_visitor *visitor; /* borrowed */
	size_t text_max;                       /* as dg_diff_options has it */
	struct dg_buf key;
	struct dg_buf path;
	struct dg_buf path_json;
	struct dg_buf removed;
	struct dg_buf added;
	struct dg_buf before_text;
	struct dg_buf after_text;
};

void dg_diff_view_init(struct dg_diff_view *view,
		       const struct dg_diff_visitor *visitor, size_t text_max);
void dg_diff_view_free(struct dg_diff_view *view);

/* Shows an item: lines without bytes are absent, and not both are. */
int dg_diff_view_item(struct dg_diff_view *view,
		      const struct dg_key_schema *keys, struct dg_slice before,
		      struct dg_slice after, struct dg_error *err);

/* Shows an item of which nothing earlier is known: DG_PRESENT. */
int dg_diff_view_present(struct dg_diff_view *view,
			 const struct dg_key_schema *keys, struct dg_slice line,
			 struct dg_error *err);

int dg_diff_view_setting(struct dg_diff_view *view,
			 const struct dg_table_change *change,
			 struct dg_error *err);

#endif
