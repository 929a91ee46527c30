#include "base/buf.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

static void test_buffer_grows_and_ends_in_a_zero(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(100000);
	int i;

	(void)state;
	assert_string_equal(dg_buf_str(&buf), "");
	for (i = 0; i < 10000; i++)
		assert_int_equal(dg_buf_add_str(&buf, "abcde", NULL), 0);
	assert_int_equal(buf.len, 50000);
	assert_int_equal(strlen(buf.ptr), 50000);
	dg_buf_free(&buf);
	assert_null(buf.ptr);
}

static void test_buffer_refuses_to_pass_its_maximum(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(5);
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_buf_add_str(&buf, "abc", &err), 0);
	assert_int_equal(dg_buf_add_str(&buf, "def", &err), DG_ELIMIT);
	assert_string_equal(err.message, "more than the 5 bytes allowed");
	assert_string_equal(dg_buf_str(&buf), "abc");
	assert_int_equal(dg_buf_add_str(&buf, "de", &err), 0);
	assert_int_equal(dg_buf_add_char(&buf, 'f', &err), DG_ELIMIT);
	assert_int_equal(dg_buf_reserve(&buf, SIZE_MAX, &err), DG_ELIMIT);
	dg_buf_free(&buf);
}

static void test_buffer_without_maximum_does_not_overflow(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(SIZE_MAX);

	(void)state;
	assert_int_equal(dg_buf_add_str(&buf, "abc", NULL), 0);
	assert_int_equal(dg_buf_reserve(&buf, SIZE_MAX - 3, NULL), DG_ENOMEM);
	assert_string_equal(buf.ptr, "abc");
	dg_buf_free(&buf);
}

static void test_formatted_text_is_appended(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(1000);

	(void)state;
	assert_int_equal(dg_buf_addf(&buf, NULL, "%d-%s", 7, "x"), 0);
	assert_int_equal(dg_buf_addf(&buf, NULL, "%0200d", 1), 0);
	assert_int_equal(buf.len, 203);
	assert_memory_equal(buf.ptr, "7-x000", 6);
	dg_buf_free(&buf);
}

static void test_consumed_bytes_leave_the_rest_in_front(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(1000);

	(void)state;
	dg_buf_consume(&buf, 3);
	dg_buf_add_str(&buf, "abcdef", NULL);
	dg_buf_consume(&buf, 2);
	assert_string_equal(buf.ptr, "cdef");
	dg_buf_consume(&buf, 100);
	assert_string_equal(buf.ptr, "");
	assert_int_equal(buf.len, 0);
	dg_buf_free(&buf);
}

static void test_detached_string_belongs_to_the_caller(void **state)
{
	struct dg_buf buf = DG_BUF_INIT(1000);
	char *string;

	(void)state;
	string = dg_buf_detach(&buf, NULL);
	assert_string_equal(string, "");
	free(string);
	dg_buf_add_str(&buf, "x", NULL);
	string = dg_buf_detach(&buf, NULL);
	assert_string_equal(string, "x");
	assert_null(buf.ptr);
	assert_int_equal(dg_buf_add_str(&buf, "again", NULL), 0);
	free(string);
	dg_buf_free(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffer_grows_and_ends_in_a_zero),
		cmocka_unit_test(test_buffer_refuses_to_pass_its_maximum),
		cmocka_unit_test(test_buffer_without_maximum_does_not_overflow),
		cmocka_unit_test(test_formatted_text_is_appended),
		cmocka_unit_test(test_consumed_bytes_leave_the_rest_in_front),
		cmocka_unit_test(test_detached_string_belongs_to_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
