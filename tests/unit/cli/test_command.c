#include "cli/session.h"
#include "fake_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define WORDS_MAX 8
#define ID "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b"
#define SHA256                                                                 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct finished {
	int status;
	char *out;
	char *err;
};

/* Runs a command line, which is split at blanks. */
static struct finished run(const char *command_line)
{
	char words[256];
	char *argv[WORDS_MAX + 2] = {(char *)"ddbgit"};
	struct finished done = {0, NULL, NULL};
	size_t out_size;
	size_t err_size;
	FILE *err = open_memstream(&done.err, &err_size);
	int argc = 1;
	char *word;

	assert_true(strlen(command_line) < sizeof(words));
	strcpy(words, command_line);
	for (word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		assert_true(argc <= WORDS_MAX);
		argv[argc++] = word;
	}
	done.status = dg_session_run(
		argc, argv, open_memstream(&done.out, &out_size), err, NULL);
	fclose(err);
	return done;
}

static void finish(struct finished *done)
{
	free(done->out);
	free(done->err);
}

static int reset(void **state)
{
	(void)state;
	memset(&fake_library, 0, sizeof(fake_library));
	fake_library.dump = (struct dg_dump_result){
		.environment = (char *)"prod",
		.table = (char *)"prod-media",
		.path = (char *)"backups/dynamodb/prod",
		.items = 1234,
		.bytes = 5678,
		.sha256 = SHA256,
	};
	fake_library.restore = (struct dg_restore_result){
		.source = (char *)"prod-20250127",
		.environment = (char *)"local",
		.table = (char *)"local-media",
		.items = 1234,
		.written = 1234,
		.verification = {.done = true,
				 .full = true,
				 .expected = 1234,
				 .equal = 1234,
				 .extra = 3},
	};
	return 0;
}

static void expect(const char *command_line, int status, const char *out,
		   const char *err)
{
	struct finished done = run(command_line);

	assert_string_equal(done.err, err);
	assert_string_equal(done.out, out);
	assert_int_equal(done.status, status);
	finish(&done);
}

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
		 "        see 'ddbgit help'\n"},
		{"help lgo", "[ERROR] unknown command 'lgo'; did you mean "
			     "'log'?\n"},
		{"--env=prod dump", "[ERROR] unknown option '--env'\n"
				    "        see 'ddbgit help'\n"},
		{"dump --comit", "[ERROR] unknown option '--comit'; did you "
				 "mean '--commit'?\n"
				 "        see 'ddbgit help dump'\n"},
		{"dump prod", "[ERROR] unexpected argument 'prod'\n"
			      "        see 'ddbgit help dump'\n"},
		{"tag", "[ERROR] usage: ddbgit tag NAME [REV]\n"
			"        see 'ddbgit help tag'\n"},
		{"tag a b c", "[ERROR] unexpected argument 'c'\n"
			      "        see 'ddbgit help tag'\n"},
		{"dump --layout=chunked",
		 "[ERROR] the chunked layout is not available in this "
		 "version; use --layout=single\n"
		 "        see 'ddbgit help dump'\n"},
		/* Options that come with later versions. */
		{"restore --mirror", "[ERROR] unknown option '--mirror'\n"
				     "        see 'ddbgit help restore'\n"},
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
	assert_true(o->tag && o->commit);
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
	assert_true(o->commit);
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
		   "--max-wcu=5");
	assert_string_equal(o->source, "dir");
	assert_string_equal(o->path, "p");
	assert_string_equal(o->max_wcu, "5");
	assert_int_equal(o->verify, DG_VERIFY_FULL);
	assert_true(o->dry_run && o->accept_edited && !o->source_settings);
	finish(&done);
}

static void test_a_dump_says_where_it_went(void **state)
{
	(void)state;
	expect("dump", 0,
	       "path         backups/dynamodb/prod\n"
	       "items        1234\n"
	       "sha256       " SHA256 "\n",
	       "[SUCCESS] Dumped 1,234 items of 'prod-media' to "
	       "backups/dynamodb/prod\n");
}

static void test_a_committed_dump_says_what_changed(void **state)
{
	struct dg_dump_result *result = &fake_library.dump;

	(void)state;
	result->committed = true;
	strcpy(result->commit_id, ID);
	result->branch = (char *)"main";
	result->tag = (char *)"prod-20250127";
	result->changes =
		(struct dg_changes){DG_CHANGES_COUNTED, 12, 3, 1, false};
	expect("dump --commit --tag", 0,
	       "path         backups/dynamodb/prod\n"
	       "items        1234\n"
	       "sha256       " SHA256 "\n"
	       "commit       " ID "\n"
	       "tag          prod-20250127\n",
	       "[SUCCESS] Dumped 1,234 items of 'prod-media' to "
	       "backups/dynamodb/prod\n"
	       "[SUCCESS] Committed 1a2b3c4 to main: +12 ~3 -1\n"
	       "[SUCCESS] Tag prod-20250127 names 1a2b3c4\n"
	       "[INFO] To share the tag: git push origin prod-20250127\n");
}

static void test_a_dump_of_no_table_is_what_the_scripts_made_of_it(void **state)
{
	(void)state;
	fake_library.dump.table_missing = true;
	fake_library.warning = "Table 't' does not exist. Nothing to dump.";
	expect("dump -q", 0, "",
	       "[WARNING] Table 't' does not exist. Nothing to dump.\n");
}

static void test_a_dump_in_json_ends_with_its_summary(void **state)
{
	(void)state;
	expect("dump --json -q", 0,
	       "{\"type\":\"summary\",\"command\":\"dump\",\"exit\":0,"
	       "\"environment\":\"prod\",\"table\":\"prod-media\","
	       "\"path\":\"backups/dynamodb/prod\",\"tableMissing\":false,"
	       "\"items\":1234,\"bytes\":5678,\"sha256\":\"" SHA256 "\","
	       "\"duplicates\":0,\"spilledBytes\":0,\"requests\":0,"
	       "\"retries\":0,\"committed\":false,\"unchanged\":false,"
	       "\"commit\":null,\"branch\":null,\"tag\":null}\n",
	       "");
}

static void test_a_mistake_in_json_is_an_object(void **state)
{
	struct finished done = run("dump --comit --json");

	(void)state;
	assert_int_equal(done.status, 2);
	assert_string_equal(done.out,
			    "{\"type\":\"error\",\"code\":\"usage\","
			    "\"message\":\"unknown option '--comit'; did you "
			    "mean '--commit'?\",\"hint\":\"see 'ddbgit help "
			    "dump'\",\"exit\":2}\n");
	finish(&done);
}

static void test_a_restore_says_what_was_verified(void **state)
{
	static char *left_out[] = {(char *)"deletion protection", NULL};

	(void)state;
	fake_library.restore.left_out = left_out;
	expect("restore", 0,
	       "table        local-media\n"
	       "items        1234\n"
	       "written      1234\n"
	       "refused      0\n"
	       "expected     1234\n"
	       "equal        1234\n"
	       "different    0\n"
	       "missing      0\n"
	       "extra        3\n",
	       "[WARNING] Not restored: deletion protection\n"
	       "[SUCCESS] Restored 1,234 items of prod-20250127 to "
	       "'local-media'\n"
	       "[SUCCESS] Verified item by item: 1,234 items as expected\n");
}

static void test_an_incomplete_restore_shows_its_counts(void **state)
{
	struct finished done;

	(void)state;
	fake_library.rc = DG_EINCOMPLETE;
	fake_library.message = "2 items were refused";
	fake_library.restore.refused = 2;
	fake_library.restore.failures_file = (char *)"failures.jsonl";
	done = run("restore");
	assert_int_equal(done.status, 3);
	assert_non_null(strstr(done.out, "refused      2\n"));
	assert_string_equal(done.err, "[WARNING] The items that were refused "
				      "are listed in failures.jsonl\n"
				      "[ERROR] 2 items were refused\n");
	finish(&done);
	done = run("restore --json");
	assert_non_null(strstr(done.out, "\"exit\":3}\n{\"type\":\"summary\","
					 "\"command\":\"restore\","
					 "\"exit\":3,"));
	finish(&done);
}

static void test_a_dry_run_says_that_nothing_was_written(void **state)
{
	struct finished done;

	(void)state;
	fake_library.restore.created = true;
	fake_library.restore.written = 0;
	fake_library.restore.verification.done = false;
	done = run("restore --dry-run");
	assert_string_equal(done.err,
			    "[INFO] Table 'local-media' would be created\n"
			    "[INFO] 1,234 items would be written to "
			    "'local-media'; nothing was\n");
	finish(&done);
}

static const char *const tags[] = {"prod-20250127", "good", NULL};

static const struct dg_backup backups[] = {
	{.commit_id = ID,
	 .date = "2025-01-27T10:00:00Z",
	 .environment = "prod",
	 .table = "prod-media",
	 .path = "backups/dynamodb/prod",
	 .subject = "Dump prod-media",
	 .has_items = true,
	 .items = 1234567,
	 .has_changes = true,
	 .changes = {DG_CHANGES_COUNTED, 12, 3, 1, false},
	 .tags = tags},
	{.commit_id = "2222222222222222222222222222222222222222",
	 .date = "2025-01-26T09:30:00Z",
	 .path = "back\033ups",
	 .table = "a\033[31m",
	 .removed = true},
	{.commit_id = "3333333333333333333333333333333333333333",
	 .date = "2025-01-25T09:30:00Z",
	 .environment = "a-long-environment",
	 .table = "t",
	 .has_items = true,
	 .items = 5,
	 .has_changes = true,
	 .changes = {DG_CHANGES_FIRST, 5, 0, 0, false}},
};

static void test_log_aligns_what_it_has_seen(void **state)
{
	(void)state;
	fake_library.backups = backups;
	fake_library.backup_count = 3;
	expect("log --env=prod -n 5 main~2", 0,
	       "1a2b3c4  2025-01-27 10:00  prod   prod-media    1,234,567  "
	       "+12 ~3 -1    (prod-20250127, good)\n"
	       "2222222  2025-01-26 09:30  -      a\\u001b[31m     removed  "
	       "-\n"
	       "3333333  2025-01-25 09:30  a-long-environment  t           "
	       "          5  +5 ~0 -0\n",
	       "");
	assert_string_equal(fake_library.list_options.environment, "prod");
	assert_string_equal(fake_library.list_options.revision, "main~2");
	assert_int_equal(fake_library.list_options.limit, 5);
}

static void test_log_in_json_ends_with_a_count(void **state)
{
	(void)state;
	fake_library.backups = backups;
	fake_library.backup_count = 1;
	expect("log --json", 0,
	       "{\"type\":\"backup\",\"commit\":\"" ID "\","
	       "\"date\":\"2025-01-27T10:00:00Z\",\"environment\":\"prod\","
	       "\"table\":\"prod-media\",\"region\":null,"
	       "\"path\":\"backups/dynamodb/prod\","
	       "\"subject\":\"Dump prod-media\",\"removed\":false,"
	       "\"items\":1234567,\"changes\":{\"kind\":\"counted\","
	       "\"added\":12,\"changed\":3,\"removed\":1,"
	       "\"settings\":false},\"sha256\":null,"
	       "\"tags\":[\"prod-20250127\",\"good\"]}\n"
	       "{\"type\":\"summary\",\"command\":\"log\",\"exit\":0,"
	       "\"backups\":1}\n",
	       "");
}

static void test_show_prints_what_is_known(void **state)
{
	static struct dg_backup_index index = {(char *)"by-user", true,
					       (char *)"user (S), time (N)",
					       (char *)"ALL"};

	(void)state;
	fake_library.details = (struct dg_backup_details){
		.commit_id = ID,
		.subject = (char *)"Dump prod-media",
		.table = (char *)"prod-media",
		.keys = (char *)"id (S)",
		.indexes = &index,
		.index_count = 1,
		.has_items = true,
		.items = 1234,
		.bytes = 5678,
		.has_changes = true,
	};
	expect("show prod-20250127 --from=prod", 0,
	       "commit       " ID "\n"
	       "subject      Dump prod-media\n"
	       "table        prod-media\n"
	       "items        1,234\n"
	       "size         5.7 kB\n"
	       "changes      +0 ~0 -0\n"
	       "keys         id (S)\n"
	       "index        by-user (global): user (S), time (N); ALL\n",
	       "");
	assert_string_equal(fake_library.show_options.revision,
			    "prod-20250127");
	assert_string_equal(fake_library.show_options.environment, "prod");
}

static void test_tag_names_the_commit_and_the_way_to_share_it(void **state)
{
	(void)state;
	expect("tag before main~1", 0,
	       "tag          before\n"
	       "commit       " ID "\n",
	       "[SUCCESS] Tag before names 1a2b3c4\n"
	       "[INFO] To share the tag: git push origin before\n");
	assert_string_equal(fake_library.tag_revision, "main~1");
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

#define TEST(name) cmocka_unit_test_setup(name, reset)

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
		TEST(test_a_dump_says_where_it_went),
		TEST(test_a_committed_dump_says_what_changed),
		TEST(test_a_dump_of_no_table_is_what_the_scripts_made_of_it),
		TEST(test_a_dump_in_json_ends_with_its_summary),
		TEST(test_a_mistake_in_json_is_an_object),
		TEST(test_a_restore_says_what_was_verified),
		TEST(test_an_incomplete_restore_shows_its_counts),
		TEST(test_a_dry_run_says_that_nothing_was_written),
		TEST(test_log_aligns_what_it_has_seen),
		TEST(test_log_in_json_ends_with_a_count),
		TEST(test_show_prints_what_is_known),
		TEST(test_tag_names_the_commit_and_the_way_to_share_it),
		TEST(test_common_options_stand_before_or_behind_the_command),
		TEST(test_the_clock_of_tests_is_set_by_the_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
