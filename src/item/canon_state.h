/*
 * What the parts of the canonicaliser share: the cursor in the text that is
 * read, the cursor in the line that is written, and the members of the
 * objects and sets that are open. Included by canon*.c alone.
 *
 * The text is copied to the line as it is read. An object or set whose
 * members turn out not to be in order is put in order when it closes, by
 * moving its members' bytes; so a text that is canonical already is written
 * once.
 */
#ifndef DG_ITEM_CANON_STATE_H
#define DG_ITEM_CANON_STATE_H

#include "item/canon.h"

/*
 * There are always that many bytes of room at c->o: enough for any
 * punctuation, type tag or constant, and for a string's copy to write one
 * block more than it needs. Whatever writes a string, opens a value or closes
 * a container makes sure of it anew.
 */
#define DG_CANON_SLACK 64

/* A member of an object or set, already written. */
struct dg_canon_member {
	uint64_t prefix; /* of its name, see dg_canon_text_prefix */
	uint32_t at;     /* of its first byte, from the start of the line */
	uint32_t end;
	uint32_t name_len; /* without the quotes, escapes as they stand */
	uint32_t from;     /* where it begins in the text, for errors */
	bool escaped;      /* its name has escapes */
};

/* The value of a key attribute, until the item closes. */
struct dg_canon_key_value {
	bool met;
	char type;   /* 'S', 'N', 'B'; else none that a key may have */
	uint32_t at; /* of its text in the line, without the quotes */
	uint32_t len;
	uint32_t from; /* where it begins in the text, for errors */
};

struct dg_canon {
	const char *start; /* of the item's text */
	const char *p;
	const char *end;
	bool cut;    /* the text goes on behind end, past the greatest item */
	size_t lead; /* blanks before start */

	struct dg_buf *line;
	size_t line_len; /* of line, before this item */
	char *o;
	char *limit;

	struct dg_canon_member *member;
	size_t member_count;
	size_t member_cap;
	struct dg_canon_member *sorted; /* scratch of the sort */
	size_t sorted_cap;
	struct dg_buf moved;        /* scratch of the reordering */
	struct dg_buf line_scratch; /* of dg_canon_key */

	const struct dg_key_schema *keys; /* NULL: not wanted */
	struct dg_buf *key;               /* NULL: not wanted */
	size_t key_name_len[2];
	struct dg_canon_key_value key_value[2];
	size_t attributes; /* of the item */

	struct dg_error *err;
	size_t error_at;
};

/* How the members of one kind of container compare. */
typedef int (*dg_canon_compare)(const struct dg_canon *c,
				const struct dg_canon_member *a,
				const struct dg_canon_member *b);

/* Sets error and offset (at points into the text). Returns DG_EINVALID. */
int dg_canon_fail(struct dg_canon *c, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for what stands at the cursor instead of `wanted`. */
int dg_canon_unexpected(struct dg_canon *c, const char *wanted);

int dg_canon_too_long(struct dg_canon *c);

/* Adds the item's key to the error that was set, where it can be read. */
void dg_canon_name_item(struct dg_canon *c);

/* A printable, short quote of a text for a message. */
#define DG_CANON_QUOTE_SIZE 64
const char *dg_canon_quote(char out[DG_CANON_QUOTE_SIZE], struct dg_slice text);

/* Makes room for `more` bytes and the slack. */
int dg_canon_grow(struct dg_canon *c, size_t more);

/* Reads a string and writes it, quotes included; *text is what was written
 * between them, good until the next write, *escaped whether it has escapes. */
int dg_canon_string(struct dg_canon *c, struct dg_slice *text, bool *escaped);

/* The same for a number's and for a binary value's string. */
int dg_canon_number(struct dg_canon *c, struct dg_slice *text);
int dg_canon_binary(struct dg_canon *c, struct dg_slice *text);

/* Reads and writes the array of a set; kind is 'S', 'N' or 'B'. */
int dg_canon_set(struct dg_canon *c, char kind);

/* The members of one object, at depth 0 those of the item. */
int dg_canon_object(struct dg_canon *c, unsigned int depth);

/* {"S":"a"}: one value with its type tag; depth from 1. */
int dg_canon_value(struct dg_canon *c, unsigned int depth,
		   struct dg_canon_key_value *out);

/* Appends the encoded key, before the item's members are moved. */
int dg_canon_key_encode(struct dg_canon *c);

/* Adds the member whose name was just written between `at` and c->o. */
int dg_canon_member_add(struct dg_canon *c, const char *at,
			struct dg_slice name, bool escaped, const char *from);

/*
 * Puts the members from number `first` on in order, in the line too, and
 * forgets them; `what` names them in the error about two that are equal.
 */
int dg_canon_members_close(struct dg_canon *c, size_t first,
			   dg_canon_compare compare, const char *what);

int dg_canon_compare_names(const struct dg_canon *c,
			   const struct dg_canon_member *a,
			   const struct dg_canon_member *b);

static inline struct dg_slice dg_canon_name(
	const struct dg_canon *c, const struct dg_canon_member *member)
{
	return dg_slice_of(c->line->ptr + c->line_len + member->at + 1,
			   member->name_len);
}

/* How far a place in the line is from the line's start. */
static inline uint32_t dg_canon_at(const struct dg_canon *c, const char *place)
{
	return (uint32_t)(place - (c->line->ptr + c->line_len));
}

static inline int dg_canon_room(struct dg_canon *c)
{
	if (__builtin_expect(c->limit - c->o >= DG_CANON_SLACK, 1))
		return 0;
	return dg_canon_grow(c, 0);
}

static inline void dg_canon_put(struct dg_canon *c, char byte)
{
	*c->o++ = byte;
}

/* The next byte that is no blank, without taking it; -1 at the end. */
static inline int dg_canon_peek(struct dg_canon *c)
{
	for (; c->p < c->end; c->p++)
		if (*c->p != ' ' && *c->p != '\n' && *c->p != '\r' &&
		    *c->p != '\t')
			return (unsigned char)*c->p;
	return -1;
}

#endif
