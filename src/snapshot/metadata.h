/*
 * table-metadata.json: where a snapshot comes from, when, how many items and
 * which digests. The scripts' members (tableName, environment, dumpDate,
 * itemCount, awsRegion, endpointUrl) come first, ours are added.
 */
#ifndef DG_SNAPSHOT_METADATA_H
#define DG_SNAPSHOT_METADATA_H

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include <stdint.h>

struct dg_metadata {
	/* Owned strings; NULL: absent. */
	char *table_name;
	char *environment;
	char *dump_date; /* ISO 8601, UTC, "Z" */
	char *region;
	char *endpoint_url;
	uint64_t item_count;
	bool has_item_count;

	uint64_t format_version; /* 0: not written by ddbgit */
	char *tool_version;
	char *layout; /* "single" */
	uint64_t data_bytes;
	char data_sha256[DG_SHA256_HEX_SIZE];   /* "": absent */
	char schema_sha256[DG_SHA256_HEX_SIZE]; /* "": absent */
	char *scan_started;
	char *scan_finished;
	bool consistent_read;
	char *table_arn;
	char *table_id;
	char *table_created;
	struct dg_json *settings_not_read; /* array of names, or NULL */
};

/* DG_EINVALID names the member or the offset; a formatVersion above 1 is
 * DG_EUNSUPPORTED. Foreign metadata (the scripts') has fewer members. */
int dg_metadata_parse(struct dg_metadata *out, struct dg_slice text,
		      struct dg_error *err);
/* Appends the text of table-metadata.json; formatVersion 0: the scripts'
 * members alone. */
int dg_metadata_print(const struct dg_metadata *metadata, struct dg_buf *out,
		      struct dg_error *err);
/* NULL is allowed. */
void dg_metadata_free(struct dg_metadata *metadata);

/* Appends the endpoint without user, password, query and fragment: secrets
 * are never written. What print and summary use. */
int dg_metadata_endpoint(const struct dg_metadata *metadata, struct dg_buf *out,
			 struct dg_error *err);

/* dump-summary.txt, for people. definition may be NULL. */
int dg_summary_print(const struct dg_metadata *metadata,
		     const struct dg_json *definition, struct dg_buf *out,
		     struct dg_error *err);

#endif
