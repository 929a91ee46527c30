#include "repo/git.h"

int dg_tree_of(git_tree **out, struct dg_repo *repo, const git_oid *commit,
	       struct dg_error *err)
{
	git_commit *object = NULL;
	int rc = git_commit_lookup(&object, repo->git, commit);

	*out = NULL;
	if (!rc)
		rc = git_commit_tree(out, object);
	git_commit_free(object);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read commit %.7s",
				    git_oid_tostr_s(commit));
	return 0;
}

int dg_tree_at(git_tree **out, const git_tree *root, const char *path,
	       struct dg_error *err)
{
	git_tree_entry *entry = NULL;
	int rc;

	*out = NULL;
	if (!root)
		return 0;
	if (!*path) {
		rc = git_tree_dup(out, (git_tree *)root);
		return rc < 0 ? dg_git_error(err, rc, "cannot copy a tree") : 0;
	}
	rc = git_tree_entry_bypath(&entry, root, path);
	if (dg_git_no_entry(rc))
		return 0;
	if (rc < 0)
		return dg_git_object_error(err, rc, git_tree_owner(root), NULL,
					   path);
	if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		rc = git_tree_lookup(out, git_tree_owner(root),
				     git_tree_entry_id(entry));
	if (rc < 0)
		rc = dg_git_object_error(err, rc, git_tree_owner(root),
					 git_tree_entry_id(entry), path);
	git_tree_entry_free(entry);
	return rc;
}

static bool same_entry(const git_tree_entry *a, const git_tree_entry *b)
{
	if (!a || !b)
		return !a && !b;
	return git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) &&
	       git_tree_entry_type(a) == git_tree_entry_type(b);
}

bool dg_tree_same_entries(const git_tree *a, const git_tree *b,
			  const char *const *names)
{
	if (!a && !b)
		return true;
	if (a && b && git_oid_equal(git_tree_id(a), git_tree_id(b)))
		return true;
	if (!names)
		return false;
	for (; *names; names++) {
		const git_tree_entry *of_a = NULL, *of_b = NULL;

		if (a)
			of_a = git_tree_entry_byname(a, *names);
		if (b)
			of_b = git_tree_entry_byname(b, *names);
		if (!same_entry(of_a, of_b))
			return false;
	}
	return true;
}

bool dg_tree_has_file(const git_tree *tree, const char *name)
{
	const git_tree_entry *entry;

	entry = tree ? git_tree_entry_byname(tree, name) : NULL;
	return entry && git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
	       git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
}
