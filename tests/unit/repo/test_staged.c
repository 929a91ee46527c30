#include "fixture.h"

#include "repo/staged.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct names {
	char text[512];
};

static int add_entry(void *context, const struct dg_fileset_entry *entry,
		     struct dg_error *err)
{
	struct names *names = context;

	(void)err;
	strcat(names->text, entry->name);
	strcat(names->text, entry->is_folder ? "/ " : " ");
	return 0;
}

static int add_change(void *context, const char *path, bool removed,
		      struct dg_error *err)
{
	struct names *names = context;

	(void)err;
	strcat(names->text, removed ? "-" : "+");
	strcat(names->text, path);
	strcat(names->text, " ");
	return 0;
}

static struct dg_staged *stage(struct fixture *f)
{
	struct dg_staged *staged;

	open_repo(f, "work");
	assert_ok(f, dg_staged_open(&staged, f->repo, &f->err));
	return staged;
}

static void test_changes_are_those_against_head(void **state)
{
	struct fixture *f = *state;
	struct names names = {""};
	struct dg_staged *staged;

	write_file(f, "new", "n\n");
	write_file(f, "unstaged", "u\n");
	run(f, "git add new && git rm -q README");
	staged = stage(f);
	assert_ok(f, dg_staged_changes(staged, add_change, &names, &f->err));
	assert_string_equal(names.text, "-README +new ");
	dg_staged_close(staged);
}

static void test_a_folder_of_the_index_is_a_file_set(void **state)
{
	struct fixture *f = *state;
	struct dg_buf text = {.max = 100};
	struct names names = {""};
	struct dg_identity identity;
	struct dg_fileset *files;
	struct dg_staged *staged;

	run(f, "mkdir -p d/a d/b d/bb && echo 1 >d/a.b && echo 2 >d/a/x && "
	       "echo 3 >d/a/y && echo 4 >d/b/z && echo 5 >d/bb/z && "
	       "ln -s a.b d/link && echo 6 >dd && git add d dd");
	staged = stage(f);
	assert_ok(f, dg_staged_files(&files, staged, "d", 1 << 20, &f->err));
	assert_ok(f, files->list(files, "", add_entry, &names, &f->err));
	assert_string_equal(names.text, "a/ a.b b/ bb/ ");
	names.text[0] = '\0';
	assert_ok(f, files->list(files, "a", add_entry, &names, &f->err));
	assert_string_equal(names.text, "x y ");
	assert_error(f, files->list(files, "none", add_entry, &names, &f->err),
		     DG_ENOTFOUND, "none");

	assert_ok(f, dg_fileset_read(files, "a/y", &text, &f->err));
	assert_string_equal(dg_buf_str(&text), "3\n");
	dg_buf_free(&text);
	assert_error(f, dg_fileset_read(files, "link", &text, &f->err),
		     DG_EINVALID, "no regular file");
	assert_error(f, dg_fileset_read(files, "a", &text, &f->err),
		     DG_ENOTFOUND, "'a'");
	assert_error(f, dg_fileset_read(files, "../dd", &text, &f->err),
		     DG_EINVALID, "");

	assert_ok(f, files->identity(files, "a.b", &identity, &f->err));
	assert_string_equal(identity.kind, "git-sha1");
	assert_ok(f, files->identity(files, "a", &identity, &f->err));
	assert_null(identity.kind);
	dg_fileset_close(files);
	dg_staged_close(staged);
}

static void test_the_index_that_git_names_is_read(void **state)
{
	struct fixture *f = *state;
	struct names names = {""};
	struct dg_staged *staged;

	write_file(f, "new", "n\n");
	run(f, "cp .git/index .git/other && GIT_INDEX_FILE=.git/other git add "
	       "new");
	open_repo(f, "work");
	assert_int_equal(chdir(f->work), 0);
	setenv("GIT_INDEX_FILE", ".git/other", 1);
	assert_ok(f, dg_staged_open(&staged, f->repo, &f->err));
	unsetenv("GIT_INDEX_FILE");
	assert_ok(f, dg_staged_changes(staged, add_change, &names, &f->err));
	assert_string_equal(names.text, "+new ");
	dg_staged_close(staged);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_changes_are_those_against_head),
		TEST(test_a_folder_of_the_index_is_a_file_set),
		TEST(test_the_index_that_git_names_is_read),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
