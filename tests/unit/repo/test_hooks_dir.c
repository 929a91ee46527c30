#include "fixture.h"
#include "repo/hooks_dir.h"
#include <stdio.h>
#include <stdlib.h>

static void assert_hooks(struct fixture *f, const char *below_dir,
			 enum dg_hooks_place place)
{
	struct dg_hooks_dir found;
	char expected[512];

	open_repo(f, "work");
	assert_ok(f, dg_repo_hooks_dir(&found, f->repo, &f->err));
	snprintf(expected, sizeof(expected), "%s/%s", f->dir, below_dir);
	assert_string_equal(found.path, expected);
	assert_int_equal(found.place, place);
	dg_hooks_dir_free(&found);
	assert_null(found.path);
}

static void test_where_git_is_told_to_look(void **state)
{
	static const struct {
		const char *configuration;
		const char *below_dir;
		enum dg_hooks_place place;
	} cases[] = {
		{"true", "work/.git/hooks", DG_HOOKS_OWN},
		{"git config core.hooksPath .githooks", "work/.githooks",
		 DG_HOOKS_IN_WORKTREE},
		{"git config core.hooksPath .git/other", "work/.git/other",
		 DG_HOOKS_OWN},
		{"git config core.hooksPath \"$PWD/../apart\"", "work/../apart",
		 DG_HOOKS_OWN},
		{"git config --unset core.hooksPath && "
		 "git config --global core.hooksPath \"$PWD/../apart\"",
		 "work/../apart", DG_HOOKS_SHARED},
		/* Everybody who clones has it, whoever configured it. */
		{"git config --global core.hooksPath scripts/hooks",
		 "work/scripts/hooks", DG_HOOKS_IN_WORKTREE},
		{"git config core.hooksPath \"$PWD/../apart\"", "work/../apart",
		 DG_HOOKS_OWN},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(f, "%s", cases[i].configuration);
		assert_hooks(f, cases[i].below_dir, cases[i].place);
	}
	run(f, "git config --global --unset core.hooksPath");
}

static void test_a_linked_work_tree_and_a_bare_repository(void **state)
{
	struct fixture *f = *state;
	struct dg_hooks_dir found;
	char expected[512];

	run(f, "git worktree add -q ../linked && "
	       "git clone -q --bare . ../bare.git");
	open_repo(f, "linked");
	assert_ok(f, dg_repo_hooks_dir(&found, f->repo, &f->err));
	snprintf(expected, sizeof(expected), "%s/.git/hooks", f->work);
	assert_string_equal(found.path, expected);
	dg_hooks_dir_free(&found);
	run(f, "git config core.hooksPath hooks-of-mine");
	open_repo(f, "linked");
	assert_ok(f, dg_repo_hooks_dir(&found, f->repo, &f->err));
	snprintf(expected, sizeof(expected), "%s/linked/hooks-of-mine", f->dir);
	assert_string_equal(found.path, expected);
	assert_int_equal(found.place, DG_HOOKS_IN_WORKTREE);
	dg_hooks_dir_free(&found);
	open_repo(f, "bare.git");
	assert_ok(f, dg_repo_hooks_dir(&found, f->repo, &f->err));
	snprintf(expected, sizeof(expected), "%s/bare.git/hooks", f->dir);
	assert_string_equal(found.path, expected);
	assert_int_equal(found.place, DG_HOOKS_OWN);
	dg_hooks_dir_free(&found);
}

static void test_what_is_in_the_work_tree(void **state)
{
	static const struct {
		const char *path; /* below the scratch folder */
		bool inside;
	} cases[] = {
		{"work", true},
		{"work/tool", true},
		{"work/not-there", true},
		{"work-2/tool", false},
		{"work/.git/hooks/tool", false},
		{"work/.git", false},
		{"tool", false},
		{"in", true},        /* a link into it */
		{"work/out", false}, /* and one out of it */
	};
	struct fixture *f = *state;
	char path[512];

	run(f, "mkdir -p ../work-2 .git/hooks && touch tool ../tool "
	       "../work-2/tool .git/hooks/tool && ln -s work/tool ../in && "
	       "ln -s ../tool out");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->dir, cases[i].path);
		if (dg_repo_in_worktree(f->repo, path) != cases[i].inside)
			fail_msg("%s", path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_where_git_is_told_to_look,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_linked_work_tree_and_a_bare_repository, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_what_is_in_the_work_tree,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
