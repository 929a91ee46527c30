#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aws/command_words.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct words_case {
	const char *line;
	const char *words[5];
};

static const struct words_case cases[] = {
	{"a", {"a"}},
	{"  a\tb \n", {"a", "b"}},
	{"/opt/x --user 'A B'", {"/opt/x", "--user", "A B"}},
	{"a \"b c\" d", {"a", "b c", "d"}},
	{"a\\ b c", {"a b", "c"}},
	{"a'b'\"c\"d", {"abcd"}},
	{"a '' b", {"a", "", "b"}},
	{"'a\\b'", {"a\\b"}},
	{"\"a\\\"b\\\\c\\d\"", {"a\"b\\c\\d"}},
	{"\"C:\\dir\\x\"", {"C:\\dir\\x"}},
	{"a $HOME `x` ~ *;|", {"a", "$HOME", "`x`", "~", "*;|"}},
};

static void test_line_is_split_as_a_shell_splits(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		char **words;

		assert_int_equal(dg_command_words(&words, cases[i].line, NULL),
				 0);
		for (n = 0; n < 5 && cases[i].words[n]; n++) {
			assert_non_null(words[n]);
			assert_string_equal(words[n], cases[i].words[n]);
		}
		assert_null(words[n]);
		dg_command_words_free(words);
	}
}

static void test_malformed_line_is_refused(void **state)
{
	static const char *const lines[] = {"", "  ", "a 'b", "a \"b\\\"",
					    "a \\"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(lines); i++) {
		char **words;

		assert_int_equal(dg_command_words(&words, lines[i], NULL),
				 DG_EINVALID);
		assert_null(words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_is_split_as_a_shell_splits),
		cmocka_unit_test(test_malformed_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
