#include "backup/backup_list.h"

#include "backup/facts.h"
#include "backup/restore_source.h"
#include "base/clock.h"
#include "base/text.h"
#include "repo/history.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

struct dg_backup_list {
	struct dg_repo *repo;
	struct dg_history *history;
	struct dg_facts facts; /* of the entry last returned */
	struct dg_snapshot_options reading;
	char *environment; /* only this one; NULL: all */
	char *table;
	int64_t since; /* Unix seconds of the dump; 0: whenever */
	int64_t until;
	uint64_t limit; /* 0: none */
	uint64_t given;
};

static int open_history(struct dg_backup_list *list, const struct dg_run *run,
			const struct dg_backup_list_options *options,
			struct dg_error *err)
{
	const struct dg_history_options history = {
		.start = options->revision,
		.all = true,
		/* A dump is never younger than its commit. */
		.since = list->since,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	int rc = dg_repo_open(&list->repo, ".", run->log, err);

	if (rc == 0)
		rc = dg_history_open(&list->history, list->repo, &history, err);
	if (rc == 0 && options->environment)
		rc = dg_strdup(&list->environment, options->environment, err);
	if (rc == 0 && options->table)
		rc = dg_strdup(&list->table, options->table, err);
	return rc;
}

static int read_date(int64_t *out, const char *option, const char *text,
		     const struct dg_run *run, struct dg_error *err)
{
	struct dg_clock clock;
	int rc = 0;

	if (!text)
		return 0;
	dg_run_clock(&clock, run);
	rc = dg_time_parse_when(text, dg_clock_wall_ms(&clock) / 1000,
				strcmp(option, "--until") == 0, out, err);
	if (rc < 0) {
		dg_error_prefix(err, "%s", option);
		return DG_EUSAGE;
	}
	return 0;
}

static int read_dates(struct dg_backup_list *list, const struct dg_run *run,
		      const struct dg_backup_list_options *options,
		      struct dg_error *err)
{
	int rc = read_date(&list->since, "--since", options->since, run, err);

	return rc == 0 ? read_date(&list->until, "--until", options->until, run,
				   err)
		       : rc;
}

int dg_backup_list_open(struct dg_backup_list **out, const struct dg_run *run,
			const struct dg_backup_list_options *options,
			struct dg_error *err)
{
	struct dg_backup_list *list = calloc(1, sizeof(*list));
	int rc;

	*out = NULL;
	if (!list)
		return dg_error_nomem(err);
	list->limit = options->limit;
	list->reading = (struct dg_snapshot_options){
		.memory = dg_run_memory(run),
		.temp_dir = run->temp_dir,
		.cancel = run->cancel,
		.log = run->log,
	};
	rc = read_dates(list, run, options, err);
	if (rc == 0)
		rc = open_history(list, run, options, err);
	if (rc < 0) {
		dg_backup_list_close(list);
		return rc;
	}
	*out = list;
	return 0;
}

/* A backup whose environment nobody states goes by its folder's name. */
static bool is_of_environment(const struct dg_backup_list *list,
			      const struct dg_history_entry *entry)
{
	const char *last = strrchr(entry->path, '/');

	if (!list->environment)
		return true;
	if (list->facts.environment)
		return strcmp(list->facts.environment, list->environment) == 0;
	return strcmp(last ? last + 1 : entry->path, list->environment) == 0;
}

static bool is_in_time(const struct dg_backup_list *list)
{
	int64_t date;

	if (!list->since && !list->until)
		return true;
	if (dg_time_parse_iso(list->facts.date, &date, NULL) < 0)
		return false;
	return date >= list->since && (!list->until || date <= list->until);
}

static bool is_wanted(const struct dg_backup_list *list,
		      const struct dg_history_entry *entry)
{
	const char *table = list->facts.table;

	return is_of_environment(list, entry) && is_in_time(list) &&
	       (!list->table || (table && strcmp(table, list->table) == 0));
}

static void fill(struct dg_backup *backup, const struct dg_facts *facts,
		 const struct dg_history_entry *entry)
{
	*backup = (struct dg_backup){
		.commit_id = entry->id,
		.path = entry->path,
		.environment = facts->environment,
		.table = facts->table,
		.region = facts->region,
		.date = facts->date,
		.subject = facts->subject,
		.has_items = facts->has_items && !entry->removed,
		.items = facts->items,
		.has_changes = facts->has_changes,
		.changes = facts->changes,
		.removed = entry->removed,
		.tags = entry->tags,
		.sha256 = facts->sha256,
	};
}

/* Most messages say it all, and spare opening the commit. */
static int read_facts(struct dg_backup_list *list,
		      const struct dg_history_entry *entry,
		      struct dg_error *err)
{
	struct dg_revision *revision = NULL;
	int rc;

	dg_facts_free(&list->facts);
	rc = dg_facts_of_message(&list->facts, entry->message, entry->time,
				 entry->path, err);
	if (rc || entry->removed)
		return rc < 0 ? rc : 0;
	rc = dg_history_revision(list->history, &revision, err);
	if (rc == 0)
		rc = dg_facts_add_metadata(&list->facts, revision, entry->path,
					   err);
	return rc;
}

/*
 * A commit that ddbgit did not make may be a merge, file by file, of two
 * backups. An index of chunks tells at little cost; a single document would
 * have to be read. What cannot be opened is verify's to name.
 */
static int tell_edited(struct dg_backup_list *list,
		       const struct dg_history_entry *entry,
		       struct dg_error *err)
{
	struct dg_revision *revision = NULL;
	struct dg_snapshot *snapshot = NULL;
	struct dg_fileset *files = NULL;
	int rc;

	if (!list->facts.layout || strcmp(list->facts.layout, "chunked") != 0)
		return 0;
	rc = dg_history_revision(list->history, &revision, err);
	if (rc == 0)
		rc = dg_revision_files(&files, revision, entry->path,
				       list->reading.memory, err);
	if (rc == 0)
		rc = dg_snapshot_open(&snapshot, files, &list->reading, err);
	if (rc == 0 && dg_snapshot_edited(snapshot))
		dg_warning(list->reading.log,
			   "%.7s:%s was edited since it was dumped", entry->id,
			   entry->path);
	dg_snapshot_close(snapshot);
	dg_fileset_close(files);
	if (rc == DG_ENOMEM || rc == DG_ECANCELLED)
		return rc;
	dg_error_clear(err);
	return 0;
}

int dg_backup_list_next(struct dg_backup_list *list, struct dg_backup *backup,
			struct dg_error *err)
{
	struct dg_history_entry entry;
	int rc;

	if (list->limit && list->given == list->limit)
		return 0;
	while ((rc = dg_history_next(list->history, &entry, err)) > 0) {
		rc = read_facts(list, &entry, err);
		if (rc < 0)
			return rc;
		if (!is_wanted(list, &entry))
			continue;
		rc = tell_edited(list, &entry, err);
		if (rc < 0)
			return rc;
		fill(backup, &list->facts, &entry);
		list->given++;
		return 1;
	}
	return rc;
}

int dg_backup_list_revision(struct dg_backup_list *list,
			    struct dg_revision **out, struct dg_error *err)
{
	return dg_history_revision(list->history, out, err);
}

void dg_backup_list_close(struct dg_backup_list *list)
{
	if (!list)
		return;
	dg_facts_free(&list->facts);
	dg_history_close(list->history);
	dg_repo_close(list->repo);
	free(list->environment);
	free(list->table);
	free(list);
}
