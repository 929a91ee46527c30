#include "repo/history.h"
#include "repo/history_changes.h"
#include "repo/revision_state.h"
#include "repo/walked_commit.h"

/* What the steps back share. All bytes are compared with their ids. */
struct search {
	const struct dg_change_rule *rule;
	struct dg_object_reader *reader;
	struct dg_tree_cache *trees;
};

/* The first parent that has the same snapshot; *out is NULL if none has. An
 * absent parent (shallow clone) counts as without. */
static int same_parent(struct dg_walked_commit **out, struct search *search,
		       const struct dg_walked_commit *at, struct dg_error *err)
{
	struct dg_walked_commit *parent = NULL;
	bool other = true;
	size_t i;
	int rc = 0;

	*out = NULL;
	for (i = 0; !rc && i < at->commit.parent_count; i++) {
		git_oid id = dg_raw_commit_parent(&at->commit, i);

		if (dg_walked_commit_read(&parent, search->reader, true, &id,
					  NULL))
			continue;
		rc = dg_snapshots_differ_at(
			&other, NULL, search->trees, &at->commit.tree,
			&parent->commit.tree, search->rule, err);
		if (!rc && !other) {
			*out = parent;
			return 0;
		}
		dg_walked_commit_free(parent);
	}
	return rc;
}

static int check_present(struct search *search,
			 const struct dg_walked_commit *at,
			 struct dg_error *err)
{
	struct dg_cached_tree *folder = NULL;
	int rc = dg_tree_cache_at(&folder, search->trees, &at->commit.tree,
				  search->rule->path, err);

	if (!rc && !dg_folder_of(folder, search->rule).is_snapshot)
		rc = dg_error_set(
			err, DG_ENOTFOUND, "there is no snapshot '%s' in %.7s",
			search->rule->path, git_oid_tostr_s(&at->object.id));
	dg_tree_cache_put(search->trees, folder);
	return rc;
}

static int read_start(struct dg_walked_commit **out, struct search *search,
		      struct dg_repo *repo, const char *start,
		      struct dg_error *err)
{
	struct dg_revision *revision = NULL;
	int rc = dg_revision_open(&revision, repo, start ? start : "HEAD", err);

	if (!rc)
		rc = dg_walked_commit_read(out, search->reader, true,
					   git_commit_id(revision->commit),
					   err);
	dg_revision_close(revision);
	return rc;
}

static int go_back(struct dg_walked_commit **at, struct search *search,
		   struct dg_error *err)
{
	struct dg_walked_commit *parent = NULL;
	int rc = check_present(search, *at, err);

	while (!rc) {
		rc = same_parent(&parent, search, *at, err);
		if (rc || !parent)
			break;
		dg_walked_commit_free(*at);
		*at = parent;
	}
	return rc;
}

int dg_history_writer(struct dg_repo *repo,
		      const struct dg_history_options *options,
		      char id[DG_OID_HEX_SIZE], struct dg_error *err)
{
	const struct dg_change_rule rule = {options->path, options->marker,
					    options->owned};
	struct search search = {.rule = &rule};
	struct dg_walked_commit *at = NULL;
	int rc = dg_object_reader_take(&search.reader, repo, err);

	if (!rc)
		rc = dg_tree_cache_open(&search.trees, repo, true, err);
	if (!rc)
		rc = read_start(&at, &search, repo, options->start, err);
	if (!rc)
		rc = go_back(&at, &search, err);
	if (!rc)
		git_oid_tostr(id, DG_OID_HEX_SIZE, &at->object.id);
	dg_walked_commit_free(at);
	dg_tree_cache_close(search.trees);
	dg_object_reader_give(search.reader);
	return rc;
}
