#include "command_line.h"
#include "fake_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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
	result->since = (char *)"prod-20250126";
	result->gc_due = true;
	expect("dump --commit --tag", 0,
	       "path         backups/dynamodb/prod\n"
	       "items        1234\n"
	       "sha256       " SHA256 "\n"
	       "commit       " ID "\n"
	       "tag          prod-20250127\n",
	       "[SUCCESS] Dumped 1,234 items of 'prod-media' to "
	       "backups/dynamodb/prod\n"
	       "[SUCCESS] Committed 1a2b3c4 to main: 12 added, 3 changed, 1 "
	       "removed since prod-20250126\n"
	       "[SUCCESS] Tag prod-20250127 names 1a2b3c4\n"
	       "[INFO] To share the tag: git push origin prod-20250127\n"
	       "[INFO] The repository has much to pack: run git gc\n");
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
	       "\"commit\":null,\"branch\":null,\"tag\":null,"
	       "\"gcDue\":false}\n",
	       "");
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
	       "[SUCCESS] Verified item by item: 1,234 items as expected; "
	       "3 more in the table\n");
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
	static char *left_out[] = {(char *)"deletion protection", NULL};
	struct finished done;

	(void)state;
	fake_library.restore.created = true;
	fake_library.restore.creation = (char *)"key id (S); on demand";
	fake_library.restore.left_out = left_out;
	fake_library.restore.to_write = 1234;
	fake_library.restore.written = 0;
	fake_library.restore.verification.done = false;
	done = run("restore --dry-run");
	assert_string_equal(done.err,
			    "[WARNING] Would not be restored: deletion "
			    "protection\n"
			    "[INFO] Table 'local-media' would be created: "
			    "key id (S); on demand\n"
			    "[INFO] 1,234 items would be put into "
			    "'local-media'; nothing was written\n");
	finish(&done);
}

static void test_a_plan_is_shown_with_its_counts(void **state)
{
	struct dg_restore_result *r = &fake_library.restore;
	struct finished done;

	(void)state;
	r->plan = (struct dg_restore_plan){.done = true,
					   .added = 3,
					   .changed = 5,
					   .equal = 1226,
					   .extra = 2};
	r->plan.first_added.count = 1;
	r->plan.first_added.key[0] = (char *)"{\"id\":{\"S\":\"a\"}}";
	r->to_write = 8;
	r->to_delete = 2;
	r->written = 0;
	r->verification.done = false;
	done = run("restore --mirror --dry-run");
	assert_string_equal(done.out, "table        local-media\n"
				      "items        1234\n"
				      "added        3\n"
				      "changed      5\n"
				      "unchanged    1226\n"
				      "to write     8\n"
				      "to delete    2\n"
				      "written      0\n"
				      "refused      0\n");
	assert_non_null(strstr(done.err, "8 items would be put into "
					 "'local-media' and 2 deleted from it; "
					 "nothing was written\n"));
	finish(&done);
	done = run("restore --mirror --dry-run --json");
	assert_non_null(strstr(
		done.out, "\"plan\":{\"added\":3,\"changed\":5,\"equal\":1226,"
			  "\"extra\":2,\"expired\":0,\"firstAdded\":[{\"id\":"
			  "{\"S\":\"a\"}}],\"firstChanged\":[],"
			  "\"firstExtra\":[]},\"toWrite\":8,\"toDelete\":2,"));
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
	       "1a2b3c4  2025-01-27 10:00  prod     prod-media    1,234,567  "
	       "+12 ~3 -1    (prod-20250127, good)\n"
	       "2222222  2025-01-26 09:30  -        a\\u001b[31m     removed  "
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
		.tool_version = (char *)"0.1.0",
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
	       "index        by-user (global): user (S), time (N); ALL\n"
	       "written by   ddbgit 0.1.0\n",
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

#define TEST(name) cmocka_unit_test_setup(name, fake_library_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_dump_says_where_it_went),
		TEST(test_a_committed_dump_says_what_changed),
		TEST(test_a_dump_of_no_table_is_what_the_scripts_made_of_it),
		TEST(test_a_dump_in_json_ends_with_its_summary),
		TEST(test_a_restore_says_what_was_verified),
		TEST(test_an_incomplete_restore_shows_its_counts),
		TEST(test_a_dry_run_says_that_nothing_was_written),
		TEST(test_a_plan_is_shown_with_its_counts),
		TEST(test_log_aligns_what_it_has_seen),
		TEST(test_log_in_json_ends_with_a_count),
		TEST(test_show_prints_what_is_known),
		TEST(test_tag_names_the_commit_and_the_way_to_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
