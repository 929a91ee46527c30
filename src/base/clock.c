#include "base/clock.h"

#include <errno.h>

/* How long a sleeper may overlook its cancel, in machine milliseconds. */
#define POLL_MS 20

static int64_t machine_ms(clockid_t id)
{
	struct timespec now = {0};

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_now_ms(struct dg_clock *clock)
{
	int64_t ms = machine_ms(CLOCK_MONOTONIC);

	return clock->speed == 1 ? ms : (int64_t)((double)ms * clock->speed);
}

static int64_t system_wall_ms(struct dg_clock *clock)
{
	(void)clock;
	return machine_ms(CLOCK_REALTIME);
}

static int64_t test_wall_ms(struct dg_clock *clock)
{
	return clock->wall_start_ms + clock->now_ms(clock) - clock->origin_ms;
}

static void nap(int64_t ms)
{
	struct timespec span = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	/* A signal ends it early: the caller looks at the time anyway. */
	nanosleep(&span, NULL);
}

static int system_sleep_ms(struct dg_clock *clock, int64_t ms,
			   const struct dg_cancel *cancel)
{
	int64_t end, left;

	if (dg_cancelled(cancel))
		return DG_ECANCELLED;
	if (ms <= 0)
		return 0;
	end = machine_ms(CLOCK_MONOTONIC) + dg_clock_machine_ms(clock, ms);
	while ((left = end - machine_ms(CLOCK_MONOTONIC)) > 0) {
		nap(cancel && left > POLL_MS ? POLL_MS : left);
		if (dg_cancelled(cancel))
			return DG_ECANCELLED;
	}
	return 0;
}

void dg_clock_init(struct dg_clock *clock)
{
	*clock = (struct dg_clock){
		.now_ms = system_now_ms,
		.wall_ms = system_wall_ms,
		.sleep_ms = system_sleep_ms,
		.speed = 1,
		.wall_start_ms = -1,
	};
}

void dg_clock_init_test(struct dg_clock *clock, double speed,
			int64_t wall_start_ms)
{
	dg_clock_init(clock);
	if (speed > 0)
		clock->speed = speed;
	clock->wall_start_ms =
		wall_start_ms >= 0 ? wall_start_ms : system_wall_ms(clock);
	clock->origin_ms = clock->now_ms(clock);
	clock->wall_ms = test_wall_ms;
}

int dg_clock_sleep_ms(struct dg_clock *clock, int64_t ms,
		      const struct dg_cancel *cancel, struct dg_error *err)
{
	int rc = clock->sleep_ms(clock, ms, cancel);

	if (rc == DG_ECANCELLED)
		return dg_error_set(err, DG_ECANCELLED, "interrupted");
	return rc;
}

long dg_clock_machine_ms(const struct dg_clock *clock, int64_t ms)
{
	double span = (double)ms / clock->speed;

	if (span < 1)
		return 1;
	return span > (double)INT32_MAX ? INT32_MAX : (long)span;
}
