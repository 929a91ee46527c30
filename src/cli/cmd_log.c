#include "cli/backup_row.h"
#include "cli/difference.h"
#include "cli/exit_status.h"
#include "cli/quantity.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/key_history.h>
#include <ddbgit/text.h>
#include <inttypes.h>
#include <string.h>

struct log_values {
	const char *environment;
	const char *table;
	const char *since;
	const char *until;
	const char *key;
	unsigned int limit;
};

static void write_record(struct dg_output *output,
			 const struct dg_backup *backup)
{
	struct dg_json_writer w;

	dg_record_begin(&w, output, "backup");
	dg_json_member_string(&w, "commit", backup->commit_id);
	dg_json_member_string(&w, "date", backup->date);
	dg_json_member_string(&w, "environment", backup->environment);
	dg_json_member_string(&w, "table", backup->table);
	dg_json_member_string(&w, "region", backup->region);
	dg_json_member_string(&w, "path", backup->path);
	dg_json_member_string(&w, "subject", backup->subject);
	dg_json_member_bool(&w, "removed", backup->removed);
	if (backup->has_items)
		dg_json_member_uint(&w, "items", backup->items);
	if (backup->has_changes)
		dg_record_changes(&w, &backup->changes);
	dg_json_member_string(&w, "sha256", backup->sha256);
	dg_record_strings(&w, "tags", backup->tags);
	dg_record_end(&w, output);
}

/* 0 at the end or when nobody reads any more, else a dg_code. */
static int print_all(struct dg_session *session, struct dg_backup_list *list,
		     uint64_t *count, struct dg_error *err)
{
	struct dg_output *output = &session->output;
	struct dg_backup_columns columns = DG_BACKUP_COLUMNS_INIT;
	struct dg_backup backup;
	int rc;

	while ((rc = dg_backup_list_next(list, &backup, err)) == 1) {
		if (output->json)
			write_record(output, &backup);
		else
			dg_backup_row_print(output, &columns, &backup);
		/* A reader sees the first row while the rest is looked up. */
		if (++*count == 1)
			dg_output_flush(output);
		if (dg_output_failed(output))
			return 0;
	}
	return rc;
}

static void say_if_none(struct dg_session *session, uint64_t count,
			const char *what)
{
	if (count == 0 && !session->output.json)
		dg_session_say(session, DG_LOG_INFO, "%s", what);
}

static int list_backups(struct dg_session *session,
			const struct dg_backup_list_options *options,
			struct dg_error *err)
{
	struct dg_backup_list *list = NULL;
	struct dg_json_writer record;
	uint64_t count = 0;
	int rc = dg_backup_list_open(&list, &session->run, options, err);

	if (rc == 0)
		rc = print_all(session, list, &count, err);
	dg_backup_list_close(list);
	if (rc < 0)
		return rc;
	say_if_none(session, count, "No backups found");
	if (session->output.json) {
		dg_session_summary_begin(session, &record, rc);
		dg_json_member_uint(&record, "backups", count);
		dg_session_summary_end(session, &record);
	}
	return 0;
}

/* ---- one item through all of them ---------------------------------- */

struct item_view {
	struct dg_output *output;
	struct dg_backup_columns columns;
	char commit[41];
	bool attributes_open; /* of the record */
	struct dg_json_writer record;
};

static int on_backup(void *context, const struct dg_backup *backup,
		     struct dg_error *err)
{
	struct item_view *view = context;

	snprintf(view->commit, sizeof(view->commit), "%s", backup->commit_id);
	if (view->output->json)
		write_record(view->output, backup);
	else
		dg_backup_row_print(view->output, &view->columns, backup);
	if (dg_output_failed(view->output))
		return dg_error_set(err, DG_EIO, "nobody reads any more");
	return 0;
}

static void begin_item_record(struct item_view *view,
			      const struct dg_item_difference *item)
{
	struct dg_json_writer *w = &view->record;

	dg_record_begin(w, view->output, "item");
	dg_json_member_string(w, "commit", view->commit);
	dg_json_member_string(w, "change", dg_difference_name(item->kind));
	dg_difference_json(w, "key", item->key);
	dg_difference_json(w, "before", item->before);
	dg_difference_json(w, "after", item->after);
	view->attributes_open = item->kind == DG_CHANGED;
	if (view->attributes_open) {
		dg_json_name(w, "attributes");
		dg_json_begin_array(w);
	}
}

static int on_item(void *context, const struct dg_item_difference *item,
		   struct dg_error *err)
{
	struct item_view *view = context;

	(void)err;
	if (view->output->json) {
		begin_item_record(view, item);
	} else if (item->kind != DG_CHANGED) {
		fputs("  ", view->output->out);
		dg_difference_sign(view->output, item->kind);
		dg_output_text(view->output, item->text);
		putc('\n', view->output->out);
	}
	return 0;
}

static int on_attribute(void *context, const struct dg_attribute_change *change,
			struct dg_error *err)
{
	struct item_view *view = context;

	(void)err;
	if (view->output->json)
		dg_difference_record(&view->record, change);
	else
		dg_difference_attribute(view->output, change);
	return 0;
}

/* Long searches show what they have found so far. */
static int on_item_end(void *context, struct dg_error *err)
{
	struct item_view *view = context;

	(void)err;
	if (view->output->json) {
		if (view->attributes_open)
			dg_json_end_array(&view->record);
		dg_record_end(&view->record, view->output);
	}
	dg_output_flush(view->output);
	return 0;
}

static int follow_item(struct dg_session *session,
		       const struct dg_key_history_options *options,
		       struct dg_error *err)
{
	struct item_view view = {.output = &session->output,
				 .columns = DG_BACKUP_COLUMNS_INIT};
	const struct dg_key_history_visitor visitor = {
		.backup = on_backup,
		.change = {.item = on_item,
			   .attribute = on_attribute,
			   .item_end = on_item_end,
			   .context = &view},
	};
	struct dg_key_history_result result;
	struct dg_json_writer record;
	int rc = dg_key_history(&session->run, options, &visitor, &result, err);

	if (dg_output_failed(&session->output))
		return 0;
	if (rc < 0)
		return rc;
	say_if_none(session, result.changes,
		    result.backups ? "No backup holds this item"
				   : "No backups found");
	if (session->output.json) {
		dg_session_summary_begin(session, &record, rc);
		dg_json_member_uint(&record, "backups", result.backups);
		dg_json_member_uint(&record, "changes", result.changes);
		dg_session_summary_end(session, &record);
	}
	return 0;
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct log_values *given = values;
	const struct dg_key_history_options options = {
		.backups =
			{
				.environment = given->environment,
				.table = given->table,
				.revision = session->operands[0],
				.since = given->since,
				.until = given->until,
				.limit = given->limit,
			},
		.key = given->key,
		.text_max = DG_DIFFERENCE_TEXT_MAX,
	};

	dg_session_color(session, "color.log");
	dg_session_page(session);
	return given->key ? follow_item(session, &options, err)
			  : list_backups(session, &options.backups, err);
}

static const struct dg_option option_table[] = {
	DG_VALUE("env", 'e', STRING, "ENV",
		 offsetof(struct log_values, environment),
		 "only the backups of this environment (default: all)"),
	DG_VALUE("table", 0, STRING, "NAME", offsetof(struct log_values, table),
		 "only the backups of this table"),
	DG_VALUE("since", 0, STRING, "DATE", offsetof(struct log_values, since),
		 "only those from this date on: 2025-01-27, '2 weeks ago'"),
	DG_VALUE("until", 0, STRING, "DATE", offsetof(struct log_values, until),
		 "only those up to this date"),
	DG_VALUE("key", 0, STRING, "JSON", offsetof(struct log_values, key),
		 "only those that changed this item, and how: "
		 "{\"id\":{\"S\":\"42\"}}"),
	DG_VALUE("max-count", 'n', NUMBER, "N",
		 offsetof(struct log_values, limit), "only the newest N"),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"Which backups", option_table, 0},
	{.options = NULL},
};

const struct dg_command dg_command_log = {
	.name = "log",
	.summary = "list the backups",
	.about = "Lists the backups that REV reaches (default: all local "
		 "branches and tags), newest first: commit, time of the dump "
		 "in UTC, environment, table, "
		 "items, items added (+), changed (~) and removed (-) since "
		 "the backup before, and tags.",
	.operands = "[REV]",
	.operands_max = 1,
	.groups = groups,
	.values_size = sizeof(struct log_values),
	.examples =
		{
			{"ddbgit log --env=prod -n 10",
			 "the last ten backups of the production table"},
			{"ddbgit log --env=prod "
			 "--key='{\"id\":{\"S\":\"42\"}}'",
			 "when an item came, changed and went"},
		},
	.lists = true,
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.run = run,
};
