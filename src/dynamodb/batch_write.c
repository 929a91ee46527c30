#include "dynamodb/batch_write.h"

#include "base/work.h"
#include "dynamodb/batch_send.h"
#include "dynamodb/call.h"

#include <stdlib.h>

#define WORKERS_DEFAULT 16
#define WORKERS_MAX 64
#define BATCH_BYTES_MIN ((size_t)1024 * 1024)
/* A batch that is one huge item: its line, and the request round it. */
#define REQUEST_MAX (DG_ITEM_TEXT_MAX + (size_t)64 * 1024)
#define RESPONSE_MAX ((size_t)64 * 1024 * 1024)

/* The next batch: how many items; 0 where none is left. */
static int take_batch(struct dg_batch_worker *worker,
		      struct dg_batch_item **items, struct dg_error *err)
{
	struct dg_batch_run *run = worker->run;
	int64_t wait_ms = 0;
	int count;

	do {
		const struct dg_batch_size size = {
			.items = dg_batch_rate_items(run->rate),
			.bytes = run->batch_bytes,
		};
		int rc = dg_cancel_check(worker->patience.stop, err);

		if (rc == 0 && wait_ms > 0)
			rc = dg_batch_patience_pause(&worker->patience, wait_ms,
						     err);
		if (rc < 0)
			return rc;
		count = dg_batch_window_take(run->window, items, &size,
					     dg_clock_now_ms(run->db->clock),
					     &wait_ms, err);
	} while (count == 0 && wait_ms > 0);
	return count;
}

static int write_batches(void *context, size_t number, size_t task,
			 struct dg_cancel *stop, struct dg_error *err)
{
	struct dg_batch_run *run = context;
	struct dg_batch_worker *worker = &run->workers[number];
	struct dg_batch_item *items[DG_BATCH_ITEMS];
	int rc = 0;

	(void)task; /* every task writes what is left */
	worker->patience.stop = stop;
	if (!worker->connection)
		rc = dg_connection_open(&worker->connection, run->db, stop,
					err);
	while (rc >= 0) {
		int count = take_batch(worker, items, err);

		if (count <= 0)
			return count;
		rc = dg_batch_send(worker, items, (size_t)count, err);
		for (int i = 0; i < count; i++)
			free(items[i]);
	}
	return rc;
}

/* A quarter of the memory for the window, half for batches under way, each of
 * which is there as items and as a request. */
static void share_out(struct dg_batch_run *run)
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

static int prepare(struct dg_batch_run *run, struct dg_item_source *source,
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
		rc = dg_batch_rate_open(&run->rate, run->options->describe,
					&run->options->rate, run->db->clock,
					err);
	if (rc < 0)
		return rc;
	run->indexes = dg_batch_rate_wants_indexes(run->rate);
	run->state.capacity_limit = dg_batch_rate_units(run->rate);
	for (size_t i = 0; rc == 0 && i < run->worker_count; i++) {
		struct dg_batch_worker *worker = &run->workers[i];

		worker->run = run;
		worker->patience.clock = run->db->clock;
		worker->reader.keys = run->keys;
		dg_buf_init(&worker->request, REQUEST_MAX);
		dg_buf_init(&worker->response, RESPONSE_MAX);
		rc = dg_batch_reader_init(&worker->reader, err);
	}
	return rc;
}

static void release(struct dg_batch_run *run)
{
	for (size_t i = 0; run->workers && i < run->worker_count; i++) {
		dg_connection_close(run->workers[i].connection);
		dg_batch_reader_free(&run->workers[i].reader);
		dg_buf_free(&run->workers[i].request);
		dg_buf_free(&run->workers[i].response);
	}
	free(run->workers);
	dg_batch_window_close(run->window);
	dg_batch_rate_close(run->rate);
	dg_gate_close(run->gate);
}

int dg_batch_write(struct dg_dynamodb *db, struct dg_item_source *source,
		   const struct dg_batch_write_options *options,
		   struct dg_batch_write_stats *stats, struct dg_error *err)
{
	struct dg_batch_run run = {
		.options = options,
		.db = db,
		.keys = &source->keys,
		.state = {.phase = options->deletes ? "Deleting" : "Writing",
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
	return rc < 0 ? dg_error_prefix(err, "cannot %s table '%s'",
					options->deletes ? "delete from"
							 : "write to",
					options->table)
		      : 0;
}
