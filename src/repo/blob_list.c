#include "repo/blob_list.h"
#include "base/text.h"
#include <stdlib.h>

#define FOLDER_DEPTH_MAX 64

int dg_blob_list_add(struct dg_blob_list *list, const char *path,
		     const git_oid *id, uint64_t size, struct dg_error *err)
{
	struct dg_blob *blob;
	int rc;

	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct dg_blob *more;

		more = realloc(list->blobs, room * sizeof(*more));
		if (!more)
			return dg_error_nomem(err);
		list->blobs = more;
		list->room = room;
	}
	blob = &list->blobs[list->count];
	memset(blob, 0, sizeof(*blob));
	rc = dg_strdup(&blob->path, path, err);
	if (rc < 0)
		return rc;
	blob->id = *id;
	blob->size = size;
	blob->order = list->count++;
	list->unsorted = true;
	return 0;
}

static int by_path_then_latest(const void *a, const void *b)
{
	const struct dg_blob *blob_a = a, *blob_b = b;
	int order = strcmp(blob_a->path, blob_b->path);

	if (order)
		return order;
	return blob_a->order > blob_b->order ? -1 : 1;
}

void dg_blob_list_sort(struct dg_blob_list *list)
{
	size_t from, to = 0;

	if (!list->unsorted)
		return;
	qsort(list->blobs, list->count, sizeof(*list->blobs),
	      by_path_then_latest);
	for (from = 0; from < list->count; from++) {
		struct dg_blob *blob = &list->blobs[from];

		if (to && !strcmp(list->blobs[to - 1].path, blob->path)) {
			free(blob->path);
			continue;
		}
		list->blobs[to++] = *blob;
	}
	list->count = to;
	list->unsorted = false;
}

/* -1, 0 or 1: before, in or after what begins with "<folder>/". */
static int place(const char *path, const char *folder, size_t len)
{
	int order = strncmp(path, folder, len);

	if (!order)
		order = (unsigned char)path[len] - '/';
	return order < 0 ? -1 : order > 0;
}

/* The first blob whose place is at least `least`. */
static size_t first_at(const struct dg_blob_list *list, const char *folder,
		       int least)
{
	size_t len = strlen(folder), low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (place(list->blobs[middle].path, folder, len) < least)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void dg_blob_list_below(const struct dg_blob_list *list, const char *folder,
			size_t *from, size_t *to)
{
	*from = first_at(list, folder, 0);
	*to = first_at(list, folder, 1);
}

static int by_path(const void *key, const void *blob)
{
	return strcmp(key, ((const struct dg_blob *)blob)->path);
}

const struct dg_blob *dg_blob_list_find(const struct dg_blob_list *list,
					const char *path)
{
	if (!list->count)
		return NULL;
	return bsearch(path, list->blobs, list->count, sizeof(*list->blobs),
		       by_path);
}

static int add_folder(struct dg_blob_list *list, const git_tree *tree,
		      const char *prefix, unsigned int depth,
		      struct dg_error *err);

static int add_entry(struct dg_blob_list *list, const git_tree *tree,
		     const git_tree_entry *entry, const char *path,
		     unsigned int depth, struct dg_error *err)
{
	git_tree *sub = NULL;
	int rc;

	if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
		if (git_tree_entry_filemode(entry) == GIT_FILEMODE_LINK)
			return 0;
		return dg_blob_list_add(list, path, git_tree_entry_id(entry), 0,
					err);
	}
	if (git_tree_entry_type(entry) != GIT_OBJECT_TREE ||
	    depth == FOLDER_DEPTH_MAX)
		return 0;
	rc = git_tree_lookup(&sub, git_tree_owner(tree),
			     git_tree_entry_id(entry));
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read the folder '%s'",
				    path);
	rc = add_folder(list, sub, path, depth + 1, err);
	git_tree_free(sub);
	return rc;
}

static int add_folder(struct dg_blob_list *list, const git_tree *tree,
		      const char *prefix, unsigned int depth,
		      struct dg_error *err)
{
	size_t i, count = git_tree_entrycount(tree);
	char *path;
	int rc = 0;

	for (i = 0; !rc && i < count; i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);

		rc = dg_asprintf(&path, err, "%s/%s", prefix,
				 git_tree_entry_name(entry));
		if (rc < 0)
			break;
		rc = add_entry(list, tree, entry, path, depth, err);
		free(path);
	}
	return rc;
}

int dg_blob_list_add_tree(struct dg_blob_list *list, const git_tree *tree,
			  const char *const *names, struct dg_error *err)
{
	int rc = 0;

	for (; tree && !rc && *names; names++) {
		const git_tree_entry *entry;

		entry = git_tree_entry_byname(tree, *names);
		if (entry)
			rc = add_entry(list, tree, entry, *names, 0, err);
	}
	return rc;
}

void dg_blob_list_free(struct dg_blob_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->blobs[i].path);
	free(list->blobs);
	memset(list, 0, sizeof(*list));
}
