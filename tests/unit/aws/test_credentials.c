#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/credentials.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char config_text[] =
	"[default]\nregion = r\n"
	"[profile config]\n"
	"aws_access_key_id = config-id\naws_secret_access_key = config-key\n"
	"[profile both]\n"
	"aws_access_key_id = config-id\naws_secret_access_key = config-key\n"
	"[profile partial]\naws_secret_access_key = config-key\n"
	"[profile empty]\nregion = r\n"
	"[profile broken]\ncredential_process = a 'b\n";

static const char credentials_text[] =
	"[both]\naws_access_key_id = both-id\naws_secret_access_key = "
	"both-key\n"
	"aws_session_token = both-token\n"
	"[partial]\naws_access_key_id = partial-id\n"
	"[process]\ncredential_process = /bin/false\n"
	"[default]\naws_access_key_id = default-id\n"
	"aws_secret_access_key = default-key\n";

struct chain_case {
	const char *profile;    /* --profile */
	const char *env_file;   /* its text */
	const char *process[4]; /* id, secret, token, profile */
	const char *id;         /* what is found, or */
	const char *message;    /* the error */
	const char *token;
	const char *source;
};

static const struct chain_case cases[] = {
	{.id = "default-id", .source = "profile 'default'"},
	{.process = {"p-id", "p-key"},
	 .id = "p-id",
	 .source = "environment variables"},
	{.process = {"p-id", "p-key", "p-token"},
	 .id = "p-id",
	 .token = "p-token",
	 .source = "environment variables"},
	{.process = {NULL, NULL, NULL, "config"},
	 .id = "config-id",
	 .source = "profile 'config'"},
	{.process = {"p-id", "p-key", NULL, "config"},
	 .id = "p-id",
	 .source = "environment variables"},
	{.process = {"", "", "", ""},
	 .id = "default-id",
	 .source = "profile 'default'"},
	/* the file goes before the process */
	{.env_file = "AWS_ACCESS_KEY_ID=f-id\nAWS_SECRET_ACCESS_KEY=f-key",
	 .process = {"p-id", "p-key", "p-token", "config"},
	 .id = "f-id",
	 .source = "environment file"},
	{.env_file = "AWS_ACCESS_KEY_ID=f-id\nAWS_SECRET_ACCESS_KEY=f-key\n"
		     "AWS_PROFILE=both",
	 .id = "f-id",
	 .source = "environment file"},
	{.env_file = "AWS_PROFILE=both",
	 .process = {"p-id", "p-key"},
	 .id = "both-id",
	 .token = "both-token",
	 .source = "profile 'both'"},
	{.env_file = "AWS_ACCESS_KEY_ID=your-aws-access-key-id\n"
		     "AWS_SECRET_ACCESS_KEY=your-aws-secret-access-key",
	 .process = {"p-id", "p-key"},
	 .id = "p-id",
	 .source = "environment variables"},
	/* --profile goes before all */
	{.profile = "config",
	 .env_file = "AWS_ACCESS_KEY_ID=f-id\nAWS_SECRET_ACCESS_KEY=f-key\n"
		     "AWS_PROFILE=both",
	 .process = {"p-id", "p-key", NULL, "both"},
	 .id = "config-id",
	 .source = "profile 'config'"},
	/* sets are whole */
	{.env_file = "AWS_ACCESS_KEY_ID=f-id",
	 .process = {"p-id", "p-key"},
	 .message = "environment file: an access key id without its secret "
		    "key"},
	{.process = {NULL, "p-key"},
	 .message = "environment variables: a secret key without its access "
		    "key id"},
	{.profile = "partial",
	 .message = "profile 'partial': an access key id without its secret "
		    "key"},
	{.env_file = "AWS_SESSION_TOKEN=f-token",
	 .process = {"p-id", "p-key"},
	 .id = "p-id",
	 .source = "environment variables"},
	/* profiles without credentials */
	{.profile = "none", .message = "there is no profile 'none'"},
	{.profile = "empty", .message = "profile 'empty' holds no credentials"},
	{.profile = "process",
	 .message = "profile 'process' holds no credentials"},
	{.profile = "broken",
	 .message = "credential_process of profile 'broken': a quote is not "
		    "closed"},
};

static void set_process(const char *const values[4])
{
	static const char *const names[] = {"AWS_ACCESS_KEY_ID",
					    "AWS_SECRET_ACCESS_KEY",
					    "AWS_SESSION_TOKEN", "AWS_PROFILE"};
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		if (values[i])
			setenv(names[i], values[i], 1);
		else
			unsetenv(names[i]);
	}
}

static void expect_set(struct dg_credentials_chain *chain,
		       const struct chain_case *c)
{
	struct dg_credentials set;

	assert_int_equal(dg_credentials_get(chain, NULL, &set, NULL), 0);
	assert_string_equal(set.access_key_id, c->id);
	/* "x-id" goes with "x-key" */
	assert_memory_equal(set.secret_access_key, c->id, strlen(c->id) - 2);
	if (c->token)
		assert_string_equal(set.session_token, c->token);
	else
		assert_null(set.session_token);
	assert_int_equal(set.expires, 0);
	assert_string_equal(dg_credentials_source(chain), c->source);
	dg_credentials_free(&set);
}

static void test_first_source_that_has_any_gives_the_whole_set(void **state)
{
	struct dg_credentials_chain *chain;
	struct dg_profiles *profiles;
	struct dg_clock clock;
	size_t i;

	(void)state;
	dg_clock_init(&clock);
	assert_int_equal(dg_profiles_parse(&profiles, dg_slice_str(config_text),
					   dg_slice_str(credentials_text),
					   NULL),
			 0);
	for (i = 0; i < COUNT(cases); i++) {
		const struct chain_case *c = &cases[i];
		struct dg_env_file file;
		struct dg_credentials_options options = {
			.profile = c->profile,
			.env_file = c->env_file ? &file : NULL,
			.profiles = profiles,
			.clock = &clock,
		};
		struct dg_error err = {0};
		int rc;

		set_process(c->process);
		assert_int_equal(dg_env_file_parse(&file,
						   dg_slice_str(c->env_file),
						   NULL),
				 0);
		rc = dg_credentials_open(&chain, &options, &err);
		dg_env_file_free(&file);
		if (c->message) {
			assert_true(rc < 0);
			assert_string_equal(err.message, c->message);
			assert_null(chain);
			continue;
		}
		if (rc < 0)
			fail_msg("%zu: %s", i, err.message);
		expect_set(chain, c);
		dg_credentials_close(chain);
	}
	dg_profiles_free(profiles);
}

static void test_no_source_is_an_error_with_the_ways_out(void **state)
{
	static const char *const none[4];
	struct dg_credentials_chain *chain;
	struct dg_profiles *profiles;
	struct dg_clock clock;
	struct dg_credentials_options options = {.clock = &clock};
	struct dg_error err;

	(void)state;
	dg_clock_init(&clock);
	set_process(none);
	assert_int_equal(dg_profiles_parse(&profiles,
					   DG_SLICE("[default]\nregion=r\n"),
					   DG_SLICE(""), NULL),
			 0);
	options.profiles = profiles;
	assert_int_equal(dg_credentials_open(&chain, &options, &err),
			 DG_EDENIED);
	assert_string_equal(err.message, "there are no AWS credentials");
	assert_non_null(strstr(err.hint, "--profile"));
	dg_profiles_free(profiles);
}

static void test_fixed_set_that_expired_is_an_error(void **state)
{
	static const char *const process[4] = {"id", "key", "token"};
	struct dg_credentials_chain *chain;
	struct dg_credentials set, old;
	struct dg_profiles *profiles;
	struct dg_clock clock;
	struct dg_credentials_options options = {.clock = &clock};
	struct dg_error err;

	(void)state;
	dg_clock_init(&clock);
	set_process(process);
	assert_int_equal(
		dg_profiles_parse(&profiles, DG_SLICE(""), DG_SLICE(""), NULL),
		0);
	options.profiles = profiles;
	assert_int_equal(dg_credentials_open(&chain, &options, NULL), 0);
	assert_int_equal(dg_credentials_get(chain, NULL, &set, NULL), 0);
	old = set;
	assert_int_equal(dg_credentials_get(chain, &old, &set, &err),
			 DG_EDENIED);
	dg_credentials_free(&old);
	assert_string_equal(
		err.message,
		"the credentials of the environment variables have expired");
	assert_null(set.access_key_id);
	dg_credentials_close(chain);
	dg_profiles_free(profiles);
}

static void test_profile_in_force_is_the_nearest_one_named(void **state)
{
	static const char *const none[4];
	static const char *const process[4] = {NULL, NULL, NULL, "c"};
	struct dg_env_file file = {.value = {[DG_ENV_PROFILE] = (char *)"b"}};

	(void)state;
	set_process(none);
	assert_string_equal(dg_profile_in_force(NULL, NULL), "default");
	set_process(process);
	assert_string_equal(dg_profile_in_force(NULL, NULL), "c");
	assert_string_equal(dg_profile_in_force(NULL, &file), "b");
	assert_string_equal(dg_profile_in_force("a", &file), "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_first_source_that_has_any_gives_the_whole_set),
		cmocka_unit_test(test_no_source_is_an_error_with_the_ways_out),
		cmocka_unit_test(test_fixed_set_that_expired_is_an_error),
		cmocka_unit_test(
			test_profile_in_force_is_the_nearest_one_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
