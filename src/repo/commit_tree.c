#include "base/text.h"
#include "repo/commit_state.h"
#include "repo/tree_fileset.h"
#include <stdlib.h>

static int tree_error(struct dg_error *err, int rc)
{
	return dg_git_error(err, rc, "cannot write a tree");
}

/* The files list[from] up to list[to] are those of one folder, whose path
 * takes `skip` bytes of theirs. base (may be NULL): what else it holds. */
struct folder {
	const struct dg_blob *list;
	size_t from;
	size_t to;
	size_t skip;
	const git_tree *base;
	const char *const *drop; /* entries of base that go; ends with NULL */
};

static int write_folder(git_oid *out, struct dg_commit *commit,
			const struct folder *folder, struct dg_error *err);

static int insert_folder(git_treebuilder *builder, struct dg_commit *commit,
			 const struct folder *folder, const char *name,
			 struct dg_error *err)
{
	git_oid id;
	int rc = write_folder(&id, commit, folder, err);

	if (rc < 0)
		return rc;
	rc = git_treebuilder_insert(NULL, builder, name, &id,
				    GIT_FILEMODE_TREE);
	return rc < 0 ? tree_error(err, rc) : 0;
}

/* Inserts the entry that list[at] is of, and tells where the next begins. */
static int insert_at(git_treebuilder *builder, struct dg_commit *commit,
		     const struct folder *folder, size_t *at,
		     struct dg_error *err)
{
	const struct dg_blob *list = folder->list;
	const char *path = list[*at].path;
	const char *name = path + folder->skip;
	size_t name_len = strcspn(name, "/");
	size_t whole = folder->skip + name_len + 1;
	struct folder sub = {list, *at, *at + 1, whole, NULL, NULL};
	char *part;
	int rc;

	if (!name[name_len]) {
		rc = git_treebuilder_insert(NULL, builder, name, &list[*at].id,
					    GIT_FILEMODE_BLOB);
		/* libgit2 refuses only what it cannot read. */
		if (rc < 0)
			rc = dg_git_object_error(err, rc, commit->repo->git,
						 &list[*at].id, path);
		*at += 1;
		return rc;
	}
	while (sub.to < folder->to && !strncmp(list[sub.to].path, path, whole))
		sub.to++;
	rc = dg_slice_dup(&part, dg_slice_of(name, name_len), err);
	if (rc < 0)
		return rc;
	rc = insert_folder(builder, commit, &sub, part, err);
	free(part);
	*at = sub.to;
	return rc;
}

static int write_folder(git_oid *out, struct dg_commit *commit,
			const struct folder *folder, struct dg_error *err)
{
	git_treebuilder *builder = NULL;
	const char *const *name;
	size_t at = folder->from;
	int rc = git_treebuilder_new(&builder, commit->repo->git, folder->base);

	if (rc < 0)
		return tree_error(err, rc);
	for (name = folder->drop; name && *name; name++) {
		if (git_treebuilder_get(builder, *name))
			(void)git_treebuilder_remove(builder, *name);
	}
	while (!rc && at < folder->to)
		rc = insert_at(builder, commit, folder, &at, err);
	if (!rc) {
		rc = git_treebuilder_write(out, builder);
		if (rc < 0)
			rc = tree_error(err, rc);
	}
	git_treebuilder_free(builder);
	return rc;
}

static int edit_parent(git_oid *out, struct dg_commit *commit,
		       const git_tree *parent, const char *name,
		       const git_oid *child, struct dg_error *err)
{
	git_treebuilder *builder = NULL;
	int rc = git_treebuilder_new(&builder, commit->repo->git, parent);

	if (!rc)
		rc = git_treebuilder_insert(NULL, builder, name, child,
					    GIT_FILEMODE_TREE);
	if (!rc)
		rc = git_treebuilder_write(out, builder);
	git_treebuilder_free(builder);
	return rc < 0 ? tree_error(err, rc) : 0;
}

/* Puts the folder's tree into the trees above it, from the deepest up. */
static int graft(git_oid *root, struct dg_commit *commit, const git_oid *folder,
		 struct dg_error *err)
{
	char *path = NULL, *slash;
	int rc = dg_strdup(&path, commit->path, err);

	*root = *folder;
	while (!rc && *path) {
		git_tree *parent = NULL;
		git_oid above = {{0}};

		slash = strrchr(path, '/');
		if (slash)
			*slash = '\0';
		rc = dg_tree_at(&parent, commit->tip_root, slash ? path : "",
				err);
		if (!rc)
			rc = edit_parent(&above, commit, parent,
					 slash ? slash + 1 : path, root, err);
		git_tree_free(parent);
		*root = above;
		if (!slash)
			break;
	}
	free(path);
	return rc;
}

static int write_commit(struct dg_commit *commit, const git_oid *root,
			struct dg_error *err)
{
	git_commit *parent = NULL;
	git_tree *tree = NULL;
	const git_commit *parents[1];
	int rc = git_tree_lookup(&tree, commit->repo->git, root);

	if (!rc && commit->has_tip)
		rc = git_commit_lookup(&parent, commit->repo->git,
				       &commit->tip);
	parents[0] = parent;
	if (!rc)
		rc = git_commit_create(&commit->id, commit->repo->git, NULL,
				       commit->author, commit->committer, NULL,
				       commit->message, tree,
				       commit->has_tip ? 1 : 0, parents);
	git_commit_free(parent);
	git_tree_free(tree);
	return rc < 0 ? dg_git_error(err, rc, "cannot write the commit") : 0;
}

/* The snapshot's folder as it will be: what was added, and what else the tip
 * holds there. */
static int write_snapshot(git_oid *out, struct dg_commit *commit,
			  struct dg_error *err)
{
	struct folder folder = {.base = commit->tip_dir, .drop = commit->owned};

	dg_blob_list_sort(&commit->blobs);
	if (!commit->blobs.count)
		return dg_error_set(err, DG_EFAILED,
				    "there is nothing to commit");
	folder.list = commit->blobs.blobs;
	folder.to = commit->blobs.count;
	return write_folder(out, commit, &folder, err);
}

int dg_commit_files(struct dg_fileset **out, struct dg_commit *commit,
		    struct dg_error *err)
{
	git_tree *tree = NULL;
	git_oid id;
	int rc = write_snapshot(&id, commit, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	rc = git_tree_lookup(&tree, commit->repo->git, &id);
	if (rc < 0)
		return tree_error(err, rc);
	rc = dg_tree_fileset(out, commit->repo, tree, commit->path,
			     commit->memory, err);
	git_tree_free(tree);
	return rc;
}

int dg_commit_build(struct dg_commit *commit, struct dg_error *err)
{
	git_oid id, root;
	int rc = write_snapshot(&id, commit, err);

	if (!rc)
		rc = graft(&root, commit, &id, err);
	if (!rc)
		rc = write_commit(commit, &root, err);
	return rc;
}
