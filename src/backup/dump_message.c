#include "backup/dump_job.h"

#include "backup/changes.h"
#include <inttypes.h>
#include <stdio.h>

static void describe_changes(const struct dg_dump_job *job,
			     struct dg_dump_message *text)
{
	const struct dg_changes *changes = &job->result->changes;
	const char *schema = changes->schema_changed ? DG_SCHEMA_CHANGED : "";
	char counts[160];

	switch (changes->kind) {
	case DG_CHANGES_FIRST:
		snprintf(text->body, sizeof(text->body), DG_FIRST_BACKUP);
		break;
	case DG_CHANGES_NOT_COMPARABLE:
		snprintf(text->body, sizeof(text->body),
			 "Not comparable with %s",
			 job->last_name ? job->last_name : "what stood here");
		return;
	case DG_CHANGES_COUNTED:
		snprintf(text->body, sizeof(text->body), "%s since %s%s",
			 dg_changes_text(changes, counts, sizeof(counts)),
			 job->last_name ? job->last_name : "the last commit",
			 schema);
		break;
	}
	dg_changes_short(changes, text->changes, sizeof(text->changes));
}

void dg_dump_describe(const struct dg_dump_job *job, struct dg_message *message,
		      struct dg_dump_message *text)
{
	const struct dg_metadata *m = &job->metadata;
	char count[DG_COUNT_SIZE];

	memset(message, 0, sizeof(*message));
	memset(text, 0, sizeof(*text));
	describe_changes(job, text);
	snprintf(text->items, sizeof(text->items), "%" PRIu64, m->item_count);
	snprintf(text->subject, sizeof(text->subject),
		 "Dump %s (%s): %s item%s", m->table_name, m->environment,
		 dg_format_count(m->item_count, count),
		 m->item_count == 1 ? "" : "s");
	message->subject =
		job->options->message ? job->options->message : text->subject;
	message->body = text->body;
	dg_message_add(message, "Ddbgit-Format", "1");
	dg_message_add(message, "Ddbgit-Environment", m->environment);
	dg_message_add(message, "Ddbgit-Table", m->table_name);
	dg_message_add(message, "Ddbgit-Region", m->region);
	dg_message_add(message, "Ddbgit-Items", text->items);
	if (text->changes[0])
		dg_message_add(message, "Ddbgit-Changes", text->changes);
	dg_message_add(message, "Ddbgit-Data-SHA256", m->data_sha256);
	dg_message_add(message, "Ddbgit-Dump-Date", m->dump_date);
	dg_message_add(message, "Ddbgit-Path", job->tree_path);
}
