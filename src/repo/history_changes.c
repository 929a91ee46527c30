#include "repo/history_changes.h"
#include "base/text.h"
#include "repo/raw_tree.h"
#include <stdlib.h>

#define FOLDER_DEPTH_MAX 64
#define PATH_MAX_BYTES ((size_t)1 << 20)

struct search {
	struct dg_changed_paths *found;
	struct dg_tree_cache *trees;
	const struct dg_change_rule *rule;
	struct dg_buf path; /* of the folder that is looked at */
	struct dg_error *err;
};

static int add_path(struct dg_changed_paths *paths, const char *path,
		    bool present, struct dg_error *err)
{
	int rc;

	if (paths->count == paths->room) {
		size_t room = paths->room ? paths->room * 2 : 8;
		struct dg_changed_path *more;

		more = realloc(paths->paths, room * sizeof(*more));
		if (!more)
			return dg_error_nomem(err);
		paths->paths = more;
		paths->room = room;
	}
	rc = dg_strdup(&paths->paths[paths->count].path, path, err);
	if (!rc)
		paths->paths[paths->count++].present = present;
	return rc;
}

static bool is_owned(const struct dg_change_rule *rule, struct dg_slice name)
{
	const char *const *own = rule->owned;

	while (own && *own && !dg_slice_equal(dg_slice_str(*own), name))
		own++;
	return own && *own;
}

static int get(struct dg_cached_tree **out, struct search *search,
	       const struct dg_raw_entry *entry)
{
	git_oid id;

	*out = NULL;
	if (!entry)
		return 0;
	memcpy(id.id, entry->id, sizeof(id.id));
	return dg_tree_cache_get(out, search->trees, &id,
				 dg_buf_str(&search->path), search->err);
}

static int push_name(struct search *search, struct dg_slice name)
{
	struct dg_buf *path = &search->path;
	int rc = path->len ? dg_buf_add_char(path, '/', search->err) : 0;

	return rc ? rc : dg_buf_add_slice(path, name, search->err);
}

static void pop_name(struct search *search, size_t len)
{
	search->path.len = len;
	if (search->path.ptr)
		search->path.ptr[len] = '\0';
}

static int search_below(struct search *search, const struct dg_cached_tree *a,
			const struct dg_cached_tree *b, unsigned int depth);

/* A folder that both have, or one of them (the other is NULL). */
static int search_folder(struct search *search, const struct dg_raw_entry *a,
			 const struct dg_raw_entry *b, unsigned int depth)
{
	struct dg_cached_tree *in_a = NULL, *in_b = NULL;
	size_t len = search->path.len;
	int rc = push_name(search, a ? a->name : b->name);

	if (!rc)
		rc = get(&in_a, search, a);
	if (!rc)
		rc = get(&in_b, search, b);
	if (!rc)
		rc = search_below(search, in_a, in_b, depth + 1);
	dg_tree_cache_put(search->trees, in_a);
	dg_tree_cache_put(search->trees, in_b);
	pop_name(search, len);
	return rc;
}

static bool next_folder(struct dg_slice *rest, struct dg_raw_entry *entry)
{
	while (dg_raw_tree_next(rest, entry))
		if (dg_raw_entry_is_folder(entry))
			return true;
	return false;
}

/* A merge of two sorted lists. What a snapshot owns is not looked into. */
static int search_folders(struct search *search, const struct dg_folder *a,
			  const struct dg_folder *b, unsigned int depth)
{
	const struct dg_change_rule *rule = search->rule;
	struct dg_slice rest_a = a->entries, rest_b = b->entries;
	struct dg_raw_entry of_a, of_b;
	bool have_a = next_folder(&rest_a, &of_a);
	bool have_b = next_folder(&rest_b, &of_b);
	int rc = 0;

	while (!rc && (have_a || have_b)) {
		int order = !have_b   ? -1
			    : !have_a ? 1
				      : dg_raw_folder_order(&of_a, &of_b);
		const struct dg_raw_entry *in_a = order <= 0 ? &of_a : NULL;
		const struct dg_raw_entry *in_b = order >= 0 ? &of_b : NULL;
		bool owned =
			in_a ? a->is_snapshot && is_owned(rule, in_a->name)
			     : b->is_snapshot && is_owned(rule, in_b->name);
		bool same = in_a && in_b && dg_raw_entry_same(in_a, in_b);

		if (!owned && !same)
			rc = search_folder(search, in_a, in_b, depth);
		if (order <= 0)
			have_a = next_folder(&rest_a, &of_a);
		if (order >= 0)
			have_b = next_folder(&rest_b, &of_b);
	}
	return rc;
}

static int search_below(struct search *search, const struct dg_cached_tree *a,
			const struct dg_cached_tree *b, unsigned int depth)
{
	struct dg_folder of_a = dg_folder_of(a, search->rule);
	struct dg_folder of_b = dg_folder_of(b, search->rule);
	int rc = 0;

	if (depth > FOLDER_DEPTH_MAX)
		return 0;
	if (dg_snapshots_differ(&of_a, &of_b, search->rule))
		rc = add_path(search->found, dg_buf_str(&search->path),
			      of_a.is_snapshot, search->err);
	return rc ? rc : search_folders(search, &of_a, &of_b, depth);
}

static int search_trees(struct dg_changed_paths *out,
			struct dg_tree_cache *trees, const git_oid *tree,
			const git_oid *parent,
			const struct dg_change_rule *rule, struct dg_error *err)
{
	struct search search = {out, trees, rule, DG_BUF_INIT(PATH_MAX_BYTES),
				err};
	struct dg_cached_tree *a = NULL, *b = NULL;
	int rc = dg_tree_cache_get(&a, trees, tree, "", err);

	if (!rc && parent)
		rc = dg_tree_cache_get(&b, trees, parent, "", err);
	if (!rc)
		rc = search_below(&search, a, b, 0);
	dg_tree_cache_put(trees, a);
	dg_tree_cache_put(trees, b);
	dg_buf_free(&search.path);
	return rc;
}

/* ---- against the parents ------------------------------------------- */

/* Of what differs from the first parent, what differs from another too. */
static int drop_inherited(struct dg_changed_paths *found,
			  struct dg_tree_cache *trees, const git_oid *tree,
			  const git_oid *parent,
			  const struct dg_change_rule *rule,
			  struct dg_error *err)
{
	struct dg_change_rule at = *rule;
	size_t from, to = 0;
	bool other = false;
	int rc = 0;

	for (from = 0; from < found->count; from++) {
		at.path = found->paths[from].path;
		if (!rc)
			rc = dg_snapshots_differ_at(&other, NULL, trees, tree,
						    parent, &at, err);
		if (!rc && !other)
			free(found->paths[from].path);
		else
			found->paths[to++] = found->paths[from];
	}
	found->count = to;
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(((const struct dg_changed_path *)a)->path,
		      ((const struct dg_changed_path *)b)->path);
}

int dg_changed_paths_find(struct dg_changed_paths *out,
			  struct dg_tree_cache *trees, const git_oid *tree,
			  const git_oid *parents, size_t parent_count,
			  const struct dg_change_rule *rule,
			  struct dg_error *err)
{
	const git_oid *first = parent_count ? parents : NULL;
	bool other = false, present = false;
	size_t i;
	int rc = 0;

	dg_changed_paths_clear(out);
	if (first && git_oid_equal(tree, first))
		return 0;
	if (rule->path)
		rc = dg_snapshots_differ_at(&other, &present, trees, tree,
					    first, rule, err);
	else
		rc = search_trees(out, trees, tree, first, rule, err);
	if (!rc && other)
		rc = add_path(out, rule->path, present, err);
	for (i = 1; !rc && i < parent_count && out->count; i++)
		rc = drop_inherited(out, trees, tree, &parents[i], rule, err);
	if (out->count > 1)
		qsort(out->paths, out->count, sizeof(*out->paths), by_bytes);
	return rc;
}

void dg_changed_paths_clear(struct dg_changed_paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->paths[i].path);
	paths->count = 0;
}

void dg_changed_paths_free(struct dg_changed_paths *paths)
{
	dg_changed_paths_clear(paths);
	free(paths->paths);
	memset(paths, 0, sizeof(*paths));
}
