#include "cli/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const char *text, size_t indent, size_t width,
		   const char *expected)
{
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	dg_wrap_print(out, text, indent, width);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
}

static void test_lines_are_broken_at_blanks(void **state)
{
	(void)state;
	expect("one two three", 0, 8, "one two\nthree");
	expect("one two three", 0, 13, "one two three");
	expect("one two three", 0, 12, "one two\nthree");
	expect("one two three", 4, 9, "one\n    two\n    three");
	expect("", 4, 9, "");
}

static void test_without_a_width_there_is_one_line(void **state)
{
	(void)state;
	expect("one two three", 4, 0, "one two three");
}

static void test_a_long_word_stands_on_a_line_of_its_own(void **state)
{
	(void)state;
	expect("a http://127.0.0.1 b", 2, 10, "a\n  http://127.0.0.1\n  b");
}

static void test_blanks_within_a_line_stay(void **state)
{
	(void)state;
	expect("  ~ {\"id\":1}  x", 7, 80, "  ~ {\"id\":1}  x");
	expect("a  b", 0, 3, "a\nb");
}

/* Japanese takes two columns a character. */
static void test_width_is_counted_in_columns(void **state)
{
	(void)state;
	expect("日本 日本", 0, 8, "日本\n日本");
	expect("äö äö", 0, 5, "äö äö");
}

static void test_a_command_is_not_broken(void **state)
{
	(void)state;
	expect("This undoes it: ddbgit restore --env=prod --mirror", 2, 24,
	       "This undoes it:\n  ddbgit restore --env=prod --mirror");
	expect("Run git init in it, or do nothing", 0, 12,
	       "Run\ngit init in it,\nor do\nnothing");
	expect("ddbgit log", 0, 5, "ddbgit log");
	expect("A digit is no command", 0, 12, "A digit is\nno command");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_are_broken_at_blanks),
		cmocka_unit_test(test_without_a_width_there_is_one_line),
		cmocka_unit_test(test_a_long_word_stands_on_a_line_of_its_own),
		cmocka_unit_test(test_blanks_within_a_line_stay),
		cmocka_unit_test(test_width_is_counted_in_columns),
		cmocka_unit_test(test_a_command_is_not_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
