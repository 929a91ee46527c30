#include "backup/dataset.h"
#include "backup/diff_item.h"
#include "item/canon.h"
#include "item/join.h"
#include "item/table_diff.h"

struct job {
	const struct dg_diff_options *options;
	const struct dg_diff_visitor *visitor;
	struct dg_diff_result *result;
	struct dg_dataset_scope scope;
	struct dg_dataset before;
	struct dg_dataset after;
	const struct dg_key_schema *keys;
	struct dg_item_source *left; /* NULL: the items need not be read */
	struct dg_item_source *right;
	struct dg_diff_view view;
};

/* ---- settings ------------------------------------------------------ */

static int note_setting(void *context, const struct dg_table_change *change,
			struct dg_error *err)
{
	struct job *job = context;

	job->result->settings++;
	return dg_diff_view_setting(&job->view, change, err);
}

static int diff_settings(struct job *job, struct dg_error *err)
{
	const struct dg_table_diff_visitor visitor = {note_setting, job};
	const struct dg_json *before = dg_dataset_definition(&job->before);
	const struct dg_json *after = dg_dataset_definition(&job->after);

	if (!before || !after)
		return 0;
	return dg_table_def_diff(before, after, &visitor, err);
}

/* ---- items --------------------------------------------------------- */

static int only_before(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct job *job = context;
	const struct dg_slice none = {"", 0};

	job->result->removed++;
	return dg_diff_view_item(&job->view, job->keys, item->line, none, err);
}

static int only_after(void *context, const struct dg_item *item,
		      struct dg_error *err)
{
	struct job *job = context;
	const struct dg_slice none = {"", 0};

	job->result->added++;
	return dg_diff_view_item(&job->view, job->keys, none, item->line, err);
}

static int different(void *context, const struct dg_item *before,
		     const struct dg_item *after, struct dg_error *err)
{
	struct job *job = context;

	job->result->changed++;
	return dg_diff_view_item(&job->view, job->keys, before->line,
				 after->line, err);
}

static int join_items(struct job *job, struct dg_error *err)
{
	const struct dg_join_visitor visitor = {
		.only_left = only_before,
		.only_right = only_after,
		.different = different,
		.context = job,
	};

	if (!job->left || !job->right)
		return 0;
	return dg_join(job->left, job->right, &visitor, err);
}

/* Checks, sorts and reads as far as that has to come first, so that nothing
 * is shown of what cannot be compared. */
static int read_items(struct job *job, struct dg_error *err)
{
	int rc;

	if (job->options->key ||
	    dg_dataset_same_items(&job->before, &job->after))
		return 0;
	rc = dg_dataset_items(&job->before, job->keys, &job->left, err);
	return rc == 0 ? dg_dataset_items(&job->after, job->keys, &job->right,
					  err)
		       : rc;
}

static int compare_lines(struct job *job, const struct dg_buf *before,
			 const struct dg_buf *after, struct dg_error *err)
{
	const struct dg_item left = {.line = dg_buf_slice(before)};
	const struct dg_item right = {.line = dg_buf_slice(after)};

	if (dg_slice_equal(left.line, right.line))
		return 0;
	if (before->len == 0)
		return only_after(job, &right, err);
	if (after->len == 0)
		return only_before(job, &left, err);
	return different(job, &left, &right, err);
}

static int diff_one(struct job *job, const struct dg_dataset_key *key,
		    struct dg_error *err)
{
	struct dg_buf before = DG_BUF_INIT(DG_ITEM_TEXT_MAX + 64);
	struct dg_buf after = DG_BUF_INIT(DG_ITEM_TEXT_MAX + 64);
	bool in_before = false, in_after = false;
	int rc = dg_dataset_find_item(&job->before, key, &before, &in_before,
				      err);

	if (rc == 0)
		rc = dg_dataset_find_item(&job->after, key, &after, &in_after,
					  err);
	if (rc == 0 && !in_before && !in_after)
		dg_info(job->scope.run->log, "No item %s on either side",
			job->options->key);
	if (rc == 0)
		rc = compare_lines(job, &before, &after, err);
	dg_buf_free(&before);
	dg_buf_free(&after);
	return rc;
}

static int diff_by_key(struct job *job, struct dg_error *err)
{
	struct dg_dataset_key key;
	int rc = dg_dataset_key_parse(&key, job->keys, job->options->key, err);

	if (rc == 0)
		rc = diff_one(job, &key, err);
	dg_dataset_key_free(&key);
	return rc;
}

/* Before a live table is read for nothing. */
static int agree_on_keys(struct job *job, struct dg_error *err)
{
	const struct dg_key_schema *before = dg_dataset_keys(&job->before);
	const struct dg_key_schema *after = dg_dataset_keys(&job->after);
	char a[DG_KEY_SCHEMA_TEXT_SIZE], b[DG_KEY_SCHEMA_TEXT_SIZE];

	job->keys = after ? after : before;
	if (!job->keys) {
		dg_error_set(err, DG_EINVALID,
			     "the key schema is not known: there is no %s in "
			     "%s, nor in %s",
			     DG_SCHEMA_FILE, job->before.name, job->after.name);
		return dg_error_hint(err, "Put the table's schema beside the "
					  "data");
	}
	if (!before || !after || dg_key_schema_equal(before, after))
		return 0;
	return dg_error_set(
		err, DG_EINVALID,
		"the items cannot be compared: the key is %s in %s and %s in "
		"%s",
		dg_key_schema_describe(before, a, sizeof(a)), job->before.name,
		dg_key_schema_describe(after, b, sizeof(b)), job->after.name);
}

/* ---- the whole ----------------------------------------------------- */

static int find(struct job *job, struct dg_error *err)
{
	const struct dg_diff_options *options = job->options;
	const char *before = options->before;
	int rc;

	/* --from and --path say what to take of a revision. */
	if (!before && (options->from || options->path))
		before = "HEAD";
	rc = before ? dg_dataset_find(&job->before, &job->scope, before, err)
		    : dg_dataset_find_last(&job->before, &job->scope, err);
	if (rc == 0)
		rc = dg_dataset_find(&job->after, &job->scope,
				     options->after ? options->after
						    : DG_DATASET_LIVE_NAME,
				     err);
	return rc == 0 ? dg_dataset_settle(&job->before, &job->after, err) : rc;
}

/* What the live table does not show is taken from the other side. */
static int open_both(struct job *job, struct dg_error *err)
{
	const bool live_first = job->before.kind == DG_DATASET_LIVE;
	struct dg_dataset *first = live_first ? &job->after : &job->before;
	struct dg_dataset *second = live_first ? &job->before : &job->after;
	int rc = dg_dataset_open(first, NULL, err);

	return rc == 0 ? dg_dataset_open(second, dg_dataset_definition(first),
					 err)
		       : rc;
}

static int begin(struct job *job, struct dg_error *err)
{
	struct dg_dataset_info before, after;

	if (!job->visitor->begin)
		return 0;
	dg_dataset_describe(&job->before, &before);
	dg_dataset_describe(&job->after, &after);
	return job->visitor->begin(job->visitor->context, &before, &after, err);
}

static void tell_edited(struct job *job)
{
	dg_dataset_tell_edited(&job->before);
	dg_dataset_tell_edited(&job->after);
}

static int compare(struct job *job, struct dg_error *err)
{
	struct dg_error disagreement = {0};
	int agreed, rc = find(job, err);

	if (rc == 0)
		rc = open_both(job, err);
	if (rc < 0)
		return rc;
	tell_edited(job);
	agreed = agree_on_keys(job, &disagreement);
	if (agreed == 0)
		rc = read_items(job, err);
	if (rc == 0)
		rc = begin(job, err);
	if (rc == 0 && !job->options->key)
		rc = diff_settings(job, err);
	if (rc < 0)
		return rc;
	if (agreed < 0)
		return dg_error_pass(err, &disagreement);
	rc = job->options->key ? diff_by_key(job, err) : join_items(job, err);
	/* What was read to its end has a digest now. */
	if (rc == 0)
		tell_edited(job);
	return rc;
}

int dg_diff(const struct dg_run *run, const struct dg_diff_options *options,
	    const struct dg_diff_visitor *visitor,
	    struct dg_diff_result *result, struct dg_error *err)
{
	struct job job = {
		.options = options,
		.visitor = visitor,
		.result = result,
		.scope =
			{
				.run = run,
				.target = &options->target,
				.from = options->from,
				.path = options->path,
				.max_rcu = options->max_rcu,
			},
	};
	int rc;

	memset(result, 0, sizeof(*result));
	if (options->from && options->path)
		return dg_error_set(err, DG_EUSAGE,
				    "--from and --path exclude each other");
	dg_diff_view_init(&job.view, visitor, options->text_max);
	rc = compare(&job, err);
	dg_diff_view_free(&job.view);
	dg_dataset_close(&job.before);
	dg_dataset_close(&job.after);
	dg_dataset_scope_close(&job.scope);
	return rc;
}
