#include "cli/progress_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_the_line_says_what_is_known(void **state)
{
	static const struct {
		struct dg_progress_state state;
		int64_t elapsed_ms;
		const char *text;
	} cases[] = {
		{{"Reading", 12345, 8100000, 0, 0, 0, 0},
		 4000,
		 "Reading: 12,345 items, 8.1 MB, 2.0 MB/s"},
		{{"Reading", 500, 4500000, 1000, 10000000, 120.4, 0},
		 9000,
		 "Reading: 500 items, 4.5 MB, 500.0 kB/s, 45 %, 0:11 left, "
		 "120 units/s"},
		{{"Writing", 500, 0, 0, 0, 119.6, 250},
		 9000,
		 "Writing: 500 items, 120 of 250 units/s"},
		{{"Writing", 5, 0, 0, 0, 0.4, 2.5},
		 9000,
		 "Writing: 5 items, 0.4 of 2.5 units/s"},
		{{"Counting", 250, 0, 1000, 0, 0, 0},
		 3000,
		 "Counting: 250 items, 25 %, 0:09 left"},
		/* The estimate was too low. */
		{{"Reading", 2000, 2000, 1000, 1000, 0, 0},
		 1000,
		 "Reading: 2,000 items, 2.0 kB, 2.0 kB/s, 99 %"},
		{{"Writing", 0, 0, 1000, 1000, 0, 0}, 0, "Writing: 0 items"},
	};
	char text[DG_PROGRESS_LINE_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dg_progress_line_format(&cases[i].state, cases[i].elapsed_ms,
					80, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void test_the_line_stays_below_the_terminals_width(void **state)
{
	const struct dg_progress_state long_one = {
		"Reading", UINT64_MAX, UINT64_MAX / 2, 0, UINT64_MAX, 1e9, 0};
	char text[DG_PROGRESS_LINE_MAX];
	size_t width;

	(void)state;
	for (width = 1; width <= DG_PROGRESS_LINE_MAX; width++) {
		dg_progress_line_format(&long_one, 1000, width, text);
		assert_true(strlen(text) < width);
	}
}

struct screen {
	struct dg_output output;
	struct dg_progress_line line;
	char *text;
	size_t size;
};

static void begin(struct screen *screen, bool terminal)
{
	dg_output_init(&screen->output, stdout,
		       open_memstream(&screen->text, &screen->size));
	screen->output.terminal = terminal;
	dg_progress_line_init(&screen->line, &screen->output);
}

static void end(struct screen *screen)
{
	fclose(screen->output.err);
	free(screen->text);
	dg_output_free(&screen->output);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part)) != NULL) {
		n++;
		text++;
	}
	return n;
}

static bool ends_with(const char *text, const char *end)
{
	const size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Reports every 10 ms of a clock that only the test knows. */
static void report_for(struct screen *screen, int64_t from_ms, int64_t to_ms)
{
	struct dg_progress_state state = {"Reading", 1, 1, 0, 0, 0, 0};

	for (; from_ms <= to_ms; from_ms += 10)
		dg_progress_line_update_at(&screen->line, &state,
					   70000 + from_ms);
	fflush(screen->output.err);
}

static void test_a_terminal_is_redrawn_from_two_seconds_on(void **state)
{
	struct screen screen;

	(void)state;
	begin(&screen, true);
	report_for(&screen, 0, 1990);
	assert_string_equal(screen.text, "");
	report_for(&screen, 2000, 3000);
	assert_int_equal(count(screen.text, "\rReading"), 6);
	dg_progress_line_clear(&screen.line);
	assert_true(ends_with(screen.text, "\r\033[K\033[J"));
	end(&screen);
}

/* Where a terminal wraps its lines anew as it is made narrower, the rest of
 * the line comes to stand below the cursor. */
static void test_the_cursor_stands_before_what_is_to_be_cleared(void **state)
{
	struct screen screen;

	(void)state;
	begin(&screen, true);
	report_for(&screen, 0, 2000);
	assert_true(ends_with(screen.text, "0 bytes/s\033[J\r"));
	end(&screen);
}

static void test_a_message_takes_the_place_of_the_line(void **state)
{
	struct screen screen;

	(void)state;
	begin(&screen, true);
	report_for(&screen, 0, 2000);
	dg_output_log(&screen.output, DG_LOG_INFO, "hello");
	assert_non_null(strstr(screen.text, "\r\033[K\033[J[INFO] hello\n"));
	end(&screen);
}

static void test_elsewhere_a_line_comes_every_ten_seconds(void **state)
{
	struct screen screen;

	(void)state;
	begin(&screen, false);
	report_for(&screen, 0, 9990);
	assert_string_equal(screen.text, "");
	report_for(&screen, 10000, 30000);
	assert_int_equal(count(screen.text, "[INFO] Reading"), 3);
	assert_null(strchr(screen.text, '\033'));
	end(&screen);
}

static void test_a_quiet_run_shows_no_progress(void **state)
{
	struct screen screen;

	(void)state;
	begin(&screen, true);
	screen.output.quiet = true;
	report_for(&screen, 0, 20000);
	assert_string_equal(screen.text, "");
	end(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_line_says_what_is_known),
		cmocka_unit_test(test_the_line_stays_below_the_terminals_width),
		cmocka_unit_test(
			test_a_terminal_is_redrawn_from_two_seconds_on),
		cmocka_unit_test(
			test_the_cursor_stands_before_what_is_to_be_cleared),
		cmocka_unit_test(test_a_message_takes_the_place_of_the_line),
		cmocka_unit_test(test_elsewhere_a_line_comes_every_ten_seconds),
		cmocka_unit_test(test_a_quiet_run_shows_no_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
