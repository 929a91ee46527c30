#include "repo/fixture.h"

#include "backup/facts.h"
#include "backup/restore_source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRAILERS                                                               \
	"Dump media (prod): 7 items\n\n%s\n\n"                                 \
	"Ddbgit-Environment: prod\nDdbgit-Table: media\nDdbgit-Items: 7\n"     \
	"Ddbgit-Changes: +7 ~0 -0\nDdbgit-Path: " PROD "\n"
#define METADATA                                                               \
	"{\"tableName\":\"other\",\"environment\":\"dev\",\"itemCount\":3,"    \
	"\"dumpDate\":\"2020-01-02T03:04:05Z\"}"

static void commit(struct fixture *f, const char *path, const char *message)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/table-metadata.json", path);
	run(f, "mkdir -p %s", path);
	write_file(f, name, METADATA);
	snprintf(name, sizeof(name), "%s/table-data.json", path);
	write_file(f, name, "{}");
	write_file(f, "message", message);
	run(f, "git add -f backups && git commit -q -F message");
}

static struct dg_revision *head(struct fixture *f)
{
	struct dg_revision *revision = NULL;

	assert_ok(f, dg_revision_open(&revision, f->repo, "HEAD", &f->err));
	return revision;
}

static void test_trailers_go_before_the_metadata(void **state)
{
	struct fixture *f = *state;
	struct dg_revision *revision;
	struct dg_facts facts;
	char message[512];

	snprintf(message, sizeof(message), TRAILERS, "7 added since x");
	commit(f, PROD, message);
	revision = head(f);
	assert_ok(f,
		  dg_facts_read(&facts, message, NOW, revision, PROD, &f->err));
	assert_string_equal(facts.environment, "prod");
	assert_string_equal(facts.table, "media");
	assert_true(facts.has_items && facts.items == 7);
	assert_true(facts.has_changes && facts.changes.added == 7);
	assert_int_equal(facts.changes.kind, DG_CHANGES_COUNTED);
	/* No trailer says when: the commit does. */
	assert_string_equal(facts.date, "2025-01-27T10:00:00Z");
	dg_facts_free(&facts);
	dg_revision_close(revision);
}

static void test_a_first_backup_is_told_by_its_words(void **state)
{
	struct fixture *f = *state;
	struct dg_facts facts;
	char message[512];

	snprintf(message, sizeof(message), TRAILERS, "First backup");
	assert_ok(f, dg_facts_read(&facts, message, NOW, NULL, PROD, &f->err));
	assert_int_equal(facts.changes.kind, DG_CHANGES_FIRST);
	dg_facts_free(&facts);
}

static void test_trailers_of_another_path_say_nothing(void **state)
{
	struct fixture *f = *state;
	struct dg_revision *revision;
	struct dg_facts facts;
	char message[512];

	snprintf(message, sizeof(message), TRAILERS, "First backup");
	commit(f, "backups/dynamodb/dev", message);
	revision = head(f);
	assert_ok(f, dg_facts_read(&facts, message, NOW, revision,
				   "backups/dynamodb/dev", &f->err));
	assert_string_equal(facts.environment, "dev");
	assert_string_equal(facts.table, "other");
	assert_true(facts.has_items && facts.items == 3);
	assert_false(facts.has_changes);
	assert_string_equal(facts.date, "2020-01-02T03:04:05Z");
	dg_facts_free(&facts);
	dg_revision_close(revision);
}

/* The path chosen, or a failure that says `words`. */
static void assert_choice(struct fixture *f, const char *from, const char *path,
			  const char *expected, const char *words)
{
	const struct dg_snapshot_choice choice = {.from = from, .path = path};
	struct dg_revision *revision = head(f);
	char *chosen = NULL;
	int rc = dg_snapshot_choose(&chosen, revision, &choice, &f->err);

	if (expected) {
		assert_ok(f, rc);
		assert_string_equal(chosen, expected);
	} else {
		assert_true(rc < 0);
		assert_non_null(strstr(f->err.message, words));
	}
	free(chosen);
	dg_revision_close(revision);
}

static void test_the_snapshot_asked_for_is_chosen(void **state)
{
	struct fixture *f = *state;

	assert_choice(f, NULL, NULL, NULL, "holds no snapshot");
	commit(f, PROD, "by hand");
	assert_choice(f, NULL, NULL, PROD, NULL);
	commit(f, "backups/dynamodb/dev", "by hand");
	assert_choice(f, NULL, NULL, NULL, "holds 2 snapshots");
	assert_choice(f, "dev", NULL, "backups/dynamodb/dev", NULL);
	assert_choice(f, "staging", NULL, NULL, "of environment staging");
	assert_choice(f, NULL, "./" PROD "/", PROD, NULL);
	assert_choice(f, NULL, "../x", NULL, "is no path in a tree");
	commit(f, "backups/dynamodb/qa", "x\n\nDdbgit-Path: " PROD "\n");
	assert_choice(f, NULL, NULL, PROD, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_trailers_go_before_the_metadata, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_first_backup_is_told_by_its_words, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_trailers_of_another_path_say_nothing, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_the_snapshot_asked_for_is_chosen, setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
