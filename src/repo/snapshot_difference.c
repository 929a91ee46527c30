#include "repo/snapshot_difference.h"
#include "repo/raw_tree.h"

struct dg_folder dg_folder_of(const struct dg_cached_tree *tree,
			      const struct dg_change_rule *rule)
{
	struct dg_folder folder = {0};
	struct dg_raw_entry marker;

	if (!tree)
		return folder;
	folder.id = &tree->object.id;
	folder.entries = tree->object.bytes;
	folder.is_snapshot =
		dg_raw_tree_find(folder.entries, dg_slice_str(rule->marker),
				 &marker) &&
		dg_raw_entry_is_file(&marker);
	return folder;
}

static bool same_entry(const struct dg_folder *a, const struct dg_folder *b,
		       const char *name)
{
	struct dg_slice text = dg_slice_str(name);
	struct dg_raw_entry of_a, of_b;
	bool in_a = dg_raw_tree_find(a->entries, text, &of_a);
	bool in_b = dg_raw_tree_find(b->entries, text, &of_b);

	if (!in_a || !in_b)
		return !in_a && !in_b;
	return dg_raw_entry_same(&of_a, &of_b);
}

bool dg_snapshots_differ(const struct dg_folder *a, const struct dg_folder *b,
			 const struct dg_change_rule *rule)
{
	const char *const *name = rule->owned;

	if (!a->is_snapshot && !b->is_snapshot)
		return false;
	if (a->id && b->id && git_oid_equal(a->id, b->id))
		return false;
	while (name && *name && same_entry(a, b, *name))
		name++;
	return !name || *name;
}

int dg_snapshots_differ_at(bool *out, bool *present,
			   struct dg_tree_cache *trees, const git_oid *a,
			   const git_oid *b, const struct dg_change_rule *rule,
			   struct dg_error *err)
{
	struct dg_cached_tree *in_a = NULL, *in_b = NULL;
	struct dg_folder of_a, of_b;
	int rc = dg_tree_cache_at(&in_a, trees, a, rule->path, err);

	if (!rc && b)
		rc = dg_tree_cache_at(&in_b, trees, b, rule->path, err);
	of_a = dg_folder_of(in_a, rule);
	of_b = dg_folder_of(in_b, rule);
	*out = dg_snapshots_differ(&of_a, &of_b, rule);
	if (present)
		*present = of_a.is_snapshot;
	dg_tree_cache_put(trees, in_a);
	dg_tree_cache_put(trees, in_b);
	return rc;
}
