/* The items of a snapshot in one document, ddbgit's or anybody's. */
#include "item/table_digest.h"
#include "snapshot/document_writer.h"
#include "snapshot/file_comparison.h"
#include "snapshot/inspection_state.h"
#include <inttypes.h>

/* Without keys: in the order of the file, which is that of the digest if it
 * is that of keys. */
static int read_unkeyed(struct dg_inspector *inspector,
			struct dg_table_digest *digest, struct dg_error *err)
{
	struct dg_item_source *source = &inspector->snapshot->reader->source;
	const struct dg_cancel *cancel = inspector->options->reading.cancel;
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(source, &item, err)) > 0) {
		rc = dg_table_digest_add(digest, item.line, err);
		if (rc == 0 && (digest->items & 0xfff) == 0)
			rc = dg_cancel_check(cancel, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

static int inspect_unkeyed(struct dg_inspector *inspector, struct dg_error *err)
{
	struct dg_inspection *out = inspector->out;
	struct dg_error cause = {0};
	struct dg_table_digest digest;
	int rc = dg_table_digest_open(&digest, err);

	if (rc < 0)
		return rc;
	rc = read_unkeyed(inspector, &digest, &cause);
	out->has_items = rc == 0;
	out->items = digest.items;
	out->bytes = digest.bytes;
	rc = dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause, err);
	/* What ddbgit wrote was in the order of keys. */
	if (rc == 0 && inspector->own && out->has_items)
		rc = dg_table_digest_finish(&digest, out->sha256, err);
	dg_table_digest_close(&digest);
	return rc;
}

static int say_order(struct dg_inspector *inspector,
		     const struct dg_snapshot_facts *facts,
		     struct dg_error *err)
{
	int rc = 0;

	if (inspector->own && !facts->sorted)
		rc = dg_inspector_problem(inspector, err, DG_DATA_FILE,
					  "its items are not in the order of "
					  "keys");
	if (rc < 0 || facts->duplicates == 0)
		return rc;
	if (inspector->own)
		return dg_inspector_problem(inspector, err, DG_DATA_FILE,
					    "holds %" PRIu64
					    " items whose key comes again",
					    facts->duplicates);
	return dg_inspector_note(inspector, err, DG_DATA_FILE,
				 "holds %" PRIu64
				 " items whose key comes again: the last of "
				 "each counts",
				 facts->duplicates);
}

static int inspect_keyed(struct dg_inspector *inspector, struct dg_error *err)
{
	struct dg_inspection *out = inspector->out;
	struct dg_error cause = {0};
	struct dg_snapshot_facts facts;
	int rc = dg_snapshot_check(inspector->snapshot, &facts, &cause);

	if (rc < 0)
		return dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause,
					   err);
	out->has_items = true;
	out->items = facts.items;
	out->bytes = facts.bytes;
	memcpy(out->sha256, facts.sha256, sizeof(out->sha256));
	return say_order(inspector, &facts, err);
}

/* The document's own Count. */
static int compare_count(struct dg_inspector *inspector, struct dg_error *err)
{
	const struct dg_layout_reader *reader = inspector->snapshot->reader;
	const uint64_t items =
		inspector->out->items + inspector->snapshot->facts.duplicates;
	uint64_t stated;

	if (!inspector->out->has_items ||
	    !reader->stated_items(reader, &stated) ||
	    dg_inspector_is_count(inspector, stated))
		return 0;
	return dg_inspector_problem(inspector, err, DG_DATA_FILE,
				    "holds %" PRIu64
				    " items, its \"Count\" is %" PRIu64,
				    items, stated);
}

static int write_again(struct dg_inspector *inspector, bool *equal,
		       struct dg_error *err)
{
	struct dg_document_writer writer = {0};
	struct dg_item_source *items = NULL;
	struct dg_sink_file *file = NULL;
	struct dg_item item;
	int rc = dg_file_comparison_open(&file, inspector->files, DG_DATA_FILE,
					 equal, err);

	if (rc == 0)
		rc = dg_document_writer_open(&writer, file, err);
	if (rc == 0)
		rc = dg_snapshot_source(inspector->snapshot, &items, err);
	while (rc == 0 && *equal &&
	       (rc = dg_source_next(items, &item, err)) > 0)
		rc = dg_document_writer_add(&writer, item.line, err);
	if (rc == 0 && *equal)
		rc = dg_document_writer_finish(&writer, err);
	dg_document_writer_close(&writer);
	dg_source_close(items);
	return rc;
}

/* The items are right; is anything else in the file that does not belong? */
static int inspect_spelling(struct dg_inspector *inspector,
			    struct dg_error *err)
{
	struct dg_error cause = {0};
	bool equal = true;
	int rc = write_again(inspector, &equal, &cause);

	rc = dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause, err);
	if (rc < 0 || equal)
		return rc;
	return dg_inspector_problem(inspector, err, DG_DATA_FILE,
				    "holds the items of the dump, but not as "
				    "ddbgit wrote them: edited, or damaged "
				    "beside the items");
}

/* A document of items has no part files; but what cannot be read may have been
 * the index of chunks. */
static int inspect_parts(struct dg_inspector *inspector, struct dg_error *err)
{
	const bool known = inspector->out->has_items;
	struct dg_digest_set none;

	if (known)
		inspector->out->layout = dg_layout_single.name;
	dg_digest_set_init(&none, 0);
	return dg_inspector_parts(inspector, known ? &none : NULL, err);
}

int dg_inspector_single(struct dg_inspector *inspector, struct dg_error *err)
{
	struct dg_snapshot *snapshot = inspector->snapshot;
	const uint64_t problems = inspector->out->problems;
	struct dg_error cause = {0};
	int rc = dg_layout_open(&snapshot->layout, &snapshot->reader,
				inspector->files, &cause);

	if (rc < 0)
		return dg_inspector_settle(inspector, DG_DATA_FILE, rc, &cause,
					   err);
	rc = snapshot->keys.count > 0 ? inspect_keyed(inspector, err)
				      : inspect_unkeyed(inspector, err);
	if (rc == 0)
		rc = compare_count(inspector, err);
	if (rc == 0)
		rc = dg_inspector_compare(inspector, err);
	if (rc == 0 && inspector->own && snapshot->keys.count > 0 &&
	    inspector->out->problems == problems)
		rc = inspect_spelling(inspector, err);
	return rc < 0 ? rc : inspect_parts(inspector, err);
}
