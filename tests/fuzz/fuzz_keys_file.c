/*
 * A file of keys, or of a restore's failures, of any content: keys that are
 * taken have their attributes and no others, ascend and are read again as the
 * same; an error names the file's line.
 */
#include "backup/restore_keys.h"
#include "fuzz_target.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct dg_key_schema schema = {2, {{"id", 'S'}, {"n", 'N'}}};

static void open_spool(struct dg_restore_spool *spool)
{
	const struct dg_restore_spool_options options = {
		.keys = &schema, .memory = 1u << 20, .temp_dir = "/tmp"};

	check(dg_restore_spool_open(spool, &options, NULL) == 0);
}

static int read_file(struct dg_restore_spool *spool, struct dg_slice text,
		     struct dg_error *err)
{
	FILE *file = tmpfile();
	char path[32];
	int rc;

	/* Nothing has no address. */
	check(file &&
	      (!text.len || fwrite(text.ptr, 1, text.len, file) == text.len));
	rewind(file);
	snprintf(path, sizeof(path), "/dev/fd/%d", fileno(file));
	open_spool(spool);
	rc = dg_restore_keys_read(spool, &schema, NULL, path, err);
	check(rc == 0 || strstr(err->message, path));
	fclose(file);
	return rc;
}

/* The keys, a line each. */
static void read_keys(struct dg_restore_spool *spool, struct dg_buf *lines)
{
	struct dg_buf last = DG_BUF_INIT((size_t)1 << 20);
	struct dg_item item;
	int rc;

	while ((rc = dg_source_next(spool->items, &item, NULL)) > 0) {
		check(last.len == 0 ||
		      dg_slice_compare(dg_buf_slice(&last), item.key) < 0);
		dg_buf_clear(&last);
		check(dg_buf_add_slice(&last, item.key, NULL) == 0);
		check(dg_buf_add_slice(lines, item.line, NULL) == 0);
		check(dg_buf_add_char(lines, '\n', NULL) == 0);
	}
	check(rc == 0);
	dg_buf_free(&last);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_buf lines = DG_BUF_INIT((size_t)1 << 26);
	struct dg_buf again = DG_BUF_INIT((size_t)1 << 26);
	struct dg_restore_spool first = {0}, second = {0};
	struct dg_error err = {0};

	if (read_file(&first, text, &err) == 0) {
		read_keys(&first, &lines);
		check(read_file(&second, dg_buf_slice(&lines), &err) == 0);
		read_keys(&second, &again);
		check(dg_slice_equal(dg_buf_slice(&lines),
				     dg_buf_slice(&again)));
	}
	dg_restore_spool_free(&first);
	dg_restore_spool_free(&second);
	dg_buf_free(&lines);
	dg_buf_free(&again);
	return 0;
}
