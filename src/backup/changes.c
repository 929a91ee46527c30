#include "backup/changes.h"

#include "base/text.h"
#include "item/join.h"
#include "item/table_def.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One side of the comparison. */
struct side {
	struct dg_snapshot *snapshot;
	struct dg_item_source *items;
};

static void side_close(struct side *side)
{
	dg_source_close(side->items);
	dg_snapshot_close(side->snapshot);
}

/*
 * Opens the items for one pass. Ours are in key order; what is not is read
 * through to its end first, and sorted.
 */
static int side_open(struct side *side, struct dg_fileset *files,
		     const struct dg_key_schema *keys,
		     const struct dg_snapshot_options *options, bool check,
		     struct dg_error *err)
{
	struct dg_snapshot_facts facts;
	int rc = dg_snapshot_open(&side->snapshot, files, options, err);

	if (rc == 0 && keys && !dg_snapshot_keys(side->snapshot))
		dg_snapshot_use_keys(side->snapshot, keys);
	if (rc == 0 && check)
		rc = dg_snapshot_check(side->snapshot, &facts, err);
	if (rc == 0)
		rc = dg_snapshot_source(side->snapshot, &side->items, err);
	return rc;
}

static bool is_about_content(int rc)
{
	return rc == DG_EINVALID || rc == DG_ENOTFOUND ||
	       rc == DG_EUNSUPPORTED || rc == DG_EMODIFIED;
}

static bool definitions_differ(const struct side *before,
			       const struct side *after)
{
	const struct dg_json *a = dg_snapshot_definition(before->snapshot);
	const struct dg_json *b = dg_snapshot_definition(after->snapshot);

	if (!a || !b)
		return a != b;
	return !dg_table_def_equal(a, b);
}

static int count_once(struct dg_changes *out, struct dg_fileset *before_files,
		      struct dg_fileset *after_files, bool check,
		      const struct dg_snapshot_options *options,
		      struct dg_error *err)
{
	struct side before = {0};
	struct side after = {0};
	struct dg_change_count count = {0};
	/* Both may have to be sorted. */
	struct dg_snapshot_options half = *options;
	int rc;

	half.memory /= 2;
	rc = side_open(&after, after_files, NULL, &half, false, err);

	if (rc == 0)
		rc = side_open(&before, before_files,
			       dg_snapshot_keys(after.snapshot), &half, check,
			       err);
	if (rc == 0)
		rc = dg_join_count(before.items, after.items, &count, err);
	if (rc == 0) {
		out->kind = DG_CHANGES_COUNTED;
		out->added = count.added;
		out->changed = count.changed;
		out->removed = count.removed;
		out->schema_changed = definitions_differ(&before, &after);
	}
	side_close(&before);
	side_close(&after);
	return rc;
}

/* The first backup: everything is added. */
static int count_first(struct dg_changes *out, struct dg_fileset *files,
		       const struct dg_snapshot_options *options,
		       struct dg_error *err)
{
	struct dg_snapshot *snapshot = NULL;
	const struct dg_metadata *metadata;
	int rc = dg_snapshot_open(&snapshot, files, options, err);

	metadata = rc == 0 ? dg_snapshot_metadata(snapshot) : NULL;
	out->kind = DG_CHANGES_FIRST;
	if (metadata && metadata->has_item_count)
		out->added = metadata->item_count;
	dg_snapshot_close(snapshot);
	return rc;
}

/* A join does not say which side was malformed. */
static int check_readable(struct dg_fileset *files,
			  const struct dg_snapshot_options *options,
			  struct dg_error *err)
{
	struct side side = {0};
	int rc = side_open(&side, files, NULL, options, true, err);

	side_close(&side);
	return rc;
}

int dg_changes_count(struct dg_changes *out, struct dg_fileset *before,
		     struct dg_fileset *after,
		     const struct dg_snapshot_options *options,
		     struct dg_error *err)
{
	int rc;

	memset(out, 0, sizeof(*out));
	if (!before)
		return count_first(out, after, options, err);
	rc = count_once(out, before, after, false, options, err);
	/* A foreign one may be out of key order: once more, through sorting. */
	if (rc == DG_EINVALID)
		rc = count_once(out, before, after, true, options, err);
	if (!is_about_content(rc))
		return rc;
	dg_error_clear(err);
	rc = check_readable(after, options, err);
	if (rc < 0)
		return rc;
	memset(out, 0, sizeof(*out));
	out->kind = DG_CHANGES_NOT_COMPARABLE;
	return 0;
}

const char *dg_changes_text(const struct dg_changes *changes, char *out,
			    size_t out_size)
{
	char added[DG_COUNT_SIZE];
	char changed[DG_COUNT_SIZE];
	char removed[DG_COUNT_SIZE];

	snprintf(out, out_size, "%s added, %s changed, %s removed",
		 dg_format_count(changes->added, added),
		 dg_format_count(changes->changed, changed),
		 dg_format_count(changes->removed, removed));
	return out;
}

const char *dg_changes_short(const struct dg_changes *changes, char *out,
			     size_t out_size)
{
	snprintf(out, out_size, "+%" PRIu64 " ~%" PRIu64 " -%" PRIu64,
		 changes->added, changes->changed, changes->removed);
	return out;
}

/* A sign, then digits up to a blank or the end. NULL: something else. */
static const char *parse_signed(const char *text, char sign, uint64_t *out)
{
	size_t digits;

	if (!text || *text++ != sign)
		return NULL;
	digits = strspn(text, "0123456789");
	if (dg_parse_u64(dg_slice_of(text, digits), out, NULL) < 0)
		return NULL;
	text += digits;
	return *text == ' ' ? text + 1 : text;
}

bool dg_changes_parse(struct dg_changes *out, const char *text)
{
	memset(out, 0, sizeof(*out));
	text = parse_signed(text, '+', &out->added);
	text = parse_signed(text, '~', &out->changed);
	text = parse_signed(text, '-', &out->removed);
	return text && *text == '\0';
}
