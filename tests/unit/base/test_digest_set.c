#include "base/digest_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Not zeros; many with the same place in the table. */
static const unsigned char *digest(unsigned char out[DG_DIGEST_SET_BYTES],
				   uint64_t n)
{
	const uint64_t place = n % 7;

	memset(out, 0xaa, DG_DIGEST_SET_BYTES);
	memcpy(out, &place, sizeof(place));
	memcpy(out + sizeof(place), &n, sizeof(n));
	return out;
}

static void test_what_was_added_is_in_it(void **state)
{
	unsigned char d[DG_DIGEST_SET_BYTES];
	struct dg_digest_set set;

	(void)state;
	dg_digest_set_init(&set, (size_t)1 << 20);
	assert_false(dg_digest_set_has(&set, digest(d, 1)));
	for (uint64_t n = 1; n <= 3000; n++) {
		assert_false(dg_digest_set_has(&set, digest(d, n)));
		assert_int_equal(dg_digest_set_add(&set, d, NULL), 1);
		assert_int_equal(dg_digest_set_add(&set, d, NULL), 1);
	}
	assert_int_equal(set.count, 3000);
	for (uint64_t n = 1; n <= 3000; n++)
		assert_true(dg_digest_set_has(&set, digest(d, n)));
	assert_false(dg_digest_set_has(&set, digest(d, 3001)));
	dg_digest_set_free(&set);
}

static void test_a_full_set_takes_no_more_and_keeps_what_it_has(void **state)
{
	unsigned char d[DG_DIGEST_SET_BYTES];
	struct dg_digest_set set;
	uint64_t n = 1;

	(void)state;
	dg_digest_set_init(&set, (size_t)2048 * DG_DIGEST_SET_BYTES);
	while (dg_digest_set_add(&set, digest(d, n), NULL) > 0)
		n++;
	assert_int_equal(n, 1025);
	assert_false(dg_digest_set_has(&set, d));
	assert_true(dg_digest_set_has(&set, digest(d, 1024)));
	assert_int_equal(dg_digest_set_add(&set, d, NULL), 1);
	dg_digest_set_free(&set);

	dg_digest_set_init(&set, 0);
	assert_int_equal(dg_digest_set_add(&set, d, NULL), 0);
	assert_false(dg_digest_set_has(&set, d));
	dg_digest_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_added_is_in_it),
		cmocka_unit_test(
			test_a_full_set_takes_no_more_and_keeps_what_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
