#include "base/place_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
	char path[64];
	int folder;
};

static int open_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	snprintf(place->path, sizeof(place->path), "/tmp/ddbgit-place-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->folder = open(place->path, O_RDONLY | O_DIRECTORY);
	assert_true(place->folder >= 0);
	*state = place;
	return 0;
}

static int close_place(void **state)
{
	struct place *place = *state;

	unlinkat(place->folder, "file", 0);
	close(place->folder);
	/* Nothing else was left. */
	assert_int_equal(rmdir(place->path), 0);
	free(place);
	return 0;
}

static void put(const struct place *place, const char *name, const char *text)
{
	int fd = openat(place->folder, name, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void assert_file(const struct place *place, const char *expected)
{
	char text[64] = "";
	int fd = openat(place->folder, "file", O_RDONLY);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(text, expected);
}

static void test_a_file_is_made_with_its_mode(void **state)
{
	const struct dg_placing how = {.mode = 0600};
	const struct place *place = *state;
	struct stat st;
	bool made = false;

	put(place, "file.ddbgit-new", "of a run that was killed");
	assert_int_equal(dg_place_file(place->folder, "file", DG_SLICE("new"),
				       &how, &made, NULL),
			 0);
	assert_true(made);
	assert_file(place, "new");
	assert_int_equal(fstatat(place->folder, "file", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_what_is_there_is_left_unless_it_is_to_be_replaced(void **state)
{
	struct dg_placing how = {.mode = 0600};
	const struct place *place = *state;
	bool made = true;

	put(place, "file", "old");
	assert_int_equal(dg_place_file(place->folder, "file", DG_SLICE("new"),
				       &how, &made, NULL),
			 0);
	assert_false(made);
	assert_file(place, "old");
	how.replace = true;
	assert_int_equal(dg_place_file(place->folder, "file", DG_SLICE("new"),
				       &how, &made, NULL),
			 0);
	assert_true(made);
	assert_file(place, "new");
}

static void test_a_symlink_is_there_and_is_not_followed(void **state)
{
	const struct dg_placing how = {.mode = 0600};
	const struct place *place = *state;
	struct stat st;
	bool made = true;

	assert_int_equal(symlinkat("elsewhere", place->folder, "file"), 0);
	assert_int_equal(dg_place_file(place->folder, "file", DG_SLICE("new"),
				       &how, &made, NULL),
			 0);
	assert_false(made);
	assert_true(fstatat(place->folder, "elsewhere", &st, 0) < 0);
}

static void test_a_folder_is_not_replaced(void **state)
{
	const struct dg_placing how = {.mode = 0600, .replace = true};
	const struct place *place = *state;
	struct dg_error err = {0};
	bool made = true;

	assert_int_equal(mkdirat(place->folder, "file", 0700), 0);
	assert_int_equal(dg_place_file(place->folder, "file", DG_SLICE("new"),
				       &how, &made, &err),
			 DG_EIO);
	assert_false(made);
	assert_non_null(strstr(err.message, "'file'"));
	unlinkat(place->folder, "file", AT_REMOVEDIR);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, open_place, close_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_file_is_made_with_its_mode),
		TEST(test_what_is_there_is_left_unless_it_is_to_be_replaced),
		TEST(test_a_symlink_is_there_and_is_not_followed),
		TEST(test_a_folder_is_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
