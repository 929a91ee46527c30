#include "backup/item_spool.h"

#include "item/canon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

const struct dg_key_schema item_spool_keys = {1, {{"id", 'S'}}};

void item_spool_open(struct dg_restore_spool *spool)
{
	const struct dg_restore_spool_options options = {
		.keys = &item_spool_keys,
		.memory = 1u << 20,
		.temp_dir = "/tmp",
	};

	assert_int_equal(dg_restore_spool_open(spool, &options, NULL), 0);
}

void item_spool_fill(struct dg_restore_spool *spool, const char *const *items)
{
	struct dg_canon *canon;

	item_spool_open(spool);
	assert_int_equal(dg_canon_new(&canon, NULL), 0);
	for (; *items; items++) {
		struct dg_buf line = DG_BUF_INIT(DG_ITEM_TEXT_MAX);
		struct dg_buf key = DG_BUF_INIT(10000);
		struct dg_item item;
		size_t used;

		assert_int_equal(dg_canon_item(canon, &item_spool_keys,
					       dg_slice_str(*items), &used,
					       &line, &key, NULL),
				 0);
		item.line = dg_buf_slice(&line);
		item.key = dg_buf_slice(&key);
		assert_int_equal(dg_restore_spool_add(spool, &item, NULL), 0);
		dg_buf_free(&line);
		dg_buf_free(&key);
	}
	dg_canon_free(canon);
	assert_int_equal(dg_restore_spool_close(spool, NULL), 0);
}

char *item_spool_text(struct dg_restore_spool *spool)
{
	struct dg_buf text = DG_BUF_INIT(1u << 20);
	struct dg_item item;

	assert_int_equal(dg_buf_add_str(&text, "", NULL), 0);
	while (dg_source_next(spool->items, &item, NULL) > 0) {
		assert_int_equal(dg_buf_add_slice(&text, item.line, NULL), 0);
		assert_int_equal(dg_buf_add_char(&text, ' ', NULL), 0);
	}
	return text.ptr;
}
