/*
 * A pager as Git starts it: the command of GIT_PAGER, core.pager, PAGER, else
 * less; none where that is empty or "cat". less gets LESS=FRX unless LESS is
 * set, so that what fits on the screen is simply printed.
 */
#ifndef DG_CLI_PAGER_H
#define DG_CLI_PAGER_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* Zeros: not started. */
struct dg_pager {
	pid_t pid;
};

/* The command to use, borrowed; NULL: none. setting: core.pager, or NULL. */
const char *dg_pager_command(const char *setting);

/* From now on what is written to `out`, which is a terminal, goes to the
 * pager: true. Without one nothing happens. */
bool dg_pager_start(struct dg_pager *pager, FILE *out, const char *setting);

/* After `out` was closed: until the user has seen enough. */
void dg_pager_wait(struct dg_pager *pager);

#endif
