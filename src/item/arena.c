#include "item/arena.h"

#include <sys/mman.h>

/* The kernel's large pages; where they have another size, less is gained. */
#define LARGE_PAGE ((uintptr_t)2 * 1024 * 1024)

#define CACHE_LINE 64
#define PREFETCH_RECORDS 8
#define PREFETCH_BYTES_MAX ((size_t)1024)

/* Shorter ranges are sorted by insertion. */
#define INSERTION_MAX 16

void dg_arena_init(struct dg_arena *arena, size_t size)
{
	/* The entries at the back have to be aligned. */
	size -= size % sizeof(struct dg_arena_entry);
	*arena = (struct dg_arena){.size = size, .limit = size};
}

void dg_arena_free(struct dg_arena *arena)
{
	if (arena->block)
		munmap(arena->block, arena->size);
	arena->block = NULL;
	dg_arena_clear(arena);
}

/* The entries, the latest first until they are sorted. */
static struct dg_arena_entry *entries_of(const struct dg_arena *arena)
{
	char *end = arena->block + arena->size;

	return (struct dg_arena_entry *)(void *)end - arena->count;
}

static size_t room(const struct dg_arena *arena)
{
	size_t used =
		arena->used + arena->count * sizeof(struct dg_arena_entry);

	return arena->limit > used ? arena->limit - used : 0;
}

/*
 * A block is filled once and from end to end, so that most of what it costs
 * is its pages, given one by one at the first touch. Large ones cost a tenth
 * of that; a kernel without them says so, which changes nothing. Not far
 * beyond the limit, since a large page that is touched is there as a whole;
 * but up to the end of the one that the limit stands in, since a page that
 * began small stays small.
 */
static void want_large_pages(const struct dg_arena *arena)
{
#ifdef MADV_HUGEPAGE
	uintptr_t end = (uintptr_t)arena->block + arena->limit;
	size_t len = arena->limit + (size_t)(-end & (LARGE_PAGE - 1));

	if (arena->block)
		(void)madvise(arena->block,
			      len < arena->size ? len : arena->size,
			      MADV_HUGEPAGE);
#else
	(void)arena;
#endif
}

static void *map(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static int map_block(struct dg_arena *arena, struct dg_error *err)
{
	void *block = map(arena->size);

	/* Where addresses count as memory (overcommit_memory=2, ulimit -v),
	 * there are only those that may be used now. */
	if (block == MAP_FAILED && arena->limit < arena->size) {
		arena->size = arena->limit;
		block = map(arena->size);
	}
	if (block == MAP_FAILED)
		return dg_error_nomem(err);
	arena->block = block;
	want_large_pages(arena);
	return 0;
}

void dg_arena_allow(struct dg_arena *arena, size_t limit)
{
	limit -= limit % sizeof(struct dg_arena_entry);
	arena->limit = limit < arena->size ? limit : arena->size;
	want_large_pages(arena);
}

int dg_arena_add(struct dg_arena *arena, const struct dg_record *record,
		 struct dg_error *err)
{
	const struct dg_record_head head = {
		.sequence = record->sequence,
		.key_len = (uint32_t)record->key.len,
		.line_len = (uint32_t)record->line.len,
	};
	size_t need = sizeof(head) + record->key.len + record->line.len;
	char *to;

	if (need + sizeof(struct dg_arena_entry) > room(arena))
		return 0;
	if (!arena->block && map_block(arena, err) < 0)
		return DG_ENOMEM;
	to = arena->block + arena->used;
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	memcpy(to, record->key.ptr, record->key.len);
	memcpy(to + record->key.len, record->line.ptr, record->line.len);
	arena->count++;
	*entries_of(arena) = (struct dg_arena_entry){
		.prefix = dg_key_prefix(record->key),
		.offset = arena->used,
	};
	arena->used += need;
	return 1;
}

static void read_record(const struct dg_arena *arena, size_t offset,
			struct dg_record *record)
{
	const char *from = arena->block + offset;
	struct dg_record_head head;

	memcpy(&head, from, sizeof(head));
	from += sizeof(head);
	record->sequence = head.sequence;
	record->key = dg_slice_of(from, head.key_len);
	record->line = dg_slice_of(from + head.key_len, head.line_len);
}

void dg_arena_get(const struct dg_arena *arena, size_t i,
		  struct dg_record *record)
{
	read_record(arena, entries_of(arena)[i].offset, record);
}

size_t dg_arena_ahead(const struct dg_arena *arena)
{
	size_t mean = arena->count > 0 ? arena->used / arena->count : 0;

	return mean < PREFETCH_BYTES_MAX ? mean : PREFETCH_BYTES_MAX;
}

void dg_arena_prefetch(const struct dg_arena *arena, size_t i, size_t size)
{
	const char *at;
	size_t k;

	if (arena->count - i <= PREFETCH_RECORDS)
		return;
	at = arena->block + entries_of(arena)[i + PREFETCH_RECORDS].offset;
	for (k = 0; k < size; k += CACHE_LINE)
		__builtin_prefetch(at + k);
}

void dg_arena_clear(struct dg_arena *arena)
{
	arena->used = 0;
	arena->count = 0;
}

static bool is_less_by_record(const struct dg_arena *arena, size_t a, size_t b)
{
	struct dg_record x, y;
	int order;

	read_record(arena, a, &x);
	read_record(arena, b, &y);
	order = dg_record_compare(&x, &y);
	/* The same number twice: what was added last counts. */
	return order < 0 || (order == 0 && a > b);
}

static inline bool is_less(const struct dg_arena *arena,
			   struct dg_arena_entry a, struct dg_arena_entry b)
{
	if (a.prefix != b.prefix)
		return a.prefix < b.prefix;
	return is_less_by_record(arena, a.offset, b.offset);
}

static void swap(struct dg_arena_entry *a, struct dg_arena_entry *b)
{
	struct dg_arena_entry t = *a;

	*a = *b;
	*b = t;
}

static void insertion_sort(const struct dg_arena *arena,
			   struct dg_arena_entry *e, size_t n)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct dg_arena_entry moving = e[i];

		for (j = i; j > 0 && is_less(arena, moving, e[j - 1]); j--)
			e[j] = e[j - 1];
		e[j] = moving;
	}
}

static void sift_down(const struct dg_arena *arena, struct dg_arena_entry *e,
		      size_t i, size_t n)
{
	size_t child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && is_less(arena, e[child], e[child + 1]))
			child++;
		if (!is_less(arena, e[i], e[child]))
			return;
		swap(&e[i], &e[child]);
		i = child;
	}
}

static void heap_sort(const struct dg_arena *arena, struct dg_arena_entry *e,
		      size_t n)
{
	size_t i;

	for (i = n / 2; i > 0; i--)
		sift_down(arena, e, i - 1, n);
	for (i = n; i > 1; i--) {
		swap(&e[0], &e[i - 1]);
		sift_down(arena, e, 0, i - 1);
	}
}

/* Hoare's partition by the median of three: how many stand in the front
 * part, from 1 to n - 1. */
static size_t partition(const struct dg_arena *arena, struct dg_arena_entry *e,
			size_t n)
{
	struct dg_arena_entry pivot;
	size_t middle = n / 2;
	size_t i = 0;
	size_t j = n - 1;

	if (is_less(arena, e[middle], e[0]))
		swap(&e[middle], &e[0]);
	if (is_less(arena, e[n - 1], e[middle]))
		swap(&e[n - 1], &e[middle]);
	if (is_less(arena, e[middle], e[0]))
		swap(&e[middle], &e[0]);
	pivot = e[middle];
	for (;;) {
		while (is_less(arena, e[i], pivot))
			i++;
		while (is_less(arena, pivot, e[j]))
			j--;
		if (i >= j)
			return j + 1;
		swap(&e[i++], &e[j--]);
	}
}

/*
 * Quicksort in place (qsort would allocate half as much again), with a limit
 * to its depth from which heapsort takes over, so that no order of the input
 * takes quadratic time. The longer part is done by the loop.
 */
static void sort_range(const struct dg_arena *arena, struct dg_arena_entry *e,
		       size_t n, int depth_left)
{
	while (n > INSERTION_MAX) {
		size_t front;

		if (depth_left-- == 0) {
			heap_sort(arena, e, n);
			return;
		}
		front = partition(arena, e, n);
		if (front < n - front) {
			sort_range(arena, e, front, depth_left);
			e += front;
			n -= front;
		} else {
			sort_range(arena, e + front, n - front, depth_left);
			n = front;
		}
	}
	insertion_sort(arena, e, n);
}

void dg_arena_sort_within(struct dg_arena *arena, int depth)
{
	if (arena->count > 1)
		sort_range(arena, entries_of(arena), arena->count, depth);
}

void dg_arena_sort(struct dg_arena *arena)
{
	size_t n;
	int depth = 0;

	/* Twice the depth of a perfect quicksort. */
	for (n = arena->count; n > 1; n /= 2)
		depth += 2;
	dg_arena_sort_within(arena, depth);
}
