#include "dynamodb/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct classify_case {
	struct dg_attempt attempt;
	enum dg_retry_kind kind;
};

#define SAID(code, type_text)                                                  \
	{                                                                      \
		.status = (code), .type = (type_text), .words = ""             \
	}
#define SAID_WHY(code, type_text, words_text)                                  \
	{                                                                      \
		.status = (code), .type = (type_text), .words = (words_text)   \
	}
#define FAILED(why)                                                            \
	{                                                                      \
		.failure = (why), .type = "", .words = ""                      \
	}

static const struct classify_case classify_cases[] = {
	{SAID(400, "ProvisionedThroughputExceededException"),
	 DG_RETRY_THROTTLED},
	{SAID(400, "ThrottlingException"), DG_RETRY_THROTTLED},
	{SAID(400, "Throttling"), DG_RETRY_THROTTLED},
	{SAID(400, "RequestLimitExceeded"), DG_RETRY_THROTTLED},
	{SAID(429, ""), DG_RETRY_THROTTLED},
	{SAID(500, "InternalServerError"), DG_RETRY_TRANSIENT},
	{SAID(500, "InternalFailure"), DG_RETRY_TRANSIENT},
	{SAID(500, ""), DG_RETRY_TRANSIENT},
	{SAID(502, ""), DG_RETRY_TRANSIENT},
	{SAID(503, "ServiceUnavailable"), DG_RETRY_TRANSIENT},
	{SAID(503, "ThrottlingException"), DG_RETRY_THROTTLED},
	{FAILED(DG_HTTP_DROPPED), DG_RETRY_TRANSIENT},
	{FAILED(DG_HTTP_TIMEOUT), DG_RETRY_TRANSIENT},
	{FAILED(DG_HTTP_REFUSED), DG_RETRY_DOUBTFUL},
	{FAILED(DG_HTTP_UNRESOLVED), DG_RETRY_DOUBTFUL},
	{FAILED(DG_HTTP_TLS), DG_RETRY_DOUBTFUL},
	{FAILED(DG_HTTP_OTHER), DG_RETRY_DOUBTFUL},
	{{.status = 200, .type = "", .words = "", .corrupt = true},
	 DG_RETRY_TRANSIENT},
	{{.status = 404, .type = "", .words = "", .foreign = true},
	 DG_RETRY_DOUBTFUL},
	{SAID(400, "RequestTimeTooSkewed"), DG_RETRY_CLOCK},
	{SAID_WHY(400, "InvalidSignatureException",
		  "Signature expired: 20250101T000000Z is now earlier than …"),
	 DG_RETRY_CLOCK},
	{SAID_WHY(403, "InvalidSignatureException",
		  "Signature not yet current: 20250101T000000Z"),
	 DG_RETRY_CLOCK},
	{SAID_WHY(403, "InvalidSignatureException",
		  "The request signature we calculated does not match"),
	 DG_RETRY_NEVER},
	{SAID(400, "ExpiredTokenException"), DG_RETRY_TOKEN},
	{SAID(403, "ExpiredToken"), DG_RETRY_TOKEN},
	{SAID(400, "LimitExceededException"), DG_RETRY_LIMIT},
	{SAID(400, "ResourceInUseException"), DG_RETRY_IN_USE},
	{SAID(400, "ResourceNotFoundException"), DG_RETRY_ABSENT},
	{SAID(400, "ValidationException"), DG_RETRY_NEVER},
	{SAID(400, "AccessDeniedException"), DG_RETRY_NEVER},
	{SAID(400, "UnrecognizedClientException"), DG_RETRY_NEVER},
	{SAID(400, "UnknownOperationException"), DG_RETRY_NEVER},
	{SAID(413, ""), DG_RETRY_NEVER},
};

static void test_every_outcome_has_its_kind(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(classify_cases) / sizeof(*classify_cases);
	     i++)
		if (dg_retry_classify(&classify_cases[i].attempt) !=
		    classify_cases[i].kind)
			fail_msg("case %zu: %d", i,
				 dg_retry_classify(&classify_cases[i].attempt));
}

static void test_back_off_doubles_up_to_its_cap(void **state)
{
	static const int64_t bounds[] = {50,   100,  200,   400,   800,  1600,
					 3200, 6400, 12800, 20000, 20000};

	(void)state;
	for (unsigned int n = 0; n < sizeof(bounds) / sizeof(*bounds); n++) {
		int64_t highest = 0;

		for (uint64_t r = 0; r <= 20000; r++) {
			int64_t wait = dg_retry_backoff_ms(n, r);

			assert_true(wait >= 0);
			if (wait > highest)
				highest = wait;
		}
		assert_int_equal(highest, bounds[n]);
	}
	assert_true(dg_retry_backoff_ms(1000, UINT64_MAX) <= 20000);
}

static const struct dg_retry_facts fresh = {
	.now_ms = 1000, .answered_ms = -1, .created_ms = -1};

static void test_refused_before_the_first_answer_ends_within_two_seconds(
	void **state)
{
	struct dg_retry retry = {.begun_ms = 1000};
	int64_t waited = 0, wait;
	int tries = 1;

	(void)state;
	while ((wait = dg_retry_wait_ms(&retry, DG_RETRY_DOUBTFUL, &fresh,
					UINT64_MAX)) >= 0) {
		waited += wait;
		tries++;
	}
	assert_int_equal(tries, 3);
	assert_in_range(waited, 1, 2000);
}

static void test_refused_after_an_answer_waits_for_five_minutes(void **state)
{
	struct dg_retry retry = {.begun_ms = 1000};
	struct dg_retry_facts facts = {
		.now_ms = 1000, .answered_ms = 500, .created_ms = -1};
	int64_t wait;

	(void)state;
	while ((wait = dg_retry_wait_ms(&retry, DG_RETRY_DOUBTFUL, &facts,
					20000)) >= 0)
		facts.now_ms += wait + 1;
	assert_in_range(facts.now_ms, 301000, 321001);
}

static void test_progress_of_others_renews_the_patience(void **state)
{
	struct dg_retry retry = {.begun_ms = 0, .tries = 40};
	const struct dg_retry_facts stuck = {
		.now_ms = 400000, .answered_ms = 50000, .created_ms = -1};
	const struct dg_retry_facts moving = {
		.now_ms = 400000, .answered_ms = 399000, .created_ms = -1};

	(void)state;
	assert_int_equal(
		dg_retry_wait_ms(&retry, DG_RETRY_THROTTLED, &stuck, 7), -1);
	assert_int_equal(
		dg_retry_wait_ms(&retry, DG_RETRY_THROTTLED, &moving, 7), 7);
}

static void test_clock_and_credentials_are_renewed_once(void **state)
{
	struct dg_retry retry = {.begun_ms = 1000};

	(void)state;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_CLOCK, &fresh, 9),
			 0);
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_CLOCK, &fresh, 9),
			 -1);
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_TOKEN, &fresh, 9),
			 0);
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_TOKEN, &fresh, 9),
			 -1);
}

static void test_absent_table_is_waited_for_after_its_creation_only(
	void **state)
{
	struct dg_retry retry = {.begun_ms = 1000};
	struct dg_retry_facts facts = fresh;

	(void)state;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_ABSENT, &facts, 9),
			 -1);
	facts.created_ms = 900;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_ABSENT, &facts, 9),
			 9);
	facts.now_ms = 60900;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_ABSENT, &facts, 9),
			 -1);
}

static void test_only_changes_wait_for_a_table_in_use(void **state)
{
	struct dg_retry retry = {.begun_ms = 1000};
	struct dg_retry_facts facts = fresh;

	(void)state;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_IN_USE, &facts, 9),
			 -1);
	facts.waits_in_use = true;
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_IN_USE, &facts, 9),
			 9);
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_LIMIT, &fresh, 9),
			 9);
	assert_int_equal(dg_retry_wait_ms(&retry, DG_RETRY_NEVER, &fresh, 9),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_outcome_has_its_kind),
		cmocka_unit_test(test_back_off_doubles_up_to_its_cap),
		cmocka_unit_test(
			test_refused_before_the_first_answer_ends_within_two_seconds),
		cmocka_unit_test(
			test_refused_after_an_answer_waits_for_five_minutes),
		cmocka_unit_test(test_progress_of_others_renews_the_patience),
		cmocka_unit_test(test_clock_and_credentials_are_renewed_once),
		cmocka_unit_test(
			test_absent_table_is_waited_for_after_its_creation_only),
		cmocka_unit_test(test_only_changes_wait_for_a_table_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
