/*
 * A set of digests, in bounded memory: what was seen before. Of each digest
 * its first 128 bits count.
 */
#ifndef DG_BASE_DIGEST_SET_H
#define DG_BASE_DIGEST_SET_H

#include <ddbgit/error.h>
#include <stdbool.h>
#include <stddef.h>

#define DG_DIGEST_SET_BYTES 16

struct dg_digest_set {
	unsigned char (*slots)[DG_DIGEST_SET_BYTES]; /* zeros: empty */
	size_t size;                                 /* a power of two, or 0 */
	size_t count;
	size_t max; /* of slots */
};

/* memory: bytes that the set may grow to. */
void dg_digest_set_init(struct dg_digest_set *set, size_t memory);
void dg_digest_set_free(struct dg_digest_set *set);

bool dg_digest_set_has(const struct dg_digest_set *set,
		       const unsigned char *digest);

/* 1: it is in the set now; 0: the set is full and without it. */
int dg_digest_set_add(struct dg_digest_set *set, const unsigned char *digest,
		      struct dg_error *err);

#endif
