#include "base/digest_set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_FIRST 1024

static const unsigned char empty[DG_DIGEST_SET_BYTES];

void dg_digest_set_init(struct dg_digest_set *set, size_t memory)
{
	memset(set, 0, sizeof(*set));
	set->max = memory / DG_DIGEST_SET_BYTES;
}

void dg_digest_set_free(struct dg_digest_set *set)
{
	free(set->slots);
	memset(set, 0, sizeof(*set));
}

/* The slot that has the digest, or the empty one where it belongs. */
static unsigned char *slot_of(const struct dg_digest_set *set,
			      const unsigned char *digest)
{
	uint64_t at;

	memcpy(&at, digest, sizeof(at));
	for (;; at++) {
		unsigned char *slot = set->slots[at & (set->size - 1)];

		if (memcmp(slot, empty, sizeof(empty)) == 0 ||
		    memcmp(slot, digest, sizeof(empty)) == 0)
			return slot;
	}
}

bool dg_digest_set_has(const struct dg_digest_set *set,
		       const unsigned char *digest)
{
	return set->size > 0 &&
	       memcmp(slot_of(set, digest), digest, sizeof(empty)) == 0;
}

/* At most half of the slots are taken. */
static bool is_full(const struct dg_digest_set *set)
{
	return 2 * (set->count + 1) > set->size;
}

static int grow(struct dg_digest_set *set, struct dg_error *err)
{
	struct dg_digest_set larger = *set;

	larger.size = set->size > 0 ? set->size * 2 : SLOTS_FIRST;
	if (larger.size > set->max)
		return 0;
	larger.slots = calloc(larger.size, sizeof(*larger.slots));
	if (!larger.slots)
		return dg_error_nomem(err);
	for (size_t i = 0; i < set->size; i++)
		if (memcmp(set->slots[i], empty, sizeof(empty)) != 0)
			memcpy(slot_of(&larger, set->slots[i]), set->slots[i],
			       sizeof(empty));
	free(set->slots);
	*set = larger;
	return 0;
}

int dg_digest_set_add(struct dg_digest_set *set, const unsigned char *digest,
		      struct dg_error *err)
{
	int rc;

	if (dg_digest_set_has(set, digest))
		return 1;
	if (is_full(set)) {
		rc = grow(set, err);
		if (rc < 0)
			return rc;
	}
	if (is_full(set))
		return 0;
	memcpy(slot_of(set, digest), digest, sizeof(empty));
	set->count++;
	return 1;
}
