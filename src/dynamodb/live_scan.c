#include "dynamodb/live_scan.h"

#include "base/work.h"
#include "dynamodb/call.h"
#include "dynamodb/gate.h"
#include "dynamodb/scan.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#define REQUEST_MAX ((size_t)128 * 1024)
#define KEY_MAX ((size_t)64 * 1024)
/* Items of one page, of which each has at least a name and a value. */
#define SEQUENCE_ITEM_BITS 20
#define PAGE_SECONDS 0.5
#define LIMIT_MAX 1000000.0
#define UNIT_BYTES 4096.0

/* One scan under way, shared by its workers. */
struct run {
	const struct dg_live_scan *scan;
	struct dg_gate *gate;
	struct dg_rate *rate;
	struct worker *workers;
	uint64_t pages; /* received; numbers them; atomic */

	pthread_mutex_t lock; /* of state, and of the progress report */
	struct dg_progress_state state;
};

struct worker {
	struct run *run;
	struct dg_connection *connection;
	struct dg_sort_writer *writer;
	struct dg_scan_reader reader;
	struct dg_buf request;
	struct dg_buf response;
	double units_per_item;
	uint64_t sequence; /* of the next item */

	/* Where the segment stands. */
	struct dg_buf start_key; /* JSON */
	struct dg_buf last;      /* encoded, and the one before */
	struct dg_buf before_last;
};

uint64_t dg_live_page_limit(double rate_units, double least,
			    double units_per_item)
{
	double units = rate_units * PAGE_SECONDS;
	double limit;

	if (rate_units <= 0 || units_per_item <= 0)
		return 0;
	limit = floor((units > least ? units : least) / units_per_item);
	if (limit < 1)
		return 1;
	return (uint64_t)(limit < LIMIT_MAX ? limit : LIMIT_MAX);
}

/* What is read is accounted in steps of so many units. */
static double step(const struct dg_live_scan *scan)
{
	return scan->consistent ? 1 : 0.5;
}

static int add_item(void *context, const struct dg_item *item,
		    struct dg_error *err)
{
	struct worker *worker = context;

	return dg_sort_add(worker->writer, item, worker->sequence++, err);
}

/* What a page cost, by its size where the service does not say it. */
static double page_units(const struct worker *worker,
			 const struct dg_scan_page *page)
{
	double whole = ceil((double)worker->response.len / UNIT_BYTES);

	if (page->units >= 0)
		return page->units;
	return whole * step(worker->run->scan);
}

/* Rises at once and sinks slowly, so that a page seldom costs too much. */
static void learn(struct worker *worker, double units_per_item)
{
	if (units_per_item < worker->units_per_item)
		units_per_item =
			(worker->units_per_item * 3 + units_per_item) / 4;
	worker->units_per_item = units_per_item;
}

static void account(struct worker *worker, const struct dg_scan_page *page)
{
	struct run *run = worker->run;
	double units = page_units(worker, page);
	/* Rounded up by half a step on average: to learn the whole would make
	 * each page smaller than the one before, where pages are small. */
	double exact = units - step(run->scan) / 2;
	double total;

	dg_rate_charge(run->rate, units, DG_RATE_PAGE_MAX);
	if (page->items > 0 && exact > 0)
		learn(worker, exact / (double)page->items);
	pthread_mutex_lock(&run->lock);
	run->state.items += page->items;
	run->state.bytes += page->bytes;
	dg_rate_consumed(run->rate, &total, &run->state.capacity_rate);
	dg_progress_update(run->scan->progress, &run->state);
	pthread_mutex_unlock(&run->lock);
}

/* Where the next page begins; 1, or 0 after the last page. */
static int advance(struct worker *worker, const struct dg_scan_page *page,
		   struct dg_error *err)
{
	struct dg_buf swap = worker->before_last;
	int rc;

	if (page->last_key.len == 0)
		return 0;
	worker->before_last = worker->last;
	worker->last = swap;
	dg_buf_clear(&worker->last);
	rc = dg_canon_key(worker->reader.canon, worker->run->scan->keys,
			  page->last_key, NULL, &worker->last, err);
	if (rc < 0)
		return dg_error_prefix(err, "LastEvaluatedKey of Scan");
	if (dg_slice_equal(dg_buf_slice(&worker->last),
			   dg_buf_slice(&worker->before_last)))
		return dg_error_set(err, DG_ESERVICE,
				    "Scan does not get on: it answers the "
				    "same LastEvaluatedKey twice: %.*s",
				    (int)page->last_key.len,
				    page->last_key.ptr);
	dg_buf_clear(&worker->start_key);
	rc = dg_buf_add_slice(&worker->start_key, page->last_key, err);
	return rc < 0 ? rc : 1;
}

/* Large responses leave less room for others, and are not kept. */
static void trim(struct worker *worker)
{
	struct run *run = worker->run;
	size_t share = run->scan->response_memory / run->scan->workers;

	if (worker->response.cap <= share)
		return;
	dg_gate_lower(run->gate,
		      run->scan->response_memory / worker->response.cap);
	dg_buf_free(&worker->response);
}

/* One page into the sort, the gate passed: 1 if more follow, else 0. */
static int take_page(struct worker *worker, struct dg_error *err)
{
	struct run *run = worker->run;
	struct dg_scan_page page;
	int rc;

	rc = dg_connection_call(worker->connection, "Scan",
				dg_buf_slice(&worker->request),
				&worker->response, err);
	if (rc < 0)
		return rc;
	worker->sequence = __atomic_fetch_add(&run->pages, 1, __ATOMIC_RELAXED)
			   << SEQUENCE_ITEM_BITS;
	rc = dg_scan_page_read(&worker->reader, dg_buf_slice(&worker->response),
			       &page, err);
	if (rc < 0)
		return rc;
	account(worker, &page);
	return advance(worker, &page, err);
}

static int next_page(struct worker *worker, size_t segment,
		     const struct dg_cancel *stop, struct dg_error *err)
{
	struct run *run = worker->run;
	const struct dg_live_scan *scan = run->scan;
	const struct dg_scan_request request = {
		.table = scan->table,
		.segment = segment,
		.segments = scan->segments,
		.consistent = scan->consistent,
		.limit = dg_live_page_limit(scan->rate_units, step(scan),
					    worker->units_per_item),
		.start_key = dg_buf_slice(&worker->start_key),
	};
	int rc;

	rc = dg_scan_request_print(&request, &worker->request, err);
	if (rc == 0)
		rc = dg_rate_take(run->rate, stop, err);
	if (rc < 0)
		return rc;
	dg_connection_enter(worker->connection, run->gate);
	rc = take_page(worker, err);
	trim(worker);
	dg_connection_leave(worker->connection, DG_GATE_TAKEN);
	return rc;
}

static int scan_segment(void *context, size_t number, size_t segment,
			struct dg_cancel *stop, struct dg_error *err)
{
	struct run *run = context;
	struct worker *worker = &run->workers[number];
	int rc = 0;

	if (!worker->connection)
		rc = dg_connection_open(&worker->connection, run->scan->db,
					stop, err);
	if (rc < 0)
		return rc;
	dg_buf_clear(&worker->start_key);
	dg_buf_clear(&worker->last);
	dg_buf_clear(&worker->before_last);
	do {
		rc = dg_cancel_check(stop, err);
		if (rc == 0)
			rc = next_page(worker, segment, stop, err);
	} while (rc > 0);
	return rc;
}

static int init_worker(struct worker *worker, struct run *run, size_t number,
		       struct dg_error *err)
{
	worker->run = run;
	worker->writer = dg_sort_writer(run->scan->sort, number);
	worker->units_per_item = run->scan->units_per_item;
	worker->reader.keys = run->scan->keys;
	worker->reader.item = add_item;
	worker->reader.context = worker;
	dg_buf_init(&worker->request, REQUEST_MAX);
	dg_buf_init(&worker->response, DG_RESPONSE_BYTES_MAX);
	dg_buf_init(&worker->start_key, KEY_MAX);
	dg_buf_init(&worker->last, KEY_MAX);
	dg_buf_init(&worker->before_last, KEY_MAX);
	return dg_scan_reader_init(&worker->reader, err);
}

static void free_worker(struct worker *worker)
{
	dg_connection_close(worker->connection);
	dg_scan_reader_free(&worker->reader);
	dg_buf_free(&worker->request);
	dg_buf_free(&worker->response);
	dg_buf_free(&worker->start_key);
	dg_buf_free(&worker->last);
	dg_buf_free(&worker->before_last);
}

static int prepare(struct run *run, struct dg_error *err)
{
	const struct dg_live_scan *scan = run->scan;
	int rc;

	run->workers = calloc(scan->workers, sizeof(*run->workers));
	if (!run->workers)
		return dg_error_nomem(err);
	rc = dg_gate_open(&run->gate, scan->workers, err);
	if (rc == 0)
		rc = dg_rate_open(&run->rate, scan->rate_units, scan->db->clock,
				  err);
	for (size_t i = 0; rc == 0 && i < scan->workers; i++)
		rc = init_worker(&run->workers[i], run, i, err);
	return rc;
}

int dg_live_scan_run(const struct dg_live_scan *scan,
		     struct dg_live_scan_result *result, struct dg_error *err)
{
	struct run run = {.scan = scan, .state = scan->state};
	const struct dg_work work = {
		.run = scan_segment,
		.context = &run,
		.workers = scan->workers,
		.tasks = scan->segments,
		.cancel = scan->db->cancel,
	};
	double a_second;
	int rc;

	run.state.capacity_limit = scan->rate_units;
	pthread_mutex_init(&run.lock, NULL);
	rc = prepare(&run, err);
	if (rc == 0)
		rc = dg_work_run(&work, err);
	if (rc == 0) {
		result->pages = run.pages;
		dg_rate_consumed(run.rate, &result->units, &a_second);
	}
	for (size_t i = 0; run.workers && i < scan->workers; i++)
		free_worker(&run.workers[i]);
	free(run.workers);
	dg_rate_close(run.rate);
	dg_gate_close(run.gate);
	pthread_mutex_destroy(&run.lock);
	return rc;
}
