#include "repo/history_changes.h"
#include "base/text.h"
#include <stdlib.h>

#define FOLDER_DEPTH_MAX 64

static int add_path(struct dg_changed_paths *paths, const char *path,
		    struct dg_error *err)
{
	int rc;

	if (paths->count == paths->room) {
		size_t room = paths->room ? paths->room * 2 : 8;
		char **more = realloc(paths->path, room * sizeof(*more));

		if (!more)
			return dg_error_nomem(err);
		paths->path = more;
		paths->room = room;
	}
	rc = dg_strdup(&paths->path[paths->count], path, err);
	if (!rc)
		paths->count++;
	return rc;
}

void dg_changed_paths_clear(struct dg_changed_paths *paths)
{
	size_t i;

	for (i = 0; i < paths->count; i++)
		free(paths->path[i]);
	free(paths->path);
	memset(paths, 0, sizeof(*paths));
}

static bool differs(const git_tree *a, const git_tree *b,
		    const struct dg_change_rule *rule)
{
	if (!dg_tree_has_file(a, rule->marker) &&
	    !dg_tree_has_file(b, rule->marker))
		return false;
	return !dg_tree_same_entries(a, b, rule->owned);
}

int dg_same_snapshot(bool *out, const git_tree *a, const git_tree *b,
		     const char *path, const struct dg_change_rule *rule,
		     struct dg_error *err)
{
	git_tree *in_a = NULL, *in_b = NULL;
	int rc = dg_tree_at(&in_a, a, path, err);

	if (!rc)
		rc = dg_tree_at(&in_b, b, path, err);
	if (!rc)
		*out = !differs(in_a, in_b, rule);
	git_tree_free(in_a);
	git_tree_free(in_b);
	return rc;
}

struct search {
	struct dg_changed_paths *paths;
	const struct dg_change_rule *rule;
	struct dg_error *err;
};

static int search_below(struct search *search, const git_tree *a,
			const git_tree *b, const char *path,
			unsigned int depth);

/* A folder that either side has under that name, if the ids differ. */
static int search_folder(struct search *search, const git_tree *a,
			 const git_tree *b, const char *name, const char *path,
			 unsigned int depth)
{
	git_tree *in_a = NULL, *in_b = NULL;
	char *below = NULL;
	int rc = dg_tree_at(&in_a, a, name, search->err);

	if (!rc)
		rc = dg_tree_at(&in_b, b, name, search->err);
	if (!rc)
		rc = dg_asprintf(&below, search->err, "%s%s%s", path,
				 *path ? "/" : "", name);
	if (!rc)
		rc = search_below(search, in_a, in_b, below, depth + 1);
	git_tree_free(in_a);
	git_tree_free(in_b);
	free(below);
	return rc;
}

static bool is_owned(const struct dg_change_rule *rule, const char *name)
{
	const char *const *own = rule->owned;

	while (own && *own && strcmp(*own, name) != 0)
		own++;
	return own && *own;
}

/* Folders of `first`; those that `second` has too only if skip_common is not
 * set. */
static int search_folders_of(struct search *search, const git_tree *first,
			     const git_tree *second, bool skip_common,
			     const char *path, unsigned int depth)
{
	size_t i, count = first ? git_tree_entrycount(first) : 0;
	bool snapshot = dg_tree_has_file(first, search->rule->marker);
	int rc = 0;

	for (i = 0; !rc && i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(first, i);
		const char *name = git_tree_entry_name(entry);
		const git_tree_entry *other;

		if (git_tree_entry_type(entry) != GIT_OBJECT_TREE ||
		    (snapshot && is_owned(search->rule, name)))
			continue;
		other = second ? git_tree_entry_byname(second, name) : NULL;
		if (other && git_tree_entry_type(other) != GIT_OBJECT_TREE)
			other = NULL;
		if (other &&
		    (skip_common || git_oid_equal(git_tree_entry_id(entry),
						  git_tree_entry_id(other))))
			continue;
		rc = search_folder(search, first, second, name, path, depth);
	}
	return rc;
}

static int search_below(struct search *search, const git_tree *a,
			const git_tree *b, const char *path, unsigned int depth)
{
	int rc = 0;

	if (depth > FOLDER_DEPTH_MAX || (!a && !b))
		return 0;
	if (differs(a, b, search->rule))
		rc = add_path(search->paths, path, search->err);
	if (!rc)
		rc = search_folders_of(search, a, b, false, path, depth);
	if (!rc)
		rc = search_folders_of(search, b, a, true, path, depth);
	return rc;
}

/* Of what differs from the first parent, what differs from the others too. */
static int drop_inherited(struct dg_changed_paths *paths, const git_tree *tree,
			  const git_tree *parent,
			  const struct dg_change_rule *rule,
			  struct dg_error *err)
{
	size_t from, to = 0;
	bool same = false;
	int rc = 0;

	for (from = 0; from < paths->count; from++) {
		if (!rc)
			rc = dg_same_snapshot(&same, tree, parent,
					      paths->path[from], rule, err);
		if (!rc && same)
			free(paths->path[from]);
		else
			paths->path[to++] = paths->path[from];
	}
	paths->count = to;
	return rc;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int dg_changed_paths_find(struct dg_changed_paths *out, const git_tree *tree,
			  git_tree *const *parents, size_t parent_count,
			  const struct dg_change_rule *rule,
			  struct dg_error *err)
{
	struct search search = {out, rule, err};
	const git_tree *first = parent_count ? parents[0] : NULL;
	bool same = false;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	if (rule->path) {
		rc = dg_same_snapshot(&same, tree, first, rule->path, rule,
				      err);
		if (!rc && !same)
			rc = add_path(out, rule->path, err);
	} else if (first &&
		   git_oid_equal(git_tree_id(tree), git_tree_id(first))) {
		rc = 0;
	} else {
		rc = search_below(&search, tree, first, "", 0);
	}
	for (i = 1; !rc && i < parent_count && out->count; i++)
		rc = drop_inherited(out, tree, parents[i], rule, err);
	if (out->count > 1)
		qsort(out->path, out->count, sizeof(*out->path), by_bytes);
	if (rc < 0)
		dg_changed_paths_clear(out);
	return rc;
}
