#include "fixture.h"
#include "repo/path_state.h"

#define FILE_OF(name) PROD "/" name
#define DATA FILE_OF("table-data.json")

/* Git's index is read once for a repository, so it is opened anew. */
static enum dg_path_state state_of(struct fixture *f, const char *path)
{
	enum dg_path_state out = DG_PATH_UNMERGED;

	open_repo(f, "work");
	assert_ok(f, dg_repo_path_state(&out, f->repo, path, owned, &f->err));
	return out;
}

static bool changed(struct fixture *f, const char *path)
{
	return state_of(f, path) == DG_PATH_CHANGED;
}

static void commit_snapshot(struct fixture *f)
{
	run(f, "mkdir -p " PROD "/table-data/ab && cd " PROD " && "
	       "echo data >table-data.json && echo m >table-metadata.json && "
	       "echo s >table-schema.json && echo d >dump-summary.txt && "
	       "echo c >table-data/ab/c.json && git add -f . && "
	       "git commit -q -m backup");
}

static void test_each_way_to_change_an_entry(void **state)
{
	static const struct {
		const char *command;
		bool changed;
	} cases[] = {
		{"true", false},
		{"touch " FILE_OF("table-data.json"), false},
		{"echo more >>" FILE_OF("table-data.json"), true},
		{"rm " FILE_OF("dump-summary.txt"), true},
		{"git rm -q --cached " FILE_OF("table-schema.json"), true},
		/* Staged, and put back in the work tree. */
		{"echo x >" DATA " && git add " PROD " && git show HEAD:" DATA
		 " >" DATA,
		 true},
		{"echo x >" FILE_OF("table-data/ab/c.json"), true},
		{"mkdir " FILE_OF("table-data/cd") " && echo x >" FILE_OF(
			 "table-data/cd/new.json"),
		 true},
		{"echo x >" FILE_OF("README"), false},
		{"echo x >" FILE_OF("table-data.json.new"), false},
		{"mkdir " FILE_OF("table-data-2") " && echo x >" FILE_OF(
			 "table-data-2/c.json"),
		 false},
		{"echo x >README", false},
		{"mkdir " FILE_OF("sub") " && echo x >" FILE_OF(
			 "sub/table-data.json"),
		 false},
	};
	struct fixture *f = *state;

	commit_snapshot(f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(f, "%s", cases[i].command);
		if (changed(f, PROD) != cases[i].changed)
			fail_msg("%s", cases[i].command);
		run(f, "git reset -q --hard && git clean -q -f -d -x");
		assert_false(changed(f, PROD));
	}
}

static void test_untracked_entries_count_though_ignored(void **state)
{
	static const char *const ignored[] = {
		"backups/", "/backups/dynamodb/prod/", "table-data", "*.json",
		"*",
	};
	static const char *const added[] = {"table-data/ab/new.json",
					    "table-data/cd/new.json"};
	struct fixture *f = *state;

	commit_snapshot(f);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++) {
		write_file(f, ".gitignore", ignored[i]);
		assert_false(changed(f, PROD));
		for (int at = 0; at < 2; at++) {
			run(f,
			    "mkdir -p " PROD "/table-data/cd && "
			    "echo x >" PROD "/%s",
			    added[at]);
			if (!changed(f, PROD))
				fail_msg("%s with %s", added[at], ignored[i]);
			run(f, "git clean -q -f -d -x");
			write_file(f, ".gitignore", ignored[i]);
		}
		run(f, "rm " PROD "/dump-summary.txt && git commit -q -a -m x");
		assert_false(changed(f, PROD));
		run(f, "echo x >" PROD "/dump-summary.txt");
		if (!changed(f, PROD))
			fail_msg("a summary with %s", ignored[i]);
		run(f, "git reset -q --hard HEAD~1 && git clean -q -f -d -x");
	}
}

static void test_the_top_of_the_tree_and_names_that_look_like_patterns(
	void **state)
{
	struct fixture *f = *state;

	run(f, "echo x >other && mkdir 'p*d' prd && echo x >'p*d/x' && "
	       "git add . && git commit -q -m more && echo x >prd/"
	       "table-data.json");
	assert_false(changed(f, ""));
	assert_false(changed(f, "p*d"));
	assert_true(changed(f, "prd"));
	run(f, "echo x >table-data.json");
	assert_true(changed(f, ""));
}

static void test_a_conflict_is_more_than_a_change(void **state)
{
	struct fixture *f = *state;

	commit_snapshot(f);
	run(f, "git checkout -q -b other && echo x >" DATA " && "
	       "git commit -q -a -m x && git checkout -q main && "
	       "echo y >" DATA " && git commit -q -a -m y && "
	       "! git merge -q other");
	assert_int_equal(state_of(f, PROD), DG_PATH_UNMERGED);
	run(f, "git add " PROD);
	assert_int_equal(state_of(f, PROD), DG_PATH_CHANGED);
	run(f, "git commit -q -m merged");
	assert_int_equal(state_of(f, PROD), DG_PATH_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_each_way_to_change_an_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_untracked_entries_count_though_ignored, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_the_top_of_the_tree_and_names_that_look_like_patterns,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_conflict_is_more_than_a_change, setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
