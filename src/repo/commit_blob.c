#include "repo/commit_blob.h"
#include "base/digest.h"
#include "base/temp_file.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

#define PART_SIZE ((size_t)64 << 10)

/* Above this a file goes through libgit2's stream, in parts. */
#define MEMORY_SIZE ((uint64_t)1 << 20)

static int start_hash(struct dg_digest **digest, uint64_t size,
		      struct dg_error *err)
{
	char header[64];
	int len = snprintf(header, sizeof(header), "blob %llu",
			   (unsigned long long)size);
	int rc = dg_digest_open(digest, DG_SHA1, err);

	if (!rc)
		rc = dg_digest_update(*digest, header, (size_t)len + 1, err);
	return rc;
}

int dg_blob_hash(git_oid *out, struct dg_file *file, struct dg_error *err)
{
	struct dg_digest *digest = NULL;
	unsigned char raw[DG_SHA1_SIZE];
	char *part = malloc(PART_SIZE);
	size_t n = 0;
	int rc = part ? start_hash(&digest, file->size, err)
		      : dg_error_nomem(err);

	do {
		if (!rc)
			rc = file->read(file, part, PART_SIZE, &n, err);
		if (!rc)
			rc = dg_digest_update(digest, part, n, err);
	} while (!rc && n);
	if (!rc)
		rc = dg_digest_finish(digest, raw, err);
	if (!rc)
		git_oid_fromraw(out, raw);
	if (!rc)
		rc = file->rewind(file, err);
	dg_digest_free(digest);
	free(part);
	return rc;
}

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

static int write_whole(git_oid *id, struct dg_commit *commit,
		       struct dg_file *file, struct dg_error *err)
{
	size_t size = (size_t)file->size, n = 0;
	char *bytes = malloc(size + 1);
	int rc = bytes ? 0 : dg_error_nomem(err);

	/* One more, to see that the file has not grown. */
	if (!rc)
		rc = dg_file_read_full(file, bytes, size + 1, &n, err);
	if (!rc && n != size)
		rc = dg_error_set(err, DG_EMODIFIED,
				  "the file changed while it was read");
	if (!rc) {
		rc = git_odb_write(id, commit->odb, bytes, size,
				   GIT_OBJECT_BLOB);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot write an object");
	}
	free(bytes);
	return rc;
}

static int copy_to_stream(git_odb_stream *stream, struct dg_commit *commit,
			  struct dg_file *file, struct dg_error *err)
{
	char *part = malloc(PART_SIZE);
	size_t n = 0;
	int rc = part ? 0 : dg_error_nomem(err);

	while (!rc) {
		rc = dg_cancel_check(commit->cancel, err);
		if (!rc)
			rc = file->read(file, part, PART_SIZE, &n, err);
		if (rc || !n)
			break;
		rc = git_odb_stream_write(stream, part, n);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot write an object");
	}
	free(part);
	return rc;
}

static int write_stream(git_oid *id, struct dg_commit *commit,
			struct dg_file *file, struct dg_error *err)
{
	git_odb_stream *stream = NULL;
	int rc = git_odb_open_wstream(&stream, commit->odb,
				      (git_object_size_t)file->size,
				      GIT_OBJECT_BLOB);

	if (rc < 0)
		return dg_git_error(err, rc, "cannot write an object");
	rc = copy_to_stream(stream, commit, file, err);
	if (!rc) {
		rc = git_odb_stream_finalize_write(id, stream);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot write an object");
	}
	git_odb_stream_free(stream);
	return rc;
}

int dg_commit_add_file(struct dg_commit *commit, const char *path,
		       struct dg_file *file, struct dg_error *err)
{
	git_oid id, tips;
	int rc = dg_blob_hash(&id, file, err);

	/* Only the tip's own objects are safe from `git prune`: whatever else
	 * may exist already is written again, which freshens it. */
	if (!rc && !(dg_commit_tip_blob(&tips, commit, path) &&
		     git_oid_equal(&id, &tips)))
		rc = file->size <= MEMORY_SIZE
			     ? write_whole(&id, commit, file, err)
			     : write_stream(&id, commit, file, err);
	if (!rc)
		rc = dg_blob_list_add(&commit->blobs, path, &id, file->size,
				      err);
	if (rc < 0)
		dg_error_prefix(err, "'%s'", path);
	return rc;
}

int dg_commit_add_one(struct dg_commit *commit, const char *name,
		      struct dg_fileset *files, struct dg_error *err)
{
	struct dg_file *file = NULL;
	int rc = files->open(files, name, &file, err);

	if (!rc)
		rc = dg_commit_add_file(commit, name, file, err);
	dg_file_close(file);
	return rc;
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
	if (!rc)
		rc = dg_cancel_check(walk->commit->cancel, err);
	if (!rc && entry->is_folder)
		rc = add_folder(walk->commit, walk->files, path, err);
	else if (!rc)
		rc = dg_commit_add_one(walk->commit, path, walk->files, err);
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
	return add_folder(commit, files, "", err);
}
