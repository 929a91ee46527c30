#include "repo/history_walk.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

/* Commits waiting for their turn, a binary heap. */
struct waiting {
	git_commit *commit;
	int64_t time;
	size_t order; /* of two of one second, the one that came first */
};

/* A set of object ids: open addressing, at most half full. */
struct id_set {
	git_oid *ids; /* zero: free */
	size_t room;  /* a power of two */
	size_t count;
};

struct dg_history_walk {
	struct dg_repo *repo;
	struct waiting *heap;
	size_t count;
	size_t room;
	size_t pushed;
	struct id_set seen;
	struct id_set ends;
};

static size_t slot_of(const struct id_set *set, const git_oid *id)
{
	size_t at;

	/* An object id is as good as any hash of it. */
	memcpy(&at, id->id, sizeof(at));
	at &= set->room - 1;
	while (!git_oid_is_zero(&set->ids[at]) &&
	       !git_oid_equal(&set->ids[at], id))
		at = (at + 1) & (set->room - 1);
	return at;
}

static bool id_set_has(const struct id_set *set, const git_oid *id)
{
	return set->room && !git_oid_is_zero(&set->ids[slot_of(set, id)]);
}

static int id_set_grow(struct id_set *set, struct dg_error *err)
{
	struct id_set bigger = {.room = set->room ? set->room * 2 : 256};
	size_t i;

	bigger.ids = calloc(bigger.room, sizeof(*bigger.ids));
	if (!bigger.ids)
		return dg_error_nomem(err);
	for (i = 0; i < set->room; i++) {
		if (!git_oid_is_zero(&set->ids[i]))
			bigger.ids[slot_of(&bigger, &set->ids[i])] =
				set->ids[i];
	}
	bigger.count = set->count;
	free(set->ids);
	*set = bigger;
	return 0;
}

static int id_set_add(struct id_set *set, const git_oid *id,
		      struct dg_error *err)
{
	int rc = 0;

	if (set->count * 2 >= set->room)
		rc = id_set_grow(set, err);
	if (rc < 0)
		return rc;
	set->count += !id_set_has(set, id);
	set->ids[slot_of(set, id)] = *id;
	return 0;
}

static bool before(const struct waiting *a, const struct waiting *b)
{
	if (a->time != b->time)
		return a->time > b->time;
	return a->order < b->order;
}

static void swap(struct waiting *a, struct waiting *b)
{
	struct waiting kept = *a;

	*a = *b;
	*b = kept;
}

static int push(struct dg_history_walk *walk, git_commit *commit,
		struct dg_error *err)
{
	struct waiting *heap = walk->heap;
	size_t at = walk->count;

	if (walk->count == walk->room) {
		size_t room = walk->room ? walk->room * 2 : 64;

		heap = realloc(heap, room * sizeof(*heap));
		if (!heap)
			return dg_error_nomem(err);
		walk->heap = heap;
		walk->room = room;
	}
	heap[at].commit = commit;
	heap[at].time = git_commit_time(commit);
	heap[at].order = walk->pushed++;
	walk->count++;
	for (; at && before(&heap[at], &heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&heap[at], &heap[(at - 1) / 2]);
	return 0;
}

static git_commit *pop(struct dg_history_walk *walk)
{
	struct waiting *heap = walk->heap;
	git_commit *first = heap[0].commit;
	size_t at = 0, child;

	heap[0] = heap[--walk->count];
	while ((child = 2 * at + 1) < walk->count) {
		if (child + 1 < walk->count &&
		    before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &heap[at]))
			break;
		swap(&heap[child], &heap[at]);
		at = child;
	}
	return first;
}

static int add(struct dg_history_walk *walk, const git_oid *id,
	       struct dg_error *err)
{
	git_commit *commit = NULL;
	int rc;

	if (id_set_has(&walk->seen, id))
		return 0;
	rc = git_commit_lookup(&commit, walk->repo->git, id);
	if (rc < 0)
		return dg_git_error(err, rc, "cannot read the history");
	rc = id_set_add(&walk->seen, id, err);
	if (!rc)
		rc = push(walk, commit, err);
	if (rc < 0)
		git_commit_free(commit);
	return rc;
}

/* The commits where a shallow clone ends, a line each in `shallow`. */
static int read_ends(struct dg_history_walk *walk, struct dg_error *err)
{
	char *path = NULL, line[128];
	FILE *file;
	git_oid id;
	int rc = dg_asprintf(&path, err, "%s/shallow", walk->repo->commondir);

	if (rc < 0)
		return rc;
	file = fopen(path, "re");
	free(path);
	while (file && !rc && fgets(line, sizeof(line), file)) {
		if (!git_oid_fromstrn(&id, line, strcspn(line, "\r\n")))
			rc = id_set_add(&walk->ends, &id, err);
	}
	if (file)
		fclose(file);
	return rc;
}

int dg_history_walk_start(struct dg_history_walk *walk, const git_oid *commit,
			  struct dg_error *err)
{
	return add(walk, commit, err);
}

int dg_history_walk_open(struct dg_history_walk **out, struct dg_repo *repo,
			 struct dg_error *err)
{
	struct dg_history_walk *walk = calloc(1, sizeof(*walk));
	int rc;

	*out = NULL;
	if (!walk)
		return dg_error_nomem(err);
	walk->repo = repo;
	rc = read_ends(walk, err);
	if (rc < 0) {
		dg_history_walk_close(walk);
		return rc;
	}
	*out = walk;
	return 0;
}

bool dg_history_walk_is_end(const struct dg_history_walk *walk,
			    const git_oid *commit)
{
	return id_set_has(&walk->ends, commit);
}

int dg_history_walk_next(struct dg_history_walk *walk, git_commit **commit,
			 struct dg_error *err)
{
	unsigned int i, parents;
	int rc = 0;

	*commit = NULL;
	if (!walk->count)
		return 0;
	*commit = pop(walk);
	parents = git_commit_parentcount(*commit);
	if (dg_history_walk_is_end(walk, git_commit_id(*commit)))
		parents = 0;
	for (i = 0; !rc && i < parents; i++)
		rc = add(walk, git_commit_parent_id(*commit, i), err);
	if (rc < 0) {
		git_commit_free(*commit);
		*commit = NULL;
		return rc;
	}
	return 1;
}

void dg_history_walk_close(struct dg_history_walk *walk)
{
	if (!walk)
		return;
	while (walk->count)
		git_commit_free(pop(walk));
	free(walk->heap);
	free(walk->seen.ids);
	free(walk->ends.ids);
	free(walk);
}
