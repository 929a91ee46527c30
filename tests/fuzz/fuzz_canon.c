/*
 * The canonicaliser takes anything. What it accepts is canonical: read again
 * it gives the same bytes and the same key; it is within the maximum; and the
 * tokenizer, which knows JSON but no items, takes it as a whole.
 */
#include "fuzz_target.h"
#include "item/canon.h"
#include "item/token.h"
#include <stdlib.h>

static const struct dg_key_schema schemas[] = {
	{0, {{"", 'S'}}},
	{1, {{"id", 'S'}}},
	{1, {{"n", 'N'}}},
	{2, {{"id", 'B'}, {"n", 'N'}}},
};

struct result {
	struct dg_buf line;
	struct dg_buf key;
};

static bool same(const struct dg_buf *a, const struct dg_buf *b)
{
	return dg_slice_equal(dg_buf_slice(a), dg_buf_slice(b));
}

static void check_json(struct dg_slice line)
{
	struct dg_token token;
	struct dg_slice value;

	dg_token_init(&token, line);
	check(dg_token_value(&token, &value, NULL) == 0);
	check(dg_slice_equal(value, line));
}

/* Where the encoded key alone tells how the key is spelled, it says so. */
static void check_decoded(const struct dg_key_schema *keys,
			  const struct dg_buf *key, const struct dg_buf *json)
{
	struct dg_buf decoded = DG_BUF_INIT(SIZE_MAX);
	int rc = dg_key_json_decode(keys, dg_buf_slice(key), &decoded, NULL);

	check(rc >= 0);
	check(rc > 0 ? same(&decoded, json) : decoded.len == 0);
	dg_buf_free(&decoded);
}

static void check_accepted(struct dg_canon *canon,
			   const struct dg_key_schema *keys,
			   const struct result *first, size_t size)
{
	struct result again = {DG_BUF_INIT(SIZE_MAX), DG_BUF_INIT(SIZE_MAX)};
	struct dg_buf json = DG_BUF_INIT(SIZE_MAX);
	struct dg_slice line = dg_buf_slice(&first->line);
	size_t used;

	check(line.len <= DG_ITEM_TEXT_MAX);
	/* Only numbers grow, from {"N":"1E9"} to at most 171 digits. */
	check(line.len <= size * 32);
	check(dg_canon_item(canon, keys, line, &used, &again.line, &again.key,
			    NULL) == 0);
	check(used == line.len);
	check(same(&first->line, &again.line) && same(&first->key, &again.key));
	check_json(line);
	check(keys->count == 0 || dg_key_json(keys, line, &json, NULL) == 0);
	if (keys->count > 0) {
		check_decoded(keys, &first->key, &json);
		dg_buf_clear(&again.line);
		dg_buf_clear(&again.key);
		check(dg_canon_key(canon, keys, dg_buf_slice(&json),
				   &again.line, &again.key, NULL) == 0);
		check(same(&first->key, &again.key));
		check(same(&json, &again.line));
	}
	dg_buf_free(&again.line);
	dg_buf_free(&again.key);
	dg_buf_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dg_canon *canon;
	struct result first = {DG_BUF_INIT(SIZE_MAX), DG_BUF_INIT(SIZE_MAX)};
	struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_error err;
	size_t i, used;

	if (!canon)
		check(dg_canon_new(&canon, NULL) == 0);
	for (i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		dg_buf_clear(&first.line);
		dg_buf_clear(&first.key);
		if (dg_canon_item(canon, &schemas[i], text, &used, &first.line,
				  &first.key, &err) == 0) {
			check(used <= size);
			check_accepted(canon, &schemas[i], &first, size);
		} else {
			check(first.line.len == 0 && first.key.len == 0);
			check(dg_canon_error_offset(canon) <= size);
		}
	}
	dg_buf_free(&first.line);
	dg_buf_free(&first.key);
	return 0;
}
