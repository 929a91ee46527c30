#include "item/canon_state.h"
#include "item/canon_text.h"
#include <stdlib.h>

#define SHORT_RUN 16 /* members that are sorted by insertion */

int dg_canon_compare_names(const struct dg_canon *c,
			   const struct dg_canon_member *a,
			   const struct dg_canon_member *b)
{
	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	if (a->escaped || b->escaped)
		return dg_canon_text_compare(dg_canon_name(c, a),
					     dg_canon_name(c, b));
	return dg_slice_compare(dg_canon_name(c, a), dg_canon_name(c, b));
}

/* Doubles an array of members; there are `have` in it. */
static int grow_members(struct dg_canon_member **members, size_t *cap,
			size_t needed, struct dg_error *err)
{
	struct dg_canon_member *grown;
	size_t wanted = *cap ? *cap : 64;

	while (wanted < needed)
		wanted *= 2;
	grown = realloc(*members, wanted * sizeof(*grown));
	if (!grown)
		return dg_error_nomem(err);
	*members = grown;
	*cap = wanted;
	return 0;
}

/* The same as dg_canon_text_prefix for a name without escapes; the line has
 * eight bytes behind the name's start. */
static uint64_t plain_prefix(struct dg_slice name)
{
	uint64_t prefix;

	if (name.len == 0)
		return 0;
	memcpy(&prefix, name.ptr, sizeof(prefix));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	prefix = __builtin_bswap64(prefix);
#endif
	if (name.len < sizeof(prefix))
		prefix &= ~(UINT64_MAX >> 8 * name.len);
	return prefix;
}

int dg_canon_member_add(struct dg_canon *c, const char *at,
			struct dg_slice name, bool escaped, const char *from)
{
	struct dg_canon_member *member;

	if (c->member_count == c->member_cap) {
		int rc = grow_members(&c->member, &c->member_cap,
				      c->member_count + 1, c->err);

		if (rc < 0)
			return rc;
	}
	member = &c->member[c->member_count++];
	member->at = dg_canon_at(c, at);
	member->end = dg_canon_at(c, c->o);
	member->name_len = (uint32_t)name.len;
	member->from = (uint32_t)(from - c->start);
	member->escaped = escaped;
	member->prefix =
		escaped ? dg_canon_text_prefix(name) : plain_prefix(name);
	return 0;
}

static void insertion_sort(const struct dg_canon *c, struct dg_canon_member *m,
			   size_t n, dg_canon_compare compare)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct dg_canon_member member = m[i];

		for (j = i; j > 0 && compare(c, &m[j - 1], &member) > 0; j--)
			m[j] = m[j - 1];
		m[j] = member;
	}
}

/* Merges the neighbours a (n members) and b (m members) into out.
 * NOLINTNEXTLINE(readability-function-size) */
static void merge(const struct dg_canon *c, struct dg_canon_member *out,
		  const struct dg_canon_member *a, size_t n,
		  const struct dg_canon_member *b, size_t m,
		  dg_canon_compare compare)
{
	while (n > 0 && m > 0) {
		if (compare(c, a, b) <= 0) {
			*out++ = *a++;
			n--;
		} else {
			*out++ = *b++;
			m--;
		}
	}
	memcpy(out, a, n * sizeof(*a));
	memcpy(out + n, b, m * sizeof(*b));
}

/* One pass of the merge sort: runs of `run` members become twice as long. */
static void merge_runs(const struct dg_canon *c, struct dg_canon_member *to,
		       const struct dg_canon_member *from, size_t n, size_t run,
		       dg_canon_compare compare)
{
	size_t at, left, right;

	for (at = 0; at < n; at += left + right) {
		left = n - at < run ? n - at : run;
		right = n - at - left < run ? n - at - left : run;
		merge(c, to + at, from + at, left, from + at + left, right,
		      compare);
	}
}

/* Merge sort: hostile input must not find a quadratic case. */
static int sort(struct dg_canon *c, struct dg_canon_member *m, size_t n,
		dg_canon_compare compare)
{
	struct dg_canon_member *from = m, *to, *swap;
	size_t at, run;

	if (n > c->sorted_cap && n > SHORT_RUN) {
		int rc = grow_members(&c->sorted, &c->sorted_cap, n, c->err);

		if (rc < 0)
			return rc;
	}
	for (at = 0; at < n; at += SHORT_RUN)
		insertion_sort(c, m + at,
			       n - at < SHORT_RUN ? n - at : SHORT_RUN,
			       compare);
	to = c->sorted;
	for (run = SHORT_RUN; run < n; run *= 2) {
		merge_runs(c, to, from, n, run, compare);
		swap = from;
		from = to;
		to = swap;
	}
	if (from != m)
		memcpy(m, from, n * sizeof(*m));
	return 0;
}

/* The members of one container stand side by side in the line, a comma
 * between each two. */
static int move_in_line(struct dg_canon *c, const struct dg_canon_member *m,
			size_t n, uint32_t begin)
{
	char *line = c->line->ptr + c->line_len;
	size_t total = (size_t)(c->o - line) - begin;
	char *o;
	size_t i;
	int rc;

	dg_buf_clear(&c->moved);
	rc = dg_buf_reserve(&c->moved, total, c->err);
	if (rc < 0)
		return rc;
	o = c->moved.ptr;
	for (i = 0; i < n; i++) {
		if (i > 0)
			*o++ = ',';
		memcpy(o, line + m[i].at, m[i].end - m[i].at);
		o += m[i].end - m[i].at;
	}
	memcpy(line + begin, c->moved.ptr, total);
	return 0;
}

static int refuse_duplicate(struct dg_canon *c, const struct dg_canon_member *a,
			    const struct dg_canon_member *b, const char *what)
{
	char quote[DG_CANON_QUOTE_SIZE];

	return dg_canon_fail(c, c->start + (a->from > b->from ? a : b)->from,
			     "duplicate %s \"%s\"", what,
			     dg_canon_quote(quote, dg_canon_name(c, a)));
}

int dg_canon_members_close(struct dg_canon *c, size_t first,
			   dg_canon_compare compare, const char *what)
{
	size_t n = c->member_count - first;
	struct dg_canon_member *m;
	uint32_t begin;
	size_t i;
	int rc;

	if (n == 0)
		return 0;
	m = c->member + first;
	c->member_count = first;
	for (i = 1; i < n && compare(c, &m[i - 1], &m[i]) < 0; i++)
		;
	if (i >= n)
		return 0;
	begin = m[0].at;
	rc = sort(c, m, n, compare);
	if (rc < 0)
		return rc;
	for (i = 1; i < n; i++)
		if (compare(c, &m[i - 1], &m[i]) == 0)
			return refuse_duplicate(c, &m[i - 1], &m[i], what);
	return move_in_line(c, m, n, begin);
}
