#include "base/text.h"
#include "item/table_def.h"
#include "snapshot/conflict.h"
#include "snapshot/path_list.h"
#include "snapshot/snapshot_state.h"
#include <stdlib.h>

const char *const dg_snapshot_entries[] = {DG_DATA_FILE,     DG_SCHEMA_FILE,
					   DG_METADATA_FILE, DG_SUMMARY_FILE,
					   DG_PARTS_FOLDER,  NULL};

#define TEXT_FILE_MAX ((size_t)16 * 1024 * 1024)
#define PART_FILE_MAX ((size_t)64 * 1024 * 1024)

/* 1 with the file's text, 0 if there is no such file. */
static int read_text(struct dg_snapshot *snapshot, const char *path,
		     struct dg_buf *text, struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = dg_fileset_read(snapshot->files, path, text, &cause);

	if (rc == DG_ENOTFOUND)
		return 0;
	return rc < 0 ? dg_error_pass(err, &cause) : 1;
}

static void explain(const struct dg_snapshot *snapshot, const char *path,
		    const struct dg_buf *text, struct dg_error *err)
{
	dg_conflict_explain(dg_buf_slice(text), err);
	dg_error_prefix(err, "%s/%s", snapshot->files->name, path);
}

static struct dg_slice without_bom(struct dg_slice text)
{
	if (dg_slice_starts_with(text, DG_SLICE("\xef\xbb\xbf")))
		return dg_slice_of(text.ptr + 3, text.len - 3);
	return text;
}

/* The digest is of the text as it stands: a later version may normalise
 * more, and that is no edit. */
static int parse_definition(struct dg_snapshot *snapshot, struct dg_slice text,
			    struct dg_error *err)
{
	struct dg_json *raw = NULL;
	int rc = dg_table_def_parse(&snapshot->definition, text, err);

	if (rc == 0)
		rc = dg_table_def_keys(snapshot->definition, &snapshot->keys,
				       err);
	if (rc == 0)
		rc = dg_json_parse(&raw, text, err);
	if (rc == 0)
		rc = dg_table_def_digest(raw, snapshot->schema_sha256, err);
	dg_json_free(raw);
	return rc;
}

int dg_snapshot_read_definition(struct dg_snapshot *snapshot,
				struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(TEXT_FILE_MAX);
	int rc = read_text(snapshot, DG_SCHEMA_FILE, &text, err);

	if (rc > 0) {
		rc = parse_definition(snapshot,
				      without_bom(dg_buf_slice(&text)), err);
		if (rc < 0)
			explain(snapshot, DG_SCHEMA_FILE, &text, err);
	}
	dg_buf_free(&text);
	return rc;
}

int dg_snapshot_read_metadata(struct dg_snapshot *snapshot,
			      struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(TEXT_FILE_MAX);
	int rc = read_text(snapshot, DG_METADATA_FILE, &text, err);

	if (rc > 0) {
		rc = dg_metadata_parse(&snapshot->metadata,
				       without_bom(dg_buf_slice(&text)), err);
		snapshot->has_metadata = rc == 0;
		if (rc < 0)
			explain(snapshot, DG_METADATA_FILE, &text, err);
	}
	dg_buf_free(&text);
	return rc;
}

int dg_snapshot_new(struct dg_snapshot **out, struct dg_fileset *files,
		    const struct dg_snapshot_options *options,
		    struct dg_error *err)
{
	struct dg_snapshot *snapshot = calloc(1, sizeof(*snapshot));

	if (!snapshot)
		return dg_error_nomem(err);
	snapshot->files = files;
	snapshot->options = *options;
	snapshot->at_start = true;
	*out = snapshot;
	return 0;
}

int dg_snapshot_open(struct dg_snapshot **out, struct dg_fileset *files,
		     const struct dg_snapshot_options *options,
		     struct dg_error *err)
{
	struct dg_snapshot *snapshot = NULL;
	int rc = dg_snapshot_new(&snapshot, files, options, err);

	if (rc < 0)
		return rc;
	/* Metadata first: a later format may have anything in the others. */
	rc = dg_snapshot_read_metadata(snapshot, err);
	if (rc == 0)
		rc = dg_layout_open(&snapshot->layout, &snapshot->reader, files,
				    err);
	if (rc == 0)
		rc = dg_snapshot_read_definition(snapshot, err);
	if (rc < 0) {
		dg_snapshot_close(snapshot);
		return rc;
	}
	*out = snapshot;
	return 0;
}

bool dg_snapshot_is_chunked(const struct dg_snapshot *snapshot)
{
	return snapshot->layout == &dg_layout_chunked;
}

int dg_snapshot_layout(const char **out, struct dg_fileset *files,
		       struct dg_error *err)
{
	const struct dg_layout *layout = NULL;
	int rc = dg_layout_of(&layout, files, err);

	if (rc == 0)
		*out = layout->name;
	return rc;
}

/* Part files are small, and mostly in place already: sinks keep those. */
static int copy_part(struct dg_fileset *files, const char *path,
		     struct dg_sink *sink, struct dg_buf *bytes,
		     struct dg_error *err)
{
	int rc;

	dg_buf_clear(bytes);
	rc = dg_fileset_read(files, path, bytes, err);
	return rc < 0 ? rc
		      : dg_sink_write(sink, path, dg_buf_slice(bytes), err);
}

int dg_snapshot_copy_items(struct dg_fileset *files, struct dg_sink *sink,
			   struct dg_error *err)
{
	struct dg_buf bytes = DG_BUF_INIT(PART_FILE_MAX);
	struct dg_path_list parts = {0};
	int rc = dg_path_list_collect(&parts, files, DG_PARTS_FOLDER,
				      dg_layout_owns_path, err);

	for (size_t i = 0; rc == 0 && i < parts.count; i++)
		rc = copy_part(files, parts.paths[i], sink, &bytes, err);
	if (rc == 0)
		rc = dg_fileset_copy(files, DG_DATA_FILE, sink, err);
	dg_path_list_free(&parts);
	dg_buf_free(&bytes);
	return rc;
}

void dg_snapshot_close(struct dg_snapshot *snapshot)
{
	if (!snapshot)
		return;
	dg_source_close(snapshot->sorted);
	dg_sort_free(snapshot->sort);
	dg_layout_reader_close(snapshot->reader);
	dg_metadata_free(&snapshot->metadata);
	dg_json_free(snapshot->definition);
	free(snapshot);
}

const struct dg_metadata *dg_snapshot_metadata(
	const struct dg_snapshot *snapshot)
{
	return snapshot->has_metadata ? &snapshot->metadata : NULL;
}

const struct dg_json *dg_snapshot_definition(const struct dg_snapshot *snapshot)
{
	return snapshot->definition;
}

void dg_snapshot_use_keys(struct dg_snapshot *snapshot,
			  const struct dg_key_schema *keys)
{
	if (!snapshot->definition)
		snapshot->keys = *keys;
}

const struct dg_key_schema *dg_snapshot_keys(const struct dg_snapshot *snapshot)
{
	return snapshot->keys.count > 0 ? &snapshot->keys : NULL;
}

int dg_snapshot_begin(struct dg_snapshot *snapshot, struct dg_error *err)
{
	struct dg_item_source *source = &snapshot->reader->source;

	if (snapshot->keys.count == 0) {
		dg_error_set(err, DG_EINVALID,
			     "%s: the key schema is not known: there is no "
			     "%s",
			     snapshot->files->name, DG_SCHEMA_FILE);
		return dg_error_hint(err, "Create the table first, or put "
					  "its schema beside the data");
	}
	source->keys = snapshot->keys;
	if (snapshot->at_start) {
		snapshot->at_start = false;
		return 0;
	}
	return source->rewind(source, err);
}
