#include "cli/prompt.h"

#include "cli/quantity.h"
#include "cli/signals.h"
#include <ddbgit/text.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define POLL_MS 250
#define ANSWER_MAX 512

static bool can_ask(const struct dg_prompt *prompt)
{
	return isatty(prompt->fd) && isatty(fileno(prompt->output->err));
}

static void ask(const struct dg_prompt *prompt,
		const struct dg_confirmation *question)
{
	char written[DG_QUANTITY_SIZE];
	char deletes[DG_COUNT_SIZE];
	char text[1024];

	dg_quantity_items(question->items, written);
	dg_format_count(question->deletes, deletes);
	snprintf(text, sizeof(text),
		 "%s would be written into%s%s%s the table '%s' of the "
		 "%senvironment %s (%s, %s)",
		 written, question->deletes ? ", and " : "",
		 question->deletes ? deletes : "",
		 question->deletes ? " deleted from," : "", question->table,
		 question->is_protected ? "protected " : "",
		 question->environment,
		 question->region ? question->region : "no region",
		 question->endpoint ? question->endpoint : "no endpoint");
	dg_output_log(prompt->output, DG_LOG_WARNING, text);
	fputs("Type the table's name to go on: ", prompt->output->err);
	fflush(prompt->output->err);
}

/*
 * Waits in short turns: a signal may be delivered to another thread, or just
 * before the wait begins. 1: something to read; negative: a dg_code. Asks again
 * after a stop, when the terminal has forgotten what was typed so far.
 */
static int wait_for_input(const struct dg_prompt *prompt,
			  const struct dg_confirmation *question,
			  struct dg_error *err)
{
	struct pollfd input = {.fd = prompt->fd, .events = POLLIN};
	int resumes = dg_signals_resumes();
	int ready = 0;

	while (ready == 0) {
		if (dg_cancel_check(prompt->cancel, err) < 0)
			return DG_ECANCELLED;
		if (dg_signals_resumes() != resumes) {
			resumes = dg_signals_resumes();
			ask(prompt, question);
		}
		ready = poll(&input, 1, POLL_MS);
		if (ready < 0 && errno == EINTR)
			ready = 0;
	}
	return ready < 0 ? dg_error_errno(err, errno, "standard input") : 1;
}

/*
 * A line without its end, cut at out's size, read a byte at a time so that
 * nothing behind it is taken. 1, 0 at the end of input, or a dg_code.
 */
static int read_line(const struct dg_prompt *prompt,
		     const struct dg_confirmation *question, char *out,
		     size_t size, struct dg_error *err)
{
	size_t len = 0;
	ssize_t got;
	char c;
	int rc;

	for (;;) {
		rc = wait_for_input(prompt, question, err);
		if (rc < 0)
			return rc;
		got = read(prompt->fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		if (c == '\n')
			break;
		/* A zero byte must not make a longer line the name. */
		if (len < size - 1)
			out[len++] = c ? c : '?';
	}
	out[len] = '\0';
	return 1;
}

int dg_prompt_confirm(void *context, const struct dg_confirmation *question,
		      struct dg_error *err)
{
	const struct dg_prompt *prompt = context;
	char answer[ANSWER_MAX];
	int rc;

	if (!can_ask(prompt))
		return DG_EREFUSED; /* the caller says why */
	ask(prompt, question);
	rc = read_line(prompt, question, answer, sizeof(answer), err);
	/* A line that came with the signal is no answer. */
	if (rc == 1 && dg_cancel_check(prompt->cancel, err) < 0)
		rc = DG_ECANCELLED;
	if (rc <= 0) {
		/* The cursor stands behind the question. */
		putc('\n', prompt->output->err);
		return rc;
	}
	return strcmp(answer, question->table) == 0;
}
