/*
 * When a request is sent again, and after how long: the one place that
 * decides it. Pure: what came of an attempt, the time and a random number in,
 * a decision out; the caller waits.
 *
 * Back-off is exponential with full jitter and ends after five minutes in
 * which no request of the whole client was answered. Before the first valid
 * answer of a run, an endpoint that refuses, does not resolve or is not
 * DynamoDB is more likely a mistake than an outage: three tries.
 */
#ifndef DG_DYNAMODB_RETRY_H
#define DG_DYNAMODB_RETRY_H

#include "aws/http.h"

#define DG_RETRY_BASE_MS 50
#define DG_RETRY_CAP_MS 20000
#define DG_RETRY_PATIENCE_MS (INT64_C(5) * 60 * 1000)
#define DG_RETRY_FIRST_TRIES 3
#define DG_RETRY_CREATED_MS (INT64_C(60) * 1000)

/* What came of one attempt. */
struct dg_attempt {
	enum dg_http_failure failure; /* DG_HTTP_OK: there is an answer */
	long status;
	const char *type;  /* the service's error type, "" if none */
	const char *words; /* its message */
	bool corrupt;      /* x-amz-crc32 differs from the body's */
	bool foreign;      /* no answer that DynamoDB would give */
};

enum dg_retry_kind {
	DG_RETRY_NEVER,
	DG_RETRY_TRANSIENT, /* dropped, timed out, corrupt, 5xx */
	DG_RETRY_THROTTLED,
	DG_RETRY_DOUBTFUL, /* refused, unresolved, TLS, not DynamoDB */
	DG_RETRY_CLOCK,    /* signed with a wrong time: adopt the server's */
	DG_RETRY_TOKEN,    /* expired credentials: refresh */
	DG_RETRY_LIMIT,    /* too many control operations at once */
	DG_RETRY_IN_USE,   /* the table is being changed */
	DG_RETRY_ABSENT,   /* the table does not exist (yet) */
};

enum dg_retry_kind dg_retry_classify(const struct dg_attempt *attempt);

/* One operation's retries; begin with zeros and begun_ms. */
struct dg_retry {
	int64_t begun_ms;
	unsigned int tries;
	bool clock_set;
	bool token_refreshed;
};

/* What else counts, in milliseconds of the monotonic clock; -1: never. */
struct dg_retry_facts {
	int64_t now_ms;
	int64_t answered_ms; /* the client's last valid answer */
	int64_t created_ms;  /* our own CreateTable */
	bool waits_in_use;   /* an operation that waits for other changes */
};

/*
 * Counts a failed try. How long to wait before the next one, in
 * milliseconds; -1: it was the last. random is uniform over 64 bits.
 */
int64_t dg_retry_wait_ms(struct dg_retry *retry, enum dg_retry_kind kind,
			 const struct dg_retry_facts *facts, uint64_t random);

/* Full jitter: below min(cap, base * 2^n), by random. */
int64_t dg_retry_backoff_ms(unsigned int n, uint64_t random);

#endif
