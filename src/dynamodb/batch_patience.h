/*
 * How long a worker goes on whose batches come back. An answer that gives most
 * of a batch back lets the worker wait, longer each time; five minutes in which
 * the whole run got nothing done end it. Waits of rate and gate are not in
 * vain and do not count.
 */
#ifndef DG_DYNAMODB_BATCH_PATIENCE_H
#define DG_DYNAMODB_BATCH_PATIENCE_H

#include "base/clock.h"

/* Of one worker; begins with zeros but for clock and stop. */
struct dg_batch_patience {
	struct dg_clock *clock;
	const struct dg_cancel *stop;
	unsigned int scarce; /* answers in a row that gave most back */
	int64_t vain_ms;     /* what our calls and the pauses took */
	uint64_t done;       /* by the run, at the last answer */
};

/* What came of a batch. */
struct dg_batch_outcome {
	uint64_t done;   /* items, by the whole run so far */
	size_t returned; /* of this batch */
	bool scarce;     /* most of it, for want of capacity */
	int64_t took_ms;
};

/* Waits where that is due. DG_ESERVICE: in vain for five minutes. */
int dg_batch_patience_settle(struct dg_batch_patience *patience,
			     const struct dg_batch_outcome *outcome,
			     struct dg_error *err);

/* Waits for what came back to be due again. */
int dg_batch_patience_pause(struct dg_batch_patience *patience, int64_t ms,
			    struct dg_error *err);

#endif
