/*
 * A program run for what it prints: without a shell, with nothing to read, in
 * bounded time and memory. The one place where processes are started.
 */
#ifndef DG_AWS_CHILD_H
#define DG_AWS_CHILD_H

#include "base/buf.h"
#include "base/clock.h"

struct dg_child {
	const char *const *argv; /* found on PATH; ends with NULL */
	struct dg_clock *clock;
	const struct dg_cancel *cancel; /* may be NULL */
	int64_t timeout_ms;
};

/*
 * Appends what the program writes to its standard output to `out` and what it
 * writes to its standard error, as far as it fits, to `errors`. *status is
 * its exit status, 128 + n after signal n. DG_ENOTFOUND if there is no such
 * program, DG_ELIMIT past out's maximum, DG_EFAILED after timeout_ms,
 * DG_ECANCELLED; it has ended in any case.
 */
int dg_child_run(const struct dg_child *child, struct dg_buf *out,
		 struct dg_buf *errors, int *status, struct dg_error *err);

/* Whether PATH leads to a program of that name. */
bool dg_program_exists(const char *name);

#endif
