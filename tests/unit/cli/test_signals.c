#include "cli/signals.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct dg_cancel cancel = DG_CANCEL_INIT;

/* What the child does, and the wait status that it leaves. */
static int in_child(void (*act)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		act();
		_exit(99);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void one_signal(void)
{
	dg_signals_install(&cancel);
	if (dg_signals_caught() != 0 || dg_cancelled(&cancel))
		_exit(1);
	raise(SIGTERM);
	_exit(dg_signals_caught() == SIGTERM && dg_cancelled(&cancel) ? 0 : 2);
}

static void two_signals(void)
{
	dg_signals_install(&cancel);
	raise(SIGTERM);
	raise(SIGINT);
}

static void ignored_signal(void)
{
	signal(SIGHUP, SIG_IGN);
	dg_signals_install(&cancel);
	raise(SIGHUP);
	_exit(dg_cancelled(&cancel) ? 1 : 0);
}

static void broken_pipe(void)
{
	int ends[2];

	dg_signals_install(&cancel);
	if (pipe(ends) < 0 || close(ends[0]) < 0)
		_exit(1);
	_exit(write(ends[1], "x", 1) < 0 ? 0 : 2);
}

static void stopped_and_continued(void)
{
	dg_signals_install(&cancel);
	if (dg_signals_resumes() != 0)
		_exit(1);
	raise(SIGCONT);
	_exit(dg_signals_resumes() == 1 && !dg_cancelled(&cancel) ? 0 : 2);
}

static void expect_exit_0(int status)
{
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_the_first_signal_asks_to_stop(void **state)
{
	(void)state;
	expect_exit_0(in_child(one_signal));
}

static void test_the_second_signal_kills(void **state)
{
	const int status = in_child(two_signals);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGINT);
}

static void test_an_ignored_signal_stays_ignored(void **state)
{
	(void)state;
	expect_exit_0(in_child(ignored_signal));
}

static void test_a_closed_pipe_is_an_error_of_the_write(void **state)
{
	(void)state;
	expect_exit_0(in_child(broken_pipe));
}

static void test_going_on_after_a_stop_is_noticed(void **state)
{
	(void)state;
	expect_exit_0(in_child(stopped_and_continued));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_signal_asks_to_stop),
		cmocka_unit_test(test_the_second_signal_kills),
		cmocka_unit_test(test_an_ignored_signal_stays_ignored),
		cmocka_unit_test(test_a_closed_pipe_is_an_error_of_the_write),
		cmocka_unit_test(test_going_on_after_a_stop_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
