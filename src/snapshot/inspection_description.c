/* The files that describe a snapshot: metadata, summary, schema. */
#include "item/table_def.h"
#include "snapshot/file_comparison.h"
#include "snapshot/inspection_state.h"
#include <stdlib.h>

#define TEXT_MAX ((size_t)16 * 1024 * 1024)
#define WRITTEN_BY "\nWritten by:    ddbgit "

/* ---- metadata and summary ------------------------------------------ */

/* 1 with the text, or without if it cannot be read, which is reported; 0: there
 * is no such file. */
static int read_file(struct dg_inspector *inspector, const char *path,
		     struct dg_buf *text, struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = dg_fileset_read(inspector->files, path, text, &cause);

	if (rc == 0)
		return 1;
	if (rc == DG_ENOTFOUND)
		return 0;
	dg_buf_clear(text);
	rc = dg_inspector_settle(inspector, path, rc, &cause, err);
	return rc < 0 ? rc : 1;
}

/* A snapshot whose metadata is gone may still say whose it is. */
int dg_inspector_read_summary(struct dg_inspector *inspector,
			      struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(TEXT_MAX);
	int rc = read_file(inspector, DG_SUMMARY_FILE, &text, err);

	inspector->summary_missing = rc == 0;
	if (rc > 0 && strstr(dg_buf_str(&text), WRITTEN_BY))
		inspector->own = true;
	dg_buf_free(&text);
	return rc < 0 ? rc : 0;
}

static int say_metadata(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_snapshot *snapshot = inspector->snapshot;

	if (inspector->metadata_broken)
		return 0;
	if (!snapshot->has_metadata && inspector->own)
		return dg_inspector_problem(inspector, err, DG_METADATA_FILE,
					    "is missing");
	if (!snapshot->has_metadata)
		return dg_inspector_note(
			inspector, err, DG_METADATA_FILE,
			"is missing: no count or digest to hold the items to");
	if (snapshot->metadata.format_version == 0 && inspector->own)
		return dg_inspector_problem(inspector, err, DG_METADATA_FILE,
					    "has no \"formatVersion\"");
	if (snapshot->metadata.format_version == 0)
		return dg_inspector_note(
			inspector, err, DG_METADATA_FILE,
			"is of other scripts and has no digest to hold the "
			"items to");
	return 0;
}

static int say_schema(struct dg_inspector *inspector, struct dg_error *err)
{
	if (!inspector->schema_missing)
		return 0;
	if (inspector->own)
		return dg_inspector_problem(inspector, err, DG_SCHEMA_FILE,
					    "is missing");
	return dg_inspector_note(inspector, err, DG_SCHEMA_FILE,
				 "is missing: without keys, order and "
				 "duplicates cannot be checked");
}

int dg_inspector_say_origin(struct dg_inspector *inspector,
			    struct dg_error *err)
{
	int rc = say_schema(inspector, err);

	if (rc == 0)
		rc = say_metadata(inspector, err);
	if (rc == 0 && inspector->own && inspector->summary_missing)
		rc = dg_inspector_problem(inspector, err, DG_SUMMARY_FILE,
					  "is missing");
	return rc;
}

int dg_inspector_read_metadata(struct dg_inspector *inspector,
			       struct dg_error *err)
{
	struct dg_snapshot *snapshot = inspector->snapshot;
	struct dg_error cause = {0};
	int rc = dg_snapshot_read_metadata(snapshot, &cause);

	inspector->metadata_broken = rc < 0;
	rc = dg_inspector_settle(inspector, DG_METADATA_FILE, rc, &cause, err);
	if (snapshot->metadata.format_version > 0)
		inspector->own = true;
	return rc;
}

static int require(struct dg_inspector *inspector, bool is_there,
		   const char *member, struct dg_error *err)
{
	if (is_there)
		return 0;
	return dg_inspector_problem(inspector, err, DG_METADATA_FILE,
				    "has no \"%s\"", member);
}

/* The members by which the rest is checked. */
int dg_inspector_check_members(struct dg_inspector *inspector,
			       struct dg_error *err)
{
	const struct dg_metadata *m = &inspector->snapshot->metadata;
	int rc = require(inspector, m->has_item_count, "itemCount", err);

	if (rc == 0)
		rc = require(inspector, m->data_sha256[0], "dataSha256", err);
	if (rc == 0)
		rc = require(inspector, m->schema_sha256[0], "schemaSha256",
			     err);
	if (rc == 0)
		rc = require(inspector, m->layout != NULL, "layout", err);
	return rc;
}

/* What another version of ddbgit wrote may be spelled in another way. */
static int check_spelling(struct dg_inspector *inspector, const char *path,
			  struct dg_slice expected, struct dg_error *err)
{
	const char *version = inspector->snapshot->metadata.tool_version;
	struct dg_error cause = {0};
	bool equal = true;
	int rc = dg_file_compare(inspector->files, path, expected, &equal,
				 &cause);

	/* It is missing, and was reported. */
	if (rc == DG_ENOTFOUND)
		return 0;
	rc = dg_inspector_settle(inspector, path, rc, &cause, err);
	if (rc < 0 || equal)
		return rc;
	if (!version || strcmp(version, DG_VERSION) == 0)
		return dg_inspector_problem(
			inspector, err, path,
			"is not as ddbgit wrote it: edited, or damaged");
	return dg_inspector_note(inspector, err, path,
				 "is not as this version of ddbgit would write "
				 "it; it was written by %s",
				 version);
}

int dg_inspector_check_description(struct dg_inspector *inspector,
				   struct dg_error *err)
{
	const struct dg_snapshot *snapshot = inspector->snapshot;
	struct dg_buf text = DG_BUF_INIT(TEXT_MAX);
	int rc = dg_metadata_print(&snapshot->metadata, &text, err);

	if (rc == 0)
		rc = check_spelling(inspector, DG_METADATA_FILE,
				    dg_buf_slice(&text), err);
	dg_buf_clear(&text);
	if (rc == 0 && snapshot->definition && !inspector->schema_wrong) {
		rc = dg_table_def_print(snapshot->definition, &text, err);
		if (rc == 0)
			rc = check_spelling(inspector, DG_SCHEMA_FILE,
					    dg_buf_slice(&text), err);
	}
	dg_buf_clear(&text);
	/* The summary tells of the definition too. */
	if (rc == 0 && snapshot->definition) {
		rc = dg_summary_print(&snapshot->metadata, snapshot->definition,
				      &text, err);
		if (rc == 0)
			rc = check_spelling(inspector, DG_SUMMARY_FILE,
					    dg_buf_slice(&text), err);
	}
	dg_buf_free(&text);
	return rc;
}

/* ---- schema -------------------------------------------------------- */

static int compare_schema(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_snapshot *snapshot = inspector->snapshot;
	const struct dg_metadata *m = &snapshot->metadata;
	const char *table = dg_json_get_string(
		dg_json_get(snapshot->definition, "Table"), "TableName");
	int rc = 0;

	inspector->schema_wrong =
		m->schema_sha256[0] &&
		strcmp(m->schema_sha256, snapshot->schema_sha256) != 0;
	if (inspector->schema_wrong)
		rc = dg_inspector_problem(inspector, err, DG_SCHEMA_FILE,
					  "is not what schemaSha256 of the "
					  "metadata states: edited, or of "
					  "another table");
	if (rc == 0 && table && m->table_name &&
	    strcmp(table, m->table_name) != 0)
		rc = dg_inspector_problem(inspector, err, DG_SCHEMA_FILE,
					  "is of table '%s', the metadata of "
					  "'%s'",
					  table, m->table_name);
	return rc;
}

int dg_inspector_inspect_schema(struct dg_inspector *inspector,
				struct dg_error *err)
{
	struct dg_snapshot *snapshot = inspector->snapshot;
	struct dg_error cause = {0};
	int rc = dg_snapshot_read_definition(snapshot, &cause);

	if (rc < 0) {
		/* Half a definition is none. */
		dg_json_free(snapshot->definition);
		snapshot->definition = NULL;
		snapshot->keys.count = 0;
		return dg_inspector_settle(inspector, DG_SCHEMA_FILE, rc,
					   &cause, err);
	}
	inspector->schema_missing = !snapshot->definition;
	return snapshot->definition ? compare_schema(inspector, err) : 0;
}
