#include "base/text.h"
#include "repo/commit_state.h"
#include "repo/tree_fileset.h"
#include <stdlib.h>

static int tree_error(struct dg_error *err, int rc)
{
	return dg_git_error(err, rc, "cannot write a tree");
}

static int insert(git_treebuilder *builder, struct dg_commit *commit,
		  const struct dg_blob *entry, git_filemode_t mode,
		  struct dg_error *err)
{
	int rc = git_treebuilder_insert(NULL, builder, entry->path, &entry->id,
					mode);

	/* libgit2 refuses only what it cannot read. */
	return rc < 0 ? dg_git_object_error(err, rc, commit->repo->git,
					    &entry->id, entry->path)
		      : 0;
}

static int insert_all(git_treebuilder *builder, struct dg_commit *commit,
		      struct dg_error *err)
{
	const struct dg_blob_list *blobs = &commit->blobs;
	const struct dg_blob_list *folders = &commit->folders;
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < blobs->count; i++) {
		if (!strchr(blobs->blobs[i].path, '/'))
			rc = insert(builder, commit, &blobs->blobs[i],
				    GIT_FILEMODE_BLOB, err);
	}
	for (i = 0; !rc && i < folders->count; i++)
		rc = insert(builder, commit, &folders->blobs[i],
			    GIT_FILEMODE_TREE, err);
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

static void drop_owned(git_treebuilder *builder, struct dg_commit *commit)
{
	const char *const *name;

	for (name = commit->owned; *name; name++) {
		if (git_treebuilder_get(builder, *name))
			(void)git_treebuilder_remove(builder, *name);
	}
}

/* The snapshot's folder as it will be: what was added, and what else the tip
 * holds there. */
static int write_snapshot(git_oid *out, struct dg_commit *commit,
			  struct dg_error *err)
{
	git_treebuilder *builder = NULL;
	int rc;

	if (!commit->blobs.count)
		return dg_error_set(err, DG_EFAILED,
				    "there is nothing to commit");
	rc = dg_commit_store(commit, err);
	if (rc < 0)
		return rc;
	rc = git_treebuilder_new(&builder, commit->repo->git, commit->tip_dir);
	if (rc < 0)
		return tree_error(err, rc);
	drop_owned(builder, commit);
	rc = insert_all(builder, commit, err);
	if (!rc) {
		rc = git_treebuilder_write(out, builder);
		if (rc < 0)
			rc = tree_error(err, rc);
	}
	git_treebuilder_free(builder);
	return rc;
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
