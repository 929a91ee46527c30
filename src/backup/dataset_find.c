/* Which dataset a name means, and which snapshot of a revision. */
#include "backup/dataset.h"
#include "backup/dump_job.h"
#include "backup/restore_source.h"
#include "backup/root.h"
#include "base/text.h"
#include "repo/history.h"
#include "repo/message.h"
#include <stdlib.h>
#include <sys/stat.h>

int dg_dataset_environment(struct dg_dataset_scope *scope,
			   struct dg_environment **out, struct dg_error *err)
{
	int rc = 0;

	*out = &scope->env;
	if (!scope->has_env) {
		scope->has_env = true;
		rc = dg_environment_open(&scope->env, scope->run, scope->target,
					 err);
	}
	return rc;
}

void dg_dataset_scope_close(struct dg_dataset_scope *scope)
{
	if (scope->has_env)
		dg_environment_close(&scope->env);
	dg_repo_close(scope->repo);
}

static int open_repo(struct dg_dataset_scope *scope, struct dg_error *err)
{
	if (scope->repo)
		return 0;
	return dg_repo_open(&scope->repo, ".", scope->run->log, err);
}

/* ---- which kind ---------------------------------------------------- */

static bool is_directory(const char *name)
{
	struct stat st;

	return stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_surely_a_path(const char *name)
{
	return name[0] == '/' || strncmp(name, "./", 2) == 0 ||
	       strncmp(name, "../", 3) == 0 || strcmp(name, ".") == 0 ||
	       strcmp(name, "..") == 0;
}

static int be_directory(struct dg_dataset *d, const char *name,
			struct dg_error *err)
{
	int rc = dg_strdup(&d->directory, name, err);

	d->kind = DG_DATASET_DIRECTORY;
	return rc == 0 ? dg_strdup(&d->name, name, err) : rc;
}

/* REVISION:FOLDER, as the names of datasets are shown. DG_ENOTFOUND if it is
 * not spelled so. */
static int split(struct dg_dataset *d, const char *operand,
		 struct dg_error *err)
{
	const char *colon = strrchr(operand, ':');
	const struct dg_snapshot_choice choice = {.path = colon ? colon + 1
								: NULL};
	int rc;

	if (!colon || colon == operand || !colon[1])
		return DG_ENOTFOUND;
	rc = dg_slice_dup(&d->operand,
			  dg_slice_of(operand, (size_t)(colon - operand)), err);
	if (rc == 0)
		rc = dg_revision_open(&d->revision, d->scope->repo, d->operand,
				      err);
	if (rc == 0)
		rc = dg_snapshot_choose(&d->path, d->revision, &choice, err);
	return rc;
}

static int refuse_both(const char *name, struct dg_error *err)
{
	dg_error_set(err, DG_EUSAGE,
		     "'%s' is a revision and a directory with a snapshot",
		     name);
	return dg_error_hint(err,
			     "Write ./%s for the directory, or the full name "
			     "of the branch or tag (refs/…)",
			     name);
}

static int find_revision(struct dg_dataset *d, const char *operand,
			 struct dg_error *err)
{
	struct dg_error cause = {0};
	int rc = open_repo(d->scope, err);

	d->kind = DG_DATASET_REVISION;
	if (rc < 0)
		return rc;
	rc = dg_revision_open(&d->revision, d->scope->repo, operand, err);
	if (rc == 0)
		return dg_strdup(&d->operand, operand, err);
	if ((rc == DG_ENOTFOUND || rc == DG_EUSAGE) &&
	    split(d, operand, &cause) == 0) {
		dg_error_clear(err);
		return 0;
	}
	return rc;
}

int dg_dataset_find(struct dg_dataset *d, struct dg_dataset_scope *scope,
		    const char *operand, struct dg_error *err)
{
	int rc;

	memset(d, 0, sizeof(*d));
	d->scope = scope;
	if (strcmp(operand, DG_DATASET_LIVE_NAME) == 0) {
		d->kind = DG_DATASET_LIVE;
		return 0;
	}
	if (is_surely_a_path(operand))
		return be_directory(d, operand, err);
	rc = find_revision(d, operand, err);
	if (rc == 0 && dg_root_holds_snapshot(operand))
		return refuse_both(operand, err);
	if (rc < 0 && is_directory(operand)) {
		dg_error_clear(err);
		return be_directory(d, operand, err);
	}
	if (rc == DG_ENOTFOUND && !scope->repo)
		dg_error_hint(err,
			      "'%s' is no directory, and revisions come from "
			      "the Git repository around the current directory",
			      operand);
	return rc;
}

/* ---- the last backup ----------------------------------------------- */

/* Where the environment's snapshot stands in trees. */
static int tree_path(char **out, struct dg_dataset *d, const char *directory,
		     struct dg_error *err)
{
	if (!dg_repo_workdir(d->scope->repo))
		return dg_strdup(out, d->below, err);
	return dg_repo_relative(out, d->scope->repo, directory, err);
}

/* The commit that wrote it; DG_ENOTFOUND: nothing is committed. */
static int find_committed(struct dg_dataset *d, struct dg_error *err)
{
	struct dg_history_options options = {
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	char id[DG_OID_HEX_SIZE];
	int rc = open_repo(d->scope, err);

	if (rc == 0)
		rc = tree_path(&d->path, d, d->directory, err);
	options.path = d->path;
	if (rc == 0)
		rc = dg_history_writer(d->scope->repo, &options, id, err);
	if (rc == 0)
		rc = dg_revision_open(&d->revision, d->scope->repo, id, err);
	if (rc == 0)
		rc = dg_dump_commit_name(&d->operand, d->scope->repo, id, err);
	if (rc == 0)
		d->kind = DG_DATASET_REVISION;
	return rc;
}

static int no_backup(const struct dg_dataset *d, const char *label,
		     struct dg_error *err)
{
	dg_error_set(err, DG_ENOTFOUND,
		     "there is no backup of '%s': %s is "
		     "not committed and holds no snapshot",
		     label, d->directory);
	return dg_error_hint(err,
			     "Make one with ddbgit dump --env=%s --commit, or "
			     "name what to compare",
			     d->scope->env.name);
}

int dg_dataset_find_last(struct dg_dataset *d, struct dg_dataset_scope *scope,
			 struct dg_error *err)
{
	struct dg_environment *env;
	char *label = NULL;
	int rc;

	memset(d, 0, sizeof(*d));
	d->scope = scope;
	rc = dg_dataset_environment(scope, &env, err);
	if (rc == 0)
		rc = dg_environment_label(&label, env, err);
	if (rc == 0)
		rc = dg_root_snapshot(&d->below, label, err);
	if (rc == 0)
		rc = dg_root_path(&d->directory, env->root, d->below, err);
	if (rc == 0)
		rc = find_committed(d, err);
	if (rc == DG_ENOTFOUND && dg_root_holds_snapshot(d->directory)) {
		dg_error_clear(err);
		d->kind = DG_DATASET_DIRECTORY;
		rc = dg_strdup(&d->name, d->directory, err);
	} else if (rc == DG_ENOTFOUND && d->directory) {
		rc = no_backup(d, label, err);
	}
	free(label);
	return rc;
}

/* ---- which snapshot of a revision ---------------------------------- */

static bool is_open_revision(const struct dg_dataset *d)
{
	return d && d->kind == DG_DATASET_REVISION && !d->path;
}

/* Sets path where the candidate (may be NULL) is in the tree. */
static int take_if_there(struct dg_dataset *d, const char *path,
			 struct dg_error *err)
{
	int rc = 0;

	if (!d->path && path)
		rc = dg_revision_has_file(d->revision, path, DG_DATA_FILE, err);
	return rc > 0 ? dg_strdup(&d->path, path, err) : rc;
}

static int take_own(struct dg_dataset *d, struct dg_error *err)
{
	char *own = NULL;
	int rc;

	if (!is_open_revision(d))
		return 0;
	rc = dg_message_trailer(&own, dg_revision_message(d->revision),
				"Ddbgit-Path", err);
	if (rc == 0 && own && dg_path_check(own, NULL) == 0)
		rc = take_if_there(d, own, err);
	free(own);
	return rc;
}

/* The folder that goes by the environment's name. */
static int take_environments(struct dg_dataset *d, struct dg_error *err)
{
	const struct dg_target_options *target = d->scope->target;
	const char *name = target->environment ? target->environment : "local";
	const struct dg_snapshot_choice choice = {.from = name};
	int rc;

	if (d->path)
		return 0;
	rc = dg_snapshot_choose(&d->path, d->revision, &choice, NULL);
	if (rc == DG_ENOMEM)
		return dg_error_nomem(err);
	return 0;
}

/* What was asked for by name; --env names a snapshot where no table is. */
static int take_given(struct dg_dataset *d, bool live, struct dg_error *err)
{
	struct dg_snapshot_choice choice = {0};

	if (!is_open_revision(d))
		return 0;
	choice.path = d->scope->path;
	choice.from = d->scope->from;
	if (!choice.from && !live)
		choice.from = d->scope->target->environment;
	if (!choice.path && !choice.from)
		return 0;
	return dg_snapshot_choose(&d->path, d->revision, &choice, err);
}

/* What nobody named and no trailer tells. */
static int take_any(struct dg_dataset *d, const struct dg_dataset *other,
		    bool live, struct dg_error *err)
{
	const struct dg_snapshot_choice the_only_one = {0};
	int rc = 0;

	if (!is_open_revision(d))
		return 0;
	if (other)
		rc = take_if_there(d, other->path, err);
	if (rc == 0 && live)
		rc = take_environments(d, err);
	if (rc == 0 && !d->path)
		rc = dg_snapshot_choose(&d->path, d->revision, &the_only_one,
					err);
	return rc;
}

int dg_dataset_settle(struct dg_dataset *a, struct dg_dataset *b,
		      struct dg_error *err)
{
	struct dg_dataset *both[] = {a, b};
	const bool live =
		a->kind == DG_DATASET_LIVE || (b && b->kind == DG_DATASET_LIVE);
	int rc = 0;

	for (int i = 0; rc == 0 && i < 2; i++)
		rc = take_given(both[i], live, err);
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = take_own(both[i], err);
	for (int i = 0; rc == 0 && i < 2; i++)
		rc = take_any(both[i], both[!i], live, err);
	return rc;
}
