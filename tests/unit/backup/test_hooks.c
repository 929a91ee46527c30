#include "backup/hooks_run.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECRET "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY00"

static void test_what_assigns_a_secret_has_one(void **state)
{
	static const char *const texts[] = {
		"AWS_SECRET_ACCESS_KEY=" SECRET,
		"export AWS_SECRET_ACCESS_KEY='" SECRET "'\n",
		"# AWS_SECRET_ACCESS_KEY = \"" SECRET "\"",
		"AWS_SECRET_ACCESS_KEY=\nAWS_SESSION_TOKEN=" SECRET,
		"AWS_SECRET_ACCESS_KEY=test\nAWS_SECRET_ACCESS_KEY=" SECRET,
		"aws: {\"AWS_SECRET_ACCESS_KEY\": \"" SECRET "\"}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!dg_hook_has_secret(dg_slice_str(texts[i])))
			fail_msg("no secret in: %s", texts[i]);
}

static void test_a_placeholder_is_no_secret(void **state)
{
	static const char *const texts[] = {
		"",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SECRET_ACCESS_KEY=",
		"AWS_SECRET_ACCESS_KEY=\n" SECRET,
		"AWS_SECRET_ACCESS_KEY=your-aws-secret-access-key",
		"AWS_SECRET_ACCESS_KEY=test",
		"AWS_SECRET_ACCESS_KEY=$" SECRET,
		"AWS_SECRET_ACCESS_KEY_FILE=/run/secrets/" SECRET,
		"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
		SECRET,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (dg_hook_has_secret(dg_slice_str(texts[i])))
			fail_msg("a secret in: %s", texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_assigns_a_secret_has_one),
		cmocka_unit_test(test_a_placeholder_is_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
