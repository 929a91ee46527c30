/*
 * Base64 of the standard alphabet with padding (RFC 4648, section 4), as
 * DynamoDB's JSON spells binary values.
 */
#ifndef DG_ITEM_CANON_BASE64_H
#define DG_ITEM_CANON_BASE64_H

#include <ddbgit/slice.h>

/*
 * Makes text canonical in place: absent padding is added and unused bits of
 * the last character are cleared. There must be room for two bytes more.
 * Returns false, text untouched, for anything else that is no base64: blanks,
 * the URL alphabet, wrong padding. *len is the length before and after.
 */
bool dg_base64_canonical(char *text, size_t *len);

/* The decoded length of a canonical text. */
size_t dg_base64_decoded_len(struct dg_slice text);

/* Decodes a canonical text to dg_base64_decoded_len bytes. */
void dg_base64_decode(unsigned char *out, struct dg_slice text);

/* <0, 0 or >0, by the decoded bytes of two canonical texts. */
int dg_base64_compare(struct dg_slice a, struct dg_slice b);

#endif
