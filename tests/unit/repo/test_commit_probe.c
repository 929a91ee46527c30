#include "fixture.h"
#include <stdlib.h>
#include <string.h>

static void probe(struct fixture *f, const char *branch,
		  struct dg_commit_findings *out)
{
	struct dg_commit_options options = options_for(f, branch);

	open_repo(f, "work");
	assert_ok(f, dg_commit_probe(out, f->repo, &options, &f->err));
}

/* What would refuse a commit, and nothing else. */
static void test_each_aspect_has_its_own_refusal(void **state)
{
	static const struct {
		const char *command;
		enum dg_commit_aspect aspect;
		enum dg_code code; /* DG_OK: none */
		const char *words;
	} cases[] = {
		{"true", DG_COMMIT_BRANCH, DG_OK, NULL},
		{"git checkout -q --detach", DG_COMMIT_BRANCH, DG_EREFUSED,
		 "detached"},
		{"git checkout -q main && touch .git/MERGE_HEAD",
		 DG_COMMIT_BRANCH, DG_EREFUSED, "merge"},
		{"rm .git/MERGE_HEAD && touch .git/index.lock", DG_COMMIT_INDEX,
		 DG_ELOCKED, "index.lock"},
		{"rm .git/index.lock && echo backups/ >.gitignore",
		 DG_COMMIT_IGNORED, DG_EREFUSED, ".gitignore"},
		{"rm .gitignore && echo 'backups/** filter=lfs' "
		 ">.gitattributes",
		 DG_COMMIT_ATTRIBUTES, DG_EREFUSED, "filter"},
		{"rm .gitattributes && git update-index --skip-worktree README",
		 DG_COMMIT_BRANCH, DG_OK, NULL},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_commit_findings found;

		run(f, "%s", cases[i].command);
		probe(f, NULL, &found);
		for (int at = 0; at < DG_COMMIT_ASPECTS; at++) {
			const struct dg_error *why = &found.why[at];
			const bool expected =
				cases[i].code && at == (int)cases[i].aspect;

			if (why->code != (expected ? cases[i].code : DG_OK))
				fail_msg("%s: aspect %d: %s", cases[i].command,
					 at, why->message);
			if (expected && !strstr(why->message, cases[i].words))
				fail_msg("%s: %s", cases[i].command,
					 why->message);
		}
		dg_commit_findings_free(&found);
	}
}

static void test_the_reference_is_told_where_it_is_known(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_findings found;

	probe(f, NULL, &found);
	assert_string_equal(found.ref, "refs/heads/main");
	dg_commit_findings_free(&found);
	assert_null(found.ref);
	probe(f, "backups", &found);
	assert_string_equal(found.ref, "refs/heads/backups");
	dg_commit_findings_free(&found);
	run(f, "git checkout -q --detach");
	probe(f, NULL, &found);
	assert_null(found.ref);
	dg_commit_findings_free(&found);
}

/* Another branch touches neither index nor work tree. */
static void test_what_stands_in_the_index_is_no_matter_for_another_branch(
	void **state)
{
	struct fixture *f = *state;
	struct dg_commit_findings found;

	run(f, "touch .git/index.lock && echo backups/ >.gitignore");
	probe(f, "backups", &found);
	for (int i = 0; i < DG_COMMIT_ASPECTS; i++)
		assert_int_equal(found.why[i].code, DG_OK);
	dg_commit_findings_free(&found);
}

static void test_nothing_is_written(void **state)
{
	static const char listing[] =
		"find .git -type f | sort | xargs sha256sum";
	struct fixture *f = *state;
	struct dg_commit_findings found;
	char *before = output(f, "%s", listing);

	probe(f, NULL, &found);
	dg_commit_findings_free(&found);
	probe(f, "backups", &found);
	dg_commit_findings_free(&found);
	assert_output(f, before, "%s", listing);
	free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_each_aspect_has_its_own_refusal, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_the_reference_is_told_where_it_is_known, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_what_stands_in_the_index_is_no_matter_for_another_branch,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_is_written, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
