/* Credentials that programs print: small scripts in a folder of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include "aws/credentials.h"
#include "base/work.h"
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T0_MS 1737972000000 /* 2025-01-27T10:00:00Z */

/* A clock that stands still but where a test moves it. */
struct still_clock {
	struct dg_clock clock;
	int64_t ms; /* since T0 */
	int64_t step;
};

static int64_t still_now(struct dg_clock *clock)
{
	struct still_clock *still = (struct still_clock *)clock;

	still->ms += still->step;
	return still->ms;
}

static int64_t still_wall(struct dg_clock *clock)
{
	return T0_MS + ((struct still_clock *)clock)->ms;
}

struct warnings {
	char last[512];
	int count;
};

static void note_warning(void *context, enum dg_log_level level,
			 const char *message)
{
	struct warnings *warnings = context;

	if (level != DG_LOG_WARNING)
		return;
	snprintf(warnings->last, sizeof(warnings->last), "%s", message);
	warnings->count++;
}

struct fixture {
	char folder[64];
	struct still_clock clock;
	struct dg_cancel cancel;
	struct warnings warnings;
	struct dg_log log;
	struct dg_profiles *profiles;
	struct dg_credentials_chain *chain;
	struct dg_credentials set;
	struct dg_error err;
};

static void write_script(const struct fixture *f, const char *name,
			 const char *body)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho x >> '%s/calls'\n%s\n", f->folder, body);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
}

static size_t count_calls(const struct fixture *f)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char path[128];
	size_t calls = 0;

	snprintf(path, sizeof(path), "%s/calls", f->folder);
	if (dg_config_file_read(&text, path, NULL, NULL) == 0)
		calls = text.len / 2;
	dg_buf_free(&text);
	return calls;
}

static void begin(struct fixture *f, const char *script)
{
	char path[128];

	memset(f, 0, sizeof(*f));
	strcpy(f->folder, "/tmp/ddbgit-cred-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", f->folder);
	setenv("PATH", path, 1);
	write_script(f, "give", script);
	dg_clock_init(&f->clock.clock);
	f->clock.clock.now_ms = still_now;
	f->clock.clock.wall_ms = still_wall;
	f->log = (struct dg_log){note_warning, &f->warnings};
}

static int open_chain(struct fixture *f, const char *config,
		      const char *profile)
{
	struct dg_credentials_options options = {
		.profile = profile,
		.clock = &f->clock.clock,
		.log = &f->log,
		.cancel = &f->cancel,
	};
	int rc = dg_profiles_parse(&f->profiles, dg_slice_str(config),
				   DG_SLICE(""), &f->err);

	assert_int_equal(rc, 0);
	options.profiles = f->profiles;
	return dg_credentials_open(&f->chain, &options, &f->err);
}

/* The profile whose credential_process is the script. */
static void open_process(struct fixture *f)
{
	assert_int_equal(open_chain(f,
				    "[profile p]\n"
				    "credential_process = give 'a b' $HOME\n",
				    "p"),
			 0);
}

static int get(struct fixture *f, bool expired)
{
	dg_credentials_free(&f->set);
	return dg_credentials_get(f->chain, expired, &f->set, &f->err);
}

static void remove_folder(const struct fixture *f)
{
	static const char *const names[] = {"give", "aws", "calls", "pid"};
	char path[128];
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
}

static void end(struct fixture *f)
{
	dg_credentials_free(&f->set);
	dg_credentials_close(f->chain);
	dg_profiles_free(f->profiles);
	remove_folder(f);
}

static void test_process_gives_credentials(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"$1\\\","
		  "\\\"SecretAccessKey\\\":\\\"$2\\\","
		  "\\\"SessionToken\\\":\\\"t\\\"}\"");
	open_process(&f);
	assert_int_equal(count_calls(&f), 0); /* opening asks nobody */
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a b");
	assert_string_equal(f.set.secret_access_key, "$HOME");
	assert_string_equal(f.set.session_token, "t");
	assert_int_equal(f.set.expires, 0);
	assert_string_equal(dg_credentials_source(f.chain), "profile 'p'");
	assert_int_equal(get(&f, false), 0);
	assert_int_equal(count_calls(&f), 1);
	end(&f);
}

struct failure_case {
	const char *script;
	const char *message;
};

#define LABEL "credential_process of profile 'p': "

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
		struct fixture f;

		begin(&f, failures[i].script);
		open_process(&f);
		assert_int_equal(get(&f, false), DG_EDENIED);
		assert_int_equal(f.err.code, DG_EDENIED);
		assert_string_equal(f.err.message, failures[i].message);
		end(&f);
	}
}

static void test_missing_program_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "true");
	assert_int_equal(
		open_chain(&f,
			   "[profile p]\ncredential_process = not-there-x\n",
			   "p"),
		0);
	assert_int_equal(get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message,
			    LABEL "there is no program 'not-there-x'");
	end(&f);
}

static void test_process_that_hangs_is_ended(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "exec sleep 600");
	f.clock.step = 20000; /* each look at the clock */
	open_process(&f);
	assert_int_equal(get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message, LABEL "no answer within 60 s");
	end(&f);
}

static void test_cancelling_ends_the_process(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "exec sleep 600");
	open_process(&f);
	dg_cancel_set(&f.cancel);
	assert_int_equal(get(&f, false), DG_ECANCELLED);
	end(&f);
}

static void kill_background(const struct fixture *f)
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
	struct fixture f;

	(void)state;
	begin(&f, "sleep 600 &\necho $! > \"$(dirname \"$0\")/pid\"\n"
		  "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
		  "\"SecretAccessKey\":\"b\"}'");
	open_process(&f);
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a");
	kill_background(&f);
	end(&f);
}

/* A new key each time, good for an hour and a half from T0. */
static const char hourly_script[] =
	"n=$(wc -l < \"$(dirname \"$0\")/calls\" | tr -d ' ')\n"
	"echo \"{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"key-$n\\\","
	"\\\"SecretAccessKey\\\":\\\"s\\\","
	"\\\"Expiration\\\":\\\"2025-01-27T1$n:30:00+00:00\\\"}\"";

#define MINUTE_MS INT64_C(60000)

static void test_set_is_renewed_before_each_expiry(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, hourly_script);
	open_process(&f);
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	assert_int_equal(f.set.expires, T0_MS / 1000 + 90 * 60);
	f.clock.ms = 84 * MINUTE_MS;
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	f.clock.ms = 86 * MINUTE_MS;
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	f.clock.ms = 146 * MINUTE_MS;
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-3");
	assert_int_equal(count_calls(&f), 3);
	end(&f);
}

static void test_set_that_the_service_calls_expired_is_renewed(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, hourly_script);
	open_process(&f);
	assert_int_equal(get(&f, false), 0);
	f.clock.ms = MINUTE_MS;
	assert_int_equal(get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	/* who learns of the same expiry a moment later gets the same */
	assert_int_equal(get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-2");
	f.clock.ms += 11000;
	assert_int_equal(get(&f, true), 0);
	assert_string_equal(f.set.access_key_id, "key-3");
	end(&f);
}

static void test_old_set_serves_while_it_cannot_be_renewed(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, hourly_script);
	open_process(&f);
	assert_int_equal(get(&f, false), 0);
	write_script(&f, "give", "echo later >&2; exit 1");
	f.clock.ms = 86 * MINUTE_MS;
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "key-1");
	assert_int_equal(f.warnings.count, 1);
	assert_string_equal(f.warnings.last,
			    "credentials are not renewed "
			    "yet: " LABEL "exit status 1: later");
	f.clock.ms = 91 * MINUTE_MS;
	assert_int_equal(get(&f, false), DG_EDENIED);
	end(&f);
}

static int get_in_worker(void *context, size_t worker, size_t task,
			 struct dg_cancel *stop, struct dg_error *err)
{
	struct fixture *f = context;
	struct dg_credentials set;
	int rc = dg_credentials_get(f->chain, true, &set, err);

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
	struct fixture f;
	const struct dg_work work = {
		.run = get_in_worker, .context = &f, .workers = 4, .tasks = 40};

	(void)state;
	begin(&f, hourly_script);
	open_process(&f);
	assert_int_equal(get(&f, false), 0);
	f.clock.ms = MINUTE_MS;
	if (dg_work_run(&work, &f.err) < 0)
		fail_msg("%s", f.err.message);
	assert_int_equal(count_calls(&f), 2);
	end(&f);
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
		struct fixture f;

		begin(&f, "true");
		write_script(&f, "aws",
			     "[ \"$*\" = 'configure export-credentials "
			     "--format process --profile q' ] || exit 9\n"
			     "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
			     "\"SecretAccessKey\":\"b\"}'");
		/* keys beside it belong to the role's source */
		snprintf(config, sizeof(config),
			 "[profile q]\n%s\naws_access_key_id=x\n"
			 "aws_secret_access_key=y\n",
			 other_kinds[i]);
		assert_int_equal(open_chain(&f, config, "q"), 0);
		assert_int_equal(get(&f, false), 0);
		assert_string_equal(f.set.access_key_id, "a");
		end(&f);
	}
}

static void test_aws_command_that_fails_is_named(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "true");
	write_script(&f, "aws", "echo 'token has expired' >&2; exit 255");
	assert_int_equal(open_chain(&f, "[profile q]\nsso_session=s\n", "q"),
			 0);
	assert_int_equal(get(&f, false), DG_EDENIED);
	assert_string_equal(f.err.message, "the aws command for profile 'q': "
					   "exit status 255: token has "
					   "expired");
	end(&f);
}

static void test_missing_aws_command_is_an_error_with_a_way_out(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "true");
	setenv("PATH", f.folder, 1);
	assert_int_equal(open_chain(&f, "[profile q]\nsso_session=s\n", "q"),
			 DG_EDENIED);
	assert_string_equal(f.err.message,
			    "profile 'q' (sso_session) needs the aws command, "
			    "which is not installed");
	assert_non_null(strstr(f.err.hint, "credential_process"));
	end(&f);
}

static void test_container_role_goes_through_the_aws_command(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f, "true");
	write_script(&f, "aws",
		     "[ \"$*\" = 'configure export-credentials --format "
		     "process' ] || exit 9\n"
		     "echo '{\"Version\":1,\"AccessKeyId\":\"a\","
		     "\"SecretAccessKey\":\"b\"}'");
	setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token", 1);
	assert_int_equal(open_chain(&f, "[default]\nregion=r\n", NULL), 0);
	unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
	assert_int_equal(get(&f, false), 0);
	assert_string_equal(f.set.access_key_id, "a");
	end(&f);
}

static int set_up(void **state)
{
	static const char *const variables[] = {
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
		"AWS_PROFILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	return 0;
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
		cmocka_unit_test(test_set_is_renewed_before_each_expiry),
		cmocka_unit_test(
			test_set_that_the_service_calls_expired_is_renewed),
		cmocka_unit_test(
			test_old_set_serves_while_it_cannot_be_renewed),
		cmocka_unit_test(test_threads_renew_once),
		cmocka_unit_test(
			test_other_kinds_of_profile_go_through_the_aws_command),
		cmocka_unit_test(test_aws_command_that_fails_is_named),
		cmocka_unit_test(
			test_missing_aws_command_is_an_error_with_a_way_out),
		cmocka_unit_test(
			test_container_role_goes_through_the_aws_command),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
