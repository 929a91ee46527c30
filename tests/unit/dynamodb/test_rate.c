#include "dynamodb/rate.h"
#include "script.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct limit_case {
	const char *text;
	double value; /* 0: refused */
	bool percent;
};

static const struct limit_case limit_cases[] = {
	{"100", 100, false}, {"2.5", 2.5, false}, {"50%", 50, true},
	{"100%", 100, true}, {"0", 0, false},     {"0%", 0, true},
	{"101%", 0, true},   {"-1", 0, false},    {"", 0, false},
	{"%", 0, true},      {"1e3", 0, false},   {"inf", 0, false},
	{"0x10", 0, false},  {" 1", 0, false},    {"1.2.3", 0, false},
	{"5%%", 0, true},    {"5% ", 0, true},    {".", 0, false},
};

static void test_limits_are_units_or_a_share(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(limit_cases) / sizeof(*limit_cases);
	     i++) {
		const struct limit_case *c = &limit_cases[i];
		struct dg_rate_limit limit = {0};
		struct dg_error err;
		int rc = dg_rate_limit_parse(&limit, c->text, &err);

		if (rc != (c->value > 0 ? 0 : DG_EUSAGE))
			fail_msg("'%s': %d", c->text, rc);
		if (rc < 0)
			continue;
		assert_true(fabs(limit.value - c->value) < 1e-9);
		assert_int_equal(limit.percent, c->percent);
	}
}

static void test_default_is_half_of_the_provisioned_capacity(void **state)
{
	const struct dg_rate_limit none = {0}, share = {20, true},
				   units = {7, false};
	struct dg_error err;
	double out;

	(void)state;
	assert_int_equal(dg_rate_units(&out, &none, 100, &err), 0);
	assert_true(out == 50);
	assert_int_equal(dg_rate_units(&out, &none, 0, &err), 0);
	assert_true(out == 0);
	assert_int_equal(dg_rate_units(&out, &share, 100, &err), 0);
	assert_true(out == 20);
	assert_int_equal(dg_rate_units(&out, &share, 0, &err), DG_EUSAGE);
	assert_int_equal(dg_rate_units(&out, &units, 0, &err), 0);
	assert_true(out == 7);
}

static void test_rate_is_held_over_many_requests(void **state)
{
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;
	double total, a_second;

	(void)state;
	fake_clock_init(&time);
	assert_int_equal(dg_rate_open(&rate, 100, &time.clock, &err), 0);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
		dg_rate_charge(rate, 50, DG_RATE_PAGE_MAX);
	}
	/* 2000 units at 100 a second, the last request's not yet paid. */
	assert_in_range(time.slept_ms, 19000, 20500);
	dg_rate_consumed(rate, &total, &a_second);
	assert_true(total == 2000);
	assert_true(a_second > 85 && a_second < 115);
	dg_rate_close(rate);
}

static void test_idle_time_saves_up_half_a_second_only(void **state)
{
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;

	(void)state;
	fake_clock_init(&time);
	assert_int_equal(dg_rate_open(&rate, 100, &time.clock, &err), 0);
	time.now_ms += 3600000;
	for (int i = 0; i < 10; i++) {
		assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
		dg_rate_charge(rate, 50, DG_RATE_PAGE_MAX);
	}
	assert_in_range(time.slept_ms, 3500, 4500);
	dg_rate_close(rate);
}

static void test_requests_under_way_count_as_their_like(void **state)
{
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;

	(void)state;
	fake_clock_init(&time);
	assert_int_equal(dg_rate_open(&rate, 10, &time.clock, &err), 0);
	assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
	dg_rate_charge(rate, 10, DG_RATE_PAGE_MAX);
	assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
	assert_in_range(time.slept_ms, 999, 1001);
	/* Its answer is not here yet, but it will cost about the same. */
	assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
	assert_in_range(time.slept_ms, 1999, 2001);
	dg_rate_close(rate);
}

static void test_without_limit_nobody_waits_but_all_is_counted(void **state)
{
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;
	double total, a_second;

	(void)state;
	fake_clock_init(&time);
	assert_int_equal(dg_rate_open(&rate, 0, &time.clock, &err), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
		dg_rate_charge(rate, 100, DG_RATE_PAGE_MAX);
		time.now_ms += 1000;
	}
	assert_int_equal(time.naps, 0);
	dg_rate_consumed(rate, &total, &a_second);
	assert_true(total == 2000);
	assert_true(a_second > 85 && a_second < 105);
	time.now_ms += 60000;
	dg_rate_consumed(rate, &total, &a_second);
	assert_true(a_second == 0);
	dg_rate_close(rate);
}

static void test_cancelling_ends_the_wait(void **state)
{
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;

	(void)state;
	fake_clock_init(&time);
	dg_cancel_set(&cancel);
	assert_int_equal(dg_rate_open(&rate, 1, &time.clock, &err), 0);
	dg_rate_charge(rate, 100, DG_RATE_PAGE_MAX);
	assert_int_equal(dg_rate_take(rate, &cancel, &err), DG_ECANCELLED);
	dg_rate_close(rate);
}

static void test_amounts_that_no_call_can_cost_are_not_believed(void **state)
{
	static const double amounts[] = {1e7,       1e308, INFINITY,
					 -INFINITY, -1e9,  NAN};
	struct fake_clock time;
	struct dg_rate *rate;
	struct dg_error err;
	double total, a_second;

	(void)state;
	fake_clock_init(&time);
	assert_int_equal(dg_rate_open(&rate, 100, &time.clock, &err), 0);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(*amounts); i++) {
		assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
		dg_rate_charge(rate, amounts[i], DG_RATE_PAGE_MAX);
		dg_rate_consumed(rate, &total, &a_second);
		assert_true(total >= 0 && total <= 3 * DG_RATE_PAGE_MAX);
	}
	assert_true(total == 3 * DG_RATE_PAGE_MAX);
	/* The three of them that are above 0, at 100 units a second. */
	assert_int_equal(dg_rate_take(rate, NULL, &err), 0);
	assert_in_range(time.slept_ms, 8000, 9500);
	dg_rate_close(rate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_are_units_or_a_share),
		cmocka_unit_test(
			test_default_is_half_of_the_provisioned_capacity),
		cmocka_unit_test(test_rate_is_held_over_many_requests),
		cmocka_unit_test(test_idle_time_saves_up_half_a_second_only),
		cmocka_unit_test(test_requests_under_way_count_as_their_like),
		cmocka_unit_test(
			test_without_limit_nobody_waits_but_all_is_counted),
		cmocka_unit_test(test_cancelling_ends_the_wait),
		cmocka_unit_test(
			test_amounts_that_no_call_can_cost_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
