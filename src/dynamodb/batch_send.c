#include "dynamodb/batch_send.h"

#include "dynamodb/call.h"

#include <stdlib.h>

#define KEY_JSON_MAX ((size_t)64 * 1024)
#define UNIT_BYTES 1024

/* Some items that are sent together. */
struct batch {
	struct dg_batch_item **items;
	size_t count;
};

/* What an answer accepted, and how many items it gave back. Returns how many
 * the run has written. */
static uint64_t count_written(struct dg_batch_run *run, size_t items,
			      uint64_t bytes, size_t unprocessed)
{
	uint64_t written;
	double total;

	pthread_mutex_lock(&run->lock);
	run->stats.requests++;
	run->stats.unprocessed += unprocessed;
	run->stats.written += items;
	written = run->stats.written;
	run->state.items += items;
	run->state.bytes += bytes;
	dg_batch_rate_consumed(run->rate, &total, &run->state.capacity_rate);
	dg_progress_update(run->options->progress, &run->state);
	pthread_mutex_unlock(&run->lock);
	return written;
}

/* An item that the service does not take, for the reason in err: told, and the
 * rest goes on. */
static int refuse(struct dg_batch_worker *worker,
		  const struct dg_batch_item *item, struct dg_error *err)
{
	struct dg_batch_run *run = worker->run;
	const struct dg_batch_write_options *options = run->options;
	const char *type = dg_connection_error_type(worker->connection);
	const char *words = dg_connection_error_words(worker->connection);
	struct dg_buf key = DG_BUF_INIT(KEY_JSON_MAX);
	struct dg_error own = {0};
	int rc = dg_key_json(run->keys, dg_batch_item_line(item), &key, &own);

	/* A 413 may come without a word. */
	type = type[0] ? type : "RequestEntityTooLarge";
	words = words[0] ? words : err->message;
	pthread_mutex_lock(&run->lock);
	run->stats.refused++;
	if (rc == 0 && options->refused)
		rc = options->refused(options->context, dg_buf_slice(&key),
				      type, words, &own);
	pthread_mutex_unlock(&run->lock);
	dg_buf_free(&key);
	*err = own;
	return rc;
}

/* What a batch costs, by its size where the service does not say it. */
static void complete_units(const struct batch *batch,
			   struct dg_batch_answer *answer)
{
	size_t units = 0;

	if (answer->units.all >= 0)
		return;
	for (size_t i = 0; i < batch->count; i++)
		if (!answer->pending[i])
			units += batch->items[i]->line_len / UNIT_BYTES + 1;
	answer->units.all = (double)units;
}

/* Items that came back go where they came from; the others are written. */
static uint64_t settle(struct dg_batch_run *run, const struct batch *batch,
		       const struct dg_batch_answer *answer)
{
	const int64_t now = dg_clock_now_ms(run->db->clock);
	uint64_t bytes = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct dg_batch_item *item = batch->items[i];

		batch->items[i] = NULL;
		if (answer->pending[i]) {
			dg_batch_window_return(run->window, item, now);
		} else {
			bytes += item->line_len + 1;
			free(item);
		}
	}
	return count_written(run, batch->count - answer->unprocessed, bytes,
			     answer->unprocessed);
}

/* One BatchWriteItem, the gate passed. */
static int call(struct dg_batch_worker *worker, const struct batch *batch,
		struct dg_batch_answer *answer, struct dg_error *err)
{
	struct dg_batch_run *run = worker->run;
	int rc;

	rc = dg_connection_call(worker->connection, "BatchWriteItem",
				dg_buf_slice(&worker->request),
				&worker->response, err);
	if (rc == 0)
		rc = dg_batch_answer_read(
			&worker->reader, dg_buf_slice(&worker->response),
			batch->items, batch->count, answer, err);
	if (rc == 0)
		complete_units(batch, answer);
	dg_batch_rate_charge(run->rate, rc == 0 ? &answer->units : NULL,
			     batch->count - answer->unprocessed);
	return rc;
}

static bool is_mostly_back(const struct batch *batch,
			   const struct dg_batch_answer *answer)
{
	return answer->unprocessed > batch->count / 2;
}

/* What the service thinks of the present room. */
static enum dg_gate_result result_of(const struct batch *batch,
				     const struct dg_batch_answer *answer)
{
	if (is_mostly_back(batch, answer))
		return DG_GATE_THROTTLED;
	return answer->unprocessed > 0 ? DG_GATE_PARTLY : DG_GATE_TAKEN;
}

/* The same with its consequences: items and waiting. */
static int call_and_settle(struct dg_batch_worker *worker,
			   const struct batch *batch,
			   struct dg_batch_answer *answer, struct dg_error *err)
{
	struct dg_batch_run *run = worker->run;
	int64_t sent_ms = dg_clock_now_ms(run->db->clock);
	struct dg_batch_outcome outcome;
	int rc = call(worker, batch, answer, err);

	if (rc < 0)
		return rc;
	outcome.done = settle(run, batch, answer);
	outcome.returned = answer->unprocessed;
	outcome.scarce = is_mostly_back(batch, answer);
	outcome.took_ms = dg_clock_now_ms(run->db->clock) - sent_ms;
	return dg_batch_patience_settle(&worker->patience, &outcome, err);
}

static int send_once(struct dg_batch_worker *worker, const struct batch *batch,
		     struct dg_error *err)
{
	struct dg_batch_run *run = worker->run;
	const struct dg_batch_request request = {
		.table = run->options->table,
		.deletes = run->options->deletes,
		.indexes = run->indexes,
	};
	struct dg_batch_answer answer = {.unprocessed = 0};
	int rc;

	rc = dg_batch_request_print(&request, batch->items, batch->count,
				    &worker->request, err);
	if (rc == 0)
		rc = dg_batch_rate_take(run->rate, worker->patience.stop, err);
	if (rc < 0)
		return rc;
	/* Who waits for capacity keeps its place: the others would only ask
	 * for the same in vain. */
	dg_connection_enter(worker->connection, run->gate);
	rc = call_and_settle(worker, batch, &answer, err);
	dg_connection_leave(worker->connection, result_of(batch, &answer));
	return rc;
}

/* At most five levels deep. */
int dg_batch_send(struct dg_batch_worker *worker, struct dg_batch_item **items,
		  size_t count, struct dg_error *err)
{
	const struct batch batch = {.items = items, .count = count};
	int rc = send_once(worker, &batch, err);

	/* Without its places the batch was taken: it cannot be refused. */
	if ((rc != DG_EINVALID && rc != DG_ELIMIT) || !items[0])
		return rc;
	if (count == 1) {
		rc = refuse(worker, items[0], err);
		free(items[0]);
		items[0] = NULL;
		return rc;
	}
	dg_error_clear(err);
	rc = dg_batch_send(worker, items, count / 2, err);
	if (rc < 0)
		return rc;
	return dg_batch_send(worker, items + count / 2, count - count / 2, err);
}
