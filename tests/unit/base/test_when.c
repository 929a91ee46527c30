#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW 1738000000 /* 2025-01-27T17:46:40Z */
#define DAY 86400

static void test_dates_as_people_give_them(void **state)
{
	static const struct {
		const char *text;
		bool end_of_day;
		int64_t seconds;
	} cases[] = {
		{"now", false, NOW},
		{"@1700000000", false, 1700000000},
		{"today", false, 1737936000},
		{"today", true, NOW},
		{"yesterday", false, 1737936000 - DAY},
		{"yesterday", true, 1737936000 - 1},
		{"2025-01-27", false, 1737936000},
		{"2025-01-27", true, 1737936000 + DAY - 1},
		{"2025-01-27T10:00", false, 1737972000},
		{"2025-01-27 10:00:01", false, 1737972001},
		{"2025-01-27T10:00:00Z", false, 1737972000},
		{"2025-01-27T11:00:00+01:00", false, 1737972000},
		{"1 second ago", false, NOW - 1},
		{"2 weeks ago", false, NOW - 14 * DAY},
		{"2.weeks.ago", false, NOW - 14 * DAY},
		{"1 day 12 hours", false, NOW - 36 * 3600},
		{"3 minutes", false, NOW - 180},
		{"1 month ago", false, NOW - 31 * DAY},
		{"1 year ago", false, NOW - 366 * DAY},
	};
	struct dg_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t seconds = -1;

		assert_int_equal(dg_time_parse_when(cases[i].text, NOW,
						    cases[i].end_of_day,
						    &seconds, &err),
				 0);
		assert_int_equal(seconds, cases[i].seconds);
	}
}

static void test_what_is_no_date(void **state)
{
	static const char *const texts[] = {
		"",
		"ago",
		"soon",
		"2",
		"2 weeks weeks",
		"2 weeks ago ago",
		"x weeks",
		"-1 day",
		"1000000 days",
		"2025-13-01",
		"2025-01",
		"2025-01-27T",
		"@",
		"@-1",
		"2 weeksx ago",
		("2025-01-27T10:00:00Z and more and more and more and more and "
		 "more and more"),
	};
	struct dg_error err;
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		assert_int_equal(dg_time_parse_when(texts[i], NOW, false,
						    &seconds, &err),
				 DG_EINVALID);
		assert_string_not_equal(err.hint, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates_as_people_give_them),
		cmocka_unit_test(test_what_is_no_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
