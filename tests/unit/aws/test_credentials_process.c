#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include "aws/credential_script.h"
#include <signal.h>
#include <unistd.h>

static void test_process_gives_credentials(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f,
		     "echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"$1\\\","
		     "\\\"SecretAccessKey\\\":\\\"$2\\\","
		     "\\\"SessionToken\\\":\\\"t\\\"}\"");
	script_open_process(&f);
	assert_int_equal(script_count_calls(&f), 0); /* opening asks nobody */
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a b");
	assert_string_equal(f.set.secret_access_key, "$HOME");
	assert_string_equal(f.set.session_token, "t");
	assert_int_equal(f.set.expires, 0);
	assert_string_equal(dg_credentials_source(f.chain), "profile 'p'");
	assert_int_equal(script_get(&f, false), 0);
	assert_int_equal(script_count_calls(&f), 1);
	script_end(&f);
}

struct failure_case {
	const char *script;
	const char *message;
};

static const struct failure_case failures[] = {
	{"echo first >&2; printf 'no \\033[1mway\\n\\n' >&2; exit 3",
	 LABEL "exit status 3: no \\u001b[1mway"},
	{"exit 1", LABEL "exit status 1"},
	{"kill -9 $$", LABEL "exit status 137"},
	{"true", LABEL "its output is not JSON"},
	{"echo '{\"Version\":1,\"SecretAccessKey\":\"hidden'",
	 LABEL "its output is not JSON"},
	{"echo '[1]'", LABEL "its output is not JSON"},
	{"echo '{\"Version\":2,\"AccessKeyId\":\"a\"}'",
	 LABEL "its output is not of Version 1"},
	{"echo '{\"AccessKeyId\":\"a\"}'",
	 LABEL "its output is not of Version 1"},
	{"echo '{\"Version\":1,\"AccessKeyId\":\"a\"}'",
	 LABEL "its output lacks AccessKeyId or SecretAccessKey"},
	{"echo '{\"Version\":1,\"AccessKeyId\":\"a\","
	 "\"SecretAccessKey\":\"\"}'",
	 LABEL "its output lacks AccessKeyId or SecretAccessKey"},
	{"echo '{\"Version\":1,\"AccessKeyId\":\"a\","
	 "\"SecretAccessKey\":\"b\",\"Expiration\":\"soon\"}'",
	 LABEL "its Expiration is no ISO 8601 time"},
	{"echo '{\"Version\":1,\"AccessKeyId\":\"a\","
	 "\"SecretAccessKey\":\"b\","
	 "\"Expiration\":\"2025-01-27T10:00:00Z\"}'",
	 "the credentials of the profile 'p' have expired"},
	{"head -c 300000 /dev/zero",
	 LABEL "more than the 262144 bytes allowed"},
};

static void test_process_that_fails_is_named_with_its_words(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(failures); i++) {
		struct script_fixture f;

		script_begin(&f, failures[i].script);
		script_open_process(&f);
		assert_int_equal(script_get(&f, false), DG_EDENIED);
		assert_int_equal(f.err.code, DG_EDENIED);
		assert_string_equal(f.err.message, failures[i].message);
		script_end(&f);
	}
}

static void test_missing_program_is_named(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "true");
	assert_int_equal(
		script_open_chain(
			&f, "[profile p]\ncredential_process = not-there-x\n",
			"p"),
		0);
	assert_int_equal(script_get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message,
			    LABEL "there is no program 'not-there-x'");
	script_end(&f);
}

static void test_process_that_hangs_is_ended(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "exec sleep 600");
	f.clock.step = 20000; /* each look at the clock */
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message, LABEL "no answer within 60 s");
	script_end(&f);
}

static void test_cancelling_ends_the_process(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "exec sleep 600");
	script_open_process(&f);
	dg_cancel_set(&f.cancel);
	assert_int_equal(script_get(&f, false), DG_ECANCELLED);
	script_end(&f);
}

static void kill_background(const struct script_fixture *f)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char path[128];

	snprintf(path, sizeof(path), "%s/pid", f->folder);
	assert_int_equal(dg_config_file_read(&text, path, NULL, NULL), 0);
	assert_int_equal(kill((pid_t)strtol(text.ptr, NULL, 10), SIGKILL), 0);
	dg_buf_free(&text);
}

static void test_what_it_leaves_in_the_background_is_not_waited_for(
	void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "sleep 600 &\necho $! > \"$(dirname \"$0\")/pid\"\n"
			 "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
			 "\"SecretAccessKey\":\"b\"}'");
	script_open_process(&f);
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a");
	kill_background(&f);
	script_end(&f);
}

static const char *const other_kinds[] = {
	"role_arn = arn:aws:iam::1:role/x", "sso_session = s",
	"sso_start_url = https://x", "web_identity_token_file = f",
	"login_session = l"};

static void test_other_kinds_of_profile_go_through_the_aws_command(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(other_kinds); i++) {
		char config[256];
		struct script_fixture f;

		script_begin(&f, "true");
		script_write(&f, "aws",
			     "[ \"$*\" = 'configure export-credentials "
			     "--format process --profile q' ] || exit 9\n"
			     "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
			     "\"SecretAccessKey\":\"b\"}'");
		/* keys beside it belong to the role's source */
		snprintf(config, sizeof(config),
			 "[profile q]\n%s\naws_access_key_id=x\n"
			 "aws_secret_access_key=y\n",
			 other_kinds[i]);
		assert_int_equal(script_open_chain(&f, config, "q"), 0);
		assert_int_equal(script_get(&f, false), 0);
		assert_string_equal(f.set.access_key_id, "a");
		script_end(&f);
	}
}

static void test_aws_command_that_fails_is_named(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "true");
	script_write(&f, "aws", "echo 'token has expired' >&2; exit 255");
	assert_int_equal(
		script_open_chain(&f, "[profile q]\nsso_session=s\n", "q"), 0);
	assert_int_equal(script_get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message, "the aws command for profile 'q': "
					   "exit status 255: token has "
					   "expired");
	script_end(&f);
}

static void test_aws_command_of_version_1_asks_for_version_2(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "true");
	script_write(&f, "aws",
		     "echo \"aws: error: argument subcommand: Invalid choice, "
		     "valid choices are:\" >&2\n"
		     "printf '\\nget | list\\nset | add-model\\n' >&2; exit 2");
	assert_int_equal(
		script_open_chain(&f, "[profile q]\nsso_session=s\n", "q"), 0);
	assert_int_equal(script_get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message, "the aws command for profile 'q': "
					   "exit status 2: it is too old to "
					   "give credentials");
	assert_non_null(strstr(f.err.hint, "Install AWS CLI version 2"));
	script_end(&f);
}

static void test_missing_aws_command_is_an_error_with_a_way_out(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "true");
	setenv("PATH", f.folder, 1);
	assert_int_equal(
		script_open_chain(&f, "[profile q]\nsso_session=s\n", "q"),
		DG_EDENIED);
	assert_string_equal(f.err.message,
			    "profile 'q' (sso_session) needs the aws command, "
			    "which is not installed");
	assert_non_null(strstr(f.err.hint, "credential_process"));
	script_end(&f);
}

static void test_container_role_goes_through_the_aws_command(void **state)
{
	struct script_fixture f;

	(void)state;
	script_begin(&f, "true");
	script_write(&f, "aws",
		     "[ \"$*\" = 'configure export-credentials --format "
		     "process' ] || exit 9\n"
		     "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
		     "\"SecretAccessKey\":\"b\"}'");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token", 1);
	assert_int_equal(script_open_chain(&f, "[default]\nregion=r\n", NULL),
			 0);
	unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	assert_int_equal(script_get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a");
	script_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_process_gives_credentials),
		cmocka_unit_test(
			test_process_that_fails_is_named_with_its_words),
		cmocka_unit_test(test_missing_program_is_named),
		cmocka_unit_test(test_process_that_hangs_is_ended),
		cmocka_unit_test(test_cancelling_ends_the_process),
		cmocka_unit_test(
			test_what_it_leaves_in_the_background_is_not_waited_for),
		cmocka_unit_test(
			test_other_kinds_of_profile_go_through_the_aws_command),
		cmocka_unit_test(test_aws_command_that_fails_is_named),
		cmocka_unit_test(
			test_aws_command_of_version_1_asks_for_version_2),
		cmocka_unit_test(
			test_missing_aws_command_is_an_error_with_a_way_out),
		cmocka_unit_test(
			test_container_role_goes_through_the_aws_command),
	};

	return cmocka_run_group_tests(tests, script_set_up, NULL);
}
