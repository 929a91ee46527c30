#include "dynamodb/batch_patience.h"

#include "base/random.h"
#include "dynamodb/retry.h"

int dg_batch_patience_pause(struct dg_batch_patience *patience, int64_t ms,
			    struct dg_error *err)
{
	if (patience->scarce > 0)
		patience->vain_ms += ms;
	return dg_clock_sleep_ms(patience->clock, ms, patience->stop, err);
}

int dg_batch_patience_settle(struct dg_batch_patience *patience,
			     const struct dg_batch_outcome *outcome,
			     struct dg_error *err)
{
	int64_t ms;

	if (outcome->done != patience->done)
		patience->vain_ms = 0;
	patience->done = outcome->done;
	if (!outcome->scarce) {
		patience->scarce -= patience->scarce > 0;
		return 0;
	}
	patience->vain_ms += outcome->took_ms;
	if (patience->vain_ms >= DG_RETRY_PATIENCE_MS)
		return dg_error_set(err, DG_ESERVICE,
				    "%zu item%s came back unprocessed for 5 "
				    "minutes",
				    outcome->returned,
				    outcome->returned == 1 ? "" : "s");
	ms = dg_retry_backoff_ms(patience->scarce++, dg_random_u64());
	return dg_batch_patience_pause(patience, ms, err);
}
