#include "snapshot/layout_chunked.h"
#include "item/token.h"
#include "snapshot/snapshot.h"

/* {"Items":true, in any spelling: a list of items begins with '['. */
static bool recognises(struct dg_slice head)
{
	struct dg_token token;
	struct dg_slice name;
	bool first = true;

	if (dg_slice_starts_with(head, DG_SLICE("\xef\xbb\xbf")))
		head = dg_slice_of(head.ptr + 3, head.len - 3);
	dg_token_init(&token, head);
	return dg_token_begin_object(&token, NULL) == 0 &&
	       dg_token_member(&token, &first, &name, NULL) > 0 &&
	       dg_slice_equal(name, DG_SLICE("Items")) &&
	       dg_token_peek(&token) == 't';
}

const struct dg_layout dg_layout_chunked = {
	.name = DG_LAYOUT_CHUNKED,
	.recognises = recognises,
	.open = dg_chunk_reader_open,
	.create = dg_chunk_writer_open,
};
