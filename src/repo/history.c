#include "repo/history.h"
#include "base/text.h"
#include "repo/history_changes.h"
#include "repo/history_walk.h"
#include "repo/loose_refs.h"
#include "repo/revision_state.h"
#include "repo/tag_map.h"
#include <stdlib.h>

struct dg_history {
	struct dg_repo *repo;
	char *path; /* what the rule points at */
	char *marker;
	struct dg_change_rule rule;
	struct dg_history_walk *walk;
	struct dg_tag_map *tags;
	bool tags_to_walk; /* once the branches are at their ends */
	int64_t since;
	/* The commit whose changes are being handed out. */
	struct dg_revision *revision;
	struct dg_changed_paths changes;
	size_t next;
};

static int open_start(struct dg_revision **out, struct dg_repo *repo,
		      const char *start, struct dg_error *err)
{
	return dg_revision_open(out, repo, start ? start : "HEAD", err);
}

/* HEAD may be unborn. */
static int start_from(struct dg_history *history, const char *name,
		      struct dg_error *err)
{
	git_oid id;
	git_object *commit = NULL;
	int rc = git_reference_name_to_id(&id, history->repo->git, name);

	if (rc < 0)
		return 0;
	rc = git_object_lookup(&commit, history->repo->git, &id,
			       GIT_OBJECT_COMMIT);
	git_object_free(commit);
	if (rc < 0)
		return dg_git_object_error(err, rc, history->repo->git, &id,
					   name);
	return dg_history_walk_start(history->walk, &id, err);
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
	git_object *commit = NULL;
	int rc = git_object_lookup(&commit, history->repo->git, id,
				   GIT_OBJECT_COMMIT);

	git_object_free(commit);
	return rc ? 0 : dg_history_walk_start(history->walk, id, err);
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
	rc = open_start(&start, history->repo, options->start, err);
	if (!rc)
		rc = dg_history_walk_start(history->walk,
					   git_commit_id(start->commit), err);
	dg_revision_close(start);
	return rc;
}

/* The next commit: of the branches first, then what only tags reach. */
static int walk_on(struct dg_history *history, git_commit **commit,
		   struct dg_error *err)
{
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
	if (options->path)
		rc = dg_strdup(&history->path, options->path, err);
	if (!rc)
		rc = dg_strdup(&history->marker, options->marker, err);
	if (!rc)
		rc = dg_history_walk_open(&history->walk, repo, err);
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

static void free_trees(git_tree **trees, size_t count)
{
	size_t i;

	for (i = 0; trees && i < count; i++)
		git_tree_free(trees[i]);
	free(trees);
}

static int parent_trees(git_tree ***out, size_t *count, struct dg_repo *repo,
			const git_commit *commit, struct dg_error *err)
{
	unsigned int i, parents = git_commit_parentcount(commit);
	git_tree **trees = calloc((size_t)parents + 1, sizeof(git_tree *));
	int rc = trees ? 0 : dg_error_nomem(err);

	for (i = 0; !rc && i < parents; i++)
		rc = dg_tree_of(&trees[i], repo,
				git_commit_parent_id(commit, i), err);
	*count = parents;
	*out = trees;
	return rc;
}

static int find_changes(struct dg_history *history, struct dg_error *err)
{
	git_commit *commit = history->revision->commit;
	git_tree **parents = NULL;
	size_t count = 0;
	int rc = 0;

	if (!dg_history_walk_is_end(history->walk, git_commit_id(commit)))
		rc = parent_trees(&parents, &count, history->repo, commit, err);
	if (!rc)
		rc = dg_changed_paths_find(&history->changes,
					   history->revision->tree, parents,
					   count, &history->rule, err);
	free_trees(parents, count);
	return rc;
}

/* Moves on to the next commit that changes something: 1, 0 or an error. */
static int advance(struct dg_history *history, struct dg_error *err)
{
	git_commit *commit;
	int rc;

	do {
		dg_changed_paths_clear(&history->changes);
		history->next = 0;
		dg_revision_close(history->revision);
		history->revision = NULL;
		rc = walk_on(history, &commit, err);
		if (rc <= 0)
			return rc;
		if (git_commit_time(commit) < history->since) {
			git_commit_free(commit);
			continue;
		}
		rc = dg_revision_of_commit(&history->revision, history->repo,
					   commit, err);
		if (!rc)
			rc = find_changes(history, err);
		if (rc < 0)
			return rc;
	} while (!history->revision || !history->changes.count);
	return 1;
}

static int has_snapshot(bool *out, const struct dg_revision *revision,
			const char *path, const char *marker,
			struct dg_error *err)
{
	git_tree *folder = NULL;
	int rc = dg_tree_at(&folder, revision->tree, path, err);

	*out = dg_tree_has_file(folder, marker);
	git_tree_free(folder);
	return rc;
}

int dg_history_next(struct dg_history *history, struct dg_history_entry *entry,
		    struct dg_error *err)
{
	bool present = false;
	int rc = 1;

	if (history->next == history->changes.count)
		rc = advance(history, err);
	if (rc <= 0)
		return rc;
	entry->path = history->changes.path[history->next++];
	entry->id = history->revision->id;
	entry->revision = history->revision;
	entry->message = dg_revision_message(history->revision);
	entry->time = dg_revision_time(history->revision);
	entry->tags = dg_tag_map_find(history->tags,
				      git_commit_id(history->revision->commit));
	rc = has_snapshot(&present, history->revision, entry->path,
			  history->marker, err);
	entry->removed = !present;
	return rc < 0 ? rc : 1;
}

void dg_history_close(struct dg_history *history)
{
	if (!history)
		return;
	dg_changed_paths_clear(&history->changes);
	dg_revision_close(history->revision);
	dg_history_walk_close(history->walk);
	dg_tag_map_close(history->tags);
	free(history->path);
	free(history->marker);
	free(history);
}

/* The first parent that has the same snapshot; *out is NULL if none has. An
 * absent parent (shallow clone) counts as without. */
static int same_parent(git_commit **out, const struct dg_revision *revision,
		       const struct dg_change_rule *rule, struct dg_error *err)
{
	unsigned int i, parents = git_commit_parentcount(revision->commit);
	int rc = 0;

	*out = NULL;
	for (i = 0; !rc && i < parents; i++) {
		git_commit *parent = NULL;
		git_tree *tree = NULL;
		bool same = false;

		if (git_commit_parent(&parent, revision->commit, i) < 0)
			continue;
		rc = git_commit_tree(&tree, parent);
		if (rc < 0)
			rc = dg_git_error(
				err, rc, "cannot read commit %.7s",
				git_oid_tostr_s(git_commit_id(parent)));
		if (!rc)
			rc = dg_same_snapshot(&same, revision->tree, tree,
					      rule->path, rule, err);
		git_tree_free(tree);
		if (!rc && same) {
			*out = parent;
			return 0;
		}
		git_commit_free(parent);
	}
	return rc;
}

int dg_history_writer(struct dg_repo *repo,
		      const struct dg_history_options *options,
		      char id[DG_OID_HEX_SIZE], struct dg_error *err)
{
	struct dg_change_rule rule = {options->path, options->marker,
				      options->owned};
	struct dg_revision *at = NULL;
	git_commit *parent = NULL;
	bool present = false;
	int rc = open_start(&at, repo, options->start, err);

	if (!rc)
		rc = has_snapshot(&present, at, rule.path, rule.marker, err);
	if (!rc && !present)
		rc = dg_error_set(err, DG_ENOTFOUND,
				  "there is no snapshot '%s' in %.7s",
				  rule.path, at->id);
	while (!rc) {
		rc = same_parent(&parent, at, &rule, err);
		if (rc || !parent)
			break;
		dg_revision_close(at);
		rc = dg_revision_of_commit(&at, repo, parent, err);
	}
	if (!rc)
		memcpy(id, at->id, DG_OID_HEX_SIZE);
	dg_revision_close(at);
	return rc;
}
