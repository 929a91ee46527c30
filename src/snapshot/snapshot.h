/*
 * Reading a snapshot: the four files of a file set, of this format or older
 * and foreign (docs/snapshot-format.md). A snapshot that is going to be
 * restored is checked to its end first (dg_snapshot_check) and then read
 * again; what is out of key order goes through sorted runs during the check.
 * The layout is an interface (layout.h) behind this.
 */
#ifndef DG_SNAPSHOT_SNAPSHOT_H
#define DG_SNAPSHOT_SNAPSHOT_H

#include "base/fileset.h"
#include "item/source.h"
#include "snapshot/metadata.h"
#include <ddbgit/cancel.h>
#include <ddbgit/log.h>
#include <ddbgit/progress.h>

#define DG_DATA_FILE "table-data.json"
#define DG_SCHEMA_FILE "table-schema.json"
#define DG_METADATA_FILE "table-metadata.json"
#define DG_SUMMARY_FILE "dump-summary.txt"

/* Where a layout keeps part files. */
#define DG_PARTS_FOLDER "table-data"

#define DG_LAYOUT_SINGLE "single"
#define DG_LAYOUT_CHUNKED "chunked"

/* The entries of its folder that a snapshot owns, in any layout; ends with
 * NULL. What else stands there is somebody's. */
extern const char *const dg_snapshot_entries[];

struct dg_snapshot_options {
	uint64_t memory;      /* bytes */
	const char *temp_dir; /* as dg_temp_file_open takes it */
	const struct dg_cancel *cancel;
	const struct dg_log *log;
	const struct dg_progress *progress;
};

struct dg_snapshot;

/* Reads schema and metadata where they are there; the set is borrowed and
 * must outlive the snapshot. DG_ENOTFOUND: no table-data.json. */
int dg_snapshot_open(struct dg_snapshot **out, struct dg_fileset *files,
		     const struct dg_snapshot_options *options,
		     struct dg_error *err);
void dg_snapshot_close(struct dg_snapshot *snapshot);

/* Borrowed; NULL if the file is absent. */
const struct dg_metadata *dg_snapshot_metadata(
	const struct dg_snapshot *snapshot);
const struct dg_json *dg_snapshot_definition(
	const struct dg_snapshot *snapshot);

/* The key schema: the snapshot's own, else what was given here (before a
 * check or a source). */
void dg_snapshot_use_keys(struct dg_snapshot *snapshot,
			  const struct dg_key_schema *keys);
/* NULL: not known. */
const struct dg_key_schema *dg_snapshot_keys(
	const struct dg_snapshot *snapshot);

struct dg_snapshot_facts {
	uint64_t items; /* distinct keys */
	uint64_t bytes; /* of canonical lines with their newlines */
	char sha256[DG_SHA256_HEX_SIZE];
	uint64_t duplicates; /* of the same key, the last one counted */
	bool sorted;         /* as it stood in the file */
	uint64_t spilled_bytes;
	/* Differs from what its metadata, or its own Count, states (edited,
	 * merged). The scripts' metadata has no digest: its count is held
	 * against the items. */
	bool edited;
	bool schema_edited; /* the same of table-schema.json */
	/* The count that was stated, for showing both. */
	bool has_stated_items;
	uint64_t stated_items;
};

/* Reads everything. DG_EINVALID names file, line, offset and key. */
int dg_snapshot_check(struct dg_snapshot *snapshot,
		      struct dg_snapshot_facts *out, struct dg_error *err);

/*
 * For who wants single items: what is known before any is read, where each is
 * checked when it is (the index of chunks states the digest of each chunk):
 * counts by the index, edited where they are not the metadata's, no digest.
 * False where only reading everything tells; *out is not touched then.
 */
bool dg_snapshot_glance(const struct dg_snapshot *snapshot,
			struct dg_snapshot_facts *out);

/*
 * Whether it is known by now that the items are not those that the metadata
 * was written for (edited, or merged by Git file by file). An index of chunks
 * states items and bytes before anything is read; a source that came to its
 * end compared the digest, and so did a check.
 */
bool dg_snapshot_edited(const struct dg_snapshot *snapshot);

/*
 * The items. After a check: of any order in the file, and the end of the
 * source compares the digest with the check's again (DG_EMODIFIED). Without
 * one: only for a file in key order, else DG_EINVALID, and the end tells
 * dg_snapshot_edited. One source at a time;
 * it borrows the snapshot.
 *
 * Of the chunked layout the source offers seek, split, identity and skip.
 * What was sought, split or skipped has no digest of all; each chunk was held
 * to the index, and the order of keys is checked throughout. Parts of a split
 * may be read by a thread each if the file set is a directory.
 */
int dg_snapshot_source(struct dg_snapshot *snapshot,
		       struct dg_item_source **out, struct dg_error *err);

/* By the beginning of table-data.json, whatever the metadata states. */
bool dg_snapshot_is_chunked(const struct dg_snapshot *snapshot);

/* "single" or "chunked", by the beginning of table-data.json; static.
 * DG_ENOTFOUND: there is none. */
int dg_snapshot_layout(const char **out, struct dg_fileset *files,
		       struct dg_error *err);

/* Copies table-data.json and what belongs to it, as it stands. */
int dg_snapshot_copy_items(struct dg_fileset *files, struct dg_sink *sink,
			   struct dg_error *err);

/*
 * Writing, in two steps, so that a caller can look at the data before it
 * says what the snapshot is: the items first, in one pass, then schema,
 * summary and metadata.
 */
struct dg_snapshot_write {
	struct dg_sink *sink;
	struct dg_item_source *items; /* for the first step only */
	const char *layout; /* "single" (NULL) or "chunked"; likewise */
	const struct dg_json *definition;
	/* In: everything but counts, digests, layout and versions; the first
	 * step fills item_count, data_bytes, data_sha256, layout, the second
	 * schema_sha256 and the versions. */
	struct dg_metadata *metadata;
	const struct dg_cancel *cancel;
	const struct dg_progress *progress;
};

/* table-data.json (and what belongs to it in other layouts). */
int dg_snapshot_write_items(const struct dg_snapshot_write *write,
			    struct dg_error *err);

/* table-schema.json, dump-summary.txt, table-metadata.json, in this order. */
int dg_snapshot_write_description(const struct dg_snapshot_write *write,
				  struct dg_error *err);

#endif
