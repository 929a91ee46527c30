#include "fixture.h"
#include "repo/object_reader.h"
#include <stdio.h>
#include <stdlib.h>

static const char *const names[] = {"HEAD", "HEAD^{tree}", "HEAD:README",
				    "noted"};
#define NAMES (sizeof(names) / sizeof(*names))

static struct dg_object_reader *take(struct fixture *f)
{
	struct dg_object_reader *reader = NULL;

	assert_ok(f, dg_object_reader_take(&reader, f->repo, &f->err));
	return reader;
}

static git_oid id_of(struct fixture *f, const char *name)
{
	char *hex = output(f, "git rev-parse '%s'", name);
	git_oid id;

	assert_int_equal(git_oid_fromstr(&id, hex), 0);
	free(hex);
	return id;
}

/* Each kind, and that its bytes are those of its id. */
static void assert_reads_all(struct fixture *f)
{
	struct dg_object_reader *reader = take(f);
	struct dg_raw_object object;
	size_t i;

	for (i = 0; i < NAMES; i++) {
		git_oid id = id_of(f, names[i]);
		char size[32];

		assert_int_equal(dg_raw_object_read(&object, reader, &id), 0);
		assert_output(f, git_object_type2string(object.type),
			      "git cat-file -t '%s'", names[i]);
		snprintf(size, sizeof(size), "%zu", object.bytes.len);
		assert_output(f, size, "git cat-file -s '%s'", names[i]);
		assert_int_equal(dg_raw_object_is_right(&object, &f->err), 1);
		dg_raw_object_free(&object);
	}
	dg_object_reader_give(reader);
}

static void test_loose_objects_are_read(void **state)
{
	struct fixture *f = *state;

	run(f, "git tag -a -m note noted");
	assert_reads_all(f);
}

static void test_packs_that_came_later_are_read(void **state)
{
	struct fixture *f = *state;

	run(f, "git tag -a -m note noted");
	assert_reads_all(f);
	run(f, "git gc -q --prune=now && test -z \"$(git count-objects -v | "
	       "grep '^count: [1-9]')\"");
	assert_reads_all(f);
}

static void test_objects_of_alternates_are_read(void **state)
{
	struct fixture *f = *state;

	run(f, "git tag -a -m note noted && git clone -q -s . ../shared");
	open_repo(f, "shared");
	assert_reads_all(f);
}

static void test_an_absent_object_is_not_found(void **state)
{
	struct fixture *f = *state;
	struct dg_object_reader *reader = take(f);
	struct dg_raw_object object;
	git_oid id = {{7}};

	assert_int_equal(dg_raw_object_read(&object, reader, &id),
			 GIT_ENOTFOUND);
	memset(&id, 0, sizeof(id));
	assert_int_equal(dg_raw_object_read(&object, reader, &id),
			 GIT_ENOTFOUND);
	dg_raw_object_free(&object);
	dg_object_reader_give(reader);
}

/* Git and libgit2 know it without having it. */
static void test_the_empty_tree_is_read(void **state)
{
	struct fixture *f = *state;
	struct dg_object_reader *reader = take(f);
	struct dg_raw_object object;
	git_oid id;

	git_oid_fromstr(&id, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	assert_int_equal(dg_raw_object_read(&object, reader, &id), 0);
	assert_int_equal(object.type, GIT_OBJECT_TREE);
	assert_int_equal(object.bytes.len, 0);
	assert_int_equal(dg_raw_object_is_right(&object, &f->err), 1);
	dg_raw_object_free(&object);
	dg_object_reader_give(reader);
}

static void test_other_bytes_or_another_type_are_not_right(void **state)
{
	struct fixture *f = *state;
	struct dg_object_reader *reader = take(f);
	struct dg_raw_object object;
	git_oid id = id_of(f, "HEAD:README");

	assert_int_equal(dg_raw_object_read(&object, reader, &id), 0);
	object.type = GIT_OBJECT_COMMIT;
	assert_int_equal(dg_raw_object_is_right(&object, &f->err), 0);
	object.type = GIT_OBJECT_BLOB;
	((char *)object.held)[0] ^= 1;
	assert_int_equal(dg_raw_object_is_right(&object, &f->err), 0);
	dg_raw_object_free(&object);
	dg_object_reader_give(reader);
}

static void test_a_reader_that_was_given_back_is_taken_again(void **state)
{
	struct fixture *f = *state;
	struct dg_object_reader *first = take(f), *second = take(f);

	assert_ptr_not_equal(first, second);
	dg_object_reader_give(first);
	assert_ptr_equal(take(f), first);
	dg_object_reader_give(first);
	dg_object_reader_give(second);
	dg_object_reader_give(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_loose_objects_are_read),
		TEST(test_packs_that_came_later_are_read),
		TEST(test_objects_of_alternates_are_read),
		TEST(test_an_absent_object_is_not_found),
		TEST(test_the_empty_tree_is_read),
		TEST(test_other_bytes_or_another_type_are_not_right),
		TEST(test_a_reader_that_was_given_back_is_taken_again),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
