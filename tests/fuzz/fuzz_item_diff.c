/*
 * Two items, made canonical, compared: they have a difference if and only if
 * their lines differ, as many in the other direction, and none with
 * themselves; what differs can be named and shown.
 */
#include "fuzz_target.h"
#include "item/canon.h"
#include "item/item_diff.h"
#include "item/value_text.h"
#include <stdlib.h>

#define TEXT_MAX ((size_t)1 << 24)

static void show_values(const struct dg_item_change *change)
{
	struct dg_buf a = DG_BUF_INIT(TEXT_MAX), b = DG_BUF_INIT(TEXT_MAX);

	if (change->before.len > 0)
		check(dg_value_text(change->before, false, &a, NULL) == 0);
	if (change->after.len > 0)
		check(dg_value_text(change->after, false, &b, NULL) == 0);
	check(dg_text_shorten(&a, &b, 20, NULL) == 0);
	dg_buf_free(&a);
	dg_buf_free(&b);
}

static int note(void *context, const struct dg_item_change *change,
		struct dg_error *err)
{
	struct dg_buf a = DG_BUF_INIT(TEXT_MAX), b = DG_BUF_INIT(TEXT_MAX);

	(void)err;
	++*(size_t *)context;
	check(!dg_slice_equal(change->before, change->after));
	check(dg_item_path_text(change->path, &a, NULL) == 0 && a.len > 0);
	check(dg_item_path_json(change->path, &a, NULL) == 0);
	dg_buf_clear(&a);
	if (change->kind == DG_VALUE_MEMBERS) {
		check(dg_set_difference(change->before, change->after, &a, &b,
					NULL) == 0);
		check(a.len + b.len > 0);
	}
	show_values(change);
	dg_buf_free(&a);
	dg_buf_free(&b);
	return 0;
}

static size_t count(const struct dg_buf *a, const struct dg_buf *b)
{
	size_t changes = 0;
	const struct dg_item_diff_visitor visitor = {note, &changes};

	check(dg_item_diff(dg_buf_slice(a), dg_buf_slice(b), &visitor, NULL) ==
	      0);
	return changes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_buf a = DG_BUF_INIT(TEXT_MAX), b = DG_BUF_INIT(TEXT_MAX);
	struct dg_canon *canon = NULL;
	size_t used = 0, more = 0;

	check(dg_canon_new(&canon, NULL) == 0);
	if (dg_canon_item(canon, NULL, text, &used, &a, NULL, NULL) == 0 &&
	    dg_canon_item(canon, NULL,
			  dg_slice_of(text.ptr + used, text.len - used), &more,
			  &b, NULL, NULL) == 0) {
		const bool equal =
			dg_slice_equal(dg_buf_slice(&a), dg_buf_slice(&b));

		check((count(&a, &b) == 0) == equal);
		check(count(&a, &b) == count(&b, &a));
		check(count(&a, &a) == 0);
	}
	dg_canon_free(canon);
	dg_buf_free(&a);
	dg_buf_free(&b);
	return 0;
}
