#include "backup/expiry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *line;
	int64_t expiry;
} cases[] = {
	{"{\"id\":{\"S\":\"a\"},\"ttl\":{\"N\":\"1735689600\"}}", 1735689600},
	{"{\"id\":{\"S\":\"a\"},\"ttl\":{\"N\":\"0\"}}", 0},
	{"{\"ttl\":{\"N\":\"1735689600.75\"}}", 1735689600},
	{"{\"ttl\":{\"N\":\"1735689600\"},\"z\":{\"M\":{}}}", 1735689600},
	/* DynamoDB takes a time from a number at the top only. */
	{"{\"ttl\":{\"S\":\"1735689600\"}}", -1},
	{"{\"m\":{\"M\":{\"ttl\":{\"N\":\"5\"}}}}", -1},
	{"{\"ttl\":{\"N\":\"-5\"}}", -1},
	{"{\"ttl\":{\"N\":\"1E+40\"}}", -1},
	{"{\"ttl\":{\"N\":\"9223372036854775807\"}}", -1},
	{"{\"ttl\":{\"N\":\"99999999999999999999\"}}", -1},
	{"{\"ttl\":{\"NS\":[\"5\"]}}", -1},
	{"{\"TTL\":{\"N\":\"5\"},\"tt\":{\"N\":\"6\"}}", -1},
	{"{\"id\":{\"S\":\"a\"}}", -1},
	{"{}", -1},
	{"[]", -1},
	{"{\"ttl\":", -1},
	{"", -1},
};

static void test_expiry_is_a_whole_number_of_the_attribute(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t expiry =
			dg_item_expiry(dg_slice_str(cases[i].line), "ttl");

		if (expiry != cases[i].expiry)
			fail_msg("%s: %lld", cases[i].line, (long long)expiry);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_expiry_is_a_whole_number_of_the_attribute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
