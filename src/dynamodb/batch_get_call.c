#include "dynamodb/batch_get_call.h"

#include "dynamodb/call.h"

#include <stdlib.h>

#define UNIT_BYTES 4096
/* An answer that has as much was cut for its size: for all of it, or for one
 * partition. (BatchGetItem: API reference.) */
#define PARTIAL_BYTES ((size_t)1024 * 1024)

/* What the answer cost, by its size where the service does not say it: a key
 * without an item costs a unit, too. */
static double units_of(const struct dg_batch_get_keys *batch)
{
	const struct dg_batch_get_answer *answer = &batch->answer;

	if (answer->units >= 0)
		return answer->units;
	return (double)(batch->count - answer->unprocessed) +
	       (double)(answer->bytes / UNIT_BYTES);
}

/* Large answers leave less room for others, and their memory is not kept. */
static void trim(struct dg_batch_get_worker *worker)
{
	struct dg_batch_get_run *run = worker->run;

	if (worker->response.cap <= run->response_memory / run->worker_count)
		return;
	dg_gate_lower(run->gate, run->response_memory / worker->response.cap);
	dg_buf_free(&worker->response);
}

/* Returns how many keys the run has answers for. */
static uint64_t count_answered(struct dg_batch_get_worker *worker,
			       const struct dg_batch_get_keys *batch,
			       double units)
{
	struct dg_batch_get_run *run = worker->run;
	const struct dg_batch_get_answer *answer = &batch->answer;
	uint64_t done;
	double total;

	pthread_mutex_lock(&run->lock);
	dg_batch_get_size_learn(&run->size, answer->found, worker->response.len,
				units);
	run->state.items += batch->count - answer->unprocessed;
	run->state.bytes += answer->bytes;
	done = run->state.items;
	dg_rate_consumed(run->rate, &total, &run->state.capacity_rate);
	dg_progress_update(run->options->progress, &run->state);
	pthread_mutex_unlock(&run->lock);
	return done;
}

/* Keys that came back go where they came from; the others are done. */
static void settle(struct dg_batch_get_run *run,
		   struct dg_batch_get_keys *batch)
{
	const int64_t now = dg_clock_now_ms(run->db->clock);

	for (size_t i = 0; i < batch->count; i++) {
		if (batch->answer.state[i] == DG_GET_PENDING)
			dg_batch_window_return(run->window, batch->items[i],
					       now);
		else
			free(batch->items[i]);
	}
	batch->count = 0;
}

static bool is_scarce(const struct dg_batch_get_worker *worker,
		      const struct dg_batch_get_keys *batch)
{
	return batch->answer.unprocessed > batch->count / 2 &&
	       worker->response.len < PARTIAL_BYTES;
}

static enum dg_gate_result result_of(const struct dg_batch_get_worker *worker,
				     const struct dg_batch_get_keys *batch)
{
	if (is_scarce(worker, batch))
		return DG_GATE_THROTTLED;
	return batch->answer.unprocessed > 0 ? DG_GATE_PARTLY : DG_GATE_TAKEN;
}

/* One BatchGetItem, the gate passed. */
static int call(struct dg_batch_get_worker *worker,
		struct dg_batch_get_keys *batch, struct dg_error *err)
{
	int rc = dg_connection_call(worker->connection, "BatchGetItem",
				    dg_buf_slice(&worker->request),
				    &worker->response, err);

	if (rc == 0)
		rc = dg_batch_get_read(
			&worker->reader, dg_buf_slice(&worker->response),
			batch->items, batch->count, &batch->answer, err);
	dg_rate_charge(worker->run->rate, rc == 0 ? units_of(batch) : -1,
		       DG_RATE_GET_MAX);
	return rc;
}

/* The same with its consequences: keys and waiting. */
static int call_and_settle(struct dg_batch_get_worker *worker,
			   struct dg_batch_get_keys *batch,
			   enum dg_gate_result *result, struct dg_error *err)
{
	struct dg_batch_get_run *run = worker->run;
	int64_t sent_ms = dg_clock_now_ms(run->db->clock);
	struct dg_batch_outcome outcome;
	int rc = call(worker, batch, err);

	if (rc < 0)
		return rc;
	*result = result_of(worker, batch);
	outcome.done = count_answered(worker, batch, units_of(batch));
	outcome.returned = batch->answer.unprocessed;
	outcome.scarce = is_scarce(worker, batch);
	outcome.took_ms = dg_clock_now_ms(run->db->clock) - sent_ms;
	settle(run, batch);
	return dg_batch_patience_settle(&worker->patience, &outcome, err);
}

int dg_batch_get_call(struct dg_batch_get_worker *worker,
		      struct dg_batch_get_keys *batch, struct dg_error *err)
{
	struct dg_batch_get_run *run = worker->run;
	enum dg_gate_result result = DG_GATE_TAKEN;
	int rc = dg_batch_get_print(run->options->table, batch->items,
				    batch->count, &worker->request, err);

	if (rc == 0)
		rc = dg_rate_take(run->rate, worker->patience.stop, err);
	if (rc < 0)
		return rc;
	dg_connection_enter(worker->connection, run->gate);
	rc = call_and_settle(worker, batch, &result, err);
	trim(worker);
	dg_connection_leave(worker->connection, result);
	return rc;
}
