/*
 * Keys: which attributes identify an item, and their order. A key is encoded
 * into bytes whose memcmp order is DynamoDB's: partition key, then sort key;
 * S by UTF-8 bytes, N by value, B by bytes. In S and B a 00 is written 00 FF
 * and each part ends 00 00, so the order is prefix-safe. A number is 02 for
 * zero; else 03, the decimal exponent of its first digit plus 130, each two
 * digits (the last pair filled with 0) as their value plus one, 00; below zero
 * 01 and then all these bytes complemented. Sorting, merging, joining and
 * chunking use this one encoding.
 */
#ifndef DG_ITEM_KEY_H
#define DG_ITEM_KEY_H

#include "base/buf.h"

#define DG_ATTRIBUTE_NAME_MAX 256 /* bytes of a key attribute's name + 1 */

struct dg_key_attribute {
	char name[DG_ATTRIBUTE_NAME_MAX]; /* UTF-8 */
	char type;                        /* 'S', 'N' or 'B' */
};

struct dg_key_schema {
	size_t count; /* 1: partition key; 2: and sort key; 0: not known */
	struct dg_key_attribute attribute[2];
};

bool dg_key_schema_equal(const struct dg_key_schema *a,
			 const struct dg_key_schema *b);

/* Takes any two attributes: "NAME (S), NAME (N)". */
#define DG_KEY_SCHEMA_TEXT_SIZE (2 * (DG_ATTRIBUTE_NAME_MAX + sizeof(" (S), ")))

/* "id (S), time (N)", for messages. Returns out. */
const char *dg_key_schema_describe(const struct dg_key_schema *keys, char *out,
				   size_t out_size);

/* {"id":{"S":"text"},"time":{"N":"42"}}: how a key is written, for messages.
 * Returns out, in which a name is cut where it does not fit. */
const char *dg_key_schema_example(const struct dg_key_schema *keys, char *out,
				  size_t out_size);

/*
 * Appends one part of a key: `canonical` is the text between the quotes of a
 * canonical value of the type 'S', 'N' or 'B'. DG_ELIMIT, DG_ENOMEM.
 */
int dg_key_encode(struct dg_buf *out, char type, struct dg_slice canonical,
		  struct dg_error *err);

/*
 * Appends the key of a canonical item as one-line DynamoDB JSON
 * ({"id":{"S":"a"},"t":{"N":"1"}}), canonical itself and so sorted by name,
 * for messages, Keys members and chunk names. DG_EINVALID if an attribute is
 * missing; nothing is appended then.
 */
int dg_key_json(const struct dg_key_schema *keys, struct dg_slice item_line,
		struct dg_buf *out, struct dg_error *err);

/*
 * The same from the encoded key, without looking for its attributes in the
 * item: 1, or 0 with nothing appended where only the item tells simply how it
 * is spelled (binary parts, escapes, negative numbers).
 */
int dg_key_json_decode(const struct dg_key_schema *keys, struct dg_slice key,
		       struct dg_buf *out, struct dg_error *err);

#endif
