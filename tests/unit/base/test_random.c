#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_numbers_stay_below_their_bound(void **state)
{
	static const uint64_t bounds[] = {1,    2,          3,
					  1000, 1ull << 63, UINT64_MAX};
	size_t i, k;

	(void)state;
	assert_int_equal(dg_random_below(0), 0);
	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		for (k = 0; k < 100; k++)
			assert_true(dg_random_below(bounds[i]) < bounds[i]);
}

static void test_every_value_below_a_small_bound_occurs(void **state)
{
	unsigned int seen = 0;
	size_t k;

	(void)state;
	/* Each misses with a chance of (7/8)^2000, about 10^-116. */
	for (k = 0; k < 2000; k++)
		seen |= 1u << dg_random_below(8);
	assert_int_equal(seen, 0xff);
}

static void test_numbers_differ(void **state)
{
	(void)state;
	assert_true(dg_random_u64() != dg_random_u64());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_stay_below_their_bound),
		cmocka_unit_test(test_every_value_below_a_small_bound_occurs),
		cmocka_unit_test(test_numbers_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
