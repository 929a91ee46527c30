#include "cli/session.h"
#include "command_line.h"
#include "fake_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_no_help_has_a_line_over_80_columns(void **state)
{
	const struct dg_command *const *command = dg_commands;
	char line[64] = "help";
	struct finished done;
	const char *p;

	(void)state;
	for (;;) {
		done = run(line);
		assert_int_equal(done.status, 0);
		assert_string_equal(done.err, "");
		for (p = done.out; *p; p += strcspn(p, "\n") + 1)
			assert_true(strcspn(p, "\n") <= 80);
		finish(&done);
		if (!*command)
			break;
		snprintf(line, sizeof(line), "help %s", (*command)->name);
		command++;
	}
}

static void test_every_help_ends_with_examples_and_statuses(void **state)
{
	const struct dg_command *const *command;
	char line[64];
	struct finished done;
	struct finished same;
	const char *examples;

	(void)state;
	for (command = dg_commands; *command; command++) {
		snprintf(line, sizeof(line), "help %s", (*command)->name);
		done = run(line);
		examples = strstr(done.out, "\nExamples:\n  ddbgit ");
		assert_non_null(examples);
		assert_non_null(strstr(examples + 12, "\n  ddbgit "));
		assert_non_null(strstr(examples, "\nExit status:\n  0   "));
		snprintf(line, sizeof(line), "%s -h", (*command)->name);
		same = run(line);
		assert_string_equal(same.out, done.out);
		assert_int_equal(same.status, 0);
		finish(&same);
		finish(&done);
	}
	assert_int_equal(fake_library.calls, 0);
}

static void test_no_command_is_the_help_and_a_mistake(void **state)
{
	struct finished done = run("");

	(void)state;
	assert_int_equal(done.status, 2);
	assert_string_equal(done.out, "");
	assert_non_null(strstr(done.err, "usage: ddbgit"));
	finish(&done);
}

static void test_mistakes_stop_before_the_library(void **state)
{
	static const struct {
		const char *command_line;
		const char *err;
	} cases[] = {
		{"dmup",
		 "[ERROR] unknown command 'dmup'; did you mean 'dump'?\n"
		 "        See 'ddbgit help'\n"},
		{"help lgo", "[ERROR] unknown command 'lgo'; did you mean "
			     "'log'?\n"},
		{"--env=prod dump", "[ERROR] unknown option '--env'\n"
				    "        See 'ddbgit help'\n"},
		{"dump --comit", "[ERROR] unknown option '--comit'; did you "
				 "mean '--commit'?\n"
				 "        See 'ddbgit help dump'\n"},
		{"dump prod", "[ERROR] unexpected argument 'prod'\n"
			      "        See 'ddbgit help dump'\n"},
		{"tag", "[ERROR] usage: ddbgit tag NAME [REV]\n"
			"        See 'ddbgit help tag'\n"},
		{"tag a b c", "[ERROR] unexpected argument 'c'\n"
			      "        See 'ddbgit help tag'\n"},
		{"dump --layout=tree", "[ERROR] option '--layout': 'tree' is "
				       "none of auto|single|chunked\n"
				       "        See 'ddbgit help dump'\n"},
		/* Options that come with later versions. */
		{"restore --anonymise", "[ERROR] unknown option '--anonymise'\n"
					"        See 'ddbgit help restore'\n"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect(cases[i].command_line, 2, "", cases[i].err);
	assert_int_equal(fake_library.calls, 0);
}

static void test_a_failure_has_the_status_of_its_code(void **state)
{
	static const struct {
		int rc;
		int status;
	} cases[] = {
		{DG_EFAILED, 1},      {DG_EUSAGE, 2},    {DG_EINCOMPLETE, 3},
		{DG_EDIFFERENT, 4},   {DG_EREFUSED, 5},  {DG_ENOMEM, 1},
		{DG_EIO, 1},          {DG_ENOTFOUND, 1}, {DG_EUNREACHABLE, 1},
		{DG_ECANCELLED, 130}, {DG_ELIMIT, 1},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_library.rc = cases[i].rc;
		fake_library.message = "it went wrong";
		fake_library.hint = "try again";
		expect("show", cases[i].status, "",
		       "[ERROR] it went wrong\n        try again\n");
	}
}

static void test_the_version_is_printed(void **state)
{
	(void)state;
	expect("--version", 0, "ddbgit " DG_VERSION "\n", "");
	expect("--version --json", 0,
	       "{\"type\":\"version\",\"version\":\"" DG_VERSION "\"}\n"
	       "{\"type\":\"summary\",\"command\":null,\"exit\":0}\n",
	       "");
}

static void test_the_options_of_dump_arrive(void **state)
{
	const struct dg_dump_options *o = &fake_library.dump_options;
	struct finished done;

	(void)state;
	done = run("dump --table=t --tag=x --segments=8 --max-rcu=50% "
		   "--layout=single --memory=8M");
	assert_int_equal(done.status, 0);
	assert_null(o->target.environment);
	assert_string_equal(o->target.table, "t");
	assert_string_equal(o->tag_name, "x");
	assert_true(o->tag);
	assert_int_equal(o->segments, 8);
	assert_string_equal(o->max_rcu, "50%");
	assert_string_equal(o->layout, "single");
	assert_int_equal(fake_library.run.memory, 8 << 20);
	finish(&done);
	done = run("dump -e prod -o out --consistent --force --replace");
	assert_string_equal(o->target.environment, "prod");
	assert_string_equal(o->output, "out");
	assert_true(o->consistent && o->force && o->replace);
	assert_false(o->commit || o->tag || o->allow_empty);
	assert_string_equal(o->layout, "auto");
	finish(&done);
	done = run("dump -m Why --region=r --profile=p --endpoint-url=u");
	assert_string_equal(o->message, "Why");
	assert_string_equal(o->target.region, "r");
	assert_string_equal(o->target.profile, "p");
	assert_string_equal(o->target.endpoint_url, "u");
	finish(&done);
}

static void test_the_options_of_restore_arrive(void **state)
{
	const struct dg_restore_options *o = &fake_library.restore_options;
	struct finished done;

	(void)state;
	done = run("restore -e local --rev=x --from=prod --verify=count --yes "
		   "--settings=source");
	assert_string_equal(o->revision, "x");
	assert_string_equal(o->from, "prod");
	assert_int_equal(o->verify, DG_VERIFY_COUNT);
	assert_true(o->yes && o->source_settings && o->confirm);
	assert_false(o->dry_run || o->accept_edited);
	finish(&done);
	done = run("restore -s dir --path=p --accept-edited --dry-run "
		   "--max-wcu=5 --max-rcu=7%");
	assert_string_equal(o->source, "dir");
	assert_string_equal(o->path, "p");
	assert_string_equal(o->max_wcu, "5");
	assert_string_equal(o->max_rcu, "7%");
	assert_int_equal(o->verify, DG_VERIFY_FULL);
	assert_true(o->dry_run && o->accept_edited && !o->source_settings);
	assert_false(o->changed_only || o->mirror || o->backup_first);
	assert_null(o->keys);
	finish(&done);
	done = run("restore --changed-only --keys-file=f --only=data --key={}");
	assert_true(o->changed_only);
	assert_string_equal(o->keys_file, "f");
	assert_int_equal(o->only, DG_RESTORE_DATA);
	assert_non_null(o->keys);
	finish(&done);
}

static void test_a_mirror_backs_up_first_unless_told_otherwise(void **state)
{
	static const struct {
		const char *words;
		bool backs_up;
	} cases[] = {
		{"restore --mirror", true},
		{"restore --mirror --no-backup-first", false},
		{"restore --backup-first", true},
		{"restore", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct finished done = run(cases[i].words);

		assert_int_equal(done.status, 0);
		assert_int_equal(fake_library.restore_options.backup_first,
				 cases[i].backs_up);
		finish(&done);
	}
}

static void test_a_mistake_in_json_is_an_object(void **state)
{
	struct finished done = run("dump --comit --json");

	(void)state;
	assert_int_equal(done.status, 2);
	assert_string_equal(done.out,
			    "{\"type\":\"error\",\"code\":\"usage\","
			    "\"message\":\"unknown option '--comit'; did you "
			    "mean '--commit'?\",\"hint\":\"See 'ddbgit help "
			    "dump'\",\"exit\":2}\n");
	finish(&done);
}

static void test_common_options_stand_before_or_behind_the_command(void **state)
{
	char before[4096];
	char here[4096];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	expect("-C / -q tag before", 0,
	       "tag          before\ncommit       " ID "\n", "");
	assert_string_equal(getcwd(here, sizeof(here)), "/");
	assert_int_equal(chdir(before), 0);
	expect("tag -q -C / before", 0,
	       "tag          before\ncommit       " ID "\n", "");
	assert_string_equal(getcwd(here, sizeof(here)), "/");
	assert_int_equal(chdir(before), 0);
	expect("-C /nonesuch log", 1, "",
	       "[ERROR] cannot work in '/nonesuch': No such file or "
	       "directory\n");
}

static void test_the_clock_of_tests_is_set_by_the_environment(void **state)
{
	struct finished done;

	(void)state;
	setenv("DDBGIT_TEST_CLOCK", "100,1738000000000", 1);
	done = run("dump");
	assert_true(fake_library.run.clock_speed > 99);
	assert_true(fake_library.run.clock_speed < 101);
	assert_int_equal(fake_library.run.clock_start_ms, 1738000000000);
	finish(&done);
	setenv("DDBGIT_TEST_CLOCK", "fast", 1);
	expect("dump", 2, "",
	       "[ERROR] DDBGIT_TEST_CLOCK is not SPEED[,UNIX_MS]\n");
	unsetenv("DDBGIT_TEST_CLOCK");
}

#define TEST(name) cmocka_unit_test_setup(name, fake_library_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_help_has_a_line_over_80_columns),
		TEST(test_every_help_ends_with_examples_and_statuses),
		TEST(test_no_command_is_the_help_and_a_mistake),
		TEST(test_mistakes_stop_before_the_library),
		TEST(test_a_failure_has_the_status_of_its_code),
		TEST(test_the_version_is_printed),
		TEST(test_the_options_of_dump_arrive),
		TEST(test_the_options_of_restore_arrive),
		TEST(test_a_mirror_backs_up_first_unless_told_otherwise),
		TEST(test_a_mistake_in_json_is_an_object),
		TEST(test_common_options_stand_before_or_behind_the_command),
		TEST(test_the_clock_of_tests_is_set_by_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
