#include "memory_store.h"
#include "base/digest.h"
#include "memory_file.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)64 << 20)

/* Fuzz targets link this too: no cmocka here. */
static void must(bool holds)
{
	if (!holds)
		abort();
}

static size_t position(const struct memory_store *store, const char *path,
		       bool *found)
{
	size_t low = 0, high = store->count;

	*found = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(store->entries[middle].path, path);

		if (order == 0)
			*found = true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct memory_entry *memory_store_find(const struct memory_store *store,
				       const char *path)
{
	bool found;
	size_t at = position(store, path, &found);

	return found ? &store->entries[at] : NULL;
}

static struct memory_entry *make_entry(struct memory_store *store,
				       const char *path)
{
	bool found;
	size_t at = position(store, path, &found);
	struct memory_entry *entry;

	if (!found) {
		if (store->count == store->cap) {
			store->cap = store->cap * 2 + 16;
			store->entries =
				realloc(store->entries,
					store->cap * sizeof(*store->entries));
		}
		entry = &store->entries[at];
		memmove(entry + 1, entry, (store->count - at) * sizeof(*entry));
		store->count++;
		entry->path = strdup(path);
		dg_buf_init(&entry->bytes, FILE_MAX);
	}
	return &store->entries[at];
}

void memory_store_put(struct memory_store *store, const char *path,
		      struct dg_slice bytes)
{
	struct memory_entry *entry = make_entry(store, path);

	dg_buf_clear(&entry->bytes);
	must(dg_buf_add_slice(&entry->bytes, bytes, NULL) == 0);
	entry->round = store->round;
}

static void remove_at(struct memory_store *store, size_t at)
{
	struct memory_entry *entry = &store->entries[at];

	free(entry->path);
	dg_buf_free(&entry->bytes);
	store->count--;
	memmove(entry, entry + 1, (store->count - at) * sizeof(*entry));
}

void memory_store_remove(struct memory_store *store, const char *path)
{
	bool found;
	size_t at = position(store, path, &found);

	must(found);
	remove_at(store, at);
}

/* ---- the file set ---- */

static int open_file(struct dg_fileset *self, const char *path,
		     struct dg_file **out, struct dg_error *err)
{
	struct memory_store *store = (struct memory_store *)self;
	struct memory_entry *entry = memory_store_find(store, path);

	if (!entry)
		return dg_error_set(err, DG_ENOTFOUND, "no '%s'", path);
	store->opened++;
	*out = memory_file_open(dg_buf_slice(&entry->bytes), 100000);
	return 0;
}

static int find_identity(const struct memory_store *store, const char *path,
			 struct dg_identity *out, struct dg_error *err)
{
	struct dg_digest *digest = NULL;
	size_t len = strlen(path), met = 0;

	must(dg_digest_open(&digest, DG_SHA1, NULL) == 0);
	for (size_t i = 0; i < store->count; i++) {
		const struct memory_entry *entry = &store->entries[i];
		char end = '\0';

		if (strncmp(entry->path, path, len) == 0)
			end = entry->path[len];
		if (strncmp(entry->path, path, len) != 0 ||
		    (end != '\0' && end != '/'))
			continue;
		met++;
		if (end == '/')
			dg_digest_update(digest, entry->path,
					 strlen(entry->path), NULL);
		dg_digest_update(digest, entry->bytes.ptr, entry->bytes.len,
				 NULL);
	}
	out->kind = "sha1";
	out->len = DG_SHA1_SIZE;
	dg_digest_finish(digest, out->bytes, NULL);
	dg_digest_free(digest);
	return met > 0 ? 0 : dg_error_set(err, DG_ENOTFOUND, "no '%s'", path);
}

static int identify(struct dg_fileset *self, const char *path,
		    struct dg_identity *out, struct dg_error *err)
{
	struct memory_store *store = (struct memory_store *)self;

	store->looked++;
	return find_identity(store, path, out, err);
}

/* ---- folders of two stores ---- */

/* path gets the first entry of a folder from *at on that is not the one of
 * before, "<folder>/<name>"; *at moves behind. False: there is none. */
static bool next_entry(const struct memory_store *store, const char *folder,
		       size_t *at, char path[256])
{
	const size_t len = strlen(folder);

	for (; *at < store->count; ++*at) {
		const char *found = store->entries[*at].path;
		size_t end;

		if (strncmp(found, folder, len) != 0 || found[len] != '/')
			continue;
		end = len + 1 + strcspn(found + len + 1, "/");
		if (strlen(path) == end && strncmp(path, found, end) == 0)
			continue;
		snprintf(path, 256, "%.*s", (int)end, found);
		return true;
	}
	return false;
}

static bool same_object(const struct memory_store *a,
			const struct memory_store *b, const char *path,
			bool *in_b)
{
	struct dg_identity left, right;

	find_identity(a, path, &left, NULL);
	*in_b = find_identity(b, path, &right, NULL) == 0;
	return *in_b && memcmp(left.bytes, right.bytes, left.len) == 0;
}

static int compare(struct dg_fileset *self, struct dg_fileset *right,
		   const char *folder,
		   int (*visit)(void *context,
				const struct dg_fileset_difference *difference,
				struct dg_error *err),
		   void *context, struct dg_error *err)
{
	struct memory_store *stores[] = {(struct memory_store *)self,
					 (struct memory_store *)right};
	int rc = 0;

	stores[0]->folders++;
	for (int side = 0; side < 2; side++) {
		char path[256] = "";
		size_t at = 0;

		while (rc == 0 && next_entry(stores[side], folder, &at, path)) {
			bool both;
			const bool same = same_object(
				stores[side], stores[!side], path, &both);
			const struct dg_fileset_difference difference = {
				.name = strrchr(path, '/') + 1,
				.in_left = side == 0 || both,
				.in_right = side == 1 || both,
			};

			if (!same && (side == 0 || !both))
				rc = visit(context, &difference, err);
		}
	}
	return rc;
}

/* The paths stand in order, and so those of one folder together. */
static int list(struct dg_fileset *self, const char *path,
		int (*visit)(void *context,
			     const struct dg_fileset_entry *entry,
			     struct dg_error *err),
		void *context, struct dg_error *err)
{
	const struct memory_store *store = (struct memory_store *)self;
	const size_t len = *path ? strlen(path) + 1 : 0;
	char last[256] = "";
	int rc = 0, met = 0;

	for (size_t i = 0; rc == 0 && i < store->count; i++) {
		const char *name = store->entries[i].path + len;
		struct dg_fileset_entry entry = {.name = last};

		if (len > 0 &&
		    (strncmp(store->entries[i].path, path, len - 1) != 0 ||
		     name[-1] != '/'))
			continue;
		entry.is_folder = name[strcspn(name, "/")] == '/';
		if (met++ > 0 && entry.is_folder &&
		    strncmp(last, name, strcspn(name, "/")) == 0 &&
		    !last[strcspn(name, "/")])
			continue;
		snprintf(last, sizeof(last), "%.*s", (int)strcspn(name, "/"),
			 name);
		rc = visit(context, &entry, err);
	}
	return rc == 0 && met == 0
		       ? dg_error_set(err, DG_ENOTFOUND, "no '%s'", path)
		       : rc;
}

/* ---- the sink ---- */

struct store_file {
	struct dg_sink_file base; /* first */
	struct memory_store *store;
	char *path;
	struct dg_buf bytes;
};

static struct memory_store *store_of(struct dg_sink *sink)
{
	return (struct memory_store *)((char *)sink -
				       offsetof(struct memory_store, sink));
}

static int write_file(struct dg_sink_file *self, const void *bytes, size_t len,
		      struct dg_error *err)
{
	return dg_buf_add(&((struct store_file *)self)->bytes, bytes, len, err);
}

static void discard_file(struct dg_sink_file *self)
{
	struct store_file *file = (struct store_file *)self;

	dg_buf_free(&file->bytes);
	free(file->path);
	free(file);
}

static int commit_file(struct dg_sink_file *self, struct dg_error *err)
{
	struct store_file *file = (struct store_file *)self;

	(void)err;
	file->store->written++;
	memory_store_put(file->store, file->path, dg_buf_slice(&file->bytes));
	discard_file(self);
	return 0;
}

static int create(struct dg_sink *self, const char *path, uint64_t size,
		  struct dg_sink_file **out, struct dg_error *err)
{
	struct store_file *file = calloc(1, sizeof(*file));

	(void)size;
	(void)err;
	file->store = store_of(self);
	file->path = strdup(path);
	dg_buf_init(&file->bytes, FILE_MAX);
	file->base.write = write_file;
	file->base.commit = commit_file;
	file->base.discard = discard_file;
	*out = &file->base;
	return 0;
}

static int keep(struct dg_sink *self, const char *path, struct dg_slice bytes,
		struct dg_error *err)
{
	struct memory_store *store = store_of(self);
	struct memory_entry *entry = memory_store_find(store, path);

	(void)err;
	if (!entry || !dg_slice_equal(dg_buf_slice(&entry->bytes), bytes))
		return 0;
	entry->round = store->round;
	return 1;
}

/* ---- the store ---- */

struct memory_store *memory_store_new(bool identities)
{
	struct memory_store *store = calloc(1, sizeof(*store));

	store->files.open = open_file;
	store->files.list = list;
	store->files.name = "store";
	store->files.identity = identities ? identify : NULL;
	store->files.compare = identities ? compare : NULL;
	store->sink.create = create;
	store->sink.keep = keep;
	return store;
}

void memory_store_free(struct memory_store *store)
{
	while (store->count > 0)
		remove_at(store, store->count - 1);
	free(store->entries);
	free(store);
}

void memory_store_begin(struct memory_store *store)
{
	store->round++;
	store->written = store->opened = 0;
	store->looked = store->folders = 0;
}

size_t memory_store_end(struct memory_store *store)
{
	size_t removed = 0;

	for (size_t i = store->count; i > 0; i--) {
		if (store->entries[i - 1].round == store->round)
			continue;
		remove_at(store, i - 1);
		removed++;
	}
	return removed;
}

struct memory_store *memory_store_copy(const struct memory_store *store)
{
	struct memory_store *copy =
		memory_store_new(store->files.identity != NULL);

	for (size_t i = 0; i < store->count; i++)
		memory_store_put(copy, store->entries[i].path,
				 dg_buf_slice(&store->entries[i].bytes));
	return copy;
}
