/*
 * The order of an inspection: first what says whether ddbgit wrote the
 * snapshot, which has to be as it was written, or somebody else, which has to
 * be readable.
 */
#include "snapshot/inspection_state.h"

#include "base/text.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static int report(struct dg_inspector *inspector, bool problem,
		  const char *file, const char *format, va_list args,
		  struct dg_error *err) __attribute__((format(printf, 4, 0)));

static int report(struct dg_inspector *inspector, bool problem,
		  const char *file, const char *format, va_list args,
		  struct dg_error *err)
{
	char what[DG_ERROR_MESSAGE_MAX];
	const struct dg_finding finding = {problem, file, what};

	vsnprintf(what, sizeof(what), format, args);
	inspector->out->problems += problem;
	return inspector->options->report(inspector->options->context, &finding,
					  err);
}

int dg_inspector_problem(struct dg_inspector *inspector, struct dg_error *err,
			 const char *file, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = report(inspector, true, file, format, args, err);
	va_end(args);
	return rc;
}

int dg_inspector_note(struct dg_inspector *inspector, struct dg_error *err,
		      const char *file, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = report(inspector, false, file, format, args, err);
	va_end(args);
	return rc;
}

/* The rest of a message that begins with the file set's name and a path,
 * which is copied into file; NULL if it does not. */
static const char *split_message(const struct dg_inspector *inspector,
				 const char *message, char *file, size_t size)
{
	const size_t len = strlen(inspector->files->name);
	const char *path = message + len + 1;
	size_t end;

	if (strncmp(message, inspector->files->name, len) != 0 ||
	    message[len] != '/')
		return NULL;
	end = strcspn(path, ": ");
	if (!path[end] || end >= size)
		return NULL;
	memcpy(file, path, end);
	file[end] = '\0';
	return path + end + (path[end] == ':' ? 2 : 1);
}

int dg_inspector_settle(struct dg_inspector *inspector, const char *file,
			int rc, const struct dg_error *cause,
			struct dg_error *err)
{
	char own[256];
	const char *what;

	if (rc >= 0)
		return 0;
	if (rc == DG_ENOMEM || rc == DG_ECANCELLED)
		return dg_error_pass(err, cause);
	what = split_message(inspector, cause->message, own, sizeof(own));
	return dg_inspector_problem(inspector, err, what ? own : file, "%s",
				    what ? what : cause->message);
}

/* ---- items --------------------------------------------------------- */

bool dg_inspector_is_count(const struct dg_inspector *inspector,
			   uint64_t stated)
{
	const uint64_t items = inspector->out->items;

	return stated == items ||
	       stated == items + inspector->snapshot->facts.duplicates;
}

int dg_inspector_compare(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_metadata *m = &inspector->snapshot->metadata;
	const struct dg_inspection *out = inspector->out;
	int rc = 0;

	if (!out->has_items)
		return 0;
	if (m->has_item_count &&
	    !dg_inspector_is_count(inspector, m->item_count))
		rc = dg_inspector_problem(
			inspector, err, DG_DATA_FILE,
			"holds %" PRIu64 " items, the metadata states %" PRIu64,
			out->items, m->item_count);
	if (rc == 0 && m->format_version > 0 && m->data_bytes != out->bytes)
		rc = dg_inspector_problem(inspector, err, DG_DATA_FILE,
					  "holds %" PRIu64
					  " bytes of items, the metadata "
					  "states %" PRIu64,
					  out->bytes, m->data_bytes);
	if (rc == 0 && m->data_sha256[0] && out->sha256[0] &&
	    strcmp(m->data_sha256, out->sha256) != 0)
		rc = dg_inspector_problem(inspector, err, DG_DATA_FILE,
					  "its items are not those of "
					  "dataSha256 in the metadata: edited, "
					  "or of another dump");
	return rc;
}

/* 1 with the digest of all that a verdict on the items depends on; 0: the file
 * set does not name its objects. */
static int fingerprint(const struct dg_inspector *inspector,
		       unsigned char digest[DG_SHA256_SIZE],
		       struct dg_error *err)
{
	static const char *const paths[] = {DG_DATA_FILE, DG_PARTS_FOLDER,
					    DG_SCHEMA_FILE};
	struct dg_fileset *files = inspector->files;
	const struct dg_metadata *m = &inspector->snapshot->metadata;
	struct dg_buf text = DG_BUF_INIT(4096);
	int rc = dg_buf_addf(&text, err, "%d %d %" PRIu64 " %" PRIu64 " %s %s",
			     inspector->own, m->has_item_count, m->item_count,
			     m->data_bytes, m->data_sha256,
			     m->layout ? m->layout : "");

	for (int i = 0; rc == 0 && i < 3; i++) {
		struct dg_identity identity = {0};

		/* What is not there is known by that. */
		if (files->identity(files, paths[i], &identity, NULL) < 0)
			identity.len = 0;
		rc = dg_buf_addf(&text, err, " %zu ", identity.len);
		if (rc == 0)
			rc = dg_buf_add(&text, identity.bytes, identity.len,
					err);
	}
	if (rc == 0)
		rc = dg_sha256(dg_buf_slice(&text), digest, err);
	dg_buf_free(&text);
	return rc;
}

/* What cannot be read has no layout that could be told. */
static int compare_layout(struct dg_inspector *inspector, struct dg_error *err)
{
	const char *stated = inspector->snapshot->metadata.layout;
	const char *layout = inspector->out->layout;

	if (!layout || !stated || strcmp(layout, stated) == 0)
		return 0;
	return dg_inspector_problem(inspector, err, DG_METADATA_FILE,
				    "the layout is said to be \"%s\" and is "
				    "%s",
				    stated, layout);
}

static int read_items(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_layout *layout = NULL;
	struct dg_error cause = {0};
	int rc = dg_layout_of(&layout, inspector->files, &cause);

	if (rc == DG_ENOTFOUND)
		return dg_inspector_problem(inspector, err, DG_DATA_FILE,
					    "is missing");
	if (rc < 0)
		return dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause,
					   err);
	if (layout == &dg_layout_chunked) {
		inspector->own = true;
		rc = dg_inspector_chunks(inspector, err);
	} else {
		rc = dg_inspector_single(inspector, err);
	}
	return rc < 0 ? rc : compare_layout(inspector, err);
}

static int inspect_items(struct dg_inspector *inspector, struct dg_error *err)
{
	struct dg_digest_set *known =
		inspector->files->identity ? inspector->options->known : NULL;
	const uint64_t problems = inspector->out->problems;
	unsigned char digest[DG_SHA256_SIZE];
	int rc = known ? fingerprint(inspector, digest, err) : 0;

	if (rc < 0)
		return rc;
	if (known && dg_digest_set_has(known, digest)) {
		inspector->out->data_known = true;
		return 0;
	}
	rc = read_items(inspector, err);
	if (rc == 0 && known && inspector->out->problems == problems)
		rc = dg_digest_set_add(known, digest, err);
	return rc < 0 ? rc : 0;
}

static int inspect(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_snapshot *snapshot = inspector->snapshot;
	int rc = dg_inspector_read_summary(inspector, err);

	if (rc == 0)
		rc = dg_inspector_read_metadata(inspector, err);
	if (rc == 0)
		rc = dg_inspector_inspect_schema(inspector, err);
	if (rc == 0)
		rc = inspect_items(inspector, err);
	/* After the layout, which only ddbgit writes in chunks. */
	if (rc == 0)
		rc = dg_inspector_say_origin(inspector, err);
	if (rc == 0 && snapshot->metadata.format_version > 0)
		rc = dg_inspector_check_members(inspector, err);
	if (rc == 0 && snapshot->metadata.format_version > 0)
		rc = dg_inspector_check_description(inspector, err);
	return rc;
}

int dg_snapshot_inspect(struct dg_fileset *files,
			const struct dg_inspection_options *options,
			struct dg_inspection *out, struct dg_error *err)
{
	struct dg_inspector inspector = {
		.options = options,
		.out = out,
		.files = files,
	};
	int rc;

	memset(out, 0, sizeof(*out));
	rc = dg_snapshot_new(&inspector.snapshot, files, &options->reading,
			     err);
	if (rc < 0)
		return rc;
	rc = inspect(&inspector, err);
	out->metadata = inspector.snapshot->metadata;
	out->has_metadata = inspector.snapshot->has_metadata;
	memset(&inspector.snapshot->metadata, 0,
	       sizeof(inspector.snapshot->metadata));
	dg_snapshot_close(inspector.snapshot);
	return rc;
}

void dg_inspection_free(struct dg_inspection *inspection)
{
	dg_metadata_free(&inspection->metadata);
}
