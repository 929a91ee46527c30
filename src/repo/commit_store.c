/*
 * What a commit adds, written: the contents and the folders below the
 * snapshot's own, in one go, so that they can be one pack. A folder's id is
 * that of its bytes, so all ids are known before anything is written, and what
 * the tip has at its place is left out.
 */
#include "base/text.h"
#include "repo/commit_blob.h"
#include <stdlib.h>

#define FOLDER_MAX ((size_t)256 << 20)

/* The blobs list[from] up to list[to] are those of one folder, whose path
 * takes `skip` bytes of theirs. */
struct folder {
	size_t from;
	size_t to;
	size_t skip;
	const git_oid *tip_id; /* the tip's tree there; NULL: none */
	git_tree *tip;         /* read when it is needed */
};

static int make_folder(git_oid *out, struct dg_commit *commit,
		       struct folder *folder, struct dg_object_list *fresh,
		       struct dg_error *err);

/* What is left to the tip must be there: a backup must not stand on what is
 * lost. */
static int check_tips(struct dg_commit *commit, const git_oid *id,
		      const char *path, struct dg_error *err)
{
	if (git_odb_exists(commit->odb, id))
		return 0;
	return dg_git_object_error(err, GIT_ENOTFOUND, commit->repo->git, id,
				   path);
}

/* As a tree object has it: the mode, a blank, the name, a zero, the id. */
static int add_entry(struct dg_buf *bytes, const char *mode,
		     struct dg_slice name, const git_oid *id,
		     struct dg_error *err)
{
	int rc = dg_buf_add_str(bytes, mode, err);

	if (!rc)
		rc = dg_buf_add_slice(bytes, name, err);
	if (!rc)
		rc = dg_buf_add(bytes, "", 1, err);
	return rc < 0 ? rc : dg_buf_add(bytes, id->id, GIT_OID_RAWSZ, err);
}

static int tip_folder(const git_oid **out, struct dg_commit *commit,
		      struct folder *above, struct dg_slice name,
		      struct dg_error *err)
{
	const git_tree_entry *entry;
	char *text = NULL;
	int rc = 0;

	*out = NULL;
	if (!above->tip_id)
		return 0;
	if (!above->tip)
		rc = git_tree_lookup(&above->tip, commit->repo->git,
				     above->tip_id);
	if (rc < 0)
		return dg_git_object_error(err, rc, commit->repo->git,
					   above->tip_id, commit->path);
	rc = dg_slice_dup(&text, name, err);
	if (rc < 0)
		return rc;
	entry = git_tree_entry_byname(above->tip, text);
	if (entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		*out = git_tree_entry_id(entry);
	free(text);
	return 0;
}

/* Adds the entry that list[at] is of, and tells where the next begins. Sorted
 * by their whole paths they come in the order that Git wants. */
static int add_at(struct dg_buf *bytes, struct dg_commit *commit,
		  struct folder *folder, size_t *at,
		  struct dg_object_list *fresh, struct dg_error *err)
{
	const struct dg_blob *list = commit->blobs.blobs;
	const char *path = list[*at].path;
	const char *text = path + folder->skip;
	struct dg_slice name = dg_slice_of(text, strcspn(text, "/"));
	struct folder sub = {*at, *at + 1, folder->skip + name.len + 1, NULL,
			     NULL};
	git_oid id;
	int rc;

	if (!text[name.len]) {
		*at += 1;
		return add_entry(bytes, "100644 ", name, &list[*at - 1].id,
				 err);
	}
	while (sub.to < folder->to &&
	       !strncmp(list[sub.to].path, path, sub.skip))
		sub.to++;
	*at = sub.to;
	rc = tip_folder(&sub.tip_id, commit, folder, name, err);
	if (!rc)
		rc = make_folder(&id, commit, &sub, fresh, err);
	return rc < 0 ? rc : add_entry(bytes, "40000 ", name, &id, err);
}

static int check_folder(struct dg_commit *commit, const struct folder *folder,
			const git_oid *id, struct dg_error *err)
{
	const char *first = commit->blobs.blobs[folder->from].path;
	char *name = NULL;
	int rc = dg_slice_dup(&name, dg_slice_of(first, folder->skip - 1), err);

	if (!rc)
		rc = check_tips(commit, id, name, err);
	free(name);
	return rc;
}

/* fresh gets the folders that the tip does not have there; NULL: not asked
 * for. */
static int make_folder(git_oid *out, struct dg_commit *commit,
		       struct folder *folder, struct dg_object_list *fresh,
		       struct dg_error *err)
{
	struct dg_buf bytes = DG_BUF_INIT(FOLDER_MAX);
	size_t at = folder->from;
	int rc = 0;

	while (!rc && at < folder->to)
		rc = add_at(&bytes, commit, folder, &at, fresh, err);
	if (!rc)
		rc = dg_object_hash(out, GIT_OBJECT_TREE, dg_buf_slice(&bytes),
				    err);
	if (!rc && folder->tip_id && git_oid_equal(out, folder->tip_id))
		rc = check_folder(commit, folder, out, err);
	else if (!rc && fresh)
		rc = dg_object_list_add_bytes(fresh, out, GIT_OBJECT_TREE,
					      &bytes, err);
	git_tree_free(folder->tip);
	dg_buf_free(&bytes);
	return rc;
}

/* A folder right below the snapshot's own: 1, or 0 if nothing was added to
 * it. */
static int make_top_folder(git_oid *out, struct dg_commit *commit,
			   const char *name, struct dg_object_list *fresh,
			   struct dg_error *err)
{
	struct folder folder = {.skip = strlen(name) + 1};
	const git_tree_entry *entry = NULL;
	int rc;

	dg_blob_list_below(&commit->blobs, name, &folder.from, &folder.to);
	if (folder.from == folder.to)
		return 0;
	if (commit->tip_dir)
		entry = git_tree_entry_byname(commit->tip_dir, name);
	if (entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		folder.tip_id = git_tree_entry_id(entry);
	rc = make_folder(out, commit, &folder, fresh, err);
	return rc < 0 ? rc : 1;
}

int dg_commit_added(git_oid *out, struct dg_commit *commit, const char *name,
		    struct dg_error *err)
{
	const struct dg_blob *blob;

	dg_blob_list_sort(&commit->blobs);
	blob = dg_blob_list_find(&commit->blobs, name);
	if (blob) {
		*out = blob->id;
		return 1;
	}
	return make_top_folder(out, commit, name, NULL, err);
}

/* The contents that the tip does not have. */
static int collect_blobs(struct dg_commit *commit, struct dg_object_list *fresh,
			 struct dg_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < commit->blobs.count; i++) {
		const struct dg_blob *blob = &commit->blobs.blobs[i];

		if (!dg_commit_tip_has(commit, blob->path, &blob->id)) {
			if (blob->files)
				rc = dg_object_list_add_file(
					fresh, &blob->id, blob->size,
					blob->files, blob->path, err);
		} else {
			rc = check_tips(commit, &blob->id, blob->path, err);
		}
	}
	return rc;
}

static int collect_folders(struct dg_commit *commit,
			   struct dg_object_list *fresh, struct dg_error *err)
{
	const char *const *name;
	git_oid id;
	int rc = 0;

	for (name = commit->owned; !rc && *name; name++) {
		rc = make_top_folder(&id, commit, *name, fresh, err);
		if (rc > 0)
			rc = dg_blob_list_add(&commit->folders, *name, &id, 0,
					      err);
	}
	return rc;
}

static void forget_sources(struct dg_commit *commit)
{
	size_t i;

	for (i = 0; i < commit->blobs.count; i++)
		commit->blobs.blobs[i].files = NULL;
}

int dg_commit_store(struct dg_commit *commit, struct dg_error *err)
{
	const struct dg_object_store store = {
		.repo = commit->repo,
		.odb = commit->odb,
		.spool = &commit->spool,
		.memory = commit->memory,
		.cancel = commit->cancel,
	};
	struct dg_object_list fresh = {0};
	int rc;

	if (commit->stored)
		return 0;
	dg_blob_list_sort(&commit->blobs);
	dg_blob_list_free(&commit->folders);
	rc = collect_blobs(commit, &fresh, err);
	if (!rc)
		rc = collect_folders(commit, &fresh, err);
	if (!rc)
		rc = dg_object_store_write(&store, &fresh, err);
	dg_object_list_free(&fresh);
	if (rc < 0)
		return rc;
	forget_sources(commit);
	commit->stored = true;
	return 0;
}
