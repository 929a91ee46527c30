#include <ddbgit/cancel.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void test_nobody_is_cancelled_by_null(void **state)
{
	struct dg_error err = {0};

	(void)state;
	assert_false(dg_cancelled(NULL));
	assert_int_equal(dg_cancel_check(NULL, &err), 0);
}

static void test_set_flag_is_an_error(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_cancel_check(&cancel, &err), 0);
	dg_cancel_set(&cancel);
	assert_int_equal(dg_cancel_check(&cancel, &err), DG_ECANCELLED);
	assert_string_equal(err.message, "interrupted");
}

static void test_child_follows_its_parent_and_not_the_reverse(void **state)
{
	struct dg_cancel parent = DG_CANCEL_INIT;
	struct dg_cancel first = {0, &parent};
	struct dg_cancel second = {0, &parent};

	(void)state;
	dg_cancel_set(&first);
	assert_true(dg_cancelled(&first));
	assert_false(dg_cancelled(&parent));
	assert_false(dg_cancelled(&second));
	dg_cancel_set(&parent);
	assert_true(dg_cancelled(&second));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_is_cancelled_by_null),
		cmocka_unit_test(test_set_flag_is_an_error),
		cmocka_unit_test(
			test_child_follows_its_parent_and_not_the_reverse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
