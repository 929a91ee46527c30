/*
 * Reading the text of a canonical string, as it stands between its quotes,
 * byte by byte with the escapes decoded. An unpaired surrogate, which the
 * canonical form keeps as \udxxx, is read as its three-byte form, so that
 * the order of all strings is the one order of the service's UTF-8 bytes.
 */
#ifndef DG_ITEM_CANON_TEXT_H
#define DG_ITEM_CANON_TEXT_H

#include <ddbgit/slice.h>
#include <stdint.h>

struct dg_canon_text {
	const char *p;
	const char *end;
	unsigned char pending[2]; /* the rest of a surrogate, last byte first */
	unsigned int pending_count;
};

void dg_canon_text_init(struct dg_canon_text *text, struct dg_slice canonical);

/* The next byte, or -1 at the end. The text must be canonical. */
int dg_canon_text_next(struct dg_canon_text *text);

/* <0, 0 or >0, by the decoded bytes of two canonical texts. */
int dg_canon_text_compare(struct dg_slice a, struct dg_slice b);

/* Whether a canonical text decodes to these bytes. */
bool dg_canon_text_is(struct dg_slice canonical, struct dg_slice bytes);

/* The first eight decoded bytes as a big-endian number, zeros behind a
 * shorter text: where two differ they order as the texts do. */
uint64_t dg_canon_text_prefix(struct dg_slice canonical);

#endif
