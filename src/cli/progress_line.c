#include "cli/progress_line.h"

#include "cli/quantity.h"
#include <ddbgit/text.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define QUIET_MS 2000
#define REDRAW_MS 200
#define MESSAGE_MS 10000

void dg_progress_line_init(struct dg_progress_line *line,
			   struct dg_output *output)
{
	memset(line, 0, sizeof(*line));
	line->output = output;
	line->started_ms = -1;
}

__attribute__((format(printf, 2, 3))) static void append(char *out,
							 const char *format,
							 ...)
{
	const size_t len = strlen(out);
	va_list args;

	va_start(args, format);
	vsnprintf(out + len, DG_PROGRESS_LINE_MAX - len, format, args);
	va_end(args);
}

/* An estimate may be passed, and the end cannot be known from it. */
#define SHARE_MAX 0.99

/* The part done of what is expected, 0 where that is unknown. */
static double share_of(const struct dg_progress_state *state)
{
	double share = 0;

	if (state->expected_bytes)
		share = (double)state->bytes / (double)state->expected_bytes;
	else if (state->expected_items)
		share = (double)state->items / (double)state->expected_items;
	return share < SHARE_MAX ? share : SHARE_MAX;
}

void dg_progress_line_format(const struct dg_progress_state *state,
			     int64_t elapsed_ms, size_t width,
			     char out[DG_PROGRESS_LINE_MAX])
{
	const double seconds = (double)elapsed_ms / 1000;
	const double share = share_of(state);
	char text[DG_QUANTITY_SIZE];

	out[0] = '\0';
	append(out, "%s: %s", state->phase,
	       dg_quantity_items(state->items, text));
	if (state->bytes)
		append(out, ", %s", dg_format_bytes(state->bytes, text));
	if (state->bytes && elapsed_ms > 0)
		append(out, ", %s/s",
		       dg_format_bytes(
			       (uint64_t)((double)state->bytes / seconds),
			       text));
	if (share > 0)
		append(out, ", %.0f %%", 100 * share);
	if (share > 0 && share < SHARE_MAX)
		append(out, ", %s left",
		       dg_quantity_time(
			       (uint64_t)(seconds * (1 - share) / share),
			       text));
	if (state->capacity_limit > 0)
		append(out, ", %.*f of %.*f units/s",
		       state->capacity_limit < 10, state->capacity_rate,
		       state->capacity_limit < 10, state->capacity_limit);
	else if (state->capacity_rate >= 0.5)
		append(out, ", %.0f units/s", state->capacity_rate);
	/* The last column stays free: writing into it wraps on some. */
	if (width > 0 && width - 1 < strlen(out))
		out[width - 1] = '\0';
}

static void show(struct dg_progress_line *line,
		 const struct dg_progress_state *state, int64_t now_ms)
{
	struct dg_output *output = line->output;
	const int64_t elapsed_ms = now_ms - line->phase_started_ms;
	char text[DG_PROGRESS_LINE_MAX];

	line->shown_ms = now_ms;
	if (output->terminal) {
		dg_progress_line_format(state, elapsed_ms,
					dg_terminal_columns(output->err), text);
		dg_output_status(output, text);
	} else {
		dg_progress_line_format(state, elapsed_ms, sizeof(text), text);
		dg_output_log(output, DG_LOG_INFO, text);
	}
}

void dg_progress_line_update_at(struct dg_progress_line *line,
				const struct dg_progress_state *state,
				int64_t now_ms)
{
	const bool terminal = line->output->terminal;

	if (line->output->quiet)
		return;
	if (line->started_ms < 0) {
		line->started_ms = now_ms;
		/* The first message comes after a whole span too. */
		line->shown_ms = now_ms;
	}
	if (line->phase != state->phase) {
		line->phase = state->phase;
		line->phase_started_ms = now_ms;
	}
	if (now_ms - line->started_ms < QUIET_MS ||
	    now_ms - line->shown_ms < (terminal ? REDRAW_MS : MESSAGE_MS))
		return;
	show(line, state, now_ms);
}

void dg_progress_line_update(void *context,
			     const struct dg_progress_state *state)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	dg_progress_line_update_at(context, state,
				   (int64_t)now.tv_sec * 1000 +
					   now.tv_nsec / 1000000);
}

void dg_progress_line_clear(struct dg_progress_line *line)
{
	if (line->output->terminal)
		dg_output_status(line->output, NULL);
}
