#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include <string.h>
#include <sys/stat.h>
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

static void assert_refused(const char *path, enum dg_code code,
			   const char *words)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	struct dg_error err;

	assert_int_equal(dg_config_file_read(&text, path, NULL, &err), code);
	assert_non_null(strstr(err.message, words));
	dg_buf_free(&text);
}

/* SIGALRM ends the test where a FIFO makes it wait. */
static void test_what_is_no_regular_file_is_refused_without_waiting(
	void **state)
{
	char folder[] = "/tmp/ddbgit-config-XXXXXX";
	char path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	alarm(10);
	assert_refused(path, DG_EINVALID, "is no regular file");
	alarm(0);
	assert_refused("/dev/zero", DG_EINVALID, "is no regular file");
	assert_refused(folder, DG_EIO, "cannot read");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void test_symlink_to_a_file_is_read_and_the_null_device_is_empty(
	void **state)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char file[] = "/tmp/ddbgit-config-XXXXXX";
	int fd = mkstemp(file);
	char path[64];

	(void)state;
	assert_int_equal(write(fd, "A=1\n", 4), 4);
	close(fd);
	snprintf(path, sizeof(path), "%s.link", file);
	assert_int_equal(symlink(file, path), 0);
	assert_int_equal(dg_config_file_read(&text, path, NULL, NULL), 0);
	assert_string_equal(dg_buf_str(&text), "A=1\n");
	dg_buf_clear(&text);
	assert_int_equal(dg_config_file_read(&text, "/dev/null", NULL, NULL),
			 0);
	assert_int_equal(text.len, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(file), 0);
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
		cmocka_unit_test(
			test_what_is_no_regular_file_is_refused_without_waiting),
		cmocka_unit_test(
			test_symlink_to_a_file_is_read_and_the_null_device_is_empty),
		cmocka_unit_test(test_huge_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
