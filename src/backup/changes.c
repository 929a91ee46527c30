#include "backup/changes.h"

#include "base/text.h"
#include "item/join.h"
#include "item/table_diff.h"
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

static int note_difference(void *context, const struct dg_table_change *change,
			   struct dg_error *err)
{
	bool *differs = context;

	(void)change;
	(void)err;
	*differs = true;
	return 0;
}

/* By the rule of diff: another name of the table is no other setting. */
static int compare_definitions(bool *differ, const struct side *before,
			       const struct side *after, struct dg_error *err)
{
	const struct dg_json *a = dg_snapshot_definition(before->snapshot);
	const struct dg_json *b = dg_snapshot_definition(after->snapshot);
	const struct dg_table_diff_visitor visitor = {note_difference, differ};

	*differ = a != b;
	if (!a || !b)
		return 0;
	*differ = false;
	return dg_table_def_diff(a, b, &visitor, err);
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
	rc = side_open(&after, after_files, NULL, &half, check, err);
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
		rc = compare_definitions(&out->schema_changed, &before, &after,
					 err);
	}
	side_close(&before);
	side_close(&after);
	return rc;
}

/* The first backup: everything is added. Counted, since metadata may be
 * another's or older than an edit. */
static int count_first(struct dg_changes *out, struct dg_fileset *files,
		       const struct dg_snapshot_options *options,
		       struct dg_error *err)
{
	struct dg_snapshot *snapshot = NULL;
	struct dg_snapshot_facts facts = {0};
	int rc = dg_snapshot_open(&snapshot, files, options, err);

	/* Without a schema nothing tells one item from another. */
	if (rc == 0 && dg_snapshot_keys(snapshot))
		rc = dg_snapshot_check(snapshot, &facts, err);
	else if (rc == 0 && dg_snapshot_metadata(snapshot))
		facts.items = dg_snapshot_metadata(snapshot)->item_count;
	out->kind = DG_CHANGES_FIRST;
	out->added = facts.items;
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

static int note_data(void *context, const struct dg_fileset_entry *entry,
		     struct dg_error *err)
{
	bool *found = context;

	(void)err;
	*found = *found ||
		 (!entry->is_folder && strcmp(entry->name, DG_DATA_FILE) == 0);
	return 0;
}

/* The folder may be there without a backup in it; and what cannot be read is a
 * backup nevertheless. */
static int holds_backup(bool *out, struct dg_fileset *files,
			struct dg_error *err)
{
	*out = false;
	return files ? files->list(files, "", note_data, out, err) : 0;
}

int dg_changes_count(struct dg_changes *out, struct dg_fileset *before,
		     struct dg_fileset *after,
		     const struct dg_snapshot_options *options,
		     struct dg_error *err)
{
	bool has_before;
	int rc = holds_backup(&has_before, before, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0)
		return rc;
	if (!has_before)
		return count_first(out, after, options, err);
	rc = count_once(out, before, after, false, options, err);
	/* What is foreign may be out of key order: once more, through sorting.
	 */
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
