/*
 * The canonical item: one item in DynamoDB JSON, in exactly one spelling, so
 * that two items are equal in DynamoDB if and only if their canonical bytes
 * are. The rules stand in docs/snapshot-format.md. This module is the only
 * one that parses or prints items. It allocates nothing per attribute and
 * takes hostile input.
 */
#ifndef DG_ITEM_CANON_H
#define DG_ITEM_CANON_H

#include "item/key.h"
#include <stdint.h>

#define DG_ITEM_TEXT_MAX (32u * 1024 * 1024) /* bytes of one item's text */
#define DG_ITEM_DEPTH_MAX 64 /* an attribute's value is at depth 1 */

/* Scratch memory, reused from item to item. One a thread. */
struct dg_canon;

int dg_canon_new(struct dg_canon **out, struct dg_error *err);
void dg_canon_free(struct dg_canon *canon);

/*
 * Reads one item (a JSON object) from the start of text, leading blanks
 * allowed, and appends its canonical line (without newline) to line and, if
 * keys is not NULL, its encoded key to key. *used gets how many bytes of text
 * were read. Nothing is appended on failure. DG_EINVALID; the message names
 * what is wrong and, where it could be read, the item's key;
 * dg_canon_error_offset says where in text. DG_ELIMIT for an item that is, or
 * whose canonical line would be, longer than DG_ITEM_TEXT_MAX, and where line
 * or key would pass its own maximum (line needs 64 bytes of room to spare).
 */
int dg_canon_item(struct dg_canon *canon, const struct dg_key_schema *keys,
		  struct dg_slice text, size_t *used, struct dg_buf *line,
		  struct dg_buf *key, struct dg_error *err);

/*
 * Reads a key, a JSON object of exactly the key attributes with nothing but
 * blanks round it ({"id":{"S":"a"}}), and appends it encoded to key and, if
 * line is not NULL, in its canonical spelling to line. Errors as above;
 * DG_EINVALID also for attributes that are no part of the key.
 */
int dg_canon_key(struct dg_canon *canon, const struct dg_key_schema *keys,
		 struct dg_slice text, struct dg_buf *line, struct dg_buf *key,
		 struct dg_error *err);

/* The offset in text of the last failure. */
size_t dg_canon_error_offset(const struct dg_canon *canon);

#endif
