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

/* Does the body say so? The subject is whatever somebody gave. */
static bool states_settings(const char *message)
{
	const char *body = strstr(message, "\n\n");

	return body && strstr(body, DG_SCHEMA_CHANGED "\n");
}

enum trailer { PATH, ENVIRONMENT, TABLE, REGION, DATE, SHA256, ITEMS, CHANGES };

static const char *const trailer_names[] = {
	[PATH] = "Ddbgit-Path",      [ENVIRONMENT] = "Ddbgit-Environment",
	[TABLE] = "Ddbgit-Table",    [REGION] = "Ddbgit-Region",
	[DATE] = "Ddbgit-Dump-Date", [SHA256] = "Ddbgit-Data-SHA256",
	[ITEMS] = "Ddbgit-Items",    [CHANGES] = "Ddbgit-Changes",
};

#define TRAILERS (sizeof(trailer_names) / sizeof(*trailer_names))

static void take(char **out, char **from)
{
	*out = *from;
	*from = NULL;
}

/* By what is known better, if it is known. */
static void replace(char **out, char **from)
{
	if (!*from)
		return;
	free(*out);
	take(out, from);
}

static void take_trailers(struct dg_facts *out, char **value,
			  const char *message)
{
	const char *items = value[ITEMS];
	const char *changes = value[CHANGES];

	take(&out->environment, &value[ENVIRONMENT]);
	take(&out->table, &value[TABLE]);
	take(&out->region, &value[REGION]);
	take(&out->date, &value[DATE]);
	take(&out->sha256, &value[SHA256]);
	out->has_items = items && dg_parse_u64(dg_slice_str(items), &out->items,
					       NULL) == 0;
	out->has_changes = changes && dg_changes_parse(&out->changes, changes);
	if (strstr(message, "\n" DG_FIRST_BACKUP "\n"))
		out->changes.kind = DG_CHANGES_FIRST;
	out->changes.schema_changed =
		out->has_changes && states_settings(message);
}

/* 1: the trailers speak of this path, and stand in out; 0: they do not. */
static int read_trailers(struct dg_facts *out, const char *message,
			 const char *path, struct dg_error *err)
{
	char *value[TRAILERS];
	bool agree;
	int rc = dg_message_trailers(message, trailer_names, value, TRAILERS,
				     err);

	if (rc < 0)
		return rc;
	agree = value[PATH] && strcmp(value[PATH], path) == 0;
	if (agree)
		take_trailers(out, value, message);
	for (size_t i = 0; i < TRAILERS; i++)
		free(value[i]);
	return agree;
}

/* No file of that name, or none that is regular: that is no error. */
static bool has_metadata(struct dg_fileset *files)
{
	struct dg_identity unused;

	return files->identity(files, DG_METADATA_FILE, &unused, NULL) == 0;
}

/* A file that is too large for metadata is none: that is no error either. */
static int read_text(struct dg_buf *text, struct dg_revision *revision,
		     const char *path, struct dg_error *err)
{
	struct dg_fileset *files = NULL;
	int rc = dg_revision_files(&files, revision, path, DG_MEMORY_DEFAULT,
				   err);

	if (rc == 0 && has_metadata(files))
		rc = dg_fileset_read(files, DG_METADATA_FILE, text, err);
	dg_fileset_close(files);
	if (rc != DG_ELIMIT)
		return rc;
	dg_error_clear(err);
	dg_buf_clear(text);
	return 0;
}

static int read_metadata(struct dg_facts *out, struct dg_revision *revision,
			 const char *path, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(METADATA_MAX);
	struct dg_metadata m = {0};
	int rc = read_text(&text, revision, path, err);

	if (rc < 0)
		goto done;
	rc = dg_metadata_parse(&m, dg_buf_slice(&text), err);
	if (rc == 0) {
		take(&out->environment, &m.environment);
		take(&out->table, &m.table_name);
		take(&out->region, &m.region);
		take(&out->layout, &m.layout);
		replace(&out->date, &m.dump_date);
		out->has_items = m.has_item_count;
		out->items = m.item_count;
		if (m.data_sha256[0])
			rc = dg_strdup(&out->sha256, m.data_sha256, err);
	} else if (rc != DG_ENOMEM) {
		dg_error_clear(err);
		rc = 0;
	}
done:
	dg_metadata_free(&m);
	dg_buf_free(&text);
	return rc;
}

static int set_date(struct dg_facts *out, int64_t time, struct dg_error *err)
{
	char when[DG_TIME_ISO_SIZE];

	if (out->date)
		return 0;
	dg_time_iso(time, when);
	return dg_strdup(&out->date, when, err);
}

int dg_facts_of_message(struct dg_facts *out, const char *message, int64_t time,
			const char *path, struct dg_error *err)
{
	int agree = 0, rc;

	memset(out, 0, sizeof(*out));
	rc = read_subject(&out->subject, message, err);
	if (rc == 0)
		rc = agree = read_trailers(out, message, path, err);
	if (rc >= 0)
		rc = set_date(out, time, err);
	if (rc < 0)
		dg_facts_free(out);
	return rc < 0 ? rc : agree;
}

int dg_facts_add_metadata(struct dg_facts *facts, struct dg_revision *revision,
			  const char *path, struct dg_error *err)
{
	int rc = read_metadata(facts, revision, path, err);

	if (rc < 0)
		dg_facts_free(facts);
	return rc;
}

int dg_facts_read(struct dg_facts *out, const char *message, int64_t time,
		  struct dg_revision *revision, const char *path,
		  struct dg_error *err)
{
	int rc = dg_facts_of_message(out, message, time, path, err);

	if (rc == 0 && revision)
		rc = dg_facts_add_metadata(out, revision, path, err);
	return rc < 0 ? rc : 0;
}

void dg_facts_free(struct dg_facts *facts)
{
	free(facts->environment);
	free(facts->table);
	free(facts->region);
	free(facts->date);
	free(facts->subject);
	free(facts->sha256);
	free(facts->layout);
	memset(facts, 0, sizeof(*facts));
}
