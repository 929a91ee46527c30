#include "fixture.h"
#include "repo/index_entries.h"

#define DATA PROD "/table-data.json"

/* Is the id of the data file known from the index, by the tip's? */
static bool is_known(struct fixture *f)
{
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_blob blob = {.path = (char *)"table-data.json"};
	struct dg_commit *commit = NULL;
	git_oid tips;

	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	assert_ok(f, dg_index_known_ids(commit, &blob, 1, &f->err));
	tips = *git_tree_entry_id(
		git_tree_entry_byname(commit->tip_dir, "table-data.json"));
	dg_commit_close(commit);
	if (blob.stamp.inode > 0)
		assert_true(git_oid_equal(&blob.id, &tips));
	else
		assert_true(git_oid_is_zero(&blob.id));
	return blob.stamp.inode > 0;
}

/* The file's times are long past, and the index knows them. */
static void age(struct fixture *f)
{
	run(f, "touch -d 2001-02-03T04:05:06 " DATA " && git add " DATA);
}

static void test_an_unchanged_file_keeps_the_id_of_its_entry(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	age(f);
	assert_true(is_known(f));
}

static void test_a_file_that_was_touched_is_hashed(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	age(f);
	run(f, "touch " DATA);
	assert_false(is_known(f));
}

/* Its times were set back, but for the one that nobody can set. */
static void test_a_file_that_was_edited_is_hashed(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	age(f);
	run(f, "printf 'ONE\\n' >" DATA " && "
	       "touch -d 2001-02-03T04:05:06 " DATA);
	assert_false(is_known(f));
}

static void test_a_file_as_old_as_the_index_is_hashed(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	age(f);
	run(f, "touch -r " DATA " .git/index");
	assert_false(is_known(f));
}

static void test_an_entry_that_is_not_the_tips_is_not_taken(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	run(f, "printf 'ONE\\n' >" DATA);
	age(f);
	assert_false(is_known(f));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_unchanged_file_keeps_the_id_of_its_entry),
		TEST(test_a_file_that_was_touched_is_hashed),
		TEST(test_a_file_that_was_edited_is_hashed),
		TEST(test_a_file_as_old_as_the_index_is_hashed),
		TEST(test_an_entry_that_is_not_the_tips_is_not_taken),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
