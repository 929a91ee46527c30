#include "repo/walked_commit.h"
#include <stdlib.h>

#define ROOM_MIN 64

int dg_walked_commit_damaged(struct dg_error *err, const git_oid *id)
{
	dg_error_set(err, DG_EINVALID,
		     "cannot read the history: the object %s is damaged",
		     git_oid_tostr_s(id));
	return dg_error_hint(err, "Run `git fsck`; a clone may still have "
				  "the object");
}

/* 1: it is no commit. */
static int parse(struct dg_walked_commit *commit, bool check,
		 struct dg_error *err)
{
	const struct dg_raw_object *object = &commit->object;
	int rc = check ? dg_raw_object_is_right(object, err) : 1;

	if (rc < 0)
		return rc;
	if (rc && object->type != GIT_OBJECT_COMMIT)
		return 1;
	if (!rc || !dg_raw_commit_parse(&commit->commit, object->bytes))
		return dg_walked_commit_damaged(err, &object->id);
	return 0;
}

int dg_walked_commit_read(struct dg_walked_commit **out,
			  struct dg_object_reader *reader, bool check,
			  const git_oid *id, struct dg_error *err)
{
	struct dg_walked_commit *commit = calloc(1, sizeof(*commit));
	int rc;

	*out = NULL;
	if (!commit)
		return dg_error_nomem(err);
	rc = dg_raw_object_read(&commit->object, reader, id);
	if (rc < 0)
		rc = dg_git_error(err, rc, "cannot read the history at %.7s",
				  git_oid_tostr_s(id));
	else
		rc = parse(commit, check, err);
	if (rc) {
		dg_walked_commit_free(commit);
		return rc;
	}
	*out = commit;
	return 0;
}

void dg_walked_commit_free(struct dg_walked_commit *commit)
{
	if (!commit)
		return;
	dg_raw_object_free(&commit->object);
	free(commit->parent_trees);
	free(commit);
}

static bool before(const struct dg_walked_commit *a,
		   const struct dg_walked_commit *b)
{
	if (a->commit.time != b->commit.time)
		return a->commit.time > b->commit.time;
	return a->order < b->order;
}

static void swap(struct dg_walked_commit **a, struct dg_walked_commit **b)
{
	struct dg_walked_commit *kept = *a;

	*a = *b;
	*b = kept;
}

int dg_commit_queue_push(struct dg_commit_queue *queue,
			 struct dg_walked_commit *commit, struct dg_error *err)
{
	struct dg_walked_commit **heap = queue->heap;
	size_t at = queue->count, above;

	if (queue->count == queue->room) {
		size_t room = queue->room ? queue->room * 2 : ROOM_MIN;

		heap = realloc(heap, room * sizeof(struct dg_walked_commit *));
		if (!heap)
			return dg_error_nomem(err);
		queue->heap = heap;
		queue->room = room;
	}
	commit->order = queue->pushed++;
	heap[queue->count++] = commit;
	for (; at; at = above) {
		above = (at - 1) / 2;
		if (!before(heap[at], heap[above]))
			break;
		swap(&heap[at], &heap[above]);
	}
	return 0;
}

struct dg_walked_commit *dg_commit_queue_pop(struct dg_commit_queue *queue)
{
	struct dg_walked_commit **heap = queue->heap, *first;
	size_t at = 0, child;

	if (!queue->count)
		return NULL;
	first = heap[0];
	heap[0] = heap[--queue->count];
	while ((child = 2 * at + 1) < queue->count) {
		if (child + 1 < queue->count &&
		    before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], heap[at]))
			break;
		swap(&heap[child], &heap[at]);
		at = child;
	}
	return first;
}

void dg_commit_queue_free(struct dg_commit_queue *queue)
{
	size_t i;

	for (i = 0; i < queue->count; i++)
		dg_walked_commit_free(queue->heap[i]);
	free(queue->heap);
	memset(queue, 0, sizeof(*queue));
}
