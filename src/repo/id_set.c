#include "repo/id_set.h"
#include <stdlib.h>

#define ROOM_MIN 256

static const git_oid free_slot; /* zeros */

static bool same(const git_oid *a, const git_oid *b)
{
	return !memcmp(a->id, b->id, GIT_OID_RAWSZ);
}

static size_t slot_of(const struct dg_id_set *set, const git_oid *id)
{
	size_t at;

	/* An object id is as good as any hash of it. */
	memcpy(&at, id->id, sizeof(at));
	at &= set->room - 1;
	while (!same(&set->ids[at], &free_slot) && !same(&set->ids[at], id))
		at = (at + 1) & (set->room - 1);
	return at;
}

bool dg_id_set_has(const struct dg_id_set *set, const git_oid *id)
{
	return set->room && !same(&set->ids[slot_of(set, id)], &free_slot);
}

static int grow(struct dg_id_set *set, struct dg_error *err)
{
	struct dg_id_set bigger = {.room = set->room ? set->room * 2
						     : ROOM_MIN};
	size_t i;

	bigger.ids = calloc(bigger.room, sizeof(*bigger.ids));
	if (!bigger.ids)
		return dg_error_nomem(err);
	for (i = 0; i < set->room; i++) {
		if (!same(&set->ids[i], &free_slot))
			bigger.ids[slot_of(&bigger, &set->ids[i])] =
				set->ids[i];
	}
	bigger.count = set->count;
	free(set->ids);
	*set = bigger;
	return 0;
}

int dg_id_set_add(struct dg_id_set *set, const git_oid *id,
		  struct dg_error *err)
{
	int rc = set->count * 2 >= set->room ? grow(set, err) : 0;

	if (rc < 0)
		return rc;
	set->count += !dg_id_set_has(set, id);
	set->ids[slot_of(set, id)] = *id;
	return 0;
}

void dg_id_set_free(struct dg_id_set *set)
{
	free(set->ids);
	memset(set, 0, sizeof(*set));
}
