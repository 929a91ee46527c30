/*
 * Time, as an object that callers pass: the system's clock, the system's
 * clock run faster (for end-to-end tests), or a test's own. Everything that
 * waits (back-off, time-outs, token bucket) goes through it.
 */
#ifndef DG_BASE_CLOCK_H
#define DG_BASE_CLOCK_H

#include <ddbgit/cancel.h>
#include <stdint.h>
#include <time.h>

struct dg_clock {
	/* Milliseconds of a monotonic clock with an arbitrary start. */
	int64_t (*now_ms)(struct dg_clock *clock);
	/* Milliseconds since 1970-01-01T00:00:00Z. */
	int64_t (*wall_ms)(struct dg_clock *clock);
	/* Waits; DG_ECANCELLED (without message) as soon as cancel is set. */
	int (*sleep_ms)(struct dg_clock *clock, int64_t ms,
			const struct dg_cancel *cancel);
	/* How many of this clock's seconds pass in one of the machine's. */
	double speed;
	/* dg_clock_init_test: the wall time and now_ms at its making. */
	int64_t wall_start_ms;
	int64_t origin_ms;
};

/* The system's clocks. */
void dg_clock_init(struct dg_clock *clock);

/*
 * Runs `speed` times faster (0: once). Wall time runs with it and begins at
 * wall_start_ms, or at the system's where that is negative. For tests through
 * the binary.
 */
void dg_clock_init_test(struct dg_clock *clock, double speed,
			int64_t wall_start_ms);

static inline int64_t dg_clock_now_ms(struct dg_clock *clock)
{
	return clock->now_ms(clock);
}

static inline int64_t dg_clock_wall_ms(struct dg_clock *clock)
{
	return clock->wall_ms(clock);
}

/* 0, or DG_ECANCELLED with a message. */
int dg_clock_sleep_ms(struct dg_clock *clock, int64_t ms,
		      const struct dg_cancel *cancel, struct dg_error *err);

/* A span of this clock in milliseconds of the machine, at least 1. */
long dg_clock_machine_ms(const struct dg_clock *clock, int64_t ms);

#define DG_TIME_ISO_SIZE sizeof("2025-01-27T10:00:00Z")

/* "2025-01-27T10:00:00Z" (ISO 8601, UTC). */
void dg_time_iso(int64_t unix_seconds, char out[DG_TIME_ISO_SIZE]);

/* Reads what dg_time_iso writes, also with fractions of a second (dropped) and
 * with an offset from UTC ("+01:00") for the Z. DG_EINVALID. */
int dg_time_parse_iso(const char *text, int64_t *unix_seconds,
		      struct dg_error *err);

/*
 * A date as people give it: what dg_time_parse_iso reads, and without seconds
 * or zone (then UTC, as all dates that are shown); a day, which is its first
 * second, or its last for end_of_day; "now", "today", "yesterday"; "2 weeks
 * ago" and "2.weeks.ago"; "@1738000000". DG_EINVALID with a hint.
 */
int dg_time_parse_when(const char *text, int64_t now, bool end_of_day,
		       int64_t *unix_seconds, struct dg_error *err);

#endif
