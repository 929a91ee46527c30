#include "dynamodb/retry.h"

#include <string.h>

struct type_kind {
	const char *type;
	enum dg_retry_kind kind;
};

/* Error types whose status alone does not say it. */
static const struct type_kind type_kinds[] = {
	{"ProvisionedThroughputExceededException", DG_RETRY_THROTTLED},
	{"RequestLimitExceeded", DG_RETRY_THROTTLED},
	{"RequestThrottled", DG_RETRY_THROTTLED},
	{"RequestThrottledException", DG_RETRY_THROTTLED},
	{"TooManyRequestsException", DG_RETRY_THROTTLED},
	{"SlowDown", DG_RETRY_THROTTLED},
	{"InternalServerError", DG_RETRY_TRANSIENT},
	{"InternalFailure", DG_RETRY_TRANSIENT},
	{"ServiceUnavailable", DG_RETRY_TRANSIENT},
	{"ServiceUnavailableException", DG_RETRY_TRANSIENT},
	{"RequestTimeout", DG_RETRY_TRANSIENT},
	{"RequestTimeoutException", DG_RETRY_TRANSIENT},
	{"ReplicatedWriteConflictException", DG_RETRY_TRANSIENT},
	{"TransactionInProgressException", DG_RETRY_TRANSIENT},
	{"RequestTimeTooSkewed", DG_RETRY_CLOCK},
	{"ExpiredToken", DG_RETRY_TOKEN},
	{"ExpiredTokenException", DG_RETRY_TOKEN},
	{"LimitExceededException", DG_RETRY_LIMIT},
	{"ResourceInUseException", DG_RETRY_IN_USE},
	{"ResourceNotFoundException", DG_RETRY_ABSENT},
};

static enum dg_retry_kind classify_failure(enum dg_http_failure failure)
{
	switch (failure) {
	case DG_HTTP_TIMEOUT:
	case DG_HTTP_DROPPED:
		return DG_RETRY_TRANSIENT;
	default:
		return DG_RETRY_DOUBTFUL;
	}
}

static bool is_about_time(const struct dg_attempt *attempt)
{
	return (strcmp(attempt->type, "InvalidSignatureException") == 0 ||
		strcmp(attempt->type, "SignatureDoesNotMatch") == 0) &&
	       (strstr(attempt->words, "Signature expired") ||
		strstr(attempt->words, "not yet current"));
}

enum dg_retry_kind dg_retry_classify(const struct dg_attempt *attempt)
{
	if (attempt->failure != DG_HTTP_OK)
		return classify_failure(attempt->failure);
	if (attempt->corrupt)
		return DG_RETRY_TRANSIENT;
	if (attempt->foreign)
		return DG_RETRY_DOUBTFUL;
	for (size_t i = 0; i < sizeof(type_kinds) / sizeof(*type_kinds); i++)
		if (strcmp(attempt->type, type_kinds[i].type) == 0)
			return type_kinds[i].kind;
	if (strncmp(attempt->type, "Throttling", 10) == 0)
		return DG_RETRY_THROTTLED;
	if (is_about_time(attempt))
		return DG_RETRY_CLOCK;
	if (attempt->status == 429)
		return DG_RETRY_THROTTLED;
	if (attempt->status >= 500 || attempt->status == 408)
		return DG_RETRY_TRANSIENT;
	return DG_RETRY_NEVER;
}

int64_t dg_retry_backoff_ms(unsigned int n, uint64_t random)
{
	uint64_t bound = DG_RETRY_CAP_MS;

	if (n < 16 && (uint64_t)DG_RETRY_BASE_MS << n < bound)
		bound = (uint64_t)DG_RETRY_BASE_MS << n;
	return (int64_t)(random % (bound + 1));
}

static int64_t first_time(bool *done)
{
	if (*done)
		return -1;
	*done = true;
	return 0;
}

/* Back-off while the client as a whole was answered within the patience. */
static int64_t wait_patiently(const struct dg_retry *retry,
			      const struct dg_retry_facts *facts,
			      uint64_t random)
{
	int64_t since = retry->begun_ms;

	if (facts->answered_ms > since)
		since = facts->answered_ms;
	if (facts->now_ms - since >= DG_RETRY_PATIENCE_MS)
		return -1;
	return dg_retry_backoff_ms(retry->tries - 1, random);
}

int64_t dg_retry_wait_ms(struct dg_retry *retry, enum dg_retry_kind kind,
			 const struct dg_retry_facts *facts, uint64_t random)
{
	retry->tries++;
	switch (kind) {
	case DG_RETRY_NEVER:
		return -1;
	case DG_RETRY_CLOCK:
		return first_time(&retry->clock_set);
	case DG_RETRY_TOKEN:
		return first_time(&retry->token_refreshed);
	case DG_RETRY_IN_USE:
		return facts->waits_in_use
			       ? wait_patiently(retry, facts, random)
			       : -1;
	case DG_RETRY_ABSENT:
		if (facts->created_ms < 0 ||
		    facts->now_ms - facts->created_ms >= DG_RETRY_CREATED_MS)
			return -1;
		return dg_retry_backoff_ms(retry->tries - 1, random);
	case DG_RETRY_DOUBTFUL:
		if (facts->answered_ms >= 0)
			return wait_patiently(retry, facts, random);
		/* Half a second in between: three tries within two. */
		return retry->tries < DG_RETRY_FIRST_TRIES ? 500 : -1;
	default:
		return wait_patiently(retry, facts, random);
	}
}
