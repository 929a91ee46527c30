#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include <unistd.h>

static void test_lines_come_without_their_ends(void **state)
{
	static const char *const lines[] = {"a", "", "b\rc", "d"};
	struct dg_slice text = DG_SLICE("a\r\n\nb\rc\nd\r"), line;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		assert_true(dg_config_next_line(&text, &line));
		assert_true(dg_slice_equal(line, dg_slice_str(lines[i])));
	}
	assert_false(dg_config_next_line(&text, &line));
}

static void test_byte_order_mark_is_dropped_once(void **state)
{
	(void)state;
	assert_true(dg_slice_equal(
		dg_config_text(DG_SLICE("\xef\xbb\xbf\xef\xbb\xbf")),
		DG_SLICE("\xef\xbb\xbf")));
	assert_int_equal(dg_config_text(DG_SLICE("\xef\xbb")).len, 2);
}

static void test_pipe_is_read_to_its_end(void **state)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char path[64];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "A=1\n", 4), 4);
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	assert_int_equal(dg_config_file_read(&text, path, NULL, NULL), 0);
	assert_string_equal(dg_buf_str(&text), "A=1\n");
	close(fds[0]);
	dg_buf_free(&text);
}

static void test_huge_file_is_refused(void **state)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char path[] = "/tmp/ddbgit-config-XXXXXX";
	int fd = mkstemp(path);
	struct dg_error err;

	(void)state;
	assert_int_equal(ftruncate(fd, (off_t)DG_CONFIG_FILE_MAX + 1), 0);
	close(fd);
	assert_int_equal(dg_config_file_read(&text, path, NULL, &err),
			 DG_ELIMIT);
	assert_non_null(strstr(err.message, path));
	unlink(path);
	dg_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_come_without_their_ends),
		cmocka_unit_test(test_byte_order_mark_is_dropped_once),
		cmocka_unit_test(test_pipe_is_read_to_its_end),
		cmocka_unit_test(test_huge_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
