#include "snapshot/path_list.h"
#include "base/text.h"
#include <stdlib.h>

#define DEPTH_MAX 8 /* deeper than any path of ours */
#define RECENT_MAX 512

void dg_path_list_free(struct dg_path_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->paths[i]);
	free(list->paths);
	memset(list, 0, sizeof(*list));
}

/* Where path is or belongs in paths[low] to paths[high - 1]; *found says
 * which. */
static size_t position(const struct dg_path_list *list, size_t low, size_t high,
		       const char *path, bool *found)
{
	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(list->paths[middle], path);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where path is, or belongs among the recent ones. */
static size_t find(const struct dg_path_list *list, const char *path,
		   bool *found)
{
	size_t at = position(list, 0, list->settled, path, found);

	return *found ? at
		      : position(list, list->settled, list->count, path, found);
}

void dg_path_list_settle(struct dg_path_list *list)
{
	char *recent[RECENT_MAX];
	size_t older = list->settled;
	size_t newer = list->count - list->settled;
	size_t to = list->count;

	if (newer == 0)
		return;
	memcpy(recent, list->paths + older, newer * sizeof(*recent));
	while (newer > 0) {
		if (older > 0 &&
		    strcmp(list->paths[older - 1], recent[newer - 1]) > 0)
			list->paths[--to] = list->paths[--older];
		else
			list->paths[--to] = recent[--newer];
	}
	list->settled = list->count;
}

static int grow(struct dg_path_list *list, struct dg_error *err)
{
	size_t cap = list->cap > 0 ? list->cap * 2 : 8;
	char **paths;

	if (list->count < list->cap)
		return 0;
	paths = realloc(list->paths, cap * sizeof(*paths));
	if (!paths)
		return dg_error_nomem(err);
	list->paths = paths;
	list->cap = cap;
	return 0;
}

/* A path with room for its stamp. */
static char *copy_path(const char *path)
{
	size_t size = strlen(path) + 1;
	char *copy = malloc(size + sizeof(struct dg_stamp));

	return copy ? memcpy(copy, path, size) : NULL;
}

/* Where the stamp stands, in no alignment. */
static char *stamp_place(char *path)
{
	return path + strlen(path) + 1;
}

static int insert(struct dg_path_list *list, size_t at, char *path,
		  struct dg_error *err)
{
	int rc = grow(list, err);

	if (rc < 0)
		return rc;
	memmove(list->paths + at + 1, list->paths + at,
		(list->count - at) * sizeof(*list->paths));
	list->paths[at] = path;
	list->count++;
	if (list->count - list->settled == RECENT_MAX)
		dg_path_list_settle(list);
	return 0;
}

int dg_path_list_add_stamped(struct dg_path_list *list, const char *path,
			     const struct dg_stamp *stamp, struct dg_error *err)
{
	bool found;
	size_t at = find(list, path, &found);
	char *entry = found ? list->paths[at] : copy_path(path);
	int rc;

	if (!entry)
		return dg_error_nomem(err);
	memcpy(stamp_place(entry), stamp, sizeof(*stamp));
	rc = found ? 0 : insert(list, at, entry, err);
	if (rc < 0)
		free(entry);
	return rc;
}

int dg_path_list_add(struct dg_path_list *list, const char *path,
		     struct dg_error *err)
{
	static const struct dg_stamp none;

	return dg_path_list_add_stamped(list, path, &none, err);
}

struct dg_stamp dg_path_list_stamp(const struct dg_path_list *list, size_t i)
{
	struct dg_stamp stamp;

	memcpy(&stamp, stamp_place(list->paths[i]), sizeof(stamp));
	return stamp;
}

void dg_path_list_remove(struct dg_path_list *list, const char *path)
{
	bool found;
	size_t at = find(list, path, &found);

	if (!found)
		return;
	free(list->paths[at]);
	list->count--;
	if (at < list->settled)
		list->settled--;
	memmove(list->paths + at, list->paths + at + 1,
		(list->count - at) * sizeof(*list->paths));
}

bool dg_path_list_has(const struct dg_path_list *list, const char *path)
{
	bool found;

	find(list, path, &found);
	return found;
}

static bool begins_with(const struct dg_path_list *list, size_t at, size_t end,
			const char *folder)
{
	return at < end &&
	       strncmp(list->paths[at], folder, strlen(folder)) == 0;
}

bool dg_path_list_has_below(const struct dg_path_list *list, const char *folder)
{
	size_t settled = list->settled;
	size_t end = list->count;
	bool found;

	return begins_with(list, position(list, 0, settled, folder, &found),
			   settled, folder) ||
	       begins_with(list, position(list, settled, end, folder, &found),
			   end, folder);
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

bool dg_path_same_folder(const char *a, const char *b)
{
	size_t len = folder_length(a);

	return len == folder_length(b) && memcmp(a, b, len) == 0;
}

struct collection {
	struct dg_path_list *list;
	struct dg_fileset *files;
	const char *folder;
	bool (*wanted)(const char *path);
	int depth;
};

static int collect(const struct collection *at, struct dg_error *err);

static int visit(void *context, const struct dg_fileset_entry *entry,
		 struct dg_error *err)
{
	struct collection below = *(const struct collection *)context;
	char *path = NULL;
	int rc = dg_asprintf(&path, err, "%s%s%s", below.folder,
			     below.folder[0] ? "/" : "", entry->name);

	below.folder = path;
	below.depth++;
	if (rc < 0)
		return rc;
	if (entry->is_folder && below.depth < DEPTH_MAX)
		rc = collect(&below, err);
	else if (!entry->is_folder && below.wanted(path))
		rc = dg_path_list_add(below.list, path, err);
	free(path);
	return rc;
}

static int collect(const struct collection *at, struct dg_error *err)
{
	return at->files->list(at->files, at->folder, visit, (void *)at, err);
}

int dg_path_list_collect(struct dg_path_list *list, struct dg_fileset *files,
			 const char *folder, bool (*wanted)(const char *path),
			 struct dg_error *err)
{
	struct collection at = {list, files, folder, wanted, 0};
	struct dg_error cause = {0};
	int rc = collect(&at, &cause);

	dg_path_list_settle(list);
	if (rc == DG_ENOTFOUND)
		return 0;
	return rc < 0 ? dg_error_pass(err, &cause) : rc;
}
