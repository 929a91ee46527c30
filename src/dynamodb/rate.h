/*
 * A token bucket on consumed capacity, shared by threads: take before a
 * request (waits while the bucket is in debt), charge after it with what the
 * service says it cost. What is under way counts as much as its like did; the
 * first request goes alone, for nobody knows yet what one costs. In no ten
 * seconds is more consumed than the rate allows and, since the price is known
 * afterwards only, one request and half a second's units.
 */
#ifndef DG_DYNAMODB_RATE_H
#define DG_DYNAMODB_RATE_H

#include "base/clock.h"

struct dg_rate;

/* --max-rcu/--max-wcu: units a second, or a percentage of the provisioned. */
struct dg_rate_limit {
	double value; /* 0: the default */
	bool percent;
};

/* "100", "2.5", "50%", "0" is refused. DG_EUSAGE. */
int dg_rate_limit_parse(struct dg_rate_limit *out, const char *text,
			struct dg_error *err);

/* Units a second for a table: by default 50 % of provisioned units, 0 (no
 * limit) on demand. DG_EUSAGE for a percentage without provisioned units. */
int dg_rate_units(double *out, const struct dg_rate_limit *limit,
		  uint64_t provisioned, struct dg_error *err);

/* units a second; 0: never waits, but still counts. */
int dg_rate_open(struct dg_rate **out, double units, struct dg_clock *clock,
		 struct dg_error *err);
void dg_rate_close(struct dg_rate *rate);

int dg_rate_take(struct dg_rate *rate, const struct dg_cancel *cancel,
		 struct dg_error *err);

/*
 * What one call can cost at most. A service that states more is wrong, and to
 * believe it would be to sleep almost without end. A page is 1 MB and what
 * the last item adds, read strongly at 4 KB a unit. A batch is a request of
 * 16 MB at 1 KB a unit, twice: as in a transaction, or into an index. Items by
 * their keys are 16 MB and what the last one adds, at 4 KB a unit, of which
 * each begins one.
 */
#define DG_RATE_PAGE_MAX 300.0
#define DG_RATE_GET_MAX 4300.0
#define DG_RATE_BATCH_MAX (2 * 16400.0)

/* Counts no more than `most` (one of the above), and what is no amount (below
 * 0, not a number: a request that failed) as nothing, from which nothing is
 * learned. */
void dg_rate_charge(struct dg_rate *rate, double units, double most);

/* Consumed so far, and a second over the last ten; for progress. */
void dg_rate_consumed(struct dg_rate *rate, double *total, double *a_second);

#endif
