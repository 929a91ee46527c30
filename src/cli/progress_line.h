/*
 * Shows the progress that the library reports. On a terminal one line, from
 * two seconds on, at most five times a second, never longer than the terminal
 * is wide; elsewhere a message every ten seconds.
 */
#ifndef DG_CLI_PROGRESS_LINE_H
#define DG_CLI_PROGRESS_LINE_H

#include "cli/output.h"
#include <ddbgit/progress.h>
#include <stdint.h>

#define DG_PROGRESS_LINE_MAX 256

struct dg_progress_line {
	struct dg_output *output;
	int64_t started_ms;       /* the first report; -1: none yet */
	int64_t phase_started_ms; /* what rates are counted from */
	int64_t shown_ms;
	const char *phase;
};

void dg_progress_line_init(struct dg_progress_line *line,
			   struct dg_output *output);

/* A dg_progress receiver; context is the dg_progress_line. */
void dg_progress_line_update(void *context,
			     const struct dg_progress_state *state);

/* The same at a given time of a monotonic clock. */
void dg_progress_line_update_at(struct dg_progress_line *line,
				const struct dg_progress_state *state,
				int64_t now_ms);

/*
 * "Reading: 12,345 items, 8.1 MB, 1.2 MB/s, 45 %, 0:12 left", ASCII only and
 * under `width` columns. The share is that of an estimate and stops at 99 %.
 * elapsed_ms counts from the beginning of the phase.
 */
void dg_progress_line_format(const struct dg_progress_state *state,
			     int64_t elapsed_ms, size_t width,
			     char out[DG_PROGRESS_LINE_MAX]);

/* Removes the line from the terminal. */
void dg_progress_line_clear(struct dg_progress_line *line);

#endif
