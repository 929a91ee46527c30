#include "base/text.h"
#include <ddbgit/text.h>

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_utf8_is_checked_strictly(void **state)
{
	static const struct {
		struct dg_slice text;
		bool valid;
	} cases[] = {
		{{"", 0}, true},
		{{"plain ascii, long enough for a word", 35}, true},
		{{"\0", 1}, true},
		{{"\xc3\xa9", 2}, true},
		{{"\xe2\x82\xac", 3}, true},
		{{"\xf0\x9f\x98\x80", 4}, true},
		{{"\xf4\x8f\xbf\xbf", 4}, true},
		{{"12345678\xc3\xa9", 10}, true},
		{{"\x80", 1}, false},
		{{"\xc3", 1}, false},
		{{"\xc3(", 2}, false},
		{{"\xc0\x80", 2}, false},         /* overlong */
		{{"\xe0\x80\x80", 3}, false},     /* overlong */
		{{"\xf0\x80\x80\x80", 4}, false}, /* overlong */
		{{"\xed\xa0\x80", 3}, false},     /* a surrogate */
		{{"\xf4\x90\x80\x80", 4}, false}, /* above U+10FFFF */
		{{"\xff", 1}, false},
		{{"12345678\xff", 9}, false},
		{{"1234567\xff", 8}, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dg_utf8_valid(cases[i].text), cases[i].valid);
}

static void test_unfinished_character_is_cut_off(void **state)
{
	(void)state;
	assert_int_equal(dg_utf8_whole("ab", 2), 2);
	assert_int_equal(dg_utf8_whole("a\xe2\x82\xac", 4), 4);
	assert_int_equal(dg_utf8_whole("a\xe2\x82\xac", 3), 1);
	assert_int_equal(dg_utf8_whole("a\xe2\x82\xac", 2), 1);
	assert_int_equal(dg_utf8_whole("", 0), 0);
	assert_int_equal(dg_utf8_whole("\x80\x80", 2), 2);
}

static void test_whole_numbers_are_read_strictly(void **state)
{
	static const char *const wrong[] = {
		"",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1.0",
		"0x1",
		"1e3",
		"18446744073709551616",
		"99999999999999999999",
	};
	struct dg_error err = {0};
	uint64_t n;
	size_t i;

	(void)state;
	assert_int_equal(
		dg_parse_u64(DG_SLICE("18446744073709551615"), &n, NULL), 0);
	assert_true(n == UINT64_MAX);
	assert_int_equal(dg_parse_u64(DG_SLICE("007"), &n, NULL), 0);
	assert_int_equal(n, 7);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(dg_parse_u64(dg_slice_str(wrong[i]), &n, &err),
				 DG_EINVALID);
	assert_string_equal(err.message,
			    "'99999999999999999999' is no whole number");
}

static void test_sizes_are_powers_of_1024(void **state)
{
	static const struct {
		const char *text;
		uint64_t size; /* 0: refused */
	} cases[] = {
		{"1048576", 1048576},
		{"64M", 64ull << 20},
		{"64m", 64ull << 20},
		{"256MiB", 256ull << 20},
		{"256MB", 256ull << 20},
		{"2G", 2ull << 30},
		{"1K", 1024},
		{"3TiB", 3ull << 40},
		{"12B", 12},
		{"", 0},
		{"M", 0},
		{"-1M", 0},
		{"1.5G", 0},
		{"64X", 0},
		{"64 M", 0},
		{"64MiBs", 0},
		{"64Mi", 0},
		{"64MM", 0},
		{"+1", 0},
		{"0x10", 0},
		{"18446744073709551616", 0},
		{"16777216T", 0},
		{"20000000000G", 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_slice text = dg_slice_str(cases[i].text);
		uint64_t size = 0;
		int rc = dg_parse_size(text, &size, NULL);

		assert_int_equal(rc, cases[i].size > 0 ? 0 : DG_EINVALID);
		assert_true(size == cases[i].size);
	}
}

static void test_counts_get_thousands_separators(void **state)
{
	char out[DG_COUNT_SIZE];

	(void)state;
	assert_string_equal(dg_format_count(0, out), "0");
	assert_string_equal(dg_format_count(999, out), "999");
	assert_string_equal(dg_format_count(1000, out), "1,000");
	assert_string_equal(dg_format_count(1234567, out), "1,234,567");
	assert_string_equal(dg_format_count(UINT64_MAX, out),
			    "18,446,744,073,709,551,615");
}

static void test_bytes_are_shown_in_powers_of_1000(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{0, "0 bytes"},          {1, "1 byte"},
		{999, "999 bytes"},      {1000, "1.0 kB"},
		{999949, "999.9 kB"},    {999950, "1.0 MB"},
		{145200000, "145.2 MB"}, {999999999, "1.0 GB"},
		{UINT64_MAX, "18.4 EB"},
	};
	char out[DG_COUNT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(dg_format_bytes(cases[i].bytes, out),
				    cases[i].text);
}

static void test_ages_are_told_in_the_unit_that_says_most(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} cases[] = {
		{0, "0 seconds ago"},
		{1, "1 second ago"},
		{119, "119 seconds ago"},
		{120, "2 minutes ago"},
		{7199, "119 minutes ago"},
		{129600, "36 hours ago"},
		{172800, "2 days ago"},
		{1209600, "2 weeks ago"},
		{63115200, "2 years ago"},
		{UINT64_MAX, "584542046090 years ago"},
	};
	char out[DG_COUNT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(dg_format_age(cases[i].seconds, out),
				    cases[i].text);
}

static void test_harmful_characters_are_escaped(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} cases[] = {
		{"plain \xc3\xa9 \xf0\x9f\x98\x80",
		 "plain \xc3\xa9 \xf0\x9f\x98\x80"},
		{"\x1b[31mred", "\\u001b[31mred"},
		{"a\nb\tc\x7f", "a\\u000ab\\u0009c\\u007f"},
		{"\xc2\x9b", "\\u009b"},     /* C1 */
		{"\xe2\x80\xae", "\\u202e"}, /* right-to-left override */
		{"\xe2\x81\xa6", "\\u2066"}, /* isolate */
		{"\xd8\x9c", "\\u061c"},     /* arabic letter mark */
		{"\xe2\x80\x8b", "\\u200b"}, /* zero-width space */
		{"\xe2\x80\x8d", "\\u200d"}, /* joiner */
		{"\xe2\x81\xa0", "\\u2060"}, /* word joiner */
		{"\xef\xbb\xbf", "\\ufeff"}, /* byte order mark */
		{"\xff\xc3", "\\xff\\xc3"},  /* no UTF-8 */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"}, /* a surrogate */
	};
	char out[100];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			dg_text_printable(cases[i].text, out, sizeof(out)),
			cases[i].shown);
}

static void test_printable_text_is_cut_whole(void **state)
{
	char out[8];

	(void)state;
	assert_string_equal(dg_text_printable("abcdefghij", out, 8), "abcdefg");
	assert_string_equal(dg_text_printable("ab\x1b-", out, 8), "ab");
	assert_string_equal(dg_text_printable("a\x1b-", out, 8), "a\\u001b");
	assert_string_equal(
		dg_text_printable("\xe2\x82\xac\xe2\x82\xac", out, 6),
		"\xe2\x82\xac");
	assert_string_equal(dg_text_printable("x", out, 1), "");
}

static void test_nearest_word_is_within_a_third(void **state)
{
	static const char *const words[] = {"dump", "restore", "log",  "show",
					    "tag",  "verify",  "init", NULL};
	static const struct {
		const char *word;
		const char *nearest;
	} cases[] = {
		{"dmup", "dump"},      /* swapped */
		{"dumpp", "dump"},     /* one too many */
		{"restor", "restore"}, /* one missing */
		{"verefy", "verify"},  /* changed */
		{"lgo", "log"},        /* a third of three */
		{"xy", NULL},          /* nothing is that near */
		{"frobnicate", NULL},  {"", NULL}, {"dump", "dump"},
	};
	char long_word[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *found = dg_text_nearest(cases[i].word, words);

		if (cases[i].nearest)
			assert_string_equal(found, cases[i].nearest);
		else
			assert_null(found);
	}
	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(dg_text_nearest(long_word, words));
}

static void test_columns_are_those_of_a_terminal(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0},           {"abc", 3},        {"é", 1},
		{"e\u0301x", 2},   {"日本", 4},       {"한", 2},
		{"ｆ", 2},         {"😀-", 3},         {"👍🏽", 2},
		{"❤\ufe0f", 1},    {"→…", 2},         {"\xff\xfe", 2},
		{"\u0300", 0},     {"\u02ff", 1},     {"\U000e01ef", 0},
		{"\U000e01f0", 1}, {"\U0003fffd", 2}, {"\U0003fffe", 1},
	};
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dg_text_columns(dg_slice_str(cases[i].text)),
				 cases[i].columns);
	/* Half a character does not fit; a mark goes with what it marks. */
	assert_int_equal(dg_text_fit(DG_SLICE("a日b"), 2, &used), 1);
	assert_int_equal(used, 1);
	assert_int_equal(dg_text_fit(DG_SLICE("ae\u0301b"), 2, NULL), 4);
	assert_int_equal(dg_text_fit(DG_SLICE("ab"), 9, NULL), 2);
}

static void test_strings_are_copied(void **state)
{
	char *copy;

	(void)state;
	assert_int_equal(dg_strdup(&copy, "abc", NULL), 0);
	assert_string_equal(copy, "abc");
	dg_free_secret(copy);
	dg_free_secret(NULL);
	assert_int_equal(dg_slice_dup(&copy, dg_slice_of("abc", 2), NULL), 0);
	assert_string_equal(copy, "ab");
	free(copy);
	assert_int_equal(dg_asprintf(&copy, NULL, "%s-%d", "x", 5), 0);
	assert_string_equal(copy, "x-5");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8_is_checked_strictly),
		cmocka_unit_test(test_unfinished_character_is_cut_off),
		cmocka_unit_test(test_whole_numbers_are_read_strictly),
		cmocka_unit_test(test_sizes_are_powers_of_1024),
		cmocka_unit_test(test_counts_get_thousands_separators),
		cmocka_unit_test(test_bytes_are_shown_in_powers_of_1000),
		cmocka_unit_test(test_ages_are_told_in_the_unit_that_says_most),
		cmocka_unit_test(test_harmful_characters_are_escaped),
		cmocka_unit_test(test_printable_text_is_cut_whole),
		cmocka_unit_test(test_nearest_word_is_within_a_third),
		cmocka_unit_test(test_columns_are_those_of_a_terminal),
		cmocka_unit_test(test_strings_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
