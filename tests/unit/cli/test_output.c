#include "cli/output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct streams {
	struct dg_output output;
	char *out;
	char *err;
	size_t out_size;
	size_t err_size;
};

static void begin(struct streams *s)
{
	dg_output_init(&s->output, open_memstream(&s->out, &s->out_size),
		       open_memstream(&s->err, &s->err_size));
}

static void end(struct streams *s)
{
	if (s->output.out)
		fclose(s->output.out);
	fclose(s->output.err);
	free(s->out);
	free(s->err);
	dg_output_free(&s->output);
}

static void say_all(struct streams *s)
{
	dg_output_log(&s->output, DG_LOG_DEBUG, "debug");
	dg_output_log(&s->output, DG_LOG_INFO, "info");
	dg_output_log(&s->output, DG_LOG_SUCCESS, "success");
	dg_output_log(&s->output, DG_LOG_WARNING, "warning");
	dg_output_log(&s->output, DG_LOG_ERROR, "error");
}

static void test_messages_have_their_prefixes(void **state)
{
	struct streams s;

	(void)state;
	begin(&s);
	say_all(&s);
	assert_string_equal(s.err, "[INFO] info\n[SUCCESS] success\n"
				   "[WARNING] warning\n[ERROR] error\n");
	end(&s);
}

static void test_quiet_keeps_warnings_and_errors(void **state)
{
	struct streams s;

	(void)state;
	begin(&s);
	s.output.quiet = true;
	say_all(&s);
	assert_string_equal(s.err, "[WARNING] warning\n[ERROR] error\n");
	end(&s);
}

static void test_verbose_adds_what_is_for_debugging(void **state)
{
	struct streams s;

	(void)state;
	begin(&s);
	s.output.verbose = true;
	say_all(&s);
	assert_non_null(strstr(s.err, "[DEBUG] debug\n[INFO] info\n"));
	end(&s);
}

static void test_only_the_prefix_is_coloured(void **state)
{
	struct streams s;

	(void)state;
	begin(&s);
	assert_false(s.output.color);
	s.output.color = true;
	dg_output_log(&s.output, DG_LOG_ERROR, "gone");
	assert_string_equal(s.err, "\033[31m[ERROR]\033[0m gone\n");
	end(&s);
}

static void test_text_cannot_drive_the_terminal(void **state)
{
	struct streams s;

	(void)state;
	begin(&s);
	dg_output_log(&s.output, DG_LOG_INFO, "a\033[2J\nb\u202e \u2192 \xff");
	assert_string_equal(s.err, "[INFO] a\\u001b[2J\\u000ab\\u202e \u2192 "
				   "\\xff\n");
	dg_output_field(&s.output, "subject",
			"x\r\xc2\x9b"
			"1A");
	fflush(s.output.out);
	assert_string_equal(s.out, "subject      x\\u000d\\u009b1A\n");
	end(&s);
}

static void test_long_text_is_whole_and_no_character_is_cut(void **state)
{
	char text[4 * 1000 + 2];
	struct streams s;
	size_t shift;
	size_t i;

	(void)state;
	for (shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (i = 0; i < 999; i++)
			memcpy(text + shift + 4 * i, "\U0001f600", 4);
		text[shift + 4 * i] = '\0';
		begin(&s);
		dg_output_text(&s.output, text);
		fflush(s.output.out);
		assert_string_equal(s.out, text);
		end(&s);
	}
}

static void test_broken_text_is_escaped_to_its_end(void **state)
{
	char text[1200 + 1];
	struct streams s;

	(void)state;
	memset(text, 0x80, 1200);
	text[1200] = '\0';
	begin(&s);
	dg_output_text(&s.output, text);
	fflush(s.output.out);
	assert_int_equal(strlen(s.out), 4 * 1200);
	end(&s);
}

static void test_the_hint_stands_below_the_error(void **state)
{
	struct dg_error err;
	struct streams s;

	(void)state;
	begin(&s);
	dg_error_set(&err, DG_EREFUSED, "no");
	dg_error_hint(&err, "do this\nor \033that");
	dg_output_error(&s.output, &err, DG_EREFUSED);
	assert_string_equal(s.err, "[ERROR] no\n        do this\n"
				   "        or \\u001bthat\n");
	fflush(s.output.out);
	assert_int_equal(s.out_size, 0);
	end(&s);
}

static void test_an_error_is_an_object_too(void **state)
{
	struct dg_error err;
	struct streams s;

	(void)state;
	begin(&s);
	s.output.json = true;
	dg_error_set(&err, DG_EREFUSED, "no \"way\"");
	dg_output_error(&s.output, &err, DG_EREFUSED);
	fflush(s.output.out);
	assert_string_equal(s.out,
			    "{\"type\":\"error\",\"code\":\"refused\","
			    "\"message\":\"no \\\"way\\\"\",\"hint\":null,"
			    "\"exit\":5}\n");
	end(&s);
}

static void test_a_result_that_cannot_be_written_is_a_failure(void **state)
{
	struct dg_output output;
	struct dg_error err;
	bool broken_pipe;

	(void)state;
	dg_output_init(&output, fopen("/dev/full", "w"), stderr);
	if (!output.out)
		skip();
	dg_output_field(&output, "name", "value");
	assert_int_equal(dg_output_close(&output, &broken_pipe, &err), DG_EIO);
	assert_false(broken_pipe);
	assert_string_equal(err.message, "cannot write to standard output: "
					 "No space left on device");
	dg_output_free(&output);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_have_their_prefixes),
		cmocka_unit_test(test_quiet_keeps_warnings_and_errors),
		cmocka_unit_test(test_verbose_adds_what_is_for_debugging),
		cmocka_unit_test(test_only_the_prefix_is_coloured),
		cmocka_unit_test(test_text_cannot_drive_the_terminal),
		cmocka_unit_test(
			test_long_text_is_whole_and_no_character_is_cut),
		cmocka_unit_test(test_broken_text_is_escaped_to_its_end),
		cmocka_unit_test(test_the_hint_stands_below_the_error),
		cmocka_unit_test(test_an_error_is_an_object_too),
		cmocka_unit_test(
			test_a_result_that_cannot_be_written_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
