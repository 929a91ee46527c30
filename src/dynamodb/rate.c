#include "dynamodb/rate.h"

#include "base/text.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

/* An idle bucket fills up to so many seconds of its rate. */
#define BURST_SECONDS 0.5
#define HISTORY_SECONDS 10
#define WAIT_MAX_MS 1000
/* While nobody knows what a request costs, the next one waits for the first. */
#define UNKNOWN_WAIT_MS 20

struct dg_rate {
	struct dg_clock *clock;
	double units; /* a second; 0: no limit */

	pthread_mutex_t lock; /* of everything below */
	int64_t filled_ms;    /* when balance was last brought up to date */
	double balance;       /* below 0: in debt */
	bool known;           /* an answer has said what it cost */
	double estimate;      /* of what one request costs */
	size_t under_way;     /* taken and not charged yet */
	double total;
	/* Consumed in each of the last seconds; ring[second % size]. */
	double history[HISTORY_SECONDS];
	int64_t history_second;
	int64_t begun_ms;
};

int dg_rate_limit_parse(struct dg_rate_limit *out, const char *text,
			struct dg_error *err)
{
	if (dg_parse_capacity(dg_slice_str(text), &out->value, &out->percent,
			      err) == 0)
		return 0;
	if (err)
		err->code = DG_EUSAGE;
	return DG_EUSAGE;
}

int dg_rate_units(double *out, const struct dg_rate_limit *limit,
		  uint64_t provisioned, struct dg_error *err)
{
	double share = 50;

	if (limit->value > 0 && !limit->percent) {
		*out = limit->value;
		return 0;
	}
	if (limit->value > 0) {
		if (provisioned == 0)
			return dg_error_set(err, DG_EUSAGE,
					    "a share of the capacity means "
					    "nothing for a table on demand: "
					    "give units");
		share = limit->value;
	}
	*out = (double)provisioned * share / 100;
	return 0;
}

int dg_rate_open(struct dg_rate **out, double units, struct dg_clock *clock,
		 struct dg_error *err)
{
	struct dg_rate *rate = calloc(1, sizeof(*rate));

	if (!rate)
		return dg_error_nomem(err);
	rate->clock = clock;
	rate->units = units;
	rate->begun_ms = dg_clock_now_ms(clock);
	rate->filled_ms = rate->begun_ms;
	pthread_mutex_init(&rate->lock, NULL);
	*out = rate;
	return 0;
}

void dg_rate_close(struct dg_rate *rate)
{
	if (!rate)
		return;
	pthread_mutex_destroy(&rate->lock);
	free(rate);
}

/* What the requests under way will probably cost. The lock is held. */
static double reserved(const struct dg_rate *rate)
{
	return (double)rate->under_way * rate->estimate;
}

/* What has flown in since it was last looked at. The lock is held. */
static void fill(struct dg_rate *rate, int64_t now)
{
	double full = rate->units * BURST_SECONDS + reserved(rate);

	rate->balance += (double)(now - rate->filled_ms) / 1000 * rate->units;
	rate->filled_ms = now;
	if (rate->balance > full)
		rate->balance = full;
}

/* Takes, or says how many milliseconds to wait before asking again. */
static int64_t try_take(struct dg_rate *rate)
{
	int64_t wait = 0;
	double free_units;

	pthread_mutex_lock(&rate->lock);
	fill(rate, dg_clock_now_ms(rate->clock));
	free_units = rate->balance - reserved(rate);
	if (!rate->known && rate->under_way > 0) {
		wait = UNKNOWN_WAIT_MS;
	} else if (free_units >= 0) {
		rate->under_way++;
	} else {
		double ms = ceil(-free_units / rate->units * 1000);

		wait = ms < WAIT_MAX_MS ? (int64_t)ms : WAIT_MAX_MS;
	}
	pthread_mutex_unlock(&rate->lock);
	return wait;
}

int dg_rate_take(struct dg_rate *rate, const struct dg_cancel *cancel,
		 struct dg_error *err)
{
	int64_t wait;
	int rc = 0;

	if (rate->units <= 0)
		return 0;
	while (rc == 0 && (wait = try_take(rate)) > 0)
		rc = dg_clock_sleep_ms(rate->clock, wait, cancel, err);
	return rc;
}

/* Empties the seconds of the ring that have passed. The lock is held. */
static void turn_history(struct dg_rate *rate, int64_t second)
{
	int64_t passed = second - rate->history_second;

	if (passed > HISTORY_SECONDS)
		passed = HISTORY_SECONDS;
	for (int64_t i = 0; i < passed; i++)
		rate->history[(second - i) % HISTORY_SECONDS] = 0;
	rate->history_second = second;
}

static int64_t seconds_since_start(const struct dg_rate *rate)
{
	return (dg_clock_now_ms(rate->clock) - rate->begun_ms) / 1000;
}

/* Rises at once and sinks slowly: who reserves too little passes the rate. */
static void learn(struct dg_rate *rate, double units)
{
	rate->known = true;
	if (units > rate->estimate)
		rate->estimate = units;
	else
		rate->estimate = (rate->estimate * 3 + units) / 4;
}

void dg_rate_charge(struct dg_rate *rate, double units, double most)
{
	const bool says = units >= 0; /* nothing compares with a NaN */

	units = units > 0 ? units : 0;
	units = units < most ? units : most;
	pthread_mutex_lock(&rate->lock);
	turn_history(rate, seconds_since_start(rate));
	rate->history[rate->history_second % HISTORY_SECONDS] += units;
	rate->total += units;
	rate->balance -= units;
	if (rate->under_way > 0)
		rate->under_way--;
	if (says)
		learn(rate, units);
	pthread_mutex_unlock(&rate->lock);
}

void dg_rate_consumed(struct dg_rate *rate, double *total, double *a_second)
{
	int64_t span;
	double sum = 0;

	pthread_mutex_lock(&rate->lock);
	turn_history(rate, seconds_since_start(rate));
	for (size_t i = 0; i < HISTORY_SECONDS; i++)
		sum += rate->history[i];
	span = rate->history_second + 1;
	if (span > HISTORY_SECONDS)
		span = HISTORY_SECONDS;
	*total = rate->total;
	*a_second = sum / (double)span;
	pthread_mutex_unlock(&rate->lock);
}
