/*
 * table-data.json of any content: how the file is cut into reads changes
 * neither the items nor the outcome, and what was read can be read again.
 */
#include "fuzz_target.h"
#include "memory_file.h"
#include "snapshot/document.h"
#include <stdlib.h>

static const struct dg_key_schema keys = {1, {{"id", 'S'}}};

/* The items, each with a newline. */
static int read_items(struct dg_document *document, struct dg_buf *out)
{
	struct dg_error err = {0};
	struct dg_item item;
	int rc;

	while ((rc = dg_document_next(document, &keys, &item, &err)) > 0) {
		check(item.key.len > 0);
		check(dg_buf_add_slice(out, item.line, NULL) == 0);
		check(dg_buf_add_char(out, '\n', NULL) == 0);
	}
	check(rc == 0 || err.message[0] != '\0');
	return rc;
}

static int read_in_pieces(struct dg_slice text, size_t piece,
			  struct dg_buf *out)
{
	struct dg_buf again = DG_BUF_INIT((size_t)64 << 20);
	struct dg_document *document = NULL;
	int rc;

	check(dg_document_open(&document, memory_file_open(text, piece), "t",
			       NULL) == 0);
	rc = read_items(document, out);
	check(dg_document_rewind(document, NULL) == 0);
	check(read_items(document, &again) == rc);
	check(dg_slice_equal(dg_buf_slice(out), dg_buf_slice(&again)));
	dg_document_close(document);
	dg_buf_free(&again);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_buf whole = DG_BUF_INIT((size_t)64 << 20);
	struct dg_buf cut = DG_BUF_INIT((size_t)64 << 20);
	size_t piece = size > 0 ? data[size - 1] % 16 + 1 : 1;
	int rc = read_in_pieces(text, size + 1, &whole);

	check(read_in_pieces(text, piece, &cut) == rc);
	check(dg_slice_equal(dg_buf_slice(&whole), dg_buf_slice(&cut)));
	dg_buf_free(&whole);
	dg_buf_free(&cut);
	return 0;
}
