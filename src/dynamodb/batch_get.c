#include "dynamodb/batch_get.h"

#include "base/work.h"
#include "dynamodb/batch_get_call.h"
#include "dynamodb/call.h"
#include "dynamodb/table.h"

#include <stdlib.h>

#define WORKERS_DEFAULT 8
#define WORKERS_MAX 64
#define REQUEST_MAX ((size_t)4 * 1024 * 1024)
/* 16 MB of items, in the longest spelling that JSON has for text. */
#define RESPONSE_MAX ((size_t)128 * 1024 * 1024)
/* Answers of one worker have at least so much room. */
#define RESPONSE_SHARE_MIN ((uint64_t)1024 * 1024)

static int hand_over(void *context, const struct dg_item *item,
		     struct dg_error *err)
{
	struct dg_batch_get_run *run = context;
	int rc;

	pthread_mutex_lock(&run->lock);
	rc = run->options->item(run->options->context, item, err);
	pthread_mutex_unlock(&run->lock);
	return rc;
}

static size_t keys_a_request(struct dg_batch_get_run *run)
{
	size_t keys;

	pthread_mutex_lock(&run->lock);
	keys = dg_batch_get_size_keys(&run->size);
	pthread_mutex_unlock(&run->lock);
	return keys;
}

/* The next keys; 0 of them where none is left. */
static int take_batch(struct dg_batch_get_worker *worker,
		      struct dg_batch_get_keys *batch, struct dg_error *err)
{
	struct dg_batch_get_run *run = worker->run;
	int64_t wait_ms = 0;
	int count;

	batch->count = 0;
	do {
		const struct dg_batch_size size = {
			.items = keys_a_request(run),
			.bytes = REQUEST_MAX / 2,
		};
		int rc = dg_cancel_check(worker->patience.stop, err);

		if (rc == 0 && wait_ms > 0)
			rc = dg_batch_patience_pause(&worker->patience, wait_ms,
						     err);
		if (rc < 0)
			return rc;
		count = dg_batch_window_take(run->window, batch->items, &size,
					     dg_clock_now_ms(run->db->clock),
					     &wait_ms, err);
	} while (count == 0 && wait_ms > 0);
	batch->count = count > 0 ? (size_t)count : 0;
	return count < 0 ? count : 0;
}

static int get_batches(void *context, size_t number, size_t task,
		       struct dg_cancel *stop, struct dg_error *err)
{
	struct dg_batch_get_run *run = context;
	struct dg_batch_get_worker *worker = &run->workers[number];
	struct dg_batch_get_keys batch;
	int rc = 0;

	(void)task; /* every task reads what is left */
	worker->patience.stop = stop;
	if (!worker->connection)
		rc = dg_connection_open(&worker->connection, run->db, stop,
					err);
	while (rc == 0) {
		rc = take_batch(worker, &batch, err);
		if (rc < 0 || batch.count == 0)
			return rc;
		rc = dg_batch_get_call(worker, &batch, err);
		for (size_t i = 0; i < batch.count; i++)
			free(batch.items[i]);
	}
	return rc;
}

/* A quarter of the memory for the keys, the rest for answers. */
static void share_out(struct dg_batch_get_run *run)
{
	const struct dg_batch_get_options *options = run->options;
	const uint64_t requests = options->expected_keys / DG_GET_KEYS + 1;
	size_t workers = options->workers ? options->workers : WORKERS_DEFAULT;

	run->response_memory = options->memory / 4 * 3;
	if (workers > WORKERS_MAX)
		workers = WORKERS_MAX;
	if (workers > run->response_memory / RESPONSE_SHARE_MIN)
		workers = (size_t)(run->response_memory / RESPONSE_SHARE_MIN);
	if (options->expected_keys > 0 && workers > requests)
		workers = (size_t)requests;
	run->worker_count = workers > 0 ? workers : 1;
}

static int open_rate(struct dg_batch_get_run *run, struct dg_error *err)
{
	const struct dg_batch_get_options *options = run->options;
	const uint64_t provisioned =
		options->describe ? dg_table_read_units(options->describe) : 0;
	double units = 0;
	int rc = dg_rate_units(&units, &options->rate, provisioned, err);

	run->state.capacity_limit = units;
	dg_batch_get_size_init(&run->size,
			       run->response_memory / run->worker_count, units,
			       options->item_bytes);
	return rc < 0 ? rc
		      : dg_rate_open(&run->rate, units, run->db->clock, err);
}

static int prepare(struct dg_batch_get_run *run, struct dg_item_source *keys,
		   struct dg_error *err)
{
	int rc;

	run->workers = calloc(run->worker_count, sizeof(*run->workers));
	if (!run->workers)
		return dg_error_nomem(err);
	rc = dg_batch_window_open(&run->window, keys, run->options->memory / 4,
				  err);
	if (rc == 0)
		rc = dg_gate_open(&run->gate, run->worker_count, err);
	if (rc == 0)
		rc = open_rate(run, err);
	for (size_t i = 0; rc == 0 && i < run->worker_count; i++) {
		struct dg_batch_get_worker *worker = &run->workers[i];

		worker->run = run;
		worker->patience.clock = run->db->clock;
		worker->reader.keys = run->keys;
		worker->reader.item = hand_over;
		worker->reader.context = run;
		dg_buf_init(&worker->request, REQUEST_MAX);
		dg_buf_init(&worker->response, RESPONSE_MAX);
		rc = dg_batch_get_reader_init(&worker->reader, err);
	}
	return rc;
}

static void release(struct dg_batch_get_run *run)
{
	for (size_t i = 0; run->workers && i < run->worker_count; i++) {
		dg_connection_close(run->workers[i].connection);
		dg_batch_get_reader_free(&run->workers[i].reader);
		dg_buf_free(&run->workers[i].request);
		dg_buf_free(&run->workers[i].response);
	}
	free(run->workers);
	dg_batch_window_close(run->window);
	dg_rate_close(run->rate);
	dg_gate_close(run->gate);
}

int dg_batch_get(struct dg_dynamodb *db, struct dg_item_source *keys,
		 const struct dg_batch_get_options *options,
		 struct dg_error *err)
{
	struct dg_batch_get_run run = {
		.options = options,
		.db = db,
		.keys = &keys->keys,
		.state = {.phase = options->phase ? options->phase : "Reading",
			  .expected_items = options->expected_keys},
	};
	struct dg_work work = {
		.run = get_batches,
		.context = &run,
		.cancel = db->cancel,
	};
	int rc;

	share_out(&run);
	work.workers = run.worker_count;
	work.tasks = run.worker_count;
	pthread_mutex_init(&run.lock, NULL);
	rc = prepare(&run, keys, err);
	if (rc == 0)
		rc = dg_work_run(&work, err);
	release(&run);
	pthread_mutex_destroy(&run.lock);
	return rc < 0 ? dg_error_prefix(err, "cannot read table '%s'",
					options->table)
		      : 0;
}
