#include "aws/caller_identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char good[] =
	"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/"
	"2011-06-15/\"><GetCallerIdentityResult>"
	"<Arn>arn:aws:iam::123456789012:user/backup</Arn><UserId>A</UserId>"
	"<Account>123456789012</Account></GetCallerIdentityResult>"
	"</GetCallerIdentityResponse>";

static const char denied[] =
	"<ErrorResponse><Error><Type>Sender</Type>"
	"<Code>InvalidClientTokenId</Code><Message>The security token included "
	"in the request is invalid.</Message></Error></ErrorResponse>";

static int read_answer(char **arn, long status, const char *text,
		       struct dg_error *err)
{
	return dg_caller_identity_read(arn, status, dg_slice_str(text), err);
}

static void test_the_arn_is_taken_from_the_answer(void **state)
{
	struct dg_error err;
	char *arn;

	(void)state;
	assert_int_equal(read_answer(&arn, 200, good, &err), 0);
	assert_string_equal(arn, "arn:aws:iam::123456789012:user/backup");
	free(arn);
}

static void test_a_refusal_is_told_in_the_service_s_words(void **state)
{
	struct dg_error err;
	char *arn;

	(void)state;
	assert_int_equal(read_answer(&arn, 403, denied, &err), DG_EDENIED);
	assert_string_equal(err.message,
			    "GetCallerIdentity: InvalidClientTokenId: The "
			    "security token included in the request is "
			    "invalid.");
	assert_null(arn);
}

static void test_what_is_no_answer_of_sts_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"<",
		"<Arn",
		"<Arn>",
		"<Arn></Arn>",
		"<Arn>arn:",
		"<Arn>arn:x<b>",
		"<Arn>not one</Arn>",
		"<html><body>It works!</body></html>",
	};
	struct dg_error err;
	char *arn;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(read_answer(&arn, 200, texts[i], &err),
				 DG_ESERVICE);
		assert_int_equal(read_answer(&arn, 502, texts[i], &err),
				 DG_ESERVICE);
		assert_null(arn);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_arn_is_taken_from_the_answer),
		cmocka_unit_test(test_a_refusal_is_told_in_the_service_s_words),
		cmocka_unit_test(test_what_is_no_answer_of_sts_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
