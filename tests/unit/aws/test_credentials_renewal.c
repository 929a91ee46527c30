#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/credential_script.h"
#include "base/work.h"

/* A new key each time, good for an hour and a half from T0. */
static const char hourly_script[] =
	"n=$(wc -l < \"$(dirname \"$0\")/calls\" | tr -d ' ')\n"
	"echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"key-$n\\\","
	"\\\"SecretAccessKey\\\":\\\"s\\\","
	"\\\"Expiration\\\":\\\"2025-01-27T1$n:30:00+00:00\\\"}\"";

#define MINUTE_MS INT64_C(60000)

static void test_set_is_renewed_before_each_expiry(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, hourly_script);
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	assert_int_equal(f.set.expires, T0_MS / 1000 + 90 * 60);
	f.clock.ms = 84 * MINUTE_MS;
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	f.clock.ms = 86 * MINUTE_MS;
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	f.clock.ms = 146 * MINUTE_MS;
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-3");
	assert_int_equal(script_count_calls(&f), 3);
	script_end(&f);
}

static void test_set_that_the_service_calls_expired_is_renewed(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, hourly_script);
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), 0);
	/* However young it is. */
	assert_int_equal(script_get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	/* Who learns of the same expiry a moment later gets the same. */
	f.set.serial--;
	assert_int_equal(script_get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	assert_int_equal(script_get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-3");
	script_end(&f);
}

static void test_old_set_serves_while_it_cannot_be_renewed(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, hourly_script);
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), 0);
	script_write(&f, "give", "echo later >&2; exit 1");
	f.clock.ms = 86 * MINUTE_MS;
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	assert_int_equal(f.warnings.count, 1);
	assert_string_equal(f.warnings.last,
			    "Credentials are not renewed "
			    "yet: " LABEL "exit status 1: later");
	f.clock.ms = 91 * MINUTE_MS;
	assert_int_equal(script_get(&f, false), DG_EDENIED);
	script_end(&f);
}

static int get_in_worker(void *context, size_t worker, size_t task,
			 struct dg_cancel *stop, struct dg_error *err)
{
	struct script_fixture *f = context;
	struct dg_credentials set;
	int rc = dg_credentials_get(f->chain, &f->set, &set, err);

	(void)worker;
	(void)task;
	(void)stop;
	if (rc == 0 && strcmp(set.access_key_id, "key-2") != 0)
		rc = dg_error_set(err, DG_EFAILED, "got %s", set.access_key_id);
	dg_credentials_free(&set);
	return rc;
}

static void test_threads_renew_once(void **state)
{
	struct script_fixture f;
	const struct dg_work work = {
		.run = get_in_worker, .context = &f, .workers = 4, .tasks = 40};

	(void)state;
	script_begin(&f, hourly_script);
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), 0);
	f.clock.ms = MINUTE_MS;
	if (dg_work_run(&work, &f.err) < 0)
		fail_msg("%s", f.err.message);
	assert_int_equal(script_count_calls(&f), 2);
	script_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_is_renewed_before_each_expiry),
		cmocka_unit_test(
			test_set_that_the_service_calls_expired_is_renewed),
		cmocka_unit_test(
			test_old_set_serves_while_it_cannot_be_renewed),
		cmocka_unit_test(test_threads_renew_once),
	};

	return cmocka_run_group_tests(tests, script_set_up, NULL);
}
