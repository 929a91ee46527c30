#include "repo/arrival.h"

#include "base/text.h"
#include "repo/history_changes.h"
#include "repo/revision_state.h"
#include <stdio.h>
#include <stdlib.h>

int dg_arrival_find(struct dg_repo *repo, const struct dg_arrival *arrival,
		    int (*visit)(void *context, const char *path,
				 struct dg_revision *to, struct dg_error *err),
		    void *context, struct dg_error *err)
{
	const struct dg_change_rule rule = {
		.marker = arrival->marker,
		.owned = arrival->owned,
	};
	struct dg_changed_paths changes = {0};
	struct dg_revision *from = NULL, *to = NULL;
	struct dg_tree_cache *trees = NULL;
	size_t i;
	int rc = dg_revision_open(&to, repo, arrival->to, err);

	if (rc == 0 && arrival->from)
		rc = dg_revision_open(&from, repo, arrival->from, err);
	if (rc == 0)
		rc = dg_tree_cache_open(&trees, repo, true, err);
	if (rc == 0)
		rc = dg_changed_paths_find(
			&changes, trees, git_tree_id(to->tree),
			from ? git_tree_id(from->tree) : NULL, from ? 1 : 0,
			&rule, err);
	for (i = 0; rc == 0 && i < changes.count; i++)
		if (changes.paths[i].present)
			rc = visit(context, changes.paths[i].path, to, err);
	dg_changed_paths_free(&changes);
	dg_tree_cache_close(trees);
	dg_revision_close(from);
	dg_revision_close(to);
	return rc;
}

struct search {
	struct dg_repo *repo;
	git_odb *odb;
	uint64_t above;
	char commit_id[DG_OID_HEX_SIZE];
	int (*visit)(void *context, const struct dg_large_file *file,
		     struct dg_error *err);
	void *context;
	git_oid *seen; /* large blobs that were reported */
	size_t seen_count;
};

static int remember(struct search *search, const git_oid *id, bool *known,
		    struct dg_error *err)
{
	git_oid *more;
	size_t i;

	*known = true;
	for (i = 0; i < search->seen_count; i++)
		if (git_oid_equal(&search->seen[i], id))
			return 0;
	*known = false;
	more = realloc(search->seen,
		       (search->seen_count + 1) * sizeof(*search->seen));
	if (!more)
		return dg_error_nomem(err);
	search->seen = more;
	git_oid_cpy(&search->seen[search->seen_count++], id);
	return 0;
}

static int look_at(struct search *search, const git_diff_file *file,
		   struct dg_error *err)
{
	struct dg_large_file large = {file->path, search->commit_id, 0};
	git_object_t type;
	bool known;
	size_t size;
	int rc;

	/* What is missing or damaged is not a push's to find. */
	if (git_odb_read_header(&size, &type, search->odb, &file->id) < 0 ||
	    type != GIT_OBJECT_BLOB || size <= search->above)
		return 0;
	rc = remember(search, &file->id, &known, err);
	large.size = size;
	return rc < 0 || known ? rc
			       : search->visit(search->context, &large, err);
}

/* A merge brings what differs from its first parent; the rest came with the
 * commits that it merges. */
static int look_into(struct search *search, const git_oid *id,
		     struct dg_error *err)
{
	git_commit *commit = NULL, *parent = NULL;
	git_tree *tree = NULL, *before = NULL;
	git_diff *diff = NULL;
	size_t i;
	int rc = git_commit_lookup(&commit, search->repo->git, id);

	git_oid_tostr(search->commit_id, sizeof(search->commit_id), id);
	if (rc == 0)
		rc = git_commit_tree(&tree, commit);
	if (rc == 0 && git_commit_parentcount(commit) > 0) {
		rc = git_commit_parent(&parent, commit, 0);
		if (rc == 0)
			rc = git_commit_tree(&before, parent);
	}
	if (rc == 0)
		rc = git_diff_tree_to_tree(&diff, search->repo->git, before,
					   tree, NULL);
	if (rc < 0)
		rc = dg_git_error(err, rc, "cannot read commit %.7s",
				  search->commit_id);
	for (i = 0; rc == 0 && i < git_diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git_diff_get_delta(diff, i);

		if (delta->status != GIT_DELTA_DELETED)
			rc = look_at(search, &delta->new_file, err);
	}
	git_diff_free(diff);
	git_tree_free(tree);
	git_tree_free(before);
	git_commit_free(parent);
	git_commit_free(commit);
	return rc;
}

/* From the tip down to what the other side is known to have. */
static int begin_walk(git_revwalk **out, struct dg_repo *repo,
		      const struct dg_departure *departure,
		      struct dg_error *err)
{
	char glob[512];
	git_oid id;
	int rc = git_revwalk_new(out, repo->git);

	if (rc == 0)
		rc = git_oid_fromstr(&id, departure->tip);
	if (rc == 0)
		rc = git_revwalk_push(*out, &id);
	/* We may never have seen what the other side has. */
	if (rc == 0 && departure->known &&
	    git_oid_fromstr(&id, departure->known) == 0)
		(void)git_revwalk_hide(*out, &id);
	if (rc == 0 && departure->remote &&
	    snprintf(glob, sizeof(glob), "refs/remotes/%s/*",
		     departure->remote) < (int)sizeof(glob))
		(void)git_revwalk_hide_glob(*out, glob);
	return rc < 0 ? dg_git_error(err, rc, "cannot read what is pushed") : 0;
}

int dg_departure_large(struct dg_repo *repo,
		       const struct dg_departure *departure,
		       int (*visit)(void *context,
				    const struct dg_large_file *file,
				    struct dg_error *err),
		       void *context, struct dg_error *err)
{
	struct search search = {
		.repo = repo,
		.above = departure->above,
		.visit = visit,
		.context = context,
	};
	git_revwalk *walk = NULL;
	git_oid id;
	int rc = begin_walk(&walk, repo, departure, err);

	if (rc == 0 && git_repository_odb(&search.odb, repo->git) < 0)
		rc = dg_git_error(err, -1, "cannot open the object database");
	while (rc == 0 && git_revwalk_next(&id, walk) == 0)
		rc = look_into(&search, &id, err);
	git_revwalk_free(walk);
	git_odb_free(search.odb);
	free(search.seen);
	return rc;
}
