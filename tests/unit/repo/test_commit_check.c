#include "fixture.h"
#include <stdlib.h>

static int open_commit(struct fixture *f, const char *branch, bool force)
{
	struct dg_commit_options options = options_for(f, branch);
	struct dg_commit *commit = NULL;
	int rc;

	options.force = force;
	memset(&f->err, 0, sizeof(f->err));
	rc = dg_commit_open(&commit, f->repo, &options, &f->err);
	dg_commit_close(commit);
	return rc;
}

static void refused(struct fixture *f, const char *branch, const char *words)
{
	assert_error(f, open_commit(f, branch, false), DG_EREFUSED, words);
	assert_string_not_equal(f->err.hint, "");
}

static void test_detached_head_needs_a_branch(void **state)
{
	struct fixture *f = *state;

	run(f, "git checkout -q --detach");
	refused(f, NULL, "HEAD is detached");
	refused(f, NULL, "--branch=NAME");
	assert_ok(f, open_commit(f, "side", false));
}

static void test_merge_in_progress_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git checkout -q -b side && echo side >README && "
	       "git commit -q -am side && git checkout -q main && "
	       "echo main >README && git commit -q -am main && "
	       "! git merge side >/dev/null 2>&1");
	refused(f, NULL, "a merge is in progress");
	assert_ok(f, open_commit(f, "third", false));
}

static void test_branch_being_rebased_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git checkout -q -b side && echo side >README && "
	       "git commit -q -am side && git checkout -q main && "
	       "echo main >README && git commit -q -am main && "
	       "! git rebase side >/dev/null 2>&1");
	refused(f, NULL, "detached");
	refused(f, "main", "is being rebased");
	assert_ok(f, open_commit(f, "third", false));
}

static void test_branch_of_another_work_tree_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git worktree add -q -b linked ../linked");
	refused(f, "linked", "checked out in another work tree");
	refused(f, "linked", "/linked");
	open_repo(f, "linked");
	refused(f, "main", "checked out in another work tree");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_new_branch_beneath_another_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git branch a && git branch b/c && git pack-refs --all");
	refused(f, "a/x", "while branch 'a' exists");
	refused(f, "b", "while branch 'b/c' exists");
	assert_ok(f, open_commit(f, "ab", false));
	assert_error(f, open_commit(f, "no..good", false), DG_EUSAGE,
		     "'no..good' cannot be the name of a branch");
}

static void test_ignored_path_names_file_line_and_pattern(void **state)
{
	struct fixture *f = *state;

	run(f, "printf '# dumps\\nbackups/\\n' >.gitignore");
	refused(f, NULL, ".gitignore:2: backups/");
	refused(f, NULL, "Comment the pattern 'backups/' out");
	refused(f, NULL, "--force");
	assert_ok(f, open_commit(f, NULL, true));
	assert_ok(f, open_commit(f, "side", false));
	run(f, "printf '#backups/\\n' >.gitignore");
	open_repo(f, "work");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_ignored_path_is_found_without_git_too(void **state)
{
	struct fixture *f = *state;
	char *path = strdup(getenv("PATH"));
	int rc;

	run(f, "echo backups/ >.gitignore");
	setenv("PATH", "/nowhere", 1);
	rc = open_commit(f, NULL, false);
	setenv("PATH", path, 1);
	assert_error(f, rc, DG_EREFUSED,
		     "Git ignores '" PROD "/table-data.json'");
	assert_error(f, rc, DG_EREFUSED, "--force");
	free(path);
}

static void test_ignored_but_tracked_path_is_not_refused(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	run(f, "touch " PROD "/table-metadata.json " PROD
	       "/dump-summary.txt && git add " PROD
	       " && git commit -q -m rest && echo " PROD "/t* >.gitignore");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_pattern_that_is_taken_back_ignores_nothing(void **state)
{
	struct fixture *f = *state;

	run(f, "printf '*.json\\n!" PROD "/*.json\\n' >.gitignore");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_attributes_that_change_bytes_are_refused(void **state)
{
	static const struct {
		const char *line;
		const char *words; /* NULL: harmless */
	} cases[] = {
		{"*.json filter=lfs diff=lfs", "filter=lfs"},
		{"*.json ident", "ident"},
		{"*.json working-tree-encoding=UTF-16",
		 "working-tree-encoding=UTF-16"},
		{"*.json text eol=crlf", NULL},
		{"*.json -filter -ident", NULL},
		{"*.bin filter=lfs", NULL},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		write_file(f, ".gitattributes", cases[i].line);
		open_repo(f, "work");
		if (cases[i].words)
			refused(f, NULL, cases[i].words);
		else
			assert_ok(f, open_commit(f, NULL, false));
	}
}

static void test_attributes_of_the_branch_count_without_work_tree(void **state)
{
	struct fixture *f = *state;

	run(f, "git checkout -q -b side && "
	       "echo '*.json filter=lfs' >.gitattributes && git add . && "
	       "git commit -q -m lfs && git checkout -q main && "
	       "git clone -q --bare . ../bare.git");
	refused(f, "side", "filter=lfs");
	assert_ok(f, open_commit(f, NULL, false));
	open_repo(f, "bare.git");
	refused(f, "side", "filter=lfs");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_split_index_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git update-index --split-index");
	refused(f, NULL, "index is split");
	refused(f, NULL, "git update-index --no-split-index");
	run(f, "git update-index --no-split-index");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_sparse_index_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "mkdir far && touch far/away && git add far && "
	       "git commit -q -m far && "
	       "git sparse-checkout init --cone --sparse-index && "
	       "git sparse-checkout set near 2>/dev/null; true");
	refused(f, NULL, "index is sparse");
	run(f, "git sparse-checkout reapply --no-sparse-index");
	assert_ok(f, open_commit(f, NULL, false));
}

static void test_file_in_the_way_of_a_folder_is_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "echo x >backups && git add . && git commit -q -m file");
	assert_error(f, open_commit(f, NULL, false), DG_EREFUSED,
		     "'backups' is no folder");
	run(f, "git rm -q backups && mkdir real && ln -s real backups && "
	       "git add . && git commit -q -m link");
	assert_error(f, open_commit(f, NULL, false), DG_EREFUSED,
		     "'backups' is no folder");
}

static void test_unmerged_path_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	run(f, "echo two >" PROD "/table-data.json && git stash -q && "
	       "echo three >" PROD "/table-data.json && "
	       "git commit -q -am three && "
	       "! git stash pop >/dev/null 2>&1");
	refused(f, NULL, "is unmerged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_detached_head_needs_a_branch),
		TEST(test_merge_in_progress_is_refused),
		TEST(test_branch_being_rebased_is_refused),
		TEST(test_branch_of_another_work_tree_is_refused),
		TEST(test_new_branch_beneath_another_is_refused),
		TEST(test_ignored_path_names_file_line_and_pattern),
		TEST(test_ignored_path_is_found_without_git_too),
		TEST(test_ignored_but_tracked_path_is_not_refused),
		TEST(test_pattern_that_is_taken_back_ignores_nothing),
		TEST(test_attributes_that_change_bytes_are_refused),
		TEST(test_attributes_of_the_branch_count_without_work_tree),
		TEST(test_split_index_is_refused),
		TEST(test_sparse_index_is_refused),
		TEST(test_file_in_the_way_of_a_folder_is_refused),
		TEST(test_unmerged_path_is_refused),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
