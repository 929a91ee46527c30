#include "repo/index_entries.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/commit_blob.h"
#include "repo/intent_recovery.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int dg_commit_full_path(char **out, const struct dg_commit *commit,
			const char *name, struct dg_error *err)
{
	return dg_asprintf(out, err, "%s%s%s", commit->path,
			   *commit->path ? "/" : "", name);
}

/* The snapshot's folder in the work tree. */
struct in_place {
	int fd; /* -1: there is none */
	struct dg_fileset *files;
};

static int open_in_place(struct in_place *place, struct dg_commit *commit,
			 struct dg_error *err)
{
	char *path = NULL;
	int rc = dg_asprintf(&path, err, "%s/%s", commit->repo->workdir,
			     commit->path);

	place->files = NULL;
	place->fd = -1;
	if (rc < 0)
		return rc;
	place->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->fd >= 0)
		rc = dg_dir_fileset(&place->files, place->fd, commit->path,
				    err);
	free(path);
	return rc;
}

static void close_in_place(struct in_place *place)
{
	dg_fileset_close(place->files);
	if (place->fd >= 0)
		close(place->fd);
}

static bool stat_in_place(const struct in_place *place, const char *name,
			  struct stat *st)
{
	return place->fd >= 0 &&
	       !fstatat(place->fd, name, st, AT_SYMLINK_NOFOLLOW) &&
	       S_ISREG(st->st_mode);
}

/* As Git fills an entry: times and numbers cut to 32 bits. */
static void set_stat(git_index_entry *entry, const struct stat *st)
{
	entry->ctime.seconds = (int32_t)DG_CTIME(st).tv_sec;
	entry->ctime.nanoseconds = (uint32_t)DG_CTIME(st).tv_nsec;
	entry->mtime.seconds = (int32_t)DG_MTIME(st).tv_sec;
	entry->mtime.nanoseconds = (uint32_t)DG_MTIME(st).tv_nsec;
	entry->dev = (uint32_t)st->st_dev;
	entry->ino = (uint32_t)st->st_ino;
	entry->uid = st->st_uid;
	entry->gid = st->st_gid;
	entry->file_size = (uint32_t)st->st_size;
}

static bool same_stat(const git_index_entry *entry, const struct stat *st)
{
	git_index_entry now = {0};

	set_stat(&now, st);
	return entry->mtime.seconds == now.mtime.seconds &&
	       entry->mtime.nanoseconds == now.mtime.nanoseconds &&
	       entry->ctime.seconds == now.ctime.seconds &&
	       entry->ctime.nanoseconds == now.ctime.nanoseconds &&
	       entry->ino == now.ino && entry->file_size == now.file_size;
}

/* Is the file in place, whose stat data is st, what the blob is? What cannot be
 * read is not: Git is to look at it, and the commit stands without. */
static bool is_in_place(const struct in_place *place,
			const struct dg_blob *blob, const struct stat *st)
{
	const struct dg_stamp stamp = dg_stamp_of(st);
	struct dg_file *file = NULL;
	git_oid id;
	int rc;

	if (dg_stamp_equal(&stamp, &blob->stamp))
		return true;
	rc = place->files->open(place->files, blob->path, &file, NULL);
	if (!rc)
		rc = dg_blob_hash(&id, file, NULL);
	dg_file_close(file);
	return !rc && git_oid_equal(&id, &blob->id);
}

static int set_entry(git_index *index, const char *path,
		     const struct in_place *place, const struct dg_blob *blob,
		     struct dg_error *err)
{
	git_index_entry entry = {.mode = GIT_FILEMODE_BLOB, .path = path};
	struct stat st;
	int rc;

	entry.id = blob->id;
	if (stat_in_place(place, blob->path, &st) &&
	    is_in_place(place, blob, &st))
		set_stat(&entry, &st);
	rc = git_index_add(index, &entry);
	/* Beside a conflict's stages Git refuses to read the index. */
	if (!rc)
		rc = git_index_conflict_remove(index, path);
	return rc < 0 ? dg_git_error(err, rc, "cannot stage '%s'", path) : 0;
}

/*
 * Calls visit for every entry of the path's own names. The visitor may not
 * change the index. Stops at the first result that is not 0 and returns it.
 * All entries are looked at: where core.ignoreCase is set, those of the path
 * do not stand side by side, and git_index_find_prefix may find none.
 */
static int each_own_entry(git_index *index, const struct dg_commit *commit,
			  int (*visit)(void *context, const char *name,
				       const git_index_entry *entry),
			  void *context)
{
	size_t i, count = git_index_entrycount(index);
	size_t skip = *commit->path ? strlen(commit->path) + 1 : 0;
	int rc = 0;

	for (i = 0; !rc && i < count; i++) {
		const git_index_entry *entry = git_index_get_byindex(index, i);
		const char *const *own = commit->owned;
		const char *name = entry->path + skip;
		size_t len;

		if (skip &&
		    (strncmp(entry->path, commit->path, skip - 1) != 0 ||
		     entry->path[skip - 1] != '/'))
			continue;
		len = strcspn(name, "/");
		while (*own &&
		       (strlen(*own) != len || strncmp(*own, name, len) != 0))
			own++;
		if (*own)
			rc = visit(context, name, entry);
	}
	return rc;
}

struct sweep {
	const struct dg_blob_list *blobs;
	struct dg_blob_list gone;
	struct dg_error *err;
};

static int note_gone(void *context, const char *name,
		     const git_index_entry *entry)
{
	struct sweep *sweep = context;

	if (dg_blob_list_find(sweep->blobs, name))
		return 0;
	return dg_blob_list_add(&sweep->gone, entry->path, &entry->id, 0,
				sweep->err);
}

static int remove_gone(git_index *index, const struct dg_commit *commit,
		       const struct dg_blob_list *blobs, struct dg_error *err)
{
	struct sweep sweep = {.blobs = blobs, .err = err};
	size_t i;
	int rc = each_own_entry(index, commit, note_gone, &sweep);

	/* From the end: each removal moves the entries behind it. */
	for (i = sweep.gone.count; !rc && i > 0; i--) {
		const char *path = sweep.gone.blobs[i - 1].path;

		/* A conflict has several entries of the path, none of them at
		 * stage 0. */
		rc = git_index_conflict_remove(index, path);
		if (!rc || rc == GIT_ENOTFOUND)
			rc = git_index_remove(index, path, 0);
		if (rc == GIT_ENOTFOUND)
			rc = 0;
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot unstage '%s'", path);
	}
	dg_blob_list_free(&sweep.gone);
	return rc;
}

int dg_index_edit(git_index *index, struct dg_commit *commit,
		  const struct dg_blob_list *blobs, struct dg_error *err)
{
	struct in_place place;
	size_t i;
	int rc = open_in_place(&place, commit, err);

	if (!rc)
		rc = remove_gone(index, commit, blobs, err);
	for (i = 0; !rc && i < blobs->count; i++) {
		char *path;

		rc = dg_commit_full_path(&path, commit, blobs->blobs[i].path,
					 err);
		if (rc < 0)
			break;
		rc = set_entry(index, path, &place, &blobs->blobs[i], err);
		free(path);
	}
	close_in_place(&place);
	return rc;
}

struct comparison {
	const struct in_place *place;
	const struct dg_blob_list *blobs;
	size_t same;
};

static int compare_entry(void *context, const char *name,
			 const git_index_entry *entry)
{
	struct comparison *comparison = context;
	const struct dg_blob *blob;
	struct stat st;

	blob = dg_blob_list_find(comparison->blobs, name);
	if (!blob || git_index_entry_stage(entry) ||
	    entry->mode != GIT_FILEMODE_BLOB ||
	    !git_oid_equal(&blob->id, &entry->id) ||
	    !stat_in_place(comparison->place, name, &st) ||
	    !same_stat(entry, &st))
		return 1;
	comparison->same++;
	return 0;
}

int dg_index_has_entries(bool *out, struct dg_commit *commit,
			 const struct dg_blob_list *blobs, struct dg_error *err)
{
	struct in_place place;
	struct comparison comparison = {&place, blobs, 0};
	git_index *index = NULL;
	int rc = dg_index_read(&index, commit->repo->git);

	if (rc < 0)
		return dg_git_error(err, rc, "cannot read Git's index");
	rc = open_in_place(&place, commit, err);
	if (!rc) {
		*out = !each_own_entry(index, commit, compare_entry,
				       &comparison) &&
		       comparison.same == blobs->count;
	}
	close_in_place(&place);
	git_index_free(index);
	return rc;
}

/* When an index was written, as the file system told before it was read. */
static bool index_time(git_repository *git, struct timespec *out)
{
	struct stat st;
	char *path = NULL;
	bool found;

	if (dg_asprintf(&path, NULL, "%sindex", git_repository_path(git)) < 0)
		return false;
	found = stat(path, &st) == 0;
	free(path);
	if (found)
		*out = DG_MTIME(&st);
	return found;
}

/* Git's rule against a change within the clock's tick of the index. */
static bool is_older(const struct stat *st, const struct timespec *written)
{
	const struct timespec changed = DG_MTIME(st);

	return changed.tv_sec < written->tv_sec ||
	       (changed.tv_sec == written->tv_sec &&
		changed.tv_nsec < written->tv_nsec);
}

static int take_known_id(git_index *index, const struct timespec *written,
			 struct dg_commit *commit, const struct in_place *place,
			 struct dg_blob *blob, struct dg_error *err)
{
	const git_index_entry *entry;
	struct stat st;
	char *path = NULL;
	int rc = dg_commit_full_path(&path, commit, blob->path, err);

	if (rc < 0)
		return rc;
	entry = git_index_get_bypath(index, path, 0);
	free(path);
	if (!entry || entry->mode != GIT_FILEMODE_BLOB ||
	    !stat_in_place(place, blob->path, &st) || !same_stat(entry, &st) ||
	    st.st_size > UINT32_MAX || !is_older(&st, written) ||
	    !dg_commit_tip_has(commit, blob->path, &entry->id))
		return 0;
	blob->id = entry->id;
	blob->stamp = dg_stamp_of(&st);
	return 0;
}

int dg_index_known_ids(struct dg_commit *commit, struct dg_blob *blobs,
		       size_t count, struct dg_error *err)
{
	struct timespec written;
	struct in_place place;
	git_index *index = NULL;
	size_t i;
	int rc;

	if (!commit->worktree || !commit->tip_dir ||
	    !index_time(commit->repo->git, &written))
		return 0;
	rc = dg_index_read(&index, commit->repo->git);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read Git's index");
	rc = open_in_place(&place, commit, err);
	for (i = 0; !rc && i < count; i++)
		rc = take_known_id(index, &written, commit, &place, &blobs[i],
				   err);
	close_in_place(&place);
	git_index_free(index);
	return rc;
}
