#include "snapshot/document_writer.h"
#include <inttypes.h>

#define FLUSH_SIZE ((size_t)1024 * 1024)

int dg_document_writer_open(struct dg_document_writer *writer,
			    struct dg_sink_file *file, struct dg_error *err)
{
	int rc;

	writer->file = file;
	writer->items = 0;
	dg_buf_init(&writer->buf, FLUSH_SIZE + 4096);
	rc = dg_buf_add_str(&writer->buf, "{\"Items\":[\n", err);
	if (rc < 0)
		dg_document_writer_close(writer);
	return rc;
}

static int write_out(struct dg_document_writer *writer, struct dg_error *err)
{
	int rc = writer->file->write(writer->file, writer->buf.ptr,
				     writer->buf.len, err);

	dg_buf_clear(&writer->buf);
	return rc;
}

int dg_document_writer_add(struct dg_document_writer *writer,
			   struct dg_slice line, struct dg_error *err)
{
	int rc = 0;

	if (writer->items > 0)
		rc = dg_buf_add(&writer->buf, ",\n", 2, err);
	writer->items++;
	if (rc == 0 && writer->buf.len + line.len > FLUSH_SIZE)
		rc = write_out(writer, err);
	if (rc < 0)
		return rc;
	if (line.len > FLUSH_SIZE)
		return writer->file->write(writer->file, line.ptr, line.len,
					   err);
	return dg_buf_add_slice(&writer->buf, line, err);
}

int dg_document_writer_finish(struct dg_document_writer *writer,
			      struct dg_error *err)
{
	struct dg_sink_file *file = writer->file;
	int rc = dg_buf_addf(
		&writer->buf, err,
		"%s],\"Count\":%" PRIu64 ",\"ScannedCount\":%" PRIu64
		",\"ConsumedCapacity\":null}\n",
		writer->items > 0 ? "\n" : "", writer->items, writer->items);

	if (rc == 0)
		rc = write_out(writer, err);
	if (rc < 0)
		return rc;
	writer->file = NULL;
	return file->commit(file, err);
}

void dg_document_writer_close(struct dg_document_writer *writer)
{
	if (writer->file)
		writer->file->discard(writer->file);
	writer->file = NULL;
	dg_buf_free(&writer->buf);
}
