#include "repo/tree_cache.h"
#include "repo/raw_tree.h"
#include <stdlib.h>

#define SLOTS 256
#define KEPT_MAX ((size_t)16 << 10) /* bytes of a tree that is kept */

struct dg_tree_cache {
	struct dg_repo *repo;
	struct dg_object_reader *reader;
	bool check;
	struct dg_cached_tree *slots[SLOTS];
};

int dg_tree_cache_open(struct dg_tree_cache **out, struct dg_repo *repo,
		       bool check, struct dg_error *err)
{
	struct dg_tree_cache *cache = calloc(1, sizeof(*cache));
	int rc;

	*out = NULL;
	if (!cache)
		return dg_error_nomem(err);
	cache->repo = repo;
	cache->check = check;
	rc = dg_object_reader_take(&cache->reader, repo, err);
	if (rc < 0) {
		free(cache);
		return rc;
	}
	*out = cache;
	return 0;
}

static void tree_free(struct dg_cached_tree *tree)
{
	if (!tree)
		return;
	dg_raw_object_free(&tree->object);
	free(tree);
}

void dg_tree_cache_close(struct dg_tree_cache *cache)
{
	size_t i;

	if (!cache)
		return;
	for (i = 0; i < SLOTS; i++)
		tree_free(cache->slots[i]);
	dg_object_reader_give(cache->reader);
	free(cache);
}

static struct dg_cached_tree **slot_of(struct dg_tree_cache *cache,
				       const git_oid *id)
{
	return &cache->slots[id->id[0] % SLOTS];
}

static int damaged(struct dg_error *err, struct dg_tree_cache *cache,
		   const git_oid *id, const char *path)
{
	/* What libgit2 said last is about something else. */
	git_error_clear();
	return dg_git_object_error(err, -1, cache->repo->git, id, path);
}

static int read_tree(struct dg_cached_tree *tree, struct dg_tree_cache *cache,
		     const git_oid *id, const char *path, struct dg_error *err)
{
	struct dg_raw_object *object = &tree->object;
	int rc = dg_raw_object_read(object, cache->reader, id);

	if (*path == '\0')
		path = "/";
	if (rc < 0)
		return dg_git_object_error(err, rc, cache->repo->git, id, path);
	if (object->type != GIT_OBJECT_TREE ||
	    !dg_raw_tree_is_valid(object->bytes))
		return damaged(err, cache, id, path);
	rc = cache->check ? dg_raw_object_is_right(object, err) : 1;
	if (rc < 0)
		return rc;
	return rc ? 0 : damaged(err, cache, id, path);
}

int dg_tree_cache_get(struct dg_cached_tree **out, struct dg_tree_cache *cache,
		      const git_oid *id, const char *path, struct dg_error *err)
{
	struct dg_cached_tree **slot = slot_of(cache, id);
	struct dg_cached_tree *tree = *slot;
	int rc;

	*out = NULL;
	if (!tree || !git_oid_equal(&tree->object.id, id)) {
		tree = calloc(1, sizeof(*tree));
		if (!tree)
			return dg_error_nomem(err);
		rc = read_tree(tree, cache, id, path, err);
		if (rc < 0) {
			tree_free(tree);
			return rc;
		}
	}
	tree->users++;
	*out = tree;
	return 0;
}

/* Into its slot, in the place of whichever nobody uses. */
void dg_tree_cache_put(struct dg_tree_cache *cache, struct dg_cached_tree *tree)
{
	struct dg_cached_tree **slot;

	if (!tree || --tree->users)
		return;
	slot = slot_of(cache, &tree->object.id);
	if (*slot == tree)
		return;
	if (tree->object.bytes.len > KEPT_MAX || (*slot && (*slot)->users)) {
		tree_free(tree);
		return;
	}
	tree_free(*slot);
	*slot = tree;
}

int dg_tree_cache_at(struct dg_cached_tree **out, struct dg_tree_cache *cache,
		     const git_oid *root, const char *path,
		     struct dg_error *err)
{
	struct dg_slice rest = dg_slice_str(path);
	struct dg_cached_tree *tree = NULL;
	int rc = dg_tree_cache_get(&tree, cache, root, "", err);

	while (!rc && tree && rest.len) {
		const char *slash = memchr(rest.ptr, '/', rest.len);
		size_t len = slash ? (size_t)(slash - rest.ptr) : rest.len;
		struct dg_cached_tree *above = tree;
		struct dg_raw_entry entry;
		git_oid id;

		tree = NULL;
		if (dg_raw_tree_find(above->object.bytes,
				     dg_slice_of(rest.ptr, len), &entry) &&
		    dg_raw_entry_is_folder(&entry)) {
			memcpy(id.id, entry.id, sizeof(id.id));
			rc = dg_tree_cache_get(&tree, cache, &id, path, err);
		}
		dg_tree_cache_put(cache, above);
		len += slash ? 1 : 0;
		rest = dg_slice_of(rest.ptr + len, rest.len - len);
	}
	*out = tree;
	return rc;
}
