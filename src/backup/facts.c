#include "backup/facts.h"

#include "backup/changes.h"
#include "base/clock.h"
#include "base/text.h"
#include "repo/message.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

#define METADATA_MAX (1u << 20) /* bytes of table-metadata.json */

static int read_subject(char **out, const char *message, struct dg_error *err)
{
	return dg_slice_dup(out, dg_slice_of(message, strcspn(message, "\n")),
			    err);
}

/* Do the trailers speak of this path? */
static int trailers_agree(bool *agree, const char *message, const char *path,
			  struct dg_error *err)
{
	char *stated = NULL;
	int rc = dg_message_trailer(&stated, message, "Ddbgit-Path", err);

	*agree = rc == 0 && stated && strcmp(stated, path) == 0;
	free(stated);
	return rc;
}

/* Does the body say so? The subject is whatever somebody gave. */
static bool states_settings(const char *message)
{
	const char *body = strstr(message, "\n\n");

	return body && strstr(body, DG_SCHEMA_CHANGED "\n");
}

static int read_trailers(struct dg_facts *out, const char *message,
			 struct dg_error *err)
{
	const struct {
		const char *name;
		char **value;
	} texts[] = {
		{"Ddbgit-Environment", &out->environment},
		{"Ddbgit-Table", &out->table},
		{"Ddbgit-Region", &out->region},
		{"Ddbgit-Dump-Date", &out->date},
		{"Ddbgit-Data-SHA256", &out->sha256},
	};
	char *items = NULL;
	char *changes = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(texts) / sizeof(*texts); i++)
		rc = dg_message_trailer(texts[i].value, message, texts[i].name,
					err);
	if (rc == 0)
		rc = dg_message_trailer(&items, message, "Ddbgit-Items", err);
	if (rc == 0)
		rc = dg_message_trailer(&changes, message, "Ddbgit-Changes",
					err);
	out->has_items = items && dg_parse_u64(dg_slice_str(items), &out->items,
					       NULL) == 0;
	out->has_changes = changes && dg_changes_parse(&out->changes, changes);
	if (strstr(message, "\n" DG_FIRST_BACKUP "\n"))
		out->changes.kind = DG_CHANGES_FIRST;
	out->changes.schema_changed =
		out->has_changes && states_settings(message);
	free(items);
	free(changes);
	return rc;
}

static void take(char **out, char **from)
{
	*out = *from;
	*from = NULL;
}

static int read_metadata(struct dg_facts *out, struct dg_revision *revision,
			 const char *path, struct dg_error *err)
{
	struct dg_fileset *files = NULL;
	struct dg_buf text = DG_BUF_INIT(METADATA_MAX);
	struct dg_metadata m = {0};
	int rc = dg_revision_files(&files, revision, path, DG_MEMORY_DEFAULT,
				   err);

	if (rc == 0)
		rc = dg_fileset_read(files, DG_METADATA_FILE, &text, err);
	if (rc == 0)
		rc = dg_metadata_parse(&m, dg_buf_slice(&text), err);
	if (rc == 0) {
		take(&out->environment, &m.environment);
		take(&out->table, &m.table_name);
		take(&out->region, &m.region);
		take(&out->date, &m.dump_date);
		out->has_items = m.has_item_count;
		out->items = m.item_count;
		if (m.data_sha256[0])
			rc = dg_strdup(&out->sha256, m.data_sha256, err);
	} else if (rc != DG_ENOMEM) {
		dg_error_clear(err);
		rc = 0;
	}
	dg_metadata_free(&m);
	dg_buf_free(&text);
	dg_fileset_close(files);
	return rc;
}

int dg_facts_read(struct dg_facts *out, const char *message, int64_t time,
		  struct dg_revision *revision, const char *path,
		  struct dg_error *err)
{
	char when[DG_TIME_ISO_SIZE];
	bool agree = false;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = read_subject(&out->subject, message, err);
	if (rc == 0)
		rc = trailers_agree(&agree, message, path, err);
	if (rc == 0 && agree)
		rc = read_trailers(out, message, err);
	else if (rc == 0 && revision)
		rc = read_metadata(out, revision, path, err);
	if (rc == 0 && !out->date) {
		dg_time_iso(time, when);
		rc = dg_strdup(&out->date, when, err);
	}
	if (rc < 0)
		dg_facts_free(out);
	return rc;
}

void dg_facts_free(struct dg_facts *facts)
{
	free(facts->environment);
	free(facts->table);
	free(facts->region);
	free(facts->date);
	free(facts->subject);
	free(facts->sha256);
	memset(facts, 0, sizeof(*facts));
}
