#include "fixture.h"
#include "repo/raw_commit.h"
#include <stdio.h>
#include <stdlib.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
#define AUTHOR "author Ann <a@x> 1 +0000\n"

/* From memory of just that size, so that a sanitizer sees what is read. */
static bool parse(struct dg_raw_commit *commit, char **held, const char *text,
		  size_t len)
{
	*held = malloc(len + !len);
	assert_non_null(*held);
	memcpy(*held, text, len);
	return dg_raw_commit_parse(commit, dg_slice_of(*held, len));
}

static void test_a_merge_of_three(void **state)
{
	const char *text = "tree " A "\nparent " B "\nparent " C "\nparent " A
			   "\n" AUTHOR "committer Bob <b@x> 1737972000 "
			   "+0130\nencoding x\n\nsubject\n\nbody\n";
	struct dg_raw_commit commit;
	char hex[GIT_OID_HEXSZ + 1], *held;
	git_oid id;

	(void)state;
	assert_true(parse(&commit, &held, text, strlen(text)));
	assert_string_equal(git_oid_tostr(hex, sizeof(hex), &commit.tree), A);
	assert_int_equal(commit.parent_count, 3);
	id = dg_raw_commit_parent(&commit, 0);
	assert_string_equal(git_oid_tostr(hex, sizeof(hex), &id), B);
	id = dg_raw_commit_parent(&commit, 1);
	assert_string_equal(git_oid_tostr(hex, sizeof(hex), &id),
			    "cccccccccccccccccccccccccccccccccccccccc");
	id = dg_raw_commit_parent(&commit, 2);
	assert_string_equal(git_oid_tostr(hex, sizeof(hex), &id), A);
	assert_int_equal(commit.time, 1737972000);
	assert_true(
		dg_slice_equal(commit.message, DG_SLICE("subject\n\nbody\n")));
	free(held);
}

static void test_times_and_messages_of_odd_commits(void **state)
{
	static const struct {
		const char *rest;
		int64_t time;
		const char *message;
	} cases[] = {
		{"committer B <b> 5 +0000\n\nm", 5, "m"},
		{"committer B <b> 5\n\n\n\nm\n", 5, "m\n"},
		{"committer B <b> -5 +0000\n\n", -5, ""},
		{"committer B <b>> x> 7 +0000\n\nm", 7, "m"},
		{"committer B <b>\n\nm", 0, "m"},
		{"committer B <b> then\n\nm", 0, "m"},
		{"committer\n\nm", 0, "m"},
		{"committer B <b> 5 +0000", 5, ""},
		{"committer B <b> 5 +0000\n", 5, ""},
		{"committer B <b> 5", 5, ""},
		{"\ncommitter B <b> 5 +0000\n", 0, "committer B <b> 5 +0000\n"},
		{"committer B <b> 5 +0000\ncommitter B <b> 6 +0000\n\nm", 5,
		 "m"},
		{"author B <b> 4 +0000\ncommitter B <b> 5 +0000\n\nm", 5, "m"},
		{"gpgsig -----\n committer B <b> 9 +0000\n -----\n"
		 "committer B <b> 5 +0000\n\nm",
		 5, "m"},
		{"", 0, ""},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_raw_commit commit;
		char text[512], *held;

		snprintf(text, sizeof(text), "tree " A "\n" AUTHOR "%s",
			 cases[i].rest);
		assert_true(parse(&commit, &held, text, strlen(text)));
		assert_int_equal(commit.time, cases[i].time);
		assert_true(dg_slice_equal(commit.message,
					   dg_slice_str(cases[i].message)));
		free(held);
	}
}

static void test_a_time_of_any_number_of_digits_is_taken(void **state)
{
	const char *text = "tree " A "\n" AUTHOR "committer B <b> "
			   "99999999999999999999999999999999 +0000\n\nm";
	struct dg_raw_commit commit;
	char *held;

	(void)state;
	assert_true(parse(&commit, &held, text, strlen(text)));
	assert_true(commit.time > INT64_C(100000000000000000));
	free(held);
}

static void test_what_is_no_commit_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"tree ",
		"tree " A,
		"tree " A "x" AUTHOR,
		"tree aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaag\n" AUTHOR,
		"parent " A "\n" AUTHOR,
		"tree " A "\nparent " A,
		"tree " A "\nparent aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
		"tree " A "\n",
		"tree " A "\n\nauthor",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct dg_raw_commit commit;
		char *held;

		assert_false(parse(&commit, &held, texts[i], strlen(texts[i])));
		free(held);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_merge_of_three),
		cmocka_unit_test(test_times_and_messages_of_odd_commits),
		cmocka_unit_test(test_a_time_of_any_number_of_digits_is_taken),
		cmocka_unit_test(test_what_is_no_commit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
