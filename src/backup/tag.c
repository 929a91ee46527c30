#include "repo/tag.h"
#include "backup/environment.h"
#include "backup/facts.h"
#include "backup/restore_source.h"
#include "base/text.h"
#include "repo/history.h"
#include <stdlib.h>

/* The commit that last wrote the snapshot which `revision` means. */
static int find_backup(char id[41], char **text, struct dg_repo *repo,
		       const char *revision, struct dg_error *err)
{
	const struct dg_snapshot_choice choice = {0};
	struct dg_history_options options = {.marker = DG_DATA_FILE,
					     .owned = dg_snapshot_entries};
	struct dg_revision *start = NULL;
	struct dg_revision *backup = NULL;
	struct dg_facts facts = {0};
	char *path = NULL;
	int rc = dg_revision_open(&start, repo, revision, err);

	if (rc == 0)
		rc = dg_snapshot_choose(&path, start, &choice, err);
	if (rc == 0) {
		options.start = dg_revision_id(start);
		options.path = path;
		rc = dg_history_writer(repo, &options, id, err);
	}
	if (rc == 0)
		rc = dg_revision_open(&backup, repo, id, err);
	if (rc == 0)
		rc = dg_facts_read(&facts, dg_revision_message(backup),
				   dg_revision_time(backup), backup, path, err);
	if (rc == 0)
		rc = dg_asprintf(text, err, "Backup of %s (%s)",
				 facts.table ? facts.table : path,
				 facts.environment ? facts.environment
						   : "unknown environment");
	dg_facts_free(&facts);
	dg_revision_close(backup);
	dg_revision_close(start);
	free(path);
	return rc;
}

int dg_tag_backup(const struct dg_run *run, const char *name,
		  const char *revision, char commit_id[41],
		  struct dg_error *err)
{
	struct dg_repo *repo = NULL;
	char taken[DG_OID_HEX_SIZE];
	char *text = NULL;
	struct dg_clock clock;
	int rc = dg_repo_open(&repo, ".", run->log, err);

	dg_run_clock(&clock, run);
	if (rc == 0)
		rc = find_backup(commit_id, &text, repo,
				 revision ? revision : "HEAD", err);
	if (rc == 0)
		rc = dg_tag_lookup(repo, name, taken, err);
	if (rc == 0 && taken[0] && strcmp(taken, commit_id) == 0)
		dg_info(run->log, "Tag %s is on %.7s already", name, taken);
	else if (rc == 0 && taken[0]) {
		rc = dg_error_set(err, DG_EEXISTS,
				  "tag '%s' exists already, on commit %.7s",
				  name, taken);
		dg_error_hint(err,
			      "Give another name, or delete the tag: "
			      "git tag -d %s",
			      name);
	} else if (rc == 0) {
		rc = dg_tag_create(repo, name, commit_id, text,
				   dg_clock_wall_ms(&clock) / 1000, err);
	}
	free(text);
	dg_repo_close(repo);
	return rc;
}
