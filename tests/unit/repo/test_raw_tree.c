#include "fixture.h"
#include "repo/raw_tree.h"
#include <stdio.h>
#include <stdlib.h>

#define ID "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24"
#define TREE(text) text, sizeof(text) - 1

/* From memory of just that size, so that a sanitizer sees what is read. */
static bool is_valid(const char *text, size_t len)
{
	char *held = malloc(len + !len);
	bool valid;

	assert_non_null(held);
	memcpy(held, text, len);
	valid = dg_raw_tree_is_valid(dg_slice_of(held, len));
	free(held);
	return valid;
}

static void test_entries_come_one_by_one(void **state)
{
	struct dg_slice rest = DG_SLICE("100644 a\0" ID "40000 b\0" ID);
	struct dg_raw_entry entry;

	(void)state;
	assert_true(dg_raw_tree_is_valid(rest));
	assert_true(dg_raw_tree_next(&rest, &entry));
	assert_int_equal(entry.mode, 0100644);
	assert_true(dg_slice_equal(entry.name, DG_SLICE("a")));
	assert_memory_equal(entry.id, ID, GIT_OID_RAWSZ);
	assert_true(dg_raw_entry_is_file(&entry));
	assert_true(dg_raw_tree_next(&rest, &entry));
	assert_true(dg_slice_equal(entry.name, DG_SLICE("b")));
	assert_true(dg_raw_entry_is_folder(&entry));
	assert_false(dg_raw_entry_is_file(&entry));
	assert_false(dg_raw_tree_next(&rest, &entry));
}

static void test_what_is_no_tree_is_refused(void **state)
{
	(void)state;
	assert_true(is_valid("", 0));
	assert_true(is_valid(TREE("7 a\0" ID)));
	assert_true(is_valid(TREE("100644 a b\0" ID)));
	assert_false(is_valid(TREE("100644")));
	assert_false(is_valid(TREE("100644 ")));
	assert_false(is_valid(TREE("100644 a")));
	assert_false(is_valid(TREE("100644 a\0")));
	assert_false(is_valid(TREE("100644 a\0" ID) - 1));
	assert_false(is_valid(TREE("100644 a\0" ID "x")));
	assert_false(is_valid(TREE("100644 a\0" ID "100644 b\0")));
	assert_false(is_valid(TREE("100644 \0" ID)));
	assert_false(is_valid(TREE(" a\0" ID)));
	assert_false(is_valid(TREE("100844 a\0" ID)));
	assert_false(is_valid(TREE("1006440 a\0" ID)));
	assert_false(is_valid(TREE("00000000000000000000000200000 a\0" ID)));
}

static void test_entries_are_found_by_whole_names(void **state)
{
	struct dg_slice tree = DG_SLICE("100644 a\0" ID "100755 ab\0" ID
					"120000 b\0" ID "160000 c\0" ID);
	struct dg_raw_entry entry;

	(void)state;
	assert_true(dg_raw_tree_find(tree, DG_SLICE("ab"), &entry));
	assert_int_equal(entry.mode, 0100755);
	assert_true(dg_raw_entry_is_file(&entry));
	assert_true(dg_raw_tree_find(tree, DG_SLICE("b"), &entry));
	assert_false(dg_raw_entry_is_file(&entry));
	assert_true(dg_raw_tree_find(tree, DG_SLICE("c"), &entry));
	assert_false(dg_raw_entry_is_file(&entry));
	assert_false(dg_raw_entry_is_folder(&entry));
	assert_false(dg_raw_tree_find(tree, DG_SLICE("abc"), &entry));
	assert_false(dg_raw_tree_find(DG_SLICE(""), DG_SLICE("a"), &entry));
}

static void test_contents_of_one_kind_are_compared(void **state)
{
	static const struct {
		unsigned int a, b;
		bool same;
	} cases[] = {
		{0100644, 0100755, true}, {0100644, 0120000, true},
		{040000, 040000, true},   {0100644, 040000, false},
		{040000, 0160000, false}, {0100644, 0160000, false},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_raw_entry a = {.mode = cases[i].a,
					 .id = (const unsigned char *)ID};
		struct dg_raw_entry b = {.mode = cases[i].b, .id = a.id};

		assert_int_equal(dg_raw_entry_same(&a, &b), cases[i].same);
		b.id = (const unsigned char *)"another id of 20 bytes";
		assert_false(dg_raw_entry_same(&a, &b));
	}
}

static void test_folders_stand_as_if_their_names_ended_in_a_slash(void **state)
{
	static const char *const names[] = {"a",  "a+", "a-b", "a.",
					    "a/", "a0", "aa",  "b"};
	size_t i, j, count = sizeof(names) / sizeof(*names);

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			struct dg_raw_entry a = {
				.name = dg_slice_str(names[i])};
			struct dg_raw_entry b = {
				.name = dg_slice_str(names[j])};
			char with_a[8], with_b[8];
			int want;

			snprintf(with_a, sizeof(with_a), "%s/", names[i]);
			snprintf(with_b, sizeof(with_b), "%s/", names[j]);
			want = strcmp(with_a, with_b);
			assert_int_equal(dg_raw_folder_order(&a, &b) > 0,
					 want > 0);
			assert_int_equal(dg_raw_folder_order(&a, &b) < 0,
					 want < 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_come_one_by_one),
		cmocka_unit_test(test_what_is_no_tree_is_refused),
		cmocka_unit_test(test_entries_are_found_by_whole_names),
		cmocka_unit_test(test_contents_of_one_kind_are_compared),
		cmocka_unit_test(
			test_folders_stand_as_if_their_names_ended_in_a_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
