/*
 * Two table-schema.json of any content: what is accepted is normal, so that
 * printed and read again it is the same; a definition does not differ from
 * itself, and two differ in as many places either way.
 */
#include "fuzz_target.h"
#include "item/table_def.h"
#include "item/table_diff.h"
#include <stdlib.h>

#define TEXT_MAX ((size_t)1 << 26)

static int note(void *context, const struct dg_table_change *change,
		struct dg_error *err)
{
	struct dg_json *path = NULL;

	(void)err;
	++*(size_t *)context;
	check(change->before.len + change->after.len > 0);
	check(dg_json_parse(&path, change->path_json, NULL) == 0);
	check(dg_json_is_array(path));
	dg_json_free(path);
	return 0;
}

static size_t count(const struct dg_json *a, const struct dg_json *b)
{
	size_t changes = 0;
	const struct dg_table_diff_visitor visitor = {note, &changes};

	check(dg_table_def_diff(a, b, &visitor, NULL) == 0);
	return changes;
}

static void check_normal(const struct dg_json *definition)
{
	struct dg_buf first = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf second = DG_BUF_INIT(TEXT_MAX);
	struct dg_json *again = NULL;
	char a[DG_SHA256_HEX_SIZE], b[DG_SHA256_HEX_SIZE];

	check(dg_table_def_print(definition, &first, NULL) == 0);
	check(dg_table_def_parse(&again, dg_buf_slice(&first), NULL) == 0);
	check(dg_table_def_print(again, &second, NULL) == 0);
	check(dg_slice_equal(dg_buf_slice(&first), dg_buf_slice(&second)));
	check(dg_table_def_digest(definition, a, NULL) == 0);
	check(dg_table_def_digest(again, b, NULL) == 0);
	check(strcmp(a, b) == 0);
	check(dg_table_def_equal(definition, again));
	check(count(definition, again) == 0);
	dg_json_free(again);
	dg_buf_free(&first);
	dg_buf_free(&second);
}

static struct dg_json *read(struct dg_slice text)
{
	struct dg_json *definition = NULL;
	struct dg_key_schema keys;
	struct dg_error err = {0};

	if (dg_table_def_parse(&definition, text, &err) < 0) {
		check(!definition && err.message[0]);
		return NULL;
	}
	if (dg_table_def_keys(definition, &keys, &err) == 0)
		check(keys.count == 1 || keys.count == 2);
	else
		check(err.code == DG_EINVALID);
	check_normal(definition);
	return definition;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice second = dg_slice_of((const char *)data, size);
	const struct dg_slice first = input_cut(&second);
	struct dg_json *a = read(first);
	struct dg_json *b = read(second);

	if (a && b) {
		check(count(a, b) == count(b, a));
		check(!dg_table_def_equal(a, b) || count(a, b) == 0);
	}
	dg_json_free(a);
	dg_json_free(b);
	return 0;
}
