#include "repo/commit_blob.h"
#include "base/text.h"
#include "base/work.h"
#include "repo/index_entries.h"
#include "repo/loose_writer.h"
#include <stdlib.h>

bool dg_commit_tip_blob(git_oid *out, const struct dg_commit *commit,
			const char *name)
{
	git_tree_entry *entry = NULL;
	bool found;

	if (!commit->tip_dir ||
	    git_tree_entry_bypath(&entry, commit->tip_dir, name) < 0)
		return false;
	found = git_tree_entry_type(entry) == GIT_OBJECT_BLOB &&
		git_tree_entry_filemode(entry) != GIT_FILEMODE_LINK;
	if (found)
		*out = *git_tree_entry_id(entry);
	git_tree_entry_free(entry);
	return found;
}

/* Only the tip's own objects are safe from `git prune`: whatever else may
 * exist already is written again. */
bool dg_commit_tip_has(const struct dg_commit *commit, const char *name,
		       const git_oid *id)
{
	git_oid tips;

	return dg_commit_tip_blob(&tips, commit, name) &&
	       git_oid_equal(&tips, id);
}

int dg_commit_add_bytes(struct dg_commit *commit, const char *path,
			struct dg_buf *bytes, struct dg_error *err)
{
	uint64_t size = bytes->len;
	git_oid id;
	int rc = dg_object_hash(&id, GIT_OBJECT_BLOB, dg_buf_slice(bytes), err);

	if (!rc && !dg_commit_tip_has(commit, path, &id))
		rc = dg_object_spool_add(&commit->spool, &id, bytes, err);
	dg_buf_free(bytes);
	commit->stored = false;
	if (!rc)
		rc = dg_blob_list_add(&commit->blobs, path, &id, size, err);
	return rc < 0 ? dg_error_prefix(err, "'%s'", path) : 0;
}

int dg_commit_add_long(struct dg_commit *commit, const char *path,
		       struct dg_file *file, struct dg_error *err)
{
	git_oid id;
	int rc = dg_blob_hash(&id, file, err);

	if (!rc && !dg_commit_tip_has(commit, path, &id))
		rc = dg_loose_blob_write(commit->repo, &id, file,
					 dg_commit_sink_memory(commit),
					 commit->cancel, err);
	commit->stored = false;
	if (!rc)
		rc = dg_blob_list_add(&commit->blobs, path, &id, file->size,
				      err);
	return rc < 0 ? dg_error_prefix(err, "'%s'", path) : 0;
}

/* The blobs that were noted from `first` on, without their ids yet. */
struct hashing {
	struct dg_commit *commit;
	size_t first;
};

/* Is the file the one whose id is known already? */
static bool is_known(const struct dg_blob *blob, const struct dg_file *file)
{
	return blob->stamp.inode > 0 &&
	       dg_stamp_equal(&blob->stamp, &file->stamp);
}

static int hash_file(struct dg_blob *blob, struct dg_file *file,
		     struct dg_error *err)
{
	blob->size = file->size;
	if (is_known(blob, file))
		return 0;
	blob->stamp = file->stamp;
	return dg_blob_hash(&blob->id, file, err);
}

static int hash_blob(void *context, size_t worker, size_t task,
		     struct dg_cancel *stop, struct dg_error *err)
{
	const struct hashing *hashing = context;
	struct dg_blob *blob =
		&hashing->commit->blobs.blobs[hashing->first + task];
	struct dg_file *file = NULL;
	int rc = dg_cancel_check(stop, err);

	(void)worker;
	if (!rc)
		rc = blob->files->open(blob->files, blob->path, &file, err);
	if (!rc) {
		rc = hash_file(blob, file, err);
		if (rc < 0)
			dg_error_prefix(err, "'%s'", blob->path);
	}
	dg_file_close(file);
	return rc;
}

static int hash_from(struct dg_commit *commit, size_t first,
		     struct dg_error *err)
{
	struct hashing hashing = {commit, first};
	const struct dg_work work = {
		.run = hash_blob,
		.context = &hashing,
		.workers = dg_work_cores(),
		.tasks = commit->blobs.count - first,
		.cancel = commit->cancel,
	};

	return dg_work_run(&work, err);
}

static int note_file(struct dg_commit *commit, const char *name,
		     struct dg_fileset *files, struct dg_error *err)
{
	static const git_oid none;
	int rc = dg_blob_list_add(&commit->blobs, name, &none, 0, err);

	commit->stored = false;
	if (!rc)
		commit->blobs.blobs[commit->blobs.count - 1].files = files;
	return rc;
}

int dg_commit_add_one(struct dg_commit *commit, const char *name,
		      struct dg_fileset *files, struct dg_error *err)
{
	size_t first = commit->blobs.count;
	int rc = note_file(commit, name, files, err);

	return rc < 0 ? rc : hash_from(commit, first, err);
}

struct add_walk {
	struct dg_commit *commit;
	struct dg_fileset *files;
	const char *folder; /* "" at the root */
};

static int add_folder(struct dg_commit *commit, struct dg_fileset *files,
		      const char *folder, struct dg_error *err);

static bool is_owned(const struct dg_commit *commit, const char *name)
{
	const char *const *own = commit->owned;

	while (*own && strcmp(*own, name) != 0)
		own++;
	return *own != NULL;
}

static int add_listed(void *context, const struct dg_fileset_entry *entry,
		      struct dg_error *err)
{
	struct add_walk *walk = context;
	char *path = NULL;
	int rc;

	/* What else stands in the folder is not the snapshot's. */
	if (!*walk->folder && !is_owned(walk->commit, entry->name))
		return 0;
	rc = dg_asprintf(&path, err, "%s%s%s", walk->folder,
			 *walk->folder ? "/" : "", entry->name);
	if (!rc && entry->is_folder)
		rc = add_folder(walk->commit, walk->files, path, err);
	else if (!rc)
		rc = note_file(walk->commit, path, walk->files, err);
	free(path);
	return rc;
}

static int add_folder(struct dg_commit *commit, struct dg_fileset *files,
		      const char *folder, struct dg_error *err)
{
	struct add_walk walk = {commit, files, folder};

	return files->list(files, folder, add_listed, &walk, err);
}

int dg_commit_add_files(struct dg_commit *commit, struct dg_fileset *files,
			struct dg_error *err)
{
	size_t first = commit->blobs.count;
	int rc = add_folder(commit, files, "", err);

	if (!rc)
		rc = dg_index_known_ids(commit, &commit->blobs.blobs[first],
					commit->blobs.count - first, err);
	return rc < 0 ? rc : hash_from(commit, first, err);
}
