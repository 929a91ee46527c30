/* Runs that are killed, and what the next one makes of it. */
#include "fixture.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child goes through a backup and is killed after `steps` of it. */
static void killed_backup(struct fixture *f, const char *data, int steps)
{
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_commit *commit = NULL;
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (!child) {
		if (dg_commit_open(&commit, f->repo, &options, &f->err) < 0 ||
		    add_data(commit, data, &f->err) < 0 ||
		    (steps > 0 && prepare(commit, &f->err) < 0))
			_exit(1);
		if (steps > 1)
			place(f, data);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void test_locks_of_a_killed_run_are_removed_by_the_next(void **state)
{
	struct fixture *f = *state;
	int steps;

	assert_ok(f, backup(f, NULL, "zero\n", NULL));
	for (steps = 0; steps < 3; steps++) {
		char data[32], count[32];

		snprintf(data, sizeof(data), "data %d\n", steps);
		killed_backup(f, data, steps);
		assert_output(f, steps ? "3" : "0",
			      "find .git -name '*.lock' | wc -l");
		f->said[0] = '\0';
		assert_ok(f, backup(f, NULL, data, NULL));
		assert_int_equal(steps > 0,
				 strstr(f->said, "left by an earlier run") !=
					 NULL);
		assert_sound(f);
		snprintf(count, sizeof(count), "%d", steps + 3);
		assert_output(f, count, "git rev-list --count main");
	}
}

static void test_locks_of_others_are_left_alone(void **state)
{
	static const char *const makers[] = {
		/* Another empty file than the one that was described. */
		"rm .git/HEAD.lock && sleep 0.02 && : >.git/HEAD.lock",
		/* An index lock without our token. */
		"rm .git/index.lock && : >.git/index.lock",
		"echo content >.git/refs/heads/main.lock",
	};
	static const char *const locks[] = {"HEAD.lock", "index.lock",
					    "refs/heads/main.lock"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 3; i++) {
		killed_backup(f, "one\n", 1);
		run(f, "%s", makers[i]);
		f->said[0] = '\0';
		assert_int_equal(backup(f, NULL, "one\n", NULL), DG_ELOCKED);
		assert_non_null(strstr(f->said, "somebody else's lock"));
		assert_output(f, locks[i], "cd .git && find * -name '*.lock'");
		run(f, "rm .git/%s", locks[i]);
	}
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_sound(f);
}

static void test_reference_locks_stay_once_the_branch_has_moved(void **state)
{
	struct fixture *f = *state;

	killed_backup(f, "one\n", 1);
	/* Somebody removed the locks, went on, and is at it again. */
	run(f, "rm .git/HEAD.lock .git/refs/heads/main.lock "
	       ".git/index.lock && git commit -q --allow-empty -m more && "
	       "sed -i 's/^lock [^/]*/lock 0 0 0 0 /' .git/ddbgit/intent && "
	       ": >.git/HEAD.lock");
	assert_int_equal(backup(f, NULL, "one\n", NULL), DG_ELOCKED);
	assert_output(f, ".git/HEAD.lock", "find .git -name '*.lock'");
}

static void test_unfinished_intent_removes_nothing(void **state)
{
	struct fixture *f = *state;

	killed_backup(f, "one\n", 1);
	run(f, "sed -i '/^end$/d' .git/ddbgit/intent");
	assert_int_equal(backup(f, NULL, "one\n", NULL), DG_ELOCKED);
	assert_output(f, "3", "find .git -name '*.lock' | wc -l");
}

static void test_intent_never_removes_files_of_other_names(void **state)
{
	struct fixture *f = *state;

	killed_backup(f, "one\n", 1);
	run(f, "sed -i \"s|^temp .*|temp $PWD/README|\" .git/ddbgit/intent");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, "hello", "cat README");
}

static void test_left_over_packs_are_swept_when_old(void **state)
{
	struct fixture *f = *state;

	run(f,
	    "cd .git/objects && for n in pack/pack_git2_old "
	    "pack/tmp_ddbgit_old tmp_object_git2_old pack/other_old; do "
	    ": >$n; touch -d @%d $n; done; : >pack/pack_git2_young; "
	    "touch -d @%d pack/pack_git2_young",
	    NOW - 2 * 86400, NOW - 3600);
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, "other_old\npack_git2_young",
		      "cd .git/objects && find . -name '*_old' -printf "
		      "'%%f\\n' -o -name '*_young' -printf '%%f\\n' | sort");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_locks_of_a_killed_run_are_removed_by_the_next),
		TEST(test_locks_of_others_are_left_alone),
		TEST(test_reference_locks_stay_once_the_branch_has_moved),
		TEST(test_unfinished_intent_removes_nothing),
		TEST(test_intent_never_removes_files_of_other_names),
		TEST(test_left_over_packs_are_swept_when_old),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
