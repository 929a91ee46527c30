#include "dynamodb/batch_write.h"

#include "base/random.h"
#include "base/work.h"
#include "dynamodb/batch_request.h"
#include "dynamodb/call.h"
#include "dynamodb/gate.h"

#include <pthread.h>
#include <stdlib.h>

#define WORKERS_DEFAULT 8
#define WORKERS_MAX 64
#define BATCH_BYTES_MIN ((size_t)1024 * 1024)
/* A batch that is one huge item: its line, and the request round it. */
#define REQUEST_MAX (DG_ITEM_TEXT_MAX + (size_t)64 * 1024)
#define RESPONSE_MAX ((size_t)64 * 1024 * 1024)
#define KEY_JSON_MAX ((size_t)64 * 1024)
#define UNIT_BYTES 1024

/* One dg_batch_write, shared by its workers. */
struct run {
	const struct dg_batch_write_options *options;
	struct dg_dynamodb *db;
	const struct dg_key_schema *keys;
	struct dg_batch_window *window;
	struct dg_gate *gate;
	struct dg_rate *rate;
	struct worker *workers;
	size_t worker_count;
	size_t batch_bytes;

	pthread_mutex_t lock; /* of everything below, and of the callbacks */
	struct dg_batch_write_stats stats;
	struct dg_progress_state state;
};

struct worker {
	struct run *run;
	struct dg_connection *connection;
	struct dg_batch_reader reader;
	struct dg_buf request;
	struct dg_buf response;
	const struct dg_cancel *stop;
};

/* Some items that are sent together. */
struct batch {
	struct dg_batch_item **items; /* borrowed, reordered */
	size_t count;
	int64_t sent_ms; /* when it last had passed rate and gate */
};

/* What an answer accepted, and how many items it gave back. */
static void count_written(struct run *run, size_t items, uint64_t bytes,
			  size_t unprocessed)
{
	double total;

	pthread_mutex_lock(&run->lock);
	run->stats.requests++;
	run->stats.unprocessed += unprocessed;
	run->stats.written += items;
	run->state.items += items;
	run->state.bytes += bytes;
	dg_rate_consumed(run->rate, &total, &run->state.capacity_rate);
	dg_progress_update(run->options->progress, &run->state);
	pthread_mutex_unlock(&run->lock);
}

/* An item that the service does not take, for the reason in err: told, and the
 * rest goes on. */
static int refuse(struct worker *worker, const struct dg_batch_item *item,
		  struct dg_error *err)
{
	struct run *run = worker->run;
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

/* Moves the items that came back to the front; the others are written. */
static void keep_pending(struct run *run, struct batch *batch,
			 const struct dg_batch_answer *answer)
{
	uint64_t bytes = 0;
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct dg_batch_item *item = batch->items[i];

		if (answer->pending[i]) {
			batch->items[i] = batch->items[kept];
			batch->items[kept++] = item;
		} else {
			bytes += item->line_len + 1;
		}
	}
	count_written(run, batch->count - kept, bytes, kept);
	batch->count = kept;
}

/* What a batch costs, by its size where the service does not say it. */
static double batch_units(const struct batch *batch,
			  const struct dg_batch_answer *answer)
{
	size_t units = 0;

	if (answer->units >= 0)
		return answer->units;
	for (size_t i = 0; i < batch->count; i++)
		if (!answer->pending[i])
			units += batch->items[i]->line_len / UNIT_BYTES + 1;
	return (double)units;
}

/* One BatchWriteItem, the gate passed. What came back stays in batch. */
static int call(struct worker *worker, struct batch *batch,
		struct dg_error *err)
{
	struct run *run = worker->run;
	struct dg_batch_answer answer;
	int rc;

	rc = dg_connection_call(worker->connection, "BatchWriteItem",
				dg_buf_slice(&worker->request),
				&worker->response, err);
	if (rc == 0)
		rc = dg_batch_answer_read(
			&worker->reader, dg_buf_slice(&worker->response),
			batch->items, batch->count, &answer, err);
	dg_rate_charge(run->rate, rc == 0 ? batch_units(batch, &answer) : 0,
		       DG_RATE_BATCH_MAX);
	if (rc < 0)
		return rc;
	keep_pending(run, batch, &answer);
	return 0;
}

static int send_once(struct worker *worker, struct batch *batch,
		     struct dg_error *err)
{
	struct run *run = worker->run;
	uint64_t ticket;
	int rc;

	rc = dg_batch_request_print(run->options->table, batch->items,
				    batch->count, &worker->request, err);
	if (rc == 0)
		rc = dg_rate_take(run->rate, worker->stop, err);
	if (rc < 0)
		return rc;
	ticket = dg_gate_enter(run->gate);
	batch->sent_ms = dg_clock_now_ms(run->db->clock);
	rc = call(worker, batch, err);
	dg_gate_leave(run->gate, ticket,
		      dg_connection_throttled(worker->connection) > 0 ||
			      (rc == 0 && batch->count > 0));
	return rc;
}

/* Until all of it is accepted, or refused as a whole. What rate and gate hold
 * back is not waiting in vain. */
static int send_until_accepted(struct worker *worker, struct batch *batch,
			       struct dg_error *err)
{
	struct dg_clock *clock = worker->run->db->clock;
	unsigned int vain = 0; /* tries that wrote nothing */
	int64_t vain_ms = 0;   /* that they and the pauses took */

	for (;;) {
		size_t before = batch->count;
		int64_t pause;
		int rc = send_once(worker, batch, err);

		if (rc < 0 || batch->count == 0)
			return rc;
		vain_ms += dg_clock_now_ms(clock) - batch->sent_ms;
		if (batch->count < before) {
			vain_ms = 0;
			vain = 0;
		}
		if (vain_ms >= DG_RETRY_PATIENCE_MS)
			return dg_error_set(err, DG_ESERVICE,
					    "%zu items came back unprocessed "
					    "for 5 minutes",
					    batch->count);
		pause = dg_retry_backoff_ms(vain++, dg_random_u64());
		vain_ms += pause;
		rc = dg_clock_sleep_ms(clock, pause, worker->stop, err);
		if (rc < 0)
			return rc;
	}
}

/* A refused batch is halved until the refused items stand alone: at most five
 * levels deep. */
static int send_batch(struct worker *worker, struct batch *batch,
		      struct dg_error *err)
{
	struct batch half;
	int rc = send_until_accepted(worker, batch, err);

	if (rc != DG_EINVALID && rc != DG_ELIMIT)
		return rc;
	if (batch->count == 1)
		return refuse(worker, batch->items[0], err);
	dg_error_clear(err);
	half = (struct batch){.items = batch->items, .count = batch->count / 2};
	rc = send_batch(worker, &half, err);
	if (rc < 0)
		return rc;
	half = (struct batch){.items = batch->items + batch->count / 2,
			      .count = batch->count - batch->count / 2};
	return send_batch(worker, &half, err);
}

static int write_batches(void *context, size_t number, size_t task,
			 struct dg_cancel *stop, struct dg_error *err)
{
	struct run *run = context;
	struct worker *worker = &run->workers[number];
	struct dg_batch_item *items[DG_BATCH_ITEMS];
	int rc = 0;

	(void)task; /* every task writes what is left */
	worker->stop = stop;
	if (!worker->connection)
		rc = dg_connection_open(&worker->connection, run->db, stop,
					err);
	while (rc >= 0) {
		struct batch batch = {.items = items};
		int count;

		rc = dg_cancel_check(stop, err);
		if (rc < 0)
			break;
		count = dg_batch_window_take(run->window, items,
					     run->batch_bytes, err);
		if (count <= 0)
			return count;
		batch.count = (size_t)count;
		rc = send_batch(worker, &batch, err);
		for (int i = 0; i < count; i++)
			free(items[i]);
	}
	return rc;
}

/* A quarter of the memory for the window, half for batches under way, each of
 * which is there as items and as a request. */
static void share_out(struct run *run)
{
	const struct dg_batch_write_options *options = run->options;
	uint64_t batches = options->expected_items / DG_BATCH_ITEMS + 1;
	uint64_t room = options->memory / 4;
	size_t workers = options->workers ? options->workers : WORKERS_DEFAULT;

	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	if (workers > room / BATCH_BYTES_MIN)
		workers = (size_t)(room / BATCH_BYTES_MIN);
	if (options->expected_items > 0 && workers > batches)
		workers = (size_t)batches;
	run->worker_count = workers > 0 ? workers : 1;
	room /= run->worker_count;
	run->batch_bytes =
		room < DG_BATCH_BODY_MAX ? (size_t)room : DG_BATCH_BODY_MAX;
}

static int prepare(struct run *run, struct dg_item_source *source,
		   struct dg_error *err)
{
	int rc;

	run->workers = calloc(run->worker_count, sizeof(*run->workers));
	if (!run->workers)
		return dg_error_nomem(err);
	rc = dg_batch_window_open(&run->window, source,
				  run->options->memory / 4, err);
	if (rc == 0)
		rc = dg_gate_open(&run->gate, run->worker_count, err);
	if (rc == 0)
		rc = dg_rate_open(&run->rate, run->options->rate_units,
				  run->db->clock, err);
	for (size_t i = 0; rc == 0 && i < run->worker_count; i++) {
		struct worker *worker = &run->workers[i];

		worker->run = run;
		worker->reader.keys = run->keys;
		dg_buf_init(&worker->request, REQUEST_MAX);
		dg_buf_init(&worker->response, RESPONSE_MAX);
		rc = dg_batch_reader_init(&worker->reader, err);
	}
	return rc;
}

static void release(struct run *run)
{
	for (size_t i = 0; run->workers && i < run->worker_count; i++) {
		dg_connection_close(run->workers[i].connection);
		dg_batch_reader_free(&run->workers[i].reader);
		dg_buf_free(&run->workers[i].request);
		dg_buf_free(&run->workers[i].response);
	}
	free(run->workers);
	dg_batch_window_close(run->window);
	dg_rate_close(run->rate);
	dg_gate_close(run->gate);
}

int dg_batch_write(struct dg_dynamodb *db, struct dg_item_source *source,
		   const struct dg_batch_write_options *options,
		   struct dg_batch_write_stats *stats, struct dg_error *err)
{
	struct run run = {
		.options = options,
		.db = db,
		.keys = &source->keys,
		.state = {.phase = "Writing",
			  .expected_items = options->expected_items},
	};
	struct dg_work work = {
		.run = write_batches,
		.context = &run,
		.cancel = db->cancel,
	};
	int rc;

	share_out(&run);
	work.workers = run.worker_count;
	work.tasks = run.worker_count;
	pthread_mutex_init(&run.lock, NULL);
	rc = prepare(&run, source, err);
	if (rc == 0)
		rc = dg_work_run(&work, err);
	*stats = run.stats;
	release(&run);
	pthread_mutex_destroy(&run.lock);
	return rc < 0 ? dg_error_prefix(err, "cannot write to table '%s'",
					options->table)
		      : 0;
}
