#include "dynamodb/call.h"

#include "base/random.h"

/* Waiting in vain this long is worth a word to people, and then so often. */
#define TELL_AFTER_MS (INT64_C(15) * 1000)
#define TELL_EVERY_MS (INT64_C(60) * 1000)

static int64_t load(const int64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

static void store(int64_t *value, int64_t to)
{
	__atomic_store_n(value, to, __ATOMIC_RELAXED);
}

/* Signs with the service's time from now on, as its last answer gives it. */
static int adopt_clock(struct dg_connection *connection)
{
	struct dg_dynamodb *db = connection->db;
	int64_t skew;

	if (connection->date < 0)
		return -1;
	skew = connection->date - dg_clock_wall_ms(db->clock) / 1000;
	store(&db->skew_s, skew);
	dg_debug(db->log, "the service's clock differs by %lld s; adopted",
		 (long long)skew);
	return 0;
}

/* Has another set than the one that expired. */
static int refresh(struct dg_connection *connection, struct dg_error *err)
{
	struct dg_credentials fresh;
	int rc = dg_credentials_get(connection->db->credentials,
				    &connection->used, &fresh, err);

	dg_credentials_free(&fresh);
	return rc;
}

/* Operations that wait until another change of the table is through. */
static bool waits_in_use(const char *operation)
{
	return strncmp(operation, "Update", 6) == 0;
}

/* An error, but one that only DynamoDB in good health gives. What is waited
 * out is no progress. */
static bool is_last_word(const struct dg_connection *connection,
			 const char *operation, enum dg_retry_kind kind)
{
	return connection->error.type[0] &&
	       (kind == DG_RETRY_NEVER || kind == DG_RETRY_ABSENT ||
		(kind == DG_RETRY_IN_USE && !waits_in_use(operation)));
}

/* The request may have been carried out, though it failed. */
static bool leaves_doubt(const struct dg_connection *connection,
			 enum dg_retry_kind kind)
{
	return kind == DG_RETRY_TRANSIENT ||
	       (kind == DG_RETRY_DOUBTFUL &&
		connection->attempt.failure != DG_HTTP_REFUSED &&
		connection->attempt.failure != DG_HTTP_UNRESOLVED);
}

static int64_t decide(const struct dg_connection *connection,
		      const char *operation, struct dg_retry *retry,
		      enum dg_retry_kind kind)
{
	struct dg_dynamodb *db = connection->db;
	const struct dg_retry_facts facts = {
		.now_ms = dg_clock_now_ms(db->clock),
		.answered_ms = load(&db->answered_ms),
		.created_ms = load(&db->created_ms),
		.waits_in_use = waits_in_use(operation),
	};

	return dg_retry_wait_ms(retry, kind, &facts, dg_random_u64());
}

/* Says once a minute that a run does not come on, and why. */
static void tell(struct dg_dynamodb *db, const struct dg_retry *retry,
		 const struct dg_error *err)
{
	int64_t now = dg_clock_now_ms(db->clock);
	int64_t since = load(&db->answered_ms);
	int64_t told = load(&db->told_ms);

	if (since < retry->begun_ms)
		since = retry->begun_ms;
	if (now - since < TELL_AFTER_MS ||
	    (told >= 0 && now - told < TELL_EVERY_MS) ||
	    !__atomic_compare_exchange_n(&db->told_ms, &told, now, false,
					 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	dg_warning(db->log, "No progress for %lld s, still trying: %s",
		   (long long)(now - since) / 1000, err->message);
}

static int give_up(const struct dg_connection *connection,
		   const struct dg_retry *retry, int rc, struct dg_error *err)
{
	int64_t ms = dg_clock_now_ms(connection->db->clock) - retry->begun_ms;

	if (retry->tries > 1 && err)
		dg_error_prefix(err, "gave up after %u tries in %lld.%lld s",
				retry->tries, (long long)ms / 1000,
				(long long)ms % 1000 / 100);
	return rc;
}

void dg_connection_enter(struct dg_connection *connection, struct dg_gate *gate)
{
	connection->gate = gate;
	connection->ticket = dg_gate_enter(gate);
}

void dg_connection_leave(struct dg_connection *connection,
			 enum dg_gate_result result)
{
	dg_gate_leave(connection->gate, connection->ticket, result);
	connection->gate = NULL;
}

static void note_throttling(struct dg_connection *connection)
{
	struct dg_dynamodb *db = connection->db;

	__atomic_fetch_add(&db->stats.throttled, 1, __ATOMIC_RELAXED);
	if (connection->gate)
		connection->ticket =
			dg_gate_throttled(connection->gate, connection->ticket);
}

/* Makes the next attempt possible: 0 to go on, or the call's last word. */
static int prepare_retry(struct dg_connection *connection,
			 const char *operation, struct dg_retry *retry,
			 enum dg_retry_kind kind, struct dg_error *err)
{
	struct dg_dynamodb *db = connection->db;
	int64_t wait = decide(connection, operation, retry, kind);
	int rc = err->code;

	if (kind == DG_RETRY_THROTTLED)
		note_throttling(connection);
	if (wait >= 0 && kind == DG_RETRY_CLOCK && adopt_clock(connection) < 0)
		wait = -1;
	if (wait < 0)
		return give_up(connection, retry, rc, err);
	if (kind == DG_RETRY_TOKEN) {
		rc = refresh(connection, err);
		if (rc < 0)
			return rc;
	}
	dg_debug(db->log, "try %u: %s; again in %lld ms", retry->tries,
		 err->message, (long long)wait);
	tell(db, retry, err);
	__atomic_fetch_add(&db->stats.retries, 1, __ATOMIC_RELAXED);
	return dg_clock_sleep_ms(db->clock, wait, connection->cancel, err);
}

int dg_connection_call(struct dg_connection *connection, const char *operation,
		       struct dg_slice body, struct dg_buf *response,
		       struct dg_error *err)
{
	struct dg_dynamodb *db = connection->db;
	struct dg_retry retry = {.begun_ms = dg_clock_now_ms(db->clock)};
	struct dg_error why = {0};
	enum dg_retry_kind kind;
	int rc;

	connection->in_doubt = false;
	do {
		rc = dg_cancel_check(connection->cancel, &why);
		if (rc < 0)
			break;
		rc = dg_exchange(connection, operation, body, response, &kind,
				 &why);
		if (rc == 0 || is_last_word(connection, operation, kind))
			store(&db->answered_ms, dg_clock_now_ms(db->clock));
		if (rc == 0)
			return 0;
		connection->in_doubt |= leaves_doubt(connection, kind);
		rc = prepare_retry(connection, operation, &retry, kind, &why);
	} while (rc == 0);
	return dg_error_pass(err, &why);
}
