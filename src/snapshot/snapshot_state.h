/* What an open snapshot is made of, for the files here that check and read
 * one. */
#ifndef DG_SNAPSHOT_SNAPSHOT_STATE_H
#define DG_SNAPSHOT_SNAPSHOT_STATE_H

#include "item/sort.h"
#include "snapshot/layout.h"
#include "snapshot/snapshot.h"

struct dg_snapshot {
	struct dg_fileset *files; /* borrowed */
	struct dg_snapshot_options options;
	const struct dg_layout *layout;
	struct dg_layout_reader *reader;
	bool at_start; /* the reader has not been read from */

	struct dg_metadata metadata;
	bool has_metadata;
	struct dg_json *definition; /* normalised; NULL: absent */
	/* SHA-256 of the schema file's sorted compact JSON as it stands. */
	char schema_sha256[DG_SHA256_HEX_SIZE];
	struct dg_key_schema keys;

	/* A source read all of it and found another digest than is stated. */
	bool read_edited;
	bool checked;
	struct dg_snapshot_facts facts; /* once checked */
	/* Items that did not stand in order, in sorted runs; else NULL. */
	struct dg_sort *sort;
	struct dg_item_source *sorted;
};

/* The steps of dg_snapshot_open: without a file read; then each file that is
 * there. dg_snapshot_close also after a failure of the latter. */
int dg_snapshot_new(struct dg_snapshot **out, struct dg_fileset *files,
		    const struct dg_snapshot_options *options,
		    struct dg_error *err);
int dg_snapshot_read_metadata(struct dg_snapshot *snapshot,
			      struct dg_error *err);
int dg_snapshot_read_definition(struct dg_snapshot *snapshot,
				struct dg_error *err);

/* Sets the reader to its first item, with the snapshot's keys. DG_EINVALID
 * if no key schema is known. */
int dg_snapshot_begin(struct dg_snapshot *snapshot, struct dg_error *err);

#endif
