#include "item/key.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const struct dg_key_schema by_id_and_time = {
	2,
	{{"id", 'S'}, {"at", 'N'}},
};

struct encoding {
	char type;
	const char *canonical;
	struct dg_slice bytes;
};

#define BYTES(literal)                                                         \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static void test_each_type_is_encoded_as_documented(void **state)
{
	static const struct encoding table[] = {
		{'S', "", BYTES("\0\0")},
		{'S', "ab", BYTES("ab\0\0")},
		{'S', "a\\u0000\\n\\\"", BYTES("a\0\xff\n\"\0\0")},
		{'S', "\\ud83d", BYTES("\xed\xa0\xbd\0\0")},
		{'B', "", BYTES("\0\0")},
		{'B', "AAA=", BYTES("\0\xff\0\xff\0\0")},
		{'B', "AP8B", BYTES("\0\xff\xff\x01\0\0")},
		{'N', "0", BYTES("\x02")},
		{'N', "1", BYTES("\x03\x82\x0b\0")},
		{'N', "12.5", BYTES("\x03\x83\x0d\x33\0")},
		{'N', "-12.5", BYTES("\x01\x7c\xf2\xcc\xff")},
	};
	struct dg_buf out = DG_BUF_INIT(SIZE_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		dg_buf_clear(&out);
		assert_int_equal(dg_key_encode(&out, table[i].type,
					       dg_slice_str(table[i].canonical),
					       NULL),
				 0);
		assert_int_equal(out.len, table[i].bytes.len);
		assert_memory_equal(out.ptr, table[i].bytes.ptr, out.len);
	}
	dg_buf_free(&out);
}

/* Keys of two parts in ascending order. */
struct pair {
	const char *first;
	const char *second;
};

static void expect_ascending(char type, const struct pair *pairs, size_t count)
{
	struct dg_buf last = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf next = DG_BUF_INIT(SIZE_MAX);
	size_t i;

	for (i = 0; i < count; i++) {
		dg_buf_clear(&next);
		dg_key_encode(&next, type, dg_slice_str(pairs[i].first), NULL);
		dg_key_encode(&next, type, dg_slice_str(pairs[i].second), NULL);
		assert_true(dg_slice_compare(dg_buf_slice(&last),
					     dg_buf_slice(&next)) < 0);
		dg_buf_clear(&last);
		dg_buf_add_slice(&last, dg_buf_slice(&next), NULL);
	}
	dg_buf_free(&last);
	dg_buf_free(&next);
}

static void test_no_part_is_confused_with_the_next(void **state)
{
	static const struct pair strings[] = {
		{"", ""},
		{"", "b"},
		{"\\u0000", ""},
		{"a", ""},
		{"a", "z"},
		{"a\\u0000", ""},
		{"a\\u0001", ""},
		{"aa", ""},
		{"\\ud83d", ""},
		{"\xee\x80\x80", ""},
		{"\xf0\x90\x80\x80", ""},
	};
	static const struct pair numbers[] = {
		{"-100", "0"},  {"-99", "0"},  {"-12.5", "0"}, {"-12", "-1"},
		{"-12", "5"},   {"-1", "0"},   {"-0.1", "0"},  {"0", "-1"},
		{"0", "0"},     {"0", "1"},    {"0.1", "0"},   {"1", "-5"},
		{"1", "5"},     {"1.01", "0"}, {"9", "0"},     {"10", "0"},
		{"10.01", "0"}, {"11", "0"},
	};
	static const struct pair binaries[] = {
		{"", ""},         {"AA==", ""}, {"AAA=", ""}, {"AP8=", ""},
		{"AQ==", "AA=="}, {"/w==", ""}, {"/wA=", ""},
	};

	(void)state;
	expect_ascending('S', strings, sizeof(strings) / sizeof(strings[0]));
	expect_ascending('N', numbers, sizeof(numbers) / sizeof(numbers[0]));
	expect_ascending('B', binaries, sizeof(binaries) / sizeof(binaries[0]));
}

static void test_the_key_of_an_item_is_canonical_itself(void **state)
{
	struct dg_buf out = DG_BUF_INIT(SIZE_MAX);

	(void)state;
	assert_int_equal(
		dg_key_json(
			&by_id_and_time,
			DG_SLICE("{\"a\":{\"L\":[]},\"at\":{\"N\":\"1\"},"
				 "\"id\":{\"S\":\"x\"},\"z\":{\"S\":\"\"}}"),
			&out, NULL),
		0);
	assert_string_equal(dg_buf_str(&out),
			    "{\"at\":{\"N\":\"1\"},\"id\":{\"S\":\"x\"}}");
	dg_buf_free(&out);
}

/* 1 and the same key as the item's, or 0 and nothing. */
static void expect_decoded(const char *id, const char *at, int expected)
{
	struct dg_buf key = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf line = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf from_line = DG_BUF_INIT(SIZE_MAX);
	struct dg_buf decoded = DG_BUF_INIT(SIZE_MAX);

	dg_key_encode(&key, 'S', dg_slice_str(id), NULL);
	dg_key_encode(&key, 'N', dg_slice_str(at), NULL);
	dg_buf_addf(&line, NULL,
		    "{\"at\":{\"N\":\"%s\"},\"id\":{\"S\":\"%s\"}}", at, id);
	dg_key_json(&by_id_and_time, dg_buf_slice(&line), &from_line, NULL);
	assert_int_equal(dg_key_json_decode(&by_id_and_time, dg_buf_slice(&key),
					    &decoded, NULL),
			 expected);
	if (expected)
		assert_string_equal(dg_buf_str(&decoded),
				    dg_buf_str(&from_line));
	else
		assert_int_equal(decoded.len, 0);
	dg_buf_free(&key);
	dg_buf_free(&line);
	dg_buf_free(&from_line);
	dg_buf_free(&decoded);
}

static void test_simple_keys_are_decoded_as_the_item_spells_them(void **state)
{
	static const char *const numbers[] = {
		"1",
		"9",
		"10",
		"11",
		"100",
		"1732586558123",
		"0.5",
		"0.05",
		"12.5",
		"1000000000000000000000000000000",
		"0.000000000000000000001",
		"12345678901234567890123456789012345678",
		"1.2345678901234567890123456789012345678",
		"1234567890123456789012345678901234567",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		expect_decoded("a b/\x7f\xc3\xa9\xee\x80\x80\xf0\x90\x80\x80",
			       numbers[i], 1);
	expect_decoded("", "1", 1);
}

static void test_other_keys_are_left_to_the_item(void **state)
{
	(void)state;
	expect_decoded("a", "0", 0);
	expect_decoded("a", "-1", 0);
	expect_decoded("a\\u0000", "1", 0);
	expect_decoded("a\\n", "1", 0);
	expect_decoded("\\\"", "1", 0);
	expect_decoded("\\ud83d", "1", 0);
}

static void test_no_other_bytes_are_taken_for_a_key(void **state)
{
	static const struct dg_slice table[] = {
		{"", 0},
		{"a", 1},
		{"a\0", 2},
		BYTES("a\0\0"),
		BYTES("a\0\0\x03"),
		BYTES("a\0\0\x03\x82\x0b"),
		BYTES("a\0\0\x03\x82\0"),
		BYTES("a\0\0\x03\x82\xff\0"),
		BYTES("a\0\0\x03\x82\x0b\0z"),
	};
	struct dg_buf out = DG_BUF_INIT(SIZE_MAX);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(dg_key_json_decode(&by_id_and_time, table[i],
						    &out, NULL),
				 0);
	assert_int_equal(out.len, 0);
}

static void test_an_item_without_its_key_is_refused(void **state)
{
	struct dg_buf out = DG_BUF_INIT(SIZE_MAX);

	(void)state;
	dg_buf_add_str(&out, "kept", NULL);
	assert_int_equal(dg_key_json(&by_id_and_time,
				     DG_SLICE("{\"at\":{\"N\":\"1\"}}"), &out,
				     NULL),
			 DG_EINVALID);
	assert_string_equal(dg_buf_str(&out), "kept");
	dg_buf_free(&out);
}

static void test_key_schemas_are_described_and_compared(void **state)
{
	struct dg_key_schema other = by_id_and_time;
	char text[64];

	(void)state;
	assert_string_equal(
		dg_key_schema_describe(&by_id_and_time, text, sizeof(text)),
		"id (S), at (N)");
	assert_true(dg_key_schema_equal(&by_id_and_time, &other));
	other.attribute[1].type = 'S';
	assert_false(dg_key_schema_equal(&by_id_and_time, &other));
	other.count = 1;
	assert_false(dg_key_schema_equal(&by_id_and_time, &other));
	assert_string_equal(dg_key_schema_describe(&other, text, sizeof(text)),
			    "id (S)");
}

static void test_a_key_is_shown_by_an_example(void **state)
{
	struct dg_key_schema keys = by_id_and_time;
	char text[64], cut[12];

	(void)state;
	assert_string_equal(dg_key_schema_example(&keys, text, sizeof(text)),
			    "{\"id\":{\"S\":\"text\"},\"at\":{\"N\":\"42\"}}");
	assert_string_equal(dg_key_schema_example(&keys, cut, sizeof(cut)),
			    "{\"id\":{\"S\":");
	keys.count = 1;
	keys.attribute[0].type = 'B';
	keys.attribute[0].name[0] = '"';
	assert_string_equal(dg_key_schema_example(&keys, text, sizeof(text)),
			    "{\"name\":{\"B\":\"aGk=\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_type_is_encoded_as_documented),
		cmocka_unit_test(test_no_part_is_confused_with_the_next),
		cmocka_unit_test(test_the_key_of_an_item_is_canonical_itself),
		cmocka_unit_test(
			test_simple_keys_are_decoded_as_the_item_spells_them),
		cmocka_unit_test(test_other_keys_are_left_to_the_item),
		cmocka_unit_test(test_no_other_bytes_are_taken_for_a_key),
		cmocka_unit_test(test_an_item_without_its_key_is_refused),
		cmocka_unit_test(test_key_schemas_are_described_and_compared),
		cmocka_unit_test(test_a_key_is_shown_by_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
