/*
 * One BatchGetItem on its way: the inside of dg_batch_get, shared by
 * batch_get.c (the workers) and batch_get_call.c (what becomes of their keys).
 */
#ifndef DG_DYNAMODB_BATCH_GET_CALL_H
#define DG_DYNAMODB_BATCH_GET_CALL_H

#include "dynamodb/batch_get.h"
#include "dynamodb/batch_get_request.h"
#include "dynamodb/batch_get_size.h"
#include "dynamodb/batch_patience.h"
#include "dynamodb/gate.h"

#include <pthread.h>

/* One dg_batch_get, shared by its workers. */
struct dg_batch_get_run {
	const struct dg_batch_get_options *options;
	struct dg_dynamodb *db;
	const struct dg_key_schema *keys;
	struct dg_batch_window *window;
	struct dg_gate *gate;
	struct dg_rate *rate;
	struct dg_batch_get_worker *workers;
	size_t worker_count;
	uint64_t response_memory; /* of all workers */

	pthread_mutex_t lock; /* of everything below, and of the callbacks */
	struct dg_batch_get_size size;
	struct dg_progress_state state;
};

struct dg_batch_get_worker {
	struct dg_batch_get_run *run;
	struct dg_connection *connection;
	struct dg_batch_get_reader reader;
	struct dg_buf request;
	struct dg_buf response;
	struct dg_batch_patience patience;
};

/* Some keys that are asked for together. */
struct dg_batch_get_keys {
	struct dg_batch_item *items[DG_GET_KEYS];
	size_t count;
	struct dg_batch_get_answer answer;
};

/*
 * Asks for the keys. Those that were answered are freed, the others return to
 * the window, and count becomes 0; what is left after a failure is the
 * caller's. DG_ESERVICE: for five minutes nothing was answered.
 */
int dg_batch_get_call(struct dg_batch_get_worker *worker,
		      struct dg_batch_get_keys *batch, struct dg_error *err);

#endif
