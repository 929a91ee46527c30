#include "repo/history_walk.h"
#include "base/text.h"
#include "repo/id_set.h"
#include <stdio.h>
#include <stdlib.h>

#define TREES_KNOWN 1024

struct known_tree {
	git_oid commit;
	git_oid tree;
};

struct dg_history_walk {
	struct dg_repo *repo;
	struct dg_object_reader *reader;
	bool check;
	struct dg_commit_queue waiting;
	struct dg_id_set seen;
	struct dg_id_set ends;
	/* Of commits that were read: a child that comes after its parent, or
	 * is its second one, need not read it again. */
	struct known_tree trees[TREES_KNOWN];
};

static struct known_tree *known_of(struct dg_history_walk *walk,
				   const git_oid *commit)
{
	size_t at;

	memcpy(&at, commit->id, sizeof(at));
	return &walk->trees[at % TREES_KNOWN];
}

/* 1: it is none of a commit. */
static int read_commit(struct dg_walked_commit **out,
		       struct dg_history_walk *walk, const git_oid *id,
		       struct dg_error *err)
{
	int rc = dg_walked_commit_read(out, walk->reader, walk->check, id, err);

	if (!rc)
		*known_of(walk, id) =
			(struct known_tree){*id, (*out)->commit.tree};
	return rc;
}

int dg_history_walk_start(struct dg_history_walk *walk, const git_oid *id,
			  struct dg_error *err)
{
	struct dg_walked_commit *commit = NULL;
	int rc;

	if (dg_id_set_has(&walk->seen, id))
		return 0;
	rc = read_commit(&commit, walk, id, err);
	if (!rc)
		rc = dg_id_set_add(&walk->seen, id, err);
	if (!rc)
		rc = dg_commit_queue_push(&walk->waiting, commit, err);
	if (rc < 0)
		dg_walked_commit_free(commit);
	return rc;
}

/* The commits where a shallow clone ends, a line each in `shallow`. */
static int read_ends(struct dg_history_walk *walk, struct dg_error *err)
{
	char *path = NULL, line[128];
	FILE *file;
	git_oid id;
	int rc = dg_asprintf(&path, err, "%s/shallow", walk->repo->commondir);

	if (rc < 0)
		return rc;
	file = fopen(path, "re");
	free(path);
	while (file && !rc && fgets(line, sizeof(line), file)) {
		if (!git_oid_fromstrn(&id, line, strcspn(line, "\r\n")))
			rc = dg_id_set_add(&walk->ends, &id, err);
	}
	if (file)
		fclose(file);
	return rc;
}

int dg_history_walk_open(struct dg_history_walk **out, struct dg_repo *repo,
			 bool check, struct dg_error *err)
{
	struct dg_history_walk *walk = calloc(1, sizeof(*walk));
	int rc;

	*out = NULL;
	if (!walk)
		return dg_error_nomem(err);
	walk->repo = repo;
	walk->check = check;
	rc = dg_object_reader_take(&walk->reader, repo, err);
	if (!rc)
		rc = read_ends(walk, err);
	if (rc < 0) {
		dg_history_walk_close(walk);
		return rc;
	}
	*out = walk;
	return 0;
}

/* A parent, which is walked on to if it was not seen yet. */
static int tree_of_parent(git_oid *tree, struct dg_history_walk *walk,
			  const git_oid *id, struct dg_error *err)
{
	struct dg_walked_commit *commit = NULL;
	struct known_tree *known = known_of(walk, id);
	int rc = dg_history_walk_start(walk, id, err);

	if (!rc && git_oid_equal(&known->commit, id)) {
		*tree = known->tree;
		return 0;
	}
	if (!rc)
		rc = read_commit(&commit, walk, id, err);
	if (!rc)
		*tree = commit->commit.tree;
	dg_walked_commit_free(commit);
	return rc > 0 ? dg_walked_commit_damaged(err, id) : rc;
}

static int find_parents(struct dg_walked_commit *commit,
			struct dg_history_walk *walk, struct dg_error *err)
{
	size_t i, count = commit->commit.parent_count;
	int rc = 0;

	if (!count || dg_id_set_has(&walk->ends, &commit->object.id))
		return 0;
	commit->parent_trees = calloc(count, sizeof(*commit->parent_trees));
	if (!commit->parent_trees)
		return dg_error_nomem(err);
	commit->parent_count = count;
	for (i = 0; !rc && i < count; i++) {
		git_oid id = dg_raw_commit_parent(&commit->commit, i);

		rc = tree_of_parent(&commit->parent_trees[i], walk, &id, err);
	}
	return rc;
}

int dg_history_walk_next(struct dg_history_walk *walk,
			 struct dg_walked_commit **commit, struct dg_error *err)
{
	int rc;

	*commit = dg_commit_queue_pop(&walk->waiting);
	if (!*commit)
		return 0;
	rc = find_parents(*commit, walk, err);
	if (rc < 0) {
		dg_walked_commit_free(*commit);
		*commit = NULL;
		return rc;
	}
	return 1;
}

void dg_history_walk_close(struct dg_history_walk *walk)
{
	if (!walk)
		return;
	dg_commit_queue_free(&walk->waiting);
	dg_id_set_free(&walk->seen);
	dg_id_set_free(&walk->ends);
	dg_object_reader_give(walk->reader);
	free(walk);
}
