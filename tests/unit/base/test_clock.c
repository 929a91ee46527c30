#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_times_are_written_in_iso_8601(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00Z"},
		{1737972000, "2025-01-27T10:00:00Z"},
		{951782400, "2000-02-29T00:00:00Z"},
		{951868799, "2000-02-29T23:59:59Z"},
		{4107542400, "2100-03-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59Z"},
		{253402300799, "9999-12-31T23:59:59Z"},
		{INT64_MAX, "9999-12-31T23:59:59Z"},
		{INT64_MIN, "0001-01-01T00:00:00Z"},
	};
	char out[DG_TIME_ISO_SIZE];
	int64_t back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		dg_time_iso(cases[i].seconds, out);
		assert_string_equal(out, cases[i].text);
		assert_int_equal(dg_time_parse_iso(out, &back, NULL), 0);
		if (i < 7)
			assert_int_equal(back, cases[i].seconds);
	}
}

static void test_times_with_fractions_and_offsets_are_read(void **state)
{
	static const char *const same[] = {
		"2025-01-27T10:00:00Z",      "2025-01-27T10:00:00.123456Z",
		"2025-01-27T10:00:00+00:00", "2025-01-27T11:30:00+01:30",
		"2025-01-27T05:00:00-05:00", "2025-01-27T09:59:60Z",
	};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(dg_time_parse_iso(same[i], &seconds, NULL), 0);
		assert_int_equal(seconds, 1737972000);
	}
}

static void test_what_is_no_time_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"2025",
		"2025-01-27",
		"2025-01-27T10:00:00",
		"2025-01-27 10:00:00Z",
		"2025-13-27T10:00:00Z",
		"2025-00-27T10:00:00Z",
		"2025-02-29T10:00:00Z",
		"1900-02-29T10:00:00Z",
		"2025-01-27T24:00:00Z",
		"2025-01-27T10:60:00Z",
		"2025-01-27T10:00:61Z",
		"2025-01-27T10:00:00Zx",
		"2025-01-27T10:00:00+1:00",
		"2025-01-27T10:00:00+01:00x",
		" 2025-01-27T10:00:00Z",
		"+025-01-27T10:00:00Z",
	};
	struct dg_error err = {0};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(dg_time_parse_iso(wrong[i], &seconds, &err),
				 DG_EINVALID);
	assert_string_equal(err.message,
			    "'+025-01-27T10:00:00Z' is no ISO 8601 time");
}

static void test_fast_clock_shortens_machine_time(void **state)
{
	struct dg_clock clock;

	(void)state;
	dg_clock_init_test(&clock, 1000, 0);
	assert_int_equal(dg_clock_machine_ms(&clock, 5000), 5);
	assert_int_equal(dg_clock_machine_ms(&clock, 1), 1);
	dg_clock_init(&clock);
	assert_int_equal(dg_clock_machine_ms(&clock, 5000), 5000);
}

static void test_wall_time_begins_where_the_test_says(void **state)
{
	struct dg_clock clock;
	int64_t wall, now;

	(void)state;
	dg_clock_init_test(&clock, 0, 1737972000000);
	now = dg_clock_now_ms(&clock) - clock.origin_ms;
	wall = dg_clock_wall_ms(&clock) - 1737972000000;
	assert_true(wall >= now && now >= 0);
}

static void test_sleep_passes_time_of_that_clock(void **state)
{
	struct dg_clock clock;
	struct dg_error err = {0};
	int64_t before;

	(void)state;
	dg_clock_init_test(&clock, 100000, 0);
	before = dg_clock_now_ms(&clock);
	assert_int_equal(dg_clock_sleep_ms(&clock, 100000, NULL, &err), 0);
	assert_true(dg_clock_now_ms(&clock) - before >= 100000);
}

static void test_cancelled_sleeper_returns_at_once(void **state)
{
	struct dg_clock clock;
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct dg_error err = {0};

	(void)state;
	dg_clock_init(&clock);
	dg_cancel_set(&cancel);
	assert_int_equal(dg_clock_sleep_ms(&clock, 3600000, &cancel, &err),
			 DG_ECANCELLED);
	assert_string_equal(err.message, "interrupted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_are_written_in_iso_8601),
		cmocka_unit_test(
			test_times_with_fractions_and_offsets_are_read),
		cmocka_unit_test(test_what_is_no_time_is_refused),
		cmocka_unit_test(test_fast_clock_shortens_machine_time),
		cmocka_unit_test(test_wall_time_begins_where_the_test_says),
		cmocka_unit_test(test_sleep_passes_time_of_that_clock),
		cmocka_unit_test(test_cancelled_sleeper_returns_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
