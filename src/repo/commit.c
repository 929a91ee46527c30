#include "repo/commit.h"
#include "base/text.h"
#include "repo/commit_blob.h"
#include "repo/commit_lock.h"
#include "repo/index_entries.h"
#include "repo/objects_dir.h"
#include "repo/tree_fileset.h"
#include <stdlib.h>

int dg_commit_take_options(struct dg_commit *commit, struct dg_repo *repo,
			   const struct dg_commit_options *options,
			   struct dg_error *err)
{
	int rc;

	commit->repo = repo;
	commit->log = options->log;
	commit->cancel = options->cancel;
	commit->owned = options->owned;
	commit->temp_dir = options->temp_dir;
	commit->memory = options->memory;
	commit->now = options->now;
	commit->clock = options->clock;
	if (!commit->clock) {
		dg_clock_init(&commit->system_clock);
		commit->clock = &commit->system_clock;
	}
	dg_object_spool_init(&commit->spool, commit->temp_dir,
			     dg_commit_sink_memory(commit), commit->cancel);
	commit->path_lock.fd = -1;
	commit->intent.file.fd = -1;
	rc = dg_strdup(&commit->path, options->path, err);
	if (!rc)
		rc = dg_strdup(&commit->now_iso,
			       options->now_iso ? options->now_iso : "?", err);
	if (!rc && *options->path)
		rc = dg_path_check(options->path, err);
	return rc;
}

static int name_tip(struct dg_commit *commit, struct dg_error *err)
{
	git_object *object = NULL;
	git_buf text = {0};
	int rc;

	if (!commit->has_tip)
		return 0;
	rc = git_object_lookup(&object, commit->repo->git, &commit->tip,
			       GIT_OBJECT_COMMIT);
	if (!rc)
		rc = git_object_short_id(&text, object);
	if (!rc)
		git_oid_tostr(commit->tip_short,
			      text.size + 1 < sizeof(commit->tip_short)
				      ? text.size + 1
				      : sizeof(commit->tip_short),
			      &commit->tip);
	git_buf_dispose(&text);
	git_object_free(object);
	return rc < 0 ? dg_git_error(err, rc, "cannot read the tip of %s",
				     commit->ref)
		      : 0;
}

static int open_tip(struct dg_commit *commit, struct dg_error *err)
{
	char *name = NULL;
	int rc = name_tip(commit, err);

	if (rc < 0 || !commit->tip_dir)
		return rc;
	rc = dg_asprintf(&name, err, "%s:%s", commit->tip_short, commit->path);
	if (!rc)
		rc = dg_tree_fileset(&commit->tip_files, commit->repo,
				     commit->tip_dir, name, commit->memory,
				     err);
	free(name);
	return rc;
}

int dg_commit_open(struct dg_commit **out, struct dg_repo *repo,
		   const struct dg_commit_options *options,
		   struct dg_error *err)
{
	struct dg_commit *commit = calloc(1, sizeof(*commit));
	int rc;

	*out = NULL;
	if (!commit)
		return dg_error_nomem(err);
	rc = dg_commit_take_options(commit, repo, options, err);
	if (!rc)
		rc = dg_commit_check(commit, options->branch, options->force,
				     err);
	if (!rc)
		rc = dg_commit_lock_path(commit, err);
	if (!rc)
		rc = dg_intent_recover(repo, err);
	/* What another backup committed before we had the lock. */
	if (!rc)
		rc = dg_commit_read_tip(commit, err);
	if (!rc)
		rc = open_tip(commit, err);
	if (!rc && git_repository_odb(&commit->odb, repo->git) < 0)
		rc = dg_git_error(err, -1, "cannot open the object database");
	if (rc < 0) {
		dg_commit_close(commit);
		return rc;
	}
	dg_objects_sweep(repo, commit->now);
	dg_blob_sink_init(commit);
	*out = commit;
	return 0;
}

bool dg_commit_uses_worktree(const struct dg_commit *commit)
{
	return commit->worktree;
}

struct dg_fileset *dg_commit_tip(struct dg_commit *commit)
{
	return commit->tip_files;
}

struct dg_sink *dg_commit_sink(struct dg_commit *commit)
{
	return &commit->sink;
}

/* Has the repository what was added under that name? */
static bool holds_added(const struct dg_commit *commit, const char *name)
{
	const struct dg_blob *blob = dg_blob_list_find(&commit->blobs, name);
	size_t from, to;

	if (blob)
		return git_odb_exists(commit->odb, &blob->id);
	dg_blob_list_below(&commit->blobs, name, &from, &to);
	while (from < to &&
	       git_odb_exists(commit->odb, &commit->blobs.blobs[from].id))
		from++;
	return from == to;
}

bool dg_commit_same_as_tip(struct dg_commit *commit, const char *name)
{
	const git_tree_entry *tips = NULL;
	struct dg_error ignored = {0};
	git_oid id;
	int found = dg_commit_added(&id, commit, name, &ignored);

	if (commit->tip_dir)
		tips = git_tree_entry_byname(commit->tip_dir, name);
	if (found < 0)
		return false;
	if (!found || !tips)
		return !found && !tips;
	return git_oid_equal(&id, git_tree_entry_id(tips)) &&
	       holds_added(commit, name);
}

int dg_commit_reset_index(struct dg_commit *commit, struct dg_error *err)
{
	struct dg_blob_list tips = {0};
	bool same = false;
	int rc;

	if (!commit->worktree || !commit->tip_dir)
		return 0;
	rc = dg_blob_list_add_tree(&tips, commit->tip_dir, commit->owned, err);
	dg_blob_list_sort(&tips);
	if (!rc)
		rc = dg_index_has_entries(&same, commit, &tips, err);
	if (rc || same)
		goto done;
	rc = dg_commit_announce(commit, true, false, err);
	if (!rc)
		rc = dg_index_lock(commit, err);
	if (!rc)
		rc = dg_index_set_entries(commit, &tips, err);
	dg_commit_unlock_git(commit);
done:
	dg_blob_list_free(&tips);
	return rc;
}

void dg_commit_close(struct dg_commit *commit)
{
	if (!commit)
		return;
	dg_commit_unlock_git(commit);
	dg_lock_file_release(&commit->path_lock);
	dg_fileset_close(commit->tip_files);
	dg_blob_list_free(&commit->blobs);
	dg_blob_list_free(&commit->folders);
	dg_object_spool_clear(&commit->spool);
	git_tree_free(commit->tip_root);
	git_tree_free(commit->tip_dir);
	git_odb_free(commit->odb);
	git_signature_free(commit->author);
	git_signature_free(commit->committer);
	free(commit->path);
	free(commit->ref);
	free(commit->now_iso);
	free(commit->message);
	free(commit);
}
