/*
 * A client whose answers are written down in the test and whose clock runs
 * only while somebody waits: no network, no sleep, no clock of the machine.
 * For one thread.
 */
#ifndef DG_TEST_DYNAMODB_SCRIPT_H
#define DG_TEST_DYNAMODB_SCRIPT_H

#include "dynamodb/call.h"

#define SCRIPT_START_S 1700000000
#define SCRIPT_SENT_MAX 512

/* The default is a 200 with the right CRC. */
struct script_answer {
	const char *body;
	long status; /* 0: 200 */
	enum dg_http_failure failure;
	bool bad_crc;
	int64_t date; /* 0: none */
};

struct fake_clock {
	struct dg_clock clock; /* must be first */
	int64_t now_ms;
	int64_t slept_ms;
	int naps;
};

void fake_clock_init(struct fake_clock *fake);

struct script {
	struct fake_clock time;
	const struct script_answer *answers;
	size_t count; /* the last one is repeated for ever */
	size_t next;
	char *sent[SCRIPT_SENT_MAX]; /* bodies of the requests */
	char operation[64];          /* of the last request */
	char headers[4096];          /* of the last request, a line each */
	int64_t answer_takes_ms;
	/* Answers instead, if set; requests are not noted then. */
	int (*respond)(void *context, const char *operation,
		       struct dg_slice request, struct dg_buf *body,
		       long *status);
	void *context;

	struct dg_profiles *profiles;
	struct dg_credentials_chain *chain;
	struct dg_cancel cancel;
	struct dg_dynamodb *db;
	struct dg_connection *connection;
	int warnings;
	char warning[4096];
	struct dg_error err;
};

/* cmocka fixtures: *state is a struct script. */
int script_setup(void **state);
int script_teardown(void **state);

/* From now on these are the answers. */
void script_play(struct script *script, const struct script_answer *answers,
		 size_t count);
#define PLAY(script, ...)                                                      \
	do {                                                                   \
		static const struct script_answer played[] = {__VA_ARGS__};    \
		script_play((script), played,                                  \
			    sizeof(played) / sizeof(*played));                 \
	} while (0)

/* Parses or fails the test. */
struct dg_json *json_of(const char *text);
/* Sorted and compact; the caller frees. */
char *text_of(struct dg_json *json);
void assert_json(struct dg_json *actual, const char *expected);

#endif
