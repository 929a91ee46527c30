#include "base/temp_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_temporary_file_has_no_name_and_mode_600(void **state)
{
	char directory[] = "/tmp/ddbgit-test-XXXXXX";
	char byte = 0;
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(dg_temp_file_open(&fd, directory, NULL), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(pread(fd, &byte, 1, 0), 1);
	assert_int_equal(byte, 'x');
	/* An empty folder: rmdir would refuse another. */
	assert_int_equal(rmdir(directory), 0);
	close(fd);
}

static void test_missing_directory_is_named_with_a_way_out(void **state)
{
	struct dg_error err = {0};
	int fd = -1;

	(void)state;
	assert_int_equal(dg_temp_file_open(&fd, "/nonexistent/dir", &err),
			 DG_ENOTFOUND);
	assert_string_equal(err.message,
			    "cannot make a temporary file in "
			    "'/nonexistent/dir': No such file or directory");
	assert_non_null(strstr(err.hint, "--temp-dir"));
}

static void test_directory_is_the_given_one_then_tmpdir(void **state)
{
	(void)state;
	setenv("TMPDIR", "/some/where", 1);
	assert_string_equal(dg_temp_dir("/given"), "/given");
	assert_string_equal(dg_temp_dir(NULL), "/some/where");
	setenv("TMPDIR", "", 1);
	assert_string_equal(dg_temp_dir(NULL), "/var/tmp");
	unsetenv("TMPDIR");
	assert_string_equal(dg_temp_dir(""), "/var/tmp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_temporary_file_has_no_name_and_mode_600),
		cmocka_unit_test(
			test_missing_directory_is_named_with_a_way_out),
		cmocka_unit_test(test_directory_is_the_given_one_then_tmpdir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
