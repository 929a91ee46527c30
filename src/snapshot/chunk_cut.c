#include "snapshot/chunk_cut.h"

#define FNV_OFFSET UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Makes the mean 65,536: (2 / sqrt(pi) * (65,536 - 16,384)) squared. */
#define SPREAD UINT64_C(3076043746)

static uint64_t fmix64(uint64_t h)
{
	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

uint64_t dg_chunk_hash(struct dg_slice key_json)
{
	uint64_t h = FNV_OFFSET;

	for (size_t i = 0; i < key_json.len; i++)
		h = (h ^ (unsigned char)key_json.ptr[i]) * FNV_PRIME;
	return fmix64(h);
}

static uint64_t above_min(uint64_t size)
{
	return size > DG_CHUNK_MIN ? size - DG_CHUNK_MIN : 0;
}

/* By chance, whose odds grow with every byte behind the minimum. */
static bool ends_here(uint64_t hash, uint64_t start, uint64_t end)
{
	uint64_t s = above_min(start), e = above_min(end);

	return (hash >> 36) * SPREAD < (e * e - s * s) << 28;
}

unsigned int dg_chunk_cut_step(struct dg_chunk_cut *cut, uint64_t hash,
			       uint64_t length)
{
	unsigned int cuts = 0;

	if (cut->size > 0 && length > DG_CHUNK_MAX - cut->size) {
		cuts = DG_CUT_BEFORE;
		cut->size = 0;
	}
	/* The size comes first: beyond it the squares would not fit. */
	if (length > DG_CHUNK_MAX ||
	    ends_here(hash, cut->size, cut->size + length)) {
		cut->size = 0;
		return cuts | DG_CUT_AFTER;
	}
	cut->size += length;
	return cuts;
}
