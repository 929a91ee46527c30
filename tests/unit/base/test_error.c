#include <ddbgit/error.h>

#include <errno.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_message_gains_context_and_keeps_the_hint(void **state)
{
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_error_set(&err, DG_EINVALID, "batch %d", 12),
			 DG_EINVALID);
	assert_int_equal(dg_error_hint(&err, "try\nagain"), DG_EINVALID);
	assert_int_equal(dg_error_prefix(&err, "cannot restore '%s'", "media"),
			 DG_EINVALID);
	assert_string_equal(err.message, "cannot restore 'media': batch 12");
	assert_string_equal(err.hint, "try\nagain");
	dg_error_set(&err, DG_EFAILED, "other");
	assert_string_equal(err.hint, "");
}

static void test_interruption_gains_no_context(void **state)
{
	struct dg_error err = {0};

	(void)state;
	dg_error_set(&err, DG_ECANCELLED, "interrupted");
	assert_int_equal(dg_error_prefix(&err, "table 'media'"), DG_ECANCELLED);
	assert_string_equal(err.message, "interrupted");
}

static void test_message_is_one_line(void **state)
{
	struct dg_error err = {0};

	(void)state;
	dg_error_set(&err, DG_EFAILED, "a\nb\r\nc");
	assert_string_equal(err.message, "a b  c");
}

static void test_arguments_may_point_into_the_error(void **state)
{
	struct dg_error err = {0};

	(void)state;
	dg_error_set(&err, DG_EFAILED, "inner");
	dg_error_set(&err, DG_EIO, "outer (%s)", err.message);
	assert_string_equal(err.message, "outer (inner)");
}

/* Characters of 2, 3 and 4 bytes, so that every cut falls inside once. */
static void test_long_message_is_cut_between_characters(void **state)
{
	static const char *const characters[] = {"\xc3\xa9", "\xe2\x82\xac",
						 "\xf0\x9f\x98\x80"};
	char text[3 * DG_ERROR_MESSAGE_MAX];
	struct dg_error err = {0};
	size_t i, shift, used;

	(void)state;
	for (i = 0; i < 3; i++) {
		size_t len = strlen(characters[i]);

		for (shift = 0; shift < len; shift++) {
			memset(text, 'x', shift);
			for (used = shift; used + len < sizeof(text);
			     used += len)
				memcpy(text + used, characters[i], len);
			text[used] = '\0';
			dg_error_set(&err, DG_EFAILED, "%s", text);
			used = strlen(err.message);
			assert_int_equal((used - shift) % len, 0);
			assert_true(used + len >= DG_ERROR_MESSAGE_MAX);
		}
	}
}

static void test_system_errors_have_codes(void **state)
{
	static const struct {
		int reason;
		int code;
	} cases[] = {
		{ENOENT, DG_ENOTFOUND},
		{EEXIST, DG_EEXISTS},
		{ENOMEM, DG_ENOMEM},
		{ENOSPC, DG_EIO},
	};
	struct dg_error err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(dg_error_errno(&err, cases[i].reason, "x"),
				 cases[i].code);
	assert_string_equal(err.message, "x: No space left on device");
}

static void test_reason_survives_a_long_name(void **state)
{
	struct dg_error err = {0};
	char name[3000];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	dg_error_errno(&err, ENOSPC, "cannot write '%s'", name);
	assert_non_null(strstr(err.message, ": No space left on device"));
}

static void test_an_error_is_passed_on_with_its_hint(void **state)
{
	struct dg_error cause = {0}, err = {0};

	(void)state;
	dg_error_set(&cause, DG_EIO, "cannot read");
	dg_error_hint(&cause, "Try again");
	assert_int_equal(dg_error_pass(&err, &cause), DG_EIO);
	assert_string_equal(err.message, "cannot read");
	assert_string_equal(err.hint, "Try again");
	assert_int_equal(dg_error_pass(NULL, &cause), DG_EIO);
}

static void test_nobody_has_to_ask_for_the_error(void **state)
{
	(void)state;
	assert_int_equal(dg_error_set(NULL, DG_EIO, "x"), DG_EIO);
	assert_int_equal(dg_error_errno(NULL, ENOENT, "x"), DG_ENOTFOUND);
	assert_int_equal(dg_error_nomem(NULL), DG_ENOMEM);
	assert_true(dg_error_prefix(NULL, "x") < 0);
	assert_true(dg_error_hint(NULL, "x") < 0);
	dg_error_clear(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_gains_context_and_keeps_the_hint),
		cmocka_unit_test(test_interruption_gains_no_context),
		cmocka_unit_test(test_message_is_one_line),
		cmocka_unit_test(test_arguments_may_point_into_the_error),
		cmocka_unit_test(test_long_message_is_cut_between_characters),
		cmocka_unit_test(test_system_errors_have_codes),
		cmocka_unit_test(test_reason_survives_a_long_name),
		cmocka_unit_test(test_an_error_is_passed_on_with_its_hint),
		cmocka_unit_test(test_nobody_has_to_ask_for_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
