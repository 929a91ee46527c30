/* What diff, status, cat and log --key print of what the library finds. */
#include "cli/output.h"
#include "cli/pager.h"
#include "command_line.h"
#include "fake_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KEY "{\"id\":{\"S\":\"42\"}}"

static const struct dg_dataset_info before = {
	.kind = DG_DATASET_REVISION,
	.name = "first:backups/dynamodb/prod",
	.commit_id = ID,
	.path = "backups/dynamodb/prod",
	.environment = "prod",
	.table = "prod-media",
	.region = "us-east-1",
	.date = "2025-01-26T10:00:00Z",
	.has_items = true,
	.items = 1234,
};

static const struct dg_dataset_info after = {
	.kind = DG_DATASET_LIVE,
	.name = "live",
	.environment = "prod",
	.table = "prod-media",
	.region = "us-east-1",
};

static int visit_item(const struct dg_diff_visitor *visitor,
		      struct dg_error *err)
{
	const struct dg_item_difference item = {
		.kind = DG_CHANGED,
		.key = DG_SLICE(KEY),
		.before = DG_SLICE(KEY),
		.after = DG_SLICE(KEY),
		.text = "",
	};
	const struct dg_attribute_change zip = {
		.kind = DG_CHANGED,
		.path = "m.zip",
		.path_json = DG_SLICE("[\"m\",\"zip\"]"),
		.before = DG_SLICE("{\"S\":\"1010\"}"),
		.after = DG_SLICE("{\"S\":\"1011\"}"),
		.before_text = "\"1010\"",
		.after_text = "\"1011\"",
	};
	const struct dg_attribute_change tags = {
		.kind = DG_CHANGED,
		.members = true,
		.path = "tags",
		.path_json = DG_SLICE("[\"tags\"]"),
		.after = DG_SLICE("{\"SS\":[\"x\"]}"),
		.before_text = "",
		.after_text = "{\"x\"}",
	};
	int rc = visitor->item(visitor->context, &item, err);

	if (rc == 0 && visitor->attribute)
		rc = visitor->attribute(visitor->context, &zip, err);
	if (rc == 0 && visitor->attribute)
		rc = visitor->attribute(visitor->context, &tags, err);
	return rc == 0 ? visitor->item_end(visitor->context, err) : rc;
}

static int visit_all(const struct dg_diff_visitor *visitor,
		     struct dg_error *err)
{
	const struct dg_setting_change setting = {
		.path = "BillingModeSummary.BillingMode",
		.path_json = DG_SLICE("[\"Table\",\"BillingModeSummary\"]"),
		.before = DG_SLICE("\"PROVISIONED\""),
		.after = DG_SLICE("\"PAY_PER_REQUEST\""),
		.before_text = "\"PROVISIONED\"",
		.after_text = "\"PAY_PER_REQUEST\"",
	};
	int rc = visitor->begin(visitor->context, &before, &after, err);

	if (rc == 0)
		rc = visitor->setting(visitor->context, &setting, err);
	return rc == 0 ? visit_item(visitor, err) : rc;
}

static void given_differences(void)
{
	fake_library.visit_diff = visit_all;
	fake_library.diff =
		(struct dg_diff_result){.changed = 1, .settings = 1};
}

#define TITLE                                                                  \
	"--- first:backups/dynamodb/prod  2025-01-26 10:00, 1,234 items\n"     \
	"+++ live  prod-media (prod, us-east-1)\n"
#define COUNTS "\n1 setting changed; items: 0 added, 1 changed, 0 removed\n"

static void test_diff_for_people(void **state)
{
	(void)state;
	given_differences();
	expect("diff", 0,
	       TITLE "\nSettings\n"
		     "~ BillingModeSummary.BillingMode: \"PROVISIONED\" → "
		     "\"PAY_PER_REQUEST\"\n"
		     "\nItems\n~ " KEY "\n"
		     "  ~ m.zip: \"1010\" → \"1011\"\n"
		     "  ~ tags: + {\"x\"}\n" COUNTS,
	       "");
	expect("diff --stat --exit-code", 4, TITLE COUNTS, "");
	expect("diff --keys", 0, "~ " KEY "\n", "");
}

static void test_diff_for_machines(void **state)
{
	(void)state;
	given_differences();
	expect("diff --json --stat --exit-code", 4,
	       "{\"type\":\"diff\",\"before\":{\"kind\":\"revision\","
	       "\"name\":\"first:backups/dynamodb/prod\",\"commit\":\"" ID
	       "\",\"path\":\"backups/dynamodb/prod\",\"environment\":\"prod\","
	       "\"table\":\"prod-media\",\"region\":\"us-east-1\","
	       "\"date\":\"2025-01-26T10:00:00Z\",\"items\":1234},"
	       "\"after\":{\"kind\":\"live\",\"name\":\"live\",\"commit\":null,"
	       "\"path\":null,\"environment\":\"prod\",\"table\":\"prod-media\""
	       ",\"region\":\"us-east-1\",\"date\":null}}\n"
	       "{\"type\":\"summary\",\"command\":\"diff\",\"exit\":4,"
	       "\"added\":0,\"changed\":1,\"removed\":0,\"settings\":1}\n",
	       "");
}

static void test_diff_options_reach_the_library(void **state)
{
	const struct dg_diff_options *asked = &fake_library.diff_options;

	(void)state;
	expect("diff a b --from=dev --key={} --full --env=prod --max-rcu=5", 0,
	       "", "[INFO] No differences\n");
	assert_string_equal(asked->before, "a");
	assert_string_equal(asked->after, "b");
	assert_string_equal(asked->from, "dev");
	assert_string_equal(asked->key, "{}");
	assert_string_equal(asked->target.environment, "prod");
	assert_string_equal(asked->max_rcu, "5");
	assert_int_equal(asked->text_max, 0);
	expect("diff", 0, "", "[INFO] No differences\n");
	assert_null(asked->before);
	assert_null(asked->after);
	assert_int_equal(asked->text_max, 60);
}

static void test_colors_follow_git(void **state)
{
	struct finished done;

	(void)state;
	given_differences();
	fake_library.git_setting = "always";
	done = run("diff");
	assert_non_null(strstr(done.out, "\033[31m\"1010\"\033[0m"));
	finish(&done);
	done = run("diff --json");
	assert_null(strchr(done.out, '\033'));
	finish(&done);
	fake_library.git_setting = "false";
	done = run("diff");
	assert_null(strchr(done.out, '\033'));
	finish(&done);
}

static void test_pager_command(void **state)
{
	(void)state;
	unsetenv("GIT_PAGER");
	unsetenv("PAGER");
	assert_string_equal(dg_pager_command(NULL), "less");
	setenv("PAGER", "more", 1);
	assert_string_equal(dg_pager_command(NULL), "more");
	assert_string_equal(dg_pager_command("most"), "most");
	setenv("GIT_PAGER", "cat", 1);
	assert_null(dg_pager_command("most"));
	setenv("GIT_PAGER", "", 1);
	assert_null(dg_pager_command(NULL));
	unsetenv("GIT_PAGER");
	unsetenv("PAGER");
}

static void test_status_for_people(void **state)
{
	struct dg_status_entry entry = {
		.path = (char *)"backups/dynamodb/prod",
		.environment = (char *)"prod",
		.table = (char *)"prod-media",
		.region = (char *)"us-east-1",
		.has_backup = true,
		.name = (char *)"prod-20250126",
		.date = (char *)"2025-01-26T10:00:00Z",
		.age = 2 * 86400 + 5,
		.has_items = true,
		.items = 1234,
		.checked = (char *)"2025-01-28T10:00:00Z",
		.checked_age = 65,
		.files = DG_FILES_CHANGED,
		.live = DG_LIVE_COUNTED,
		.live_items = 1231,
		.differs = true,
	};

	(void)state;
	fake_library.status = &entry;
	expect("status --exit-code", 4,
	       "backups/dynamodb/prod\n"
	       "  table        prod-media (prod, us-east-1)\n"
	       "  last backup  prod-20250126, 2 days ago, 1,234 items\n"
	       "  last check   65 seconds ago, nothing new\n"
	       "  live         about 1,231 items, 3 fewer\n"
	       "  files        changed since, not committed\n",
	       "");
	entry.live = DG_LIVE_UNKNOWN;
	entry.live_error = (char *)"no answer\033";
	entry.files = DG_FILES_NEVER_COMMITTED;
	entry.has_backup = false;
	entry.checked = NULL;
	expect("status", 0,
	       "backups/dynamodb/prod\n"
	       "  table        prod-media (prod, us-east-1)\n"
	       "  last backup  none\n"
	       "  live         unknown: no answer\\u001b\n"
	       "  files        never committed, 2 days ago, 1,234 items\n",
	       "");
	expect("status --live --offline", 2, "",
	       "[ERROR] --live and --offline exclude each other\n");
}

static void test_cat_prints_what_it_gets(void **state)
{
	(void)state;
	expect("cat first --format=jsonl", 0, "{\"id\":{\"S\":\"a\"}}\n", "");
	assert_int_equal(fake_library.cat_options.format, DG_CAT_JSONL);
	expect("cat first --json", 0,
	       "{\"type\":\"item\",\"item\":{\"id\":{\"S\":\"a\"}}}\n"
	       "{\"type\":\"summary\",\"command\":\"cat\",\"exit\":0,\"items\":"
	       "1}\n",
	       "");
	expect("cat", 2, "",
	       "[ERROR] usage: ddbgit cat REV\n"
	       "        See 'ddbgit help cat'\n");
}

static int visit_damage(const struct dg_verify_backups_options *options,
			struct dg_error *err)
{
	const struct dg_verify_backup backup = {
		.name = "first:backups/dynamodb/prod",
		.commit_id = ID,
		.path = "backups/dynamodb/prod",
		.problems = 1,
	};
	const struct dg_verify_finding problem = {true, &backup, NULL,
						  "Ddbgit-Items is \033"};
	const struct dg_verify_finding note = {false, &backup, "x", "is odd"};

	options->finding(options->context, &problem, err);
	options->finding(options->context, &note, err);
	options->backup(options->context, &backup, err);
	for (int i = 0; i < 12; i++)
		options->item(options->context, DG_VERIFY_MISSING,
			      dg_slice_of(KEY, strlen(KEY)), err);
	return 0;
}

static void test_verify_says_what_is_wrong(void **state)
{
	struct finished done;
	size_t keys = 0;

	(void)state;
	fake_library.rc = DG_EINCOMPLETE;
	fake_library.message = "1 of 1 backups are damaged";
	fake_library.visit_verify = visit_damage;
	done = run("verify");
	assert_non_null(strstr(
		done.out, "  problem  the commit's message: Ddbgit-Items is "
			  "\\u001b\n  note     x: is odd\n"
			  "  damaged  1 problem\n"));
	for (const char *p = done.out; (p = strstr(p, "- {")); p++)
		keys++;
	assert_int_equal(keys, 10);
	finish(&done);
	done = run("verify --all");
	assert_null(strstr(done.out, "note"));
	finish(&done);
	done = run("verify -s x --drill");
	assert_int_equal(fake_library.verify_options.level, DG_VERIFY_DRILL);
	assert_string_equal(fake_library.verify_options.directory, "x");
	finish(&done);
}

static void test_log_of_one_item(void **state)
{
	static const char *const tags[] = {"prod-20250126", NULL};
	const struct dg_backup backup = {
		.commit_id = ID,
		.path = "backups/dynamodb/prod",
		.environment = "prod",
		.table = "prod-media",
		.date = "2025-01-26T10:00:00Z",
		.subject = "Dump",
		.has_items = true,
		.items = 7,
		.tags = tags,
	};

	(void)state;
	fake_library.backups = &backup;
	fake_library.backup_count = 1;
	fake_library.visit_diff = visit_item;
	expect("log --key=" KEY " --table=t --since=today -n3", 0,
	       "1a2b3c4  2025-01-26 10:00  prod     prod-media          7  -     "
	       "       (prod-20250126)\n"
	       "  ~ m.zip: \"1010\" → \"1011\"\n"
	       "  ~ tags: + {\"x\"}\n",
	       "[INFO] No backups found\n");
	assert_string_equal(fake_library.key_options.key, KEY);
	assert_string_equal(fake_library.key_options.backups.table, "t");
	assert_string_equal(fake_library.key_options.backups.since, "today");
	assert_int_equal(fake_library.key_options.backups.limit, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_diff_for_people,
				       fake_library_reset),
		cmocka_unit_test_setup(test_diff_for_machines,
				       fake_library_reset),
		cmocka_unit_test_setup(test_diff_options_reach_the_library,
				       fake_library_reset),
		cmocka_unit_test_setup(test_colors_follow_git,
				       fake_library_reset),
		cmocka_unit_test(test_pager_command),
		cmocka_unit_test_setup(test_status_for_people,
				       fake_library_reset),
		cmocka_unit_test_setup(test_verify_says_what_is_wrong,
				       fake_library_reset),
		cmocka_unit_test_setup(test_cat_prints_what_it_gets,
				       fake_library_reset),
		cmocka_unit_test_setup(test_log_of_one_item,
				       fake_library_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
