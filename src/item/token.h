/*
 * A pull tokenizer over JSON text that carries items: Scan and BatchWriteItem
 * bodies, table-data.json, key files. It checks the syntax of what it steps
 * over (what stands inside strings, escapes, UTF-8 and control characters, is
 * checked by whoever reads them), converts nothing and allocates nothing.
 *
 *	bool first = true;
 *
 *	rc = dg_token_begin_object(&t, err);
 *	while (rc == 0 && (rc = dg_token_member(&t, &first, &name, err)) > 0)
 *		rc = dg_token_value(&t, &value, err);
 *
 * All return 0, or 1 where stated, or DG_EINVALID with the cursor at what is
 * wrong; the message does not name the offset, dg_token_offset does.
 */
#ifndef DG_ITEM_TOKEN_H
#define DG_ITEM_TOKEN_H

#include "base/buf.h"
#include <stdint.h>

/* Of one value. An item of 64 levels has 129 of braces and brackets. */
#define DG_TOKEN_DEPTH_MAX 192

struct dg_token {
	const char *start; /* of the whole text, for offsets */
	const char *p;
	const char *end;
};

void dg_token_init(struct dg_token *t, struct dg_slice text);
size_t dg_token_offset(const struct dg_token *t);

/* The next byte that is not blank, without taking it; -1 at the end. */
int dg_token_peek(struct dg_token *t);

int dg_token_begin_object(struct dg_token *t, struct dg_error *err);
int dg_token_begin_array(struct dg_token *t, struct dg_error *err);

/* Inside an object: 1 with the raw text of the name (between the quotes),
 * the cursor at the value; 0 after '}'. Call with *first = true at first. */
int dg_token_member(struct dg_token *t, bool *first, struct dg_slice *name,
		    struct dg_error *err);
/* Inside an array: 1 with the cursor at a value; 0 after ']'. */
int dg_token_element(struct dg_token *t, bool *first, struct dg_error *err);

/* Steps over one value of any kind; *value gets its raw text. */
int dg_token_value(struct dg_token *t, struct dg_slice *value,
		   struct dg_error *err);
/* A string; *raw gets the text between the quotes, escapes as they are. */
int dg_token_string(struct dg_token *t, struct dg_slice *raw,
		    struct dg_error *err);
/* A non-negative whole number. */
int dg_token_u64(struct dg_token *t, uint64_t *out, struct dg_error *err);
/* Any number, as a double: for capacity units only. */
int dg_token_double(struct dg_token *t, double *out, struct dg_error *err);
/* Nothing but blanks up to the end. */
int dg_token_end(struct dg_token *t, struct dg_error *err);

/*
 * For input that arrives in pieces: the length of the JSON value that text
 * begins with (leading blanks included), 0 if it is not complete yet (*state
 * remembers how far it looked; begin with zeros). A number or word is complete
 * with the byte behind it. DG_EINVALID, with state->offset at what is wrong,
 * when it can be no value; only brackets and quotes are looked at.
 */
struct dg_token_progress {
	size_t offset;
	uint32_t depth;
	bool in_string;
	bool escaped;
	bool started;
};
int dg_token_complete(struct dg_slice text, struct dg_token_progress *state,
		      size_t *length, struct dg_error *err);

#endif
