/*
 * How fast a table may be written to: a token bucket for the table, and one
 * for each global index, which has capacity of its own and throttles every
 * write that it is too slow for. A write costs an index only if it changes
 * what the index holds, so each bucket is charged with what the answer says
 * of it: a sparse index slows nobody. (A local index writes at the expense of
 * the table.)
 */
#ifndef DG_DYNAMODB_BATCH_RATE_H
#define DG_DYNAMODB_BATCH_RATE_H

#include "base/json.h"
#include "dynamodb/batch_request.h"
#include "dynamodb/rate.h"

struct dg_batch_rate;

/* describe: the table's, NULL: on demand, without indexes. The limit holds for
 * the table and for each index: a share of its own units, or that many units.
 * DG_EUSAGE as dg_rate_units. */
int dg_batch_rate_open(struct dg_batch_rate **out,
		       const struct dg_json *describe,
		       const struct dg_rate_limit *limit,
		       struct dg_clock *clock, struct dg_error *err);
void dg_batch_rate_close(struct dg_batch_rate *rate);

/* Must answers say what each index was charged? */
bool dg_batch_rate_wants_indexes(const struct dg_batch_rate *rate);

/* The rate of the table in units a second; 0: not limited. */
double dg_batch_rate_units(const struct dg_batch_rate *rate);

/* How many items one batch may hold, so that it costs at most half a second of
 * the rate: 1 to DG_BATCH_ITEMS. */
size_t dg_batch_rate_items(struct dg_batch_rate *rate);

/* Waits until no bucket is in debt. */
int dg_batch_rate_take(struct dg_batch_rate *rate,
		       const struct dg_cancel *cancel, struct dg_error *err);

/* What `items` items cost that were written; NULL: the call failed. */
void dg_batch_rate_charge(struct dg_batch_rate *rate,
			  const struct dg_batch_units *units, size_t items);

/* As dg_rate_consumed, of the table. */
void dg_batch_rate_consumed(struct dg_batch_rate *rate, double *total,
			    double *a_second);

#endif
