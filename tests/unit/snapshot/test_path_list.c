#include "scratch.h"
#include "snapshot/path_list.h"
#include "unit.h"
#include <stdio.h>

static void test_a_list_is_a_sorted_set(void **state)
{
	static const char *const paths[] = {"b", "a/c", "d", "a/c", "a", "b"};
	static const char *const sorted[] = {"a", "a/c", "b", "d"};
	struct dg_path_list list = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++)
		assert_int_equal(dg_path_list_add(&list, paths[i], NULL), 0);
	assert_int_equal(list.count, COUNT(sorted));
	for (size_t i = 0; i < COUNT(sorted); i++)
		assert_string_equal(list.paths[i], sorted[i]);
	assert_true(dg_path_list_has(&list, "a/c"));
	dg_path_list_remove(&list, "a/c");
	dg_path_list_remove(&list, "nothing");
	assert_false(dg_path_list_has(&list, "a/c"));
	assert_int_equal(list.count, 3);
	dg_path_list_free(&list);
}

static void test_many_paths_stay_sorted(void **state)
{
	struct dg_path_list list = {0};
	char path[32];

	(void)state;
	for (unsigned int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "%03u", i * 263 % 500);
		assert_int_equal(dg_path_list_add(&list, path, NULL), 0);
	}
	assert_int_equal(list.count, 500);
	for (size_t i = 1; i < list.count; i++)
		assert_true(strcmp(list.paths[i - 1], list.paths[i]) < 0);
	dg_path_list_free(&list);
}

static bool is_text(const char *path)
{
	return strstr(path, ".txt") != NULL;
}

static void test_wanted_files_are_collected_at_every_depth(void **state)
{
	struct scratch *scratch = *state;
	struct dg_path_list list = {0};
	struct dg_fileset *files;

	scratch_write(scratch, "a.txt", "");
	scratch_write(scratch, "b.json", "");
	scratch_write(scratch, "c/d/e.txt", "");
	files = scratch_fileset(scratch, "");
	assert_int_equal(dg_path_list_collect(&list, files, "", is_text, NULL),
			 0);
	assert_int_equal(list.count, 2);
	assert_true(dg_path_list_has(&list, "a.txt"));
	assert_true(dg_path_list_has(&list, "c/d/e.txt"));
	dg_path_list_free(&list);
	assert_int_equal(
		dg_path_list_collect(&list, files, "none", is_text, NULL), 0);
	assert_int_equal(list.count, 0);
	dg_path_list_free(&list);
	dg_fileset_close(files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_is_a_sorted_set),
		cmocka_unit_test(test_many_paths_stay_sorted),
		cmocka_unit_test_setup_teardown(
			test_wanted_files_are_collected_at_every_depth,
			scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
