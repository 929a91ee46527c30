/*
 * The items that one writer of a sort holds: one block of addresses, records
 * from its front, an entry for each from its back. It is full when they have
 * used up its limit, at the latest when they meet; only what was used costs
 * memory. No allocation per item, and the block never moves.
 *
 * The order of entries is that of the keys; of equal keys the record with the
 * highest sequence number, the one that counts, comes first.
 */
#ifndef DG_ITEM_ARENA_H
#define DG_ITEM_ARENA_H

#include "item/run.h"

struct dg_arena_entry {
	uint64_t prefix; /* dg_key_prefix: decides most comparisons */
	size_t offset;   /* of the record in the block */
};

struct dg_arena {
	char *block;  /* NULL until the first record */
	size_t size;  /* of the block; less where addresses are scarce */
	size_t limit; /* bytes of it that may be used */
	size_t used;  /* by records */
	size_t count;
};

/* size: of the block, and its limit. Nothing is allocated yet. */
void dg_arena_init(struct dg_arena *arena, size_t size);
/* Sets another limit, up to the size. */
void dg_arena_allow(struct dg_arena *arena, size_t limit);
void dg_arena_free(struct dg_arena *arena);

/* Copies the record: 1, or 0 if there is no room for it; DG_ENOMEM. */
int dg_arena_add(struct dg_arena *arena, const struct dg_record *record,
		 struct dg_error *err);

/*
 * Orders the entries, in place: quicksort, and where that has gone deeper than
 * any usual input takes it, heapsort.
 */
void dg_arena_sort(struct dg_arena *arena);

/* The same with a given depth; 0 is heapsort alone. */
void dg_arena_sort_within(struct dg_arena *arena, int depth);

/* Record number i; it borrows the block. */
void dg_arena_get(const struct dg_arena *arena, size_t i,
		  struct dg_record *record);

/*
 * Sorted records lie anywhere in the block, so that each costs a reader some
 * waits for memory. While it reads record number i, this asks the processor
 * for one that comes soon; size: dg_arena_ahead of the arena.
 */
void dg_arena_prefetch(const struct dg_arena *arena, size_t i, size_t size);
/* The mean size of a record in bytes, or less where that is much: the rest of
 * a long one the processor finds by itself. */
size_t dg_arena_ahead(const struct dg_arena *arena);

/* Empty, keeping the block. */
void dg_arena_clear(struct dg_arena *arena);

#endif
