/*
 * Signals of the process. The first SIGINT, SIGTERM or SIGHUP asks the work
 * to stop, so that it can remove its temporary files; the second one kills.
 * A signal that was ignored at the start (nohup) stays ignored. A closed pipe
 * is an error of the write, not a signal: a dump is not killed because the
 * reader of its result has gone.
 */
#ifndef DG_CLI_SIGNALS_H
#define DG_CLI_SIGNALS_H

#include <ddbgit/cancel.h>

/* Once; cancel must live as long as the process. */
void dg_signals_install(struct dg_cancel *cancel);

/* The signal that asked to stop, or 0. */
int dg_signals_caught(void);

/* How often the process went on after a stop (SIGCONT): what stood on the
 * terminal may be far above by then. */
int dg_signals_resumes(void);

#endif
