/*
 * A document of items, {"Items":[…],"Count":n,…}: table-data.json of the
 * single layout, and what `aws dynamodb scan` prints. Members in any order,
 * items in any order and spelling, blanks, line ends of any kind and a byte
 * order mark. Memory is bounded by one item's greatest size, whatever the
 * file's.
 *
 * An error names the file, the line, the byte offset and, where it could be
 * read, the item's key.
 */
#ifndef DG_SNAPSHOT_DOCUMENT_H
#define DG_SNAPSHOT_DOCUMENT_H

#include "base/fileset.h"
#include "item/source.h"

struct dg_document;

/* Takes file over, also when it fails; name (for messages) is copied. */
int dg_document_open(struct dg_document **out, struct dg_file *file,
		     const char *name, struct dg_error *err);
void dg_document_close(struct dg_document *document);

/*
 * 1 with the next item, which borrows the document's memory until the
 * following call; 0 at the end of a document that is whole to its last byte.
 * keys NULL or without attributes: the items' keys stay empty.
 *
 * DG_EINVALID: malformed, cut off, no Items, or only a part of a table (it
 * has a LastEvaluatedKey or NextToken). DG_EUNSUPPORTED: a layout of a later
 * version. A document that failed stays failed.
 */
int dg_document_next(struct dg_document *document,
		     const struct dg_key_schema *keys, struct dg_item *item,
		     struct dg_error *err);

int dg_document_rewind(struct dg_document *document, struct dg_error *err);

/* The member Count; false if it was not met yet. Exact at the end only. */
bool dg_document_count(const struct dg_document *document, uint64_t *count);

/* Puts file, line and offset of the item last read before err's message;
 * returns err's code. */
int dg_document_place(const struct dg_document *document, struct dg_error *err);

#endif
