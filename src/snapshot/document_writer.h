/*
 * Writes a document of items, one canonical line an item, in key order:
 *
 *	{"Items":[
 *	{"id":{"S":"a"},…},
 *	{"id":{"S":"b"},…}
 *	],"Count":2,"ScannedCount":2,"ConsumedCapacity":null}
 *
 * and without items {"Items":[\n],"Count":0,…}. The bytes follow from the
 * items alone.
 */
#ifndef DG_SNAPSHOT_DOCUMENT_WRITER_H
#define DG_SNAPSHOT_DOCUMENT_WRITER_H

#include "base/fileset.h"

struct dg_document_writer {
	struct dg_sink_file *file; /* owned until committed */
	struct dg_buf buf;         /* not written yet */
	uint64_t items;
};

/* Takes file over, also when it fails. */
int dg_document_writer_open(struct dg_document_writer *writer,
			    struct dg_sink_file *file, struct dg_error *err);
int dg_document_writer_add(struct dg_document_writer *writer,
			   struct dg_slice line, struct dg_error *err);
/* The end of the document; commits the file. */
int dg_document_writer_finish(struct dg_document_writer *writer,
			      struct dg_error *err);
/* Discards what is not finished. Zeros are allowed. */
void dg_document_writer_close(struct dg_document_writer *writer);

#endif
