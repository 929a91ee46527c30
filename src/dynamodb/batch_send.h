/*
 * One batch on its way: the inside of dg_batch_write, shared by batch_write.c
 * (the workers) and batch_send.c (what becomes of their batches).
 */
#ifndef DG_DYNAMODB_BATCH_SEND_H
#define DG_DYNAMODB_BATCH_SEND_H

#include "dynamodb/batch_patience.h"
#include "dynamodb/batch_rate.h"
#include "dynamodb/batch_write.h"
#include "dynamodb/gate.h"

#include <pthread.h>

/* One dg_batch_write, shared by its workers. */
struct dg_batch_run {
	const struct dg_batch_write_options *options;
	struct dg_dynamodb *db;
	const struct dg_key_schema *keys;
	struct dg_batch_window *window;
	struct dg_gate *gate;
	struct dg_batch_rate *rate;
	bool indexes; /* what each consumed is wanted */
	struct dg_batch_worker *workers;
	size_t worker_count;
	size_t batch_bytes;

	pthread_mutex_t lock; /* of everything below, and of the callbacks */
	struct dg_batch_write_stats stats;
	struct dg_progress_state state;
};

struct dg_batch_worker {
	struct dg_batch_run *run;
	struct dg_connection *connection;
	struct dg_batch_reader reader;
	struct dg_buf request;
	struct dg_buf response;
	struct dg_batch_patience patience;
};

/*
 * Sends `count` items. Those that the service takes are freed; what it gives
 * back returns to the window; a batch that it refuses is halved until the
 * refused items stand alone, which are told, and freed. Their places in items
 * become NULL; what is left after a failure is the caller's.
 *
 * DG_ESERVICE: for five minutes nothing was accepted.
 */
int dg_batch_send(struct dg_batch_worker *worker, struct dg_batch_item **items,
		  size_t count, struct dg_error *err);

#endif
