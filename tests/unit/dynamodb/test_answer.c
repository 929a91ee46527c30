#include "dynamodb/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct error_case {
	long status;
	const char *body;
	const char *type;
	const char *words;
	bool foreign;
	enum dg_code code;
};

static const struct error_case error_cases[] = {
	{400,
	 "{\"__type\":\"com.amazonaws.dynamodb.v20120810#"
	 "ResourceNotFoundException\",\"message\":\"not found\"}",
	 "ResourceNotFoundException", "not found", false, DG_ENOTFOUND},
	{400,
	 "{\"__type\":\"com.amazon.coral.validate#ValidationException\","
	 "\"Message\":\"Number overflow\"}",
	 "ValidationException", "Number overflow", false, DG_EINVALID},
	{400, "{\"__type\":\"ValidationException\",\"message\":\"bare\"}",
	 "ValidationException", "bare", false, DG_EINVALID},
	{400, "{\"__type\":\"x#AccessDeniedException\"}",
	 "AccessDeniedException", "", false, DG_EDENIED},
	{400, "{\"__type\":\"x#ResourceInUseException\",\"message\":\"m\"}",
	 "ResourceInUseException", "m", false, DG_EEXISTS},
	{400, "{\"__type\":\"x#UnknownOperationException\",\"Message\":\"m\"}",
	 "UnknownOperationException", "m", false, DG_EUNSUPPORTED},
	{400, "{\"__type\":\"x#SomethingNewException\",\"message\":\"m\"}",
	 "SomethingNewException", "m", false, DG_ESERVICE},
	{403,
	 "<ErrorResponse><Errors><Error><Code>AccessDenied</Code><Message>\n"
	 " User: x is not "
	 "authorized</Message></Error></Errors></ErrorResponse>",
	 "AccessDenied", "User: x is not authorized", false, DG_EDENIED},
	{500, "<!doctype html><title>500 Internal Server Error</title>", "", "",
	 false, DG_ESERVICE},
	{502, "", "", "", false, DG_ESERVICE},
	{413, "{\"Message\":\"\"}", "", "", false, DG_ELIMIT},
	{413, "", "", "", false, DG_ELIMIT},
	{429, "slow down", "", "", false, DG_ESERVICE},
	{404, "<html>nginx</html>", "", "", true, DG_ESERVICE},
	{404, "{\"message\":\"no route\"}", "", "no route", true, DG_ESERVICE},
	{301, "", "", "", true, DG_ESERVICE},
	{501, "<html>Unsupported method</html>", "", "", true, DG_ESERVICE},
	{200, "<html>hello</html>", "", "", true, DG_ESERVICE},
	{200, "", "", "", true, DG_ESERVICE},
	{200, " {\"Table\":{}}", "", "", false, DG_ESERVICE},
	{400, "[1]", "", "", true, DG_ESERVICE},
	{400, "<Code>cut", "", "", true, DG_ESERVICE},
};

static void test_errors_are_read_in_every_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(error_cases) / sizeof(*error_cases);
	     i++) {
		const struct error_case *c = &error_cases[i];
		struct dg_slice body = dg_slice_str(c->body);
		struct dg_answer_error error;

		dg_answer_error_read(body, &error);
		assert_string_equal(error.type, c->type);
		assert_string_equal(error.words, c->words);
		if (dg_answer_is_foreign(c->status, body, &error) != c->foreign)
			fail_msg("foreign: status %ld, %s", c->status, c->body);
		if (c->status != 200)
			assert_int_equal(dg_answer_code(c->status, error.type),
					 c->code);
	}
}

static void test_long_words_are_cut_between_characters(void **state)
{
	char body[4096] = "{\"__type\":\"T\",\"message\":\"";
	struct dg_answer_error error;

	(void)state;
	for (int i = 0; i < 700; i++)
		strcat(body, "\xe2\x82\xac");
	strcat(body, "\"}");
	dg_answer_error_read(dg_slice_str(body), &error);
	assert_int_equal(strlen(error.words), 1023);
	assert_memory_equal(error.words + 1020, "\xe2\x82\xac", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errors_are_read_in_every_spelling),
		cmocka_unit_test(test_long_words_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
