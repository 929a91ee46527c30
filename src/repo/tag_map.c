#include "repo/tag_map.h"
#include "base/text.h"
#include "repo/loose_refs.h"
#include <stdlib.h>

#define TAGS "refs/tags/"

struct tag {
	git_oid commit;
	char *name;
};

struct dg_tag_map {
	struct tag *tags; /* by commit, then name */
	size_t count;
	size_t room;
	/* The names in that order, with a NULL after each commit's. */
	const char **names;
	size_t *first; /* of a tag's commit in names, by the tag's number */
};

static int by_commit(const void *a, const void *b)
{
	const struct tag *tag_a = a, *tag_b = b;
	int order = git_oid_cmp(&tag_a->commit, &tag_b->commit);

	return order ? order : strcmp(tag_a->name, tag_b->name);
}

static int add(struct dg_tag_map *map, const git_oid *commit, const char *name,
	       struct dg_error *err)
{
	int rc;

	if (map->count == map->room) {
		size_t room = map->room ? map->room * 2 : 64;
		struct tag *more = realloc(map->tags, room * sizeof(*more));

		if (!more)
			return dg_error_nomem(err);
		map->tags = more;
		map->room = room;
	}
	rc = dg_strdup(&map->tags[map->count].name, name, err);
	if (rc < 0)
		return rc;
	map->tags[map->count++].commit = *commit;
	return 0;
}

/*
 * The commit that a tag means. packed-refs says it, and that spares reading
 * an object for each of many thousand tags; an id that is none of a commit (a
 * tag of a tree or blob) is then never asked for. 1; 0: it means none.
 */
static int peel(git_oid *commit, git_reference *ref, struct dg_repo *repo,
		struct dg_error *err)
{
	const git_oid *packed = git_reference_target_peel(ref);
	const git_oid *target = git_reference_target(ref);
	git_object *object = NULL;
	int rc;

	if (packed) {
		*commit = *packed;
		return 1;
	}
	rc = git_reference_peel(&object, ref, GIT_OBJECT_COMMIT);
	if (!rc)
		*commit = *git_object_id(object);
	git_object_free(object);
	if (!rc)
		return 1;
	/* A tag of a tree, or a symbolic one that leads nowhere. */
	if (rc == GIT_EPEEL || rc == GIT_EINVALIDSPEC ||
	    (rc == GIT_ENOTFOUND && !target))
		return 0;
	return dg_git_object_error(err, rc, repo->git, target,
				   git_reference_name(ref));
}

struct adding {
	struct dg_tag_map *map;
	struct dg_repo *repo;
};

static int add_ref(void *context, git_reference *ref, struct dg_error *err)
{
	const struct adding *adding = context;
	git_oid commit;
	int rc = peel(&commit, ref, adding->repo, err);

	if (rc > 0)
		rc = add(adding->map, &commit,
			 git_reference_name(ref) + strlen(TAGS), err);
	return rc;
}

static int add_all(struct dg_tag_map *map, struct dg_repo *repo,
		   struct dg_error *err)
{
	struct adding adding = {map, repo};
	struct dg_ref_names seen = {0};
	git_reference_iterator *all = NULL;
	git_reference *ref = NULL;
	int listed = git_reference_iterator_glob_new(&all, repo->git, TAGS "*");
	int rc = 0;

	while (!rc && !listed && !(listed = git_reference_next(&ref, all))) {
		rc = dg_ref_names_add(&seen, git_reference_name(ref), err);
		if (!rc)
			rc = add_ref(&adding, ref, err);
		git_reference_free(ref);
	}
	git_reference_iterator_free(all);
	if (!rc && listed != GIT_ITEROVER)
		rc = dg_git_error(err, listed, "cannot list the tags");
	if (!rc)
		rc = dg_loose_refs_missed(repo, "refs/tags", &seen, add_ref,
					  &adding, err);
	dg_ref_names_free(&seen);
	return rc;
}

static int index_names(struct dg_tag_map *map, struct dg_error *err)
{
	size_t i, at = 0;

	map->names = calloc(2 * map->count + 1, sizeof(*map->names));
	map->first = calloc(map->count + 1, sizeof(*map->first));
	if (!map->names || !map->first)
		return dg_error_nomem(err);
	if (map->count)
		qsort(map->tags, map->count, sizeof(*map->tags), by_commit);
	for (i = 0; i < map->count; i++) {
		bool same = i && git_oid_equal(&map->tags[i].commit,
					       &map->tags[i - 1].commit);

		if (i && !same)
			map->names[at++] = NULL;
		map->first[i] = same ? map->first[i - 1] : at;
		map->names[at++] = map->tags[i].name;
	}
	return 0;
}

int dg_tag_map_open(struct dg_tag_map **out, struct dg_repo *repo,
		    struct dg_error *err)
{
	struct dg_tag_map *map = calloc(1, sizeof(*map));
	int rc;

	*out = NULL;
	if (!map)
		return dg_error_nomem(err);
	rc = add_all(map, repo, err);
	if (!rc)
		rc = index_names(map, err);
	if (rc < 0) {
		dg_tag_map_close(map);
		return rc;
	}
	*out = map;
	return 0;
}

const char *const *dg_tag_map_find(const struct dg_tag_map *map,
				   const git_oid *commit)
{
	static const char *const none[] = {NULL};
	size_t low = 0, high = map->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = git_oid_cmp(&map->tags[middle].commit, commit);

		if (!order)
			return map->names + map->first[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return none;
}

int dg_tag_map_each(const struct dg_tag_map *map,
		    int (*visit)(void *context, const git_oid *commit,
				 struct dg_error *err),
		    void *context, struct dg_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; !rc && i < map->count; i++)
		rc = visit(context, &map->tags[i].commit, err);
	return rc;
}

void dg_tag_map_close(struct dg_tag_map *map)
{
	size_t i;

	if (!map)
		return;
	for (i = 0; i < map->count; i++)
		free(map->tags[i].name);
	free(map->tags);
	free(map->names);
	free(map->first);
	free(map);
}
