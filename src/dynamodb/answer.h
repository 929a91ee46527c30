/*
 * What an answer that is no success says. The service's own errors are JSON
 * ({"__type":"prefix#Type","message" or "Message"}); those of what stands
 * before it may be XML, HTML or nothing.
 */
#ifndef DG_DYNAMODB_ANSWER_H
#define DG_DYNAMODB_ANSWER_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>

#define DG_ANSWER_TYPE_SIZE 128
#define DG_ANSWER_WORDS_SIZE 1024

struct dg_answer_error {
	char type[DG_ANSWER_TYPE_SIZE];   /* without the prefix; "": none */
	char words[DG_ANSWER_WORDS_SIZE]; /* "": none; cut if longer */
};

/* Reads what can be read; never fails. */
void dg_answer_error_read(struct dg_slice body, struct dg_answer_error *out);

/* Is it nothing that DynamoDB would answer? (body: of any status) */
bool dg_answer_is_foreign(long status, struct dg_slice body,
			  const struct dg_answer_error *error);

/* The code that callers get for an error of the service. */
enum dg_code dg_answer_code(long status, const char *type);

#endif
