/* The single layout: table-data.json is one document of all items. */
#include "base/text.h"
#include "snapshot/document.h"
#include "snapshot/document_writer.h"
#include "snapshot/layout.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

struct single_reader {
	struct dg_layout_reader base; /* first: the interface points here */
	struct dg_document *document;
};

struct single_writer {
	struct dg_layout_writer base; /* first */
	struct dg_document_writer document;
};

static int next(struct dg_item_source *self, struct dg_item *item,
		struct dg_error *err)
{
	struct single_reader *reader = (struct single_reader *)self;

	return dg_document_next(reader->document, &self->keys, item, err);
}

static int rewind_source(struct dg_item_source *self, struct dg_error *err)
{
	return dg_document_rewind(((struct single_reader *)self)->document,
				  err);
}

static void close_source(struct dg_item_source *self)
{
	struct single_reader *reader = (struct single_reader *)self;

	dg_document_close(reader->document);
	free(reader);
}

static int place(const struct dg_layout_reader *self, struct dg_error *err)
{
	return dg_document_place(((const struct single_reader *)self)->document,
				 err);
}

static bool stated_items(const struct dg_layout_reader *self, uint64_t *items)
{
	return dg_document_count(((const struct single_reader *)self)->document,
				 items);
}

static bool recognises(struct dg_slice head)
{
	(void)head;
	return true;
}

static int open_single(struct dg_layout_reader **out, struct dg_fileset *files,
		       struct dg_file *data, struct dg_error *err)
{
	struct single_reader *reader = calloc(1, sizeof(*reader));
	char *name = NULL;
	int rc;

	if (!reader)
		rc = dg_error_nomem(err);
	else
		rc = dg_asprintf(&name, err, "%s/" DG_DATA_FILE, files->name);
	if (rc == 0)
		rc = dg_document_open(&reader->document, data, name, err);
	else
		dg_file_close(data);
	free(name);
	if (rc < 0 || !reader) {
		free(reader);
		return rc;
	}
	reader->base.source.next = next;
	reader->base.source.rewind = rewind_source;
	reader->base.source.close = close_source;
	reader->base.place = place;
	reader->base.stated_items = stated_items;
	*out = &reader->base;
	return 0;
}

static int add(struct dg_layout_writer *self, const struct dg_item *item,
	       struct dg_error *err)
{
	struct single_writer *writer = (struct single_writer *)self;

	return dg_document_writer_add(&writer->document, item->line, err);
}

static int finish(struct dg_layout_writer *self, struct dg_error *err)
{
	struct single_writer *writer = (struct single_writer *)self;

	self->items = writer->document.items;
	return dg_document_writer_finish(&writer->document, err);
}

static void close_writer(struct dg_layout_writer *self)
{
	struct single_writer *writer = (struct single_writer *)self;

	dg_document_writer_close(&writer->document);
	free(writer);
}

static int create(struct dg_layout_writer **out, struct dg_sink *sink,
		  const struct dg_key_schema *keys, struct dg_error *err)
{
	struct single_writer *writer = calloc(1, sizeof(*writer));
	struct dg_sink_file *file = NULL;
	int rc;

	(void)keys;
	if (!writer)
		return dg_error_nomem(err);
	rc = sink->create(sink, DG_DATA_FILE, UINT64_MAX, &file, err);
	if (rc == 0)
		rc = dg_document_writer_open(&writer->document, file, err);
	if (rc < 0) {
		free(writer);
		return rc;
	}
	writer->base.add = add;
	writer->base.finish = finish;
	writer->base.close = close_writer;
	*out = &writer->base;
	return 0;
}

const struct dg_layout dg_layout_single = {
	.name = DG_LAYOUT_SINGLE,
	.recognises = recognises,
	.open = open_single,
	.create = create,
};
