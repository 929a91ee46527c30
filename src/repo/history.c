#include "repo/history.h"
#include "base/text.h"
#include "repo/history_changes.h"
#include "repo/history_walk.h"
#include "repo/loose_refs.h"
#include "repo/revision_state.h"
#include "repo/tag_map.h"
#include <stdlib.h>

#define MESSAGE_MAX (SIZE_MAX / 2) /* no more than the object has */

struct dg_history {
	struct dg_repo *repo;
	char *path; /* what the rule points at */
	char *marker;
	struct dg_change_rule rule;
	struct dg_history_walk *walk;
	struct dg_tree_cache *trees;
	struct dg_tag_map *tags;
	bool tags_to_walk; /* once the branches are at their ends */
	int64_t since;
	/* The commit whose changes are being handed out. */
	struct dg_walked_commit *commit;
	struct dg_changed_paths changes;
	size_t next;
	/* Of that commit. */
	char id[DG_OID_HEX_SIZE];
	struct dg_buf message;
	struct dg_revision *revision; /* once it was asked for */
};

/* HEAD may be unborn. */
static int start_from(struct dg_history *history, const char *name,
		      struct dg_error *err)
{
	git_oid id;
	int rc = git_reference_name_to_id(&id, history->repo->git, name);

	if (rc < 0)
		return 0;
	rc = dg_history_walk_start(history->walk, &id, err);
	if (rc > 0)
		return dg_error_set(err, DG_EINVALID,
				    "'%s' is damaged: it leads to no commit",
				    name);
	return rc < 0 ? dg_error_prefix(err, "'%s'", name) : 0;
}

static int start_from_missed(void *context, git_reference *ref,
			     struct dg_error *err)
{
	return start_from(context, git_reference_name(ref), err);
}

static int start_from_branches(struct dg_history *history, struct dg_error *err)
{
	struct dg_ref_names seen = {0};
	git_reference_iterator *all = NULL;
	const char *name;
	int rc = start_from(history, "HEAD", err);

	if (rc < 0)
		return rc;
	rc = git_reference_iterator_glob_new(&all, history->repo->git,
					     "refs/heads/*");
	if (rc < 0)
		return dg_git_error(err, rc, "cannot list the branches");
	while (!rc && !git_reference_next_name(&name, all)) {
		rc = dg_ref_names_add(&seen, name, err);
		if (!rc)
			rc = start_from(history, name, err);
	}
	git_reference_iterator_free(all);
	if (!rc)
		rc = dg_loose_refs_missed(history->repo, "refs/heads", &seen,
					  start_from_missed, history, err);
	dg_ref_names_free(&seen);
	return rc;
}

/* A tag may be of a tree or blob: no backup of ours. */
static int start_from_tag(void *context, const git_oid *id,
			  struct dg_error *err)
{
	struct dg_history *history = context;
	int rc = dg_history_walk_start(history->walk, id, err);

	return rc < 0 ? rc : 0;
}

static int start_walk(struct dg_history *history,
		      const struct dg_history_options *options,
		      struct dg_error *err)
{
	struct dg_revision *start = NULL;
	int rc;

	history->tags_to_walk = options->all && !options->start;
	if (history->tags_to_walk)
		return start_from_branches(history, err);
	rc = dg_revision_open(&start, history->repo,
			      options->start ? options->start : "HEAD", err);
	if (!rc)
		rc = dg_history_walk_start(history->walk,
					   git_commit_id(start->commit), err);
	dg_revision_close(start);
	return rc;
}

/* The next commit: of the branches first, then what only tags reach. */
static int walk_on(struct dg_history *history, struct dg_error *err)
{
	struct dg_walked_commit **commit = &history->commit;
	int rc = dg_history_walk_next(history->walk, commit, err);

	if (rc || !history->tags_to_walk)
		return rc;
	history->tags_to_walk = false;
	rc = dg_tag_map_each(history->tags, start_from_tag, history, err);
	return rc ? rc : dg_history_walk_next(history->walk, commit, err);
}

int dg_history_open(struct dg_history **out, struct dg_repo *repo,
		    const struct dg_history_options *options,
		    struct dg_error *err)
{
	struct dg_history *history = calloc(1, sizeof(*history));
	int rc = 0;

	*out = NULL;
	if (!history)
		return dg_error_nomem(err);
	history->repo = repo;
	history->since = options->since;
	dg_buf_init(&history->message, MESSAGE_MAX);
	if (options->path)
		rc = dg_strdup(&history->path, options->path, err);
	if (!rc)
		rc = dg_strdup(&history->marker, options->marker, err);
	if (!rc)
		rc = dg_history_walk_open(&history->walk, repo, options->check,
					  err);
	if (!rc)
		rc = dg_tree_cache_open(&history->trees, repo, options->check,
					err);
	if (!rc)
		rc = start_walk(history, options, err);
	if (!rc)
		rc = dg_tag_map_open(&history->tags, repo, err);
	if (rc < 0) {
		dg_history_close(history);
		return rc;
	}
	history->rule.path = history->path;
	history->rule.marker = history->marker;
	history->rule.owned = options->owned;
	*out = history;
	return 0;
}

static int find_changes(struct dg_history *history, struct dg_error *err)
{
	const struct dg_walked_commit *commit = history->commit;

	return dg_changed_paths_find(&history->changes, history->trees,
				     &commit->commit.tree, commit->parent_trees,
				     commit->parent_count, &history->rule, err);
}

static void leave_commit(struct dg_history *history)
{
	dg_changed_paths_clear(&history->changes);
	history->next = 0;
	dg_revision_close(history->revision);
	history->revision = NULL;
	dg_walked_commit_free(history->commit);
	history->commit = NULL;
}

/* Moves on to the next commit that changes something: 1, 0 or an error. */
static int find_next(struct dg_history *history, struct dg_error *err)
{
	int rc;

	do {
		leave_commit(history);
		rc = walk_on(history, err);
		if (rc <= 0)
			return rc;
		if (history->commit->commit.time < history->since)
			continue;
		rc = find_changes(history, err);
		if (rc < 0)
			return rc;
	} while (!history->commit || !history->changes.count);
	return 1;
}

static int advance(struct dg_history *history, struct dg_error *err)
{
	int rc = find_next(history, err);

	if (rc <= 0)
		return rc;
	git_oid_tostr(history->id, sizeof(history->id),
		      &history->commit->object.id);
	dg_buf_clear(&history->message);
	rc = dg_buf_add_slice(&history->message,
			      history->commit->commit.message, err);
	return rc < 0 ? rc : 1;
}

int dg_history_next(struct dg_history *history, struct dg_history_entry *entry,
		    struct dg_error *err)
{
	const struct dg_changed_path *changed;
	int rc = 1;

	if (history->next == history->changes.count)
		rc = advance(history, err);
	if (rc <= 0)
		return rc;
	changed = &history->changes.paths[history->next++];
	entry->path = changed->path;
	entry->removed = !changed->present;
	entry->id = history->id;
	entry->message = dg_buf_str(&history->message);
	entry->time = history->commit->commit.time;
	entry->tags =
		dg_tag_map_find(history->tags, &history->commit->object.id);
	return 1;
}

int dg_history_revision(struct dg_history *history, struct dg_revision **out,
			struct dg_error *err)
{
	int rc = 0;

	if (!history->revision)
		rc = dg_revision_of_id(&history->revision, history->repo,
				       &history->commit->object.id, err);
	*out = history->revision;
	return rc;
}

void dg_history_close(struct dg_history *history)
{
	if (!history)
		return;
	leave_commit(history);
	dg_changed_paths_free(&history->changes);
	dg_buf_free(&history->message);
	dg_history_walk_close(history->walk);
	dg_tree_cache_close(history->trees);
	dg_tag_map_close(history->tags);
	free(history->path);
	free(history->marker);
	free(history);
}
