#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static struct dg_cancel *cancel_on_signal;
static volatile sig_atomic_t caught;
static volatile sig_atomic_t resumes;

static void handle(int signal_number)
{
	if (caught) {
		/* Delivered when this handler returns. */
		signal(signal_number, SIG_DFL);
		raise(signal_number);
		return;
	}
	caught = signal_number;
	dg_cancel_set(cancel_on_signal);
}

static void count_resume(int signal_number)
{
	(void)signal_number;
	resumes++;
}

void dg_signals_install(struct dg_cancel *cancel)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action;
	struct sigaction before;
	size_t i;

	cancel_on_signal = cancel;
	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	action.sa_flags = SA_RESTART; /* the library polls dg_cancel */
	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (sigaction(numbers[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	action.sa_handler = count_resume;
	sigaction(SIGCONT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int dg_signals_caught(void)
{
	return caught;
}

int dg_signals_resumes(void)
{
	return resumes;
}
