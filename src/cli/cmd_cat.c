#include "cli/exit_status.h"
#include "cli/record.h"
#include "cli/session.h"
#include <ddbgit/cat.h>
#include <errno.h>

struct cat_values {
	struct dg_target_options target;
	const char *from;
	const char *path;
	const char *key;
	int format;
};

static const char *const formats[] = {"json", "jsonl", NULL};

/* Items go out as they are: a reader of JSON has to get what is there. */
static int write_text(void *context, const char *bytes, size_t len,
		      struct dg_error *err)
{
	struct dg_session *session = context;

	if (fwrite(bytes, 1, len, session->output.out) != len)
		return dg_error_errno(err, errno,
				      "cannot write to standard output");
	return 0;
}

/* A line with its newline, as a record. */
static int write_record(void *context, const char *bytes, size_t len,
			struct dg_error *err)
{
	struct dg_session *session = context;
	struct dg_json_writer w;

	dg_record_begin(&w, &session->output, "item");
	dg_json_name(&w, "item");
	dg_json_raw(&w, dg_slice_of(bytes, len - 1));
	dg_record_end(&w, &session->output);
	if (dg_output_failed(&session->output))
		return dg_error_set(err, DG_EIO, "nobody reads any more");
	return 0;
}

static int run(struct dg_session *session, const void *values,
	       struct dg_error *err)
{
	const struct cat_values *given = values;
	const bool json = session->output.json;
	const struct dg_cat_options options = {
		.target = given->target,
		.source = session->operands[0],
		.from = given->from,
		.path = given->path,
		.key = given->key,
		.format =
			json ? DG_CAT_JSONL : (enum dg_cat_format)given->format,
		.write = json ? write_record : write_text,
		.context = session,
	};
	struct dg_json_writer w;
	uint64_t items;
	int rc = dg_cat(&session->run, &options, &items, err);

	/* Whoever reads may have seen enough; the session tells. */
	if (dg_output_failed(&session->output))
		return 0;
	if (rc == 0 && json) {
		dg_session_summary_begin(session, &w, rc);
		dg_json_member_uint(&w, "items", items);
		dg_session_summary_end(session, &w);
	}
	return rc;
}

#define CAT(member) offsetof(struct cat_values, member)

static const struct dg_option option_table[] = {
	DG_VALUE("from", 0, STRING, "ENV", CAT(from),
		 "the snapshot of this environment in REV"),
	DG_VALUE("path", 0, STRING, "DIR", CAT(path),
		 "the snapshot in this folder of REV"),
	DG_VALUE("key", 0, STRING, "JSON", CAT(key),
		 "this item alone, as a line: {\"id\":{\"S\":\"42\"}}"),
	DG_VALUE("format", 0, CHOICE, "json|jsonl", CAT(format),
		 "one document, as table-data.json (default), or an item a "
		 "line",
		 .choices = formats),
	DG_OPTIONS_END,
};

static const struct dg_option_group groups[] = {
	{"What to print", option_table, 0},
	{"Which table, where REV is 'live'", dg_target_option_table,
	 CAT(target)},
	{.options = NULL},
};

const struct dg_command dg_command_cat = {
	.name = "cat",
	.summary = "print the items of a backup",
	.about = "Prints the items of REV in the order of their keys, whatever "
		 "their layout in files: a revision, REVISION:FOLDER, a "
		 "directory, or 'live' for the table as it is now. They are "
		 "checked before the first is printed.",
	.operands = "REV",
	.operands_min = 1,
	.operands_max = 1,
	.groups = groups,
	.values_size = sizeof(struct cat_values),
	.examples =
		{
			{"ddbgit cat prod-20250127 "
			 "--key='{\"id\":{\"S\":\"42\"}}'",
			 "one item as it was in a backup"},
			{"ddbgit cat prod-20250127 --format=jsonl | jq -c "
			 ".name",
			 "an attribute of every item"},
		},
	.statuses = DG_STATUS(DG_EXIT_REFUSED),
	.lists = true,
	.run = run,
};
