#include "memory_file.h"
#include "snapshot/file_comparison.h"
#include "unit.h"

/* A file set of one file, which is read in pieces. */
struct one_file {
	struct dg_fileset base; /* first */
	struct dg_slice bytes;
	size_t piece;
};

static int open_file(struct dg_fileset *self, const char *path,
		     struct dg_file **out, struct dg_error *err)
{
	const struct one_file *set = (struct one_file *)self;

	if (strcmp(path, "file") != 0)
		return dg_error_set(err, DG_ENOTFOUND, "no %s", path);
	*out = memory_file_open(set->bytes, set->piece);
	return 0;
}

static bool is_equal(const char *found, const char *expected, size_t piece)
{
	struct one_file set = {
		.base = {.open = open_file, .name = "set"},
		.bytes = dg_slice_str(found),
		.piece = piece,
	};
	struct dg_error err = {0};
	bool equal = false;

	assert_ok(dg_file_compare(&set.base, "file", dg_slice_str(expected),
				  &equal, &err),
		  &err);
	return equal;
}

static void test_line_ends_of_a_checkout_alone_make_no_difference(void **state)
{
	static const struct {
		const char *found;
		const char *expected;
		bool equal;
	} cases[] = {
		{"", "", true},
		{"a\nb\n", "a\nb\n", true},
		{"a\r\nb\r\n", "a\nb\n", true},
		{"a\r\nb\n", "a\nb\n", true},
		{"a\nb", "a\nb\n", false},
		{"a\nb\n", "a\nb", false},
		{"a\nc\n", "a\nb\n", false},
		{"a\nb\n\n", "a\nb\n", false},
		{"", "a", false},
		{"a", "", false},
		{"\r", "", false},
		{"\ra\n", "a\n", false},
		{"a\rb\n", "ab\n", false},
		{"a\r\r\n", "a\n", false},
		{"a\n\r", "a\n", false},
		{"a\n\r\n", "a\n", false},
		{"a\r", "a", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 6; piece++)
			if (is_equal(cases[i].found, cases[i].expected,
				     piece) != cases[i].equal)
				fail_msg("case %zu in pieces of %zu", i, piece);
}

/* The window of the comparison, and a pair of bytes at each side of its end. */
static void test_long_files_are_compared_to_their_ends(void **state)
{
	enum { SIZE = 64 * 1024 };
	static char found[SIZE + 8], expected[SIZE + 8];

	(void)state;
	for (size_t at = SIZE - 2; at < SIZE + 2; at++) {
		memset(found, 'x', sizeof(found));
		memset(expected, 'x', sizeof(expected));
		memcpy(found + at, "\r\ny", 4);
		memcpy(expected + at, "\ny", 3);
		assert_true(is_equal(found, expected, SIZE_MAX));
		memcpy(found + at, "\r\nz", 4);
		assert_false(is_equal(found, expected, SIZE_MAX));
		memcpy(found + at, "\rzy", 4);
		assert_false(is_equal(found, expected, SIZE_MAX));
	}
}

static void test_what_was_written_in_pieces_is_one(void **state)
{
	static const char text[] = "one\r\ntwo\r\n";
	struct one_file set = {
		.base = {.open = open_file, .name = "set"},
		.bytes = DG_SLICE(text),
		.piece = 3,
	};
	struct dg_sink_file *file = NULL;
	bool equal = false;

	(void)state;
	assert_int_equal(
		dg_file_comparison_open(&file, &set.base, "file", &equal, NULL),
		0);
	assert_int_equal(file->write(file, "on", 2, NULL), 0);
	assert_int_equal(file->write(file, "", 0, NULL), 0);
	assert_int_equal(file->write(file, "e\ntwo", 5, NULL), 0);
	assert_true(equal);
	assert_int_equal(file->commit(file, NULL), 0);
	assert_false(equal); /* its last newline is missing */
	assert_int_equal(
		dg_file_comparison_open(&file, &set.base, "none", &equal, NULL),
		DG_ENOTFOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_line_ends_of_a_checkout_alone_make_no_difference),
		cmocka_unit_test(test_long_files_are_compared_to_their_ends),
		cmocka_unit_test(test_what_was_written_in_pieces_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
