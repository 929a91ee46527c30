#include "repo/fixture.h"

#include "backup/verify_job.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHA256                                                                 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SCHEMA                                                                 \
	"{\"Table\":{\"TableName\":\"media\",\"KeySchema\":[{"                 \
	"\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],"                     \
	"\"AttributeDefinitions\":[{\"AttributeName\":\"id\","                 \
	"\"AttributeType\":\"S\"}]}}\n"
#define METADATA "{\"formatVersion\":1}\n"

/* All that a commit says of a backup, in the order of its trailers. */
static const char *const whole[][2] = {
	{"Ddbgit-Format", "1"},
	{"Ddbgit-Environment", "prod"},
	{"Ddbgit-Table", "media"},
	{"Ddbgit-Region", "us-east-1"},
	{"Ddbgit-Items", "2"},
	{"Ddbgit-Changes", "+2 ~0 -0"},
	{"Ddbgit-Data-SHA256", SHA256},
	{"Ddbgit-Dump-Date", "2025-01-27T10:00:00Z"},
	{"Ddbgit-Path", PROD},
};

#define TRAILERS (sizeof(whole) / sizeof(*whole))

struct scene {
	struct fixture *f;
	struct dg_run run;
	struct dg_verify_backups_options options;
	struct dg_verify_backups_result result;
	struct dg_inspection inspection;
	char problems[2048];
	char notes[2048];
};

static int note_finding(void *context, const struct dg_verify_finding *finding,
			struct dg_error *err)
{
	struct scene *scene = context;
	char *text = finding->problem ? scene->problems : scene->notes;
	const size_t len = strlen(text);

	(void)err;
	snprintf(text + len, sizeof(scene->notes) - len, "%s%s\n",
		 finding->file ? finding->file : "", finding->what);
	return 0;
}

/* What an inspection found in files that agree with the whole message. */
static void begin(struct scene *scene, struct fixture *f)
{
	*scene = (struct scene){
		.f = f,
		.options = {.finding = note_finding, .context = scene},
		.inspection =
			{
				.has_metadata = true,
				.has_items = true,
				.items = 2,
				.metadata =
					{
						.format_version = 1,
						.environment = "prod",
						.table_name = "media",
						.region = "us-east-1",
						.dump_date =
							"2025-01-27T10:00:00Z",
						.has_item_count = true,
						.item_count = 2,
						.data_sha256 = SHA256,
					},
			},
	};
}

static void write_backup(struct fixture *f, const char *folder,
			 const char *items)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/table-data.json", folder);
	write_file(f, path, items);
	snprintf(path, sizeof(path), "%s/table-schema.json", folder);
	write_file(f, path, SCHEMA);
	snprintf(path, sizeof(path), "%s/table-metadata.json", folder);
	write_file(f, path, METADATA);
}

static void commit(struct fixture *f, const char *message)
{
	write_file(f, "../message", message);
	run(f, "git add -f backups && git commit -q -F ../message");
}

/* The message with one trailer's value changed (NULL: left out). */
static void commit_with(struct fixture *f, size_t changed, const char *value)
{
	char text[2048] = "Dump\n\n";

	for (size_t i = 0; i < TRAILERS; i++) {
		const char *said = i == changed ? value : whole[i][1];
		const size_t len = strlen(text);

		if (said)
			snprintf(text + len, sizeof(text) - len, "%s: %s\n",
				 whole[i][0], said);
	}
	commit(f, text);
}

/* Looks at what HEAD says of a folder. */
static int check(struct scene *scene, const char *path)
{
	struct dg_verify_job job = {
		.run = &scene->run,
		.options = &scene->options,
		.result = &scene->result,
		.scope = {.run = &scene->run, .repo = scene->f->repo},
	};
	struct dg_revision *head = NULL;
	int rc;

	scene->problems[0] = scene->notes[0] = '\0';
	assert_ok(scene->f, dg_revision_open(&head, scene->f->repo, "HEAD",
					     &scene->f->err));
	rc = dg_verify_trailers(&job, head, path, &scene->inspection,
				&scene->f->err);
	dg_revision_close(head);
	return rc;
}

static const char two[] = "{\"Items\":[\n{\"id\":{\"S\":\"a\"}},\n"
			  "{\"id\":{\"S\":\"b\"}}\n],\"Count\":2}\n";

static void test_each_trailer_is_held_to_the_files(void **state)
{
	static const char *const other[TRAILERS] = {
		"2",
		"dev",
		"x",
		"eu-west-1",
		"3",
		"+1 ~0 -0",
		"1111111111111111111111111111111111111111111111111111111111111"
		"111",
		"2025-01-28T10:00:00Z",
		"backups/dynamodb/none",
	};
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	write_backup(f, PROD, two);
	commit_with(f, TRAILERS, NULL);
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "");
	assert_string_equal(scene.notes, "");
	for (size_t i = 0; i < TRAILERS; i++) {
		for (int absent = 0; absent < 2; absent++) {
			run(f, "git reset -q --soft HEAD~1");
			commit_with(f, i, absent ? NULL : other[i]);
			assert_ok(f, check(&scene, PROD));
			if (!strstr(scene.problems, whole[i][0]) ||
			    strchr(scene.problems, '\n')[1])
				fail_msg("%s: %s", whole[i][0], scene.problems);
		}
	}
}

static void test_what_the_files_do_not_say_is_not_compared(void **state)
{
	struct fixture *f = *state;
	struct scene scene;
	struct dg_metadata *m = &scene.inspection.metadata;

	begin(&scene, f);
	write_backup(f, PROD, two);
	commit(f, "By hand\n\nDdbgit-Path: " PROD
		  "\nDdbgit-Changes: +2 ~0 -0\nDdbgit-Items: 2\n");
	m->format_version = 0;
	m->environment = m->table_name = m->region = m->dump_date = NULL;
	m->data_sha256[0] = '\0';
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "");
	/* What was counted speaks where the metadata does not. */
	m->has_item_count = false;
	scene.inspection.items = 3;
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems,
			    "Ddbgit-Items is 2, the files say 3\n");
	strcpy(scene.inspection.sha256, SHA256);
	scene.inspection.has_items = false;
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(
		scene.problems,
		"Ddbgit-Data-SHA256 is missing, the files say " SHA256 "\n");
	/* The message is ddbgit's: so were the files. */
	scene.inspection.sha256[0] = '\0';
	scene.inspection.has_metadata = false;
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "table-metadata.jsonis missing\n");
}

static void test_whose_trailers_they_are(void **state)
{
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	write_backup(f, PROD, two);
	write_backup(f, "backups/dynamodb/dev", two);
	commit_with(f, TRAILERS, NULL);
	assert_ok(f, check(&scene, "backups/dynamodb/dev"));
	assert_string_equal(scene.problems, "");
	assert_string_equal(scene.notes,
			    "its trailers are of another backup, " PROD "\n");
	/* There, but written before. */
	write_backup(f, "backups/dynamodb/dev", "{\"Items\":[],\"Count\":0}");
	commit_with(f, TRAILERS, NULL);
	assert_ok(f, check(&scene, "backups/dynamodb/dev"));
	assert_string_equal(scene.problems,
			    "Ddbgit-Path is " PROD
			    ", where the commit writes no backup; it writes "
			    "backups/dynamodb/dev\n");
	run(f, "git reset -q --soft HEAD~1");
	commit_with(f, TRAILERS - 1, "../..");
	assert_ok(f, check(&scene, "backups/dynamodb/dev"));
	assert_non_null(strstr(scene.problems, "Ddbgit-Path is ../.."));
	run(f, "git reset -q --soft HEAD~1");
	commit(f, "By hand\n\nReviewed-by: Ann\n");
	assert_ok(f, check(&scene, "backups/dynamodb/dev"));
	assert_string_equal(scene.problems, "");
	assert_string_equal(scene.notes,
			    "has no trailers of ddbgit: committed by hand\n");
}

/* Changes are counted where both backups have to be read for it anyway. */
static void test_when_changes_are_counted_again(void **state)
{
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	write_backup(f, PROD, two);
	commit_with(f, TRAILERS, NULL);
	write_backup(f, PROD,
		     "{\"Items\":[\n{\"id\":{\"S\":\"a\"},\"n\":"
		     "{\"N\":\"1\"}},\n{\"id\":{\"S\":\"c\"}}\n],"
		     "\"Count\":2}\n");
	commit_with(f, TRAILERS, NULL);
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "Ddbgit-Changes is +2 ~0 -0, the "
					    "files say +1 ~1 -1\n");
	scene.options.all = true;
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "");
	run(f, "git reset -q --soft HEAD~1");
	commit_with(f, 5, "some");
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems,
			    "Ddbgit-Changes is some, which is no count\n");
	/* Of what is damaged nothing can be counted. */
	run(f, "git reset -q --soft HEAD~1");
	commit_with(f, 4, "3");
	scene.options.all = false;
	assert_ok(f, check(&scene, PROD));
	assert_null(strstr(scene.problems, "Changes"));
	/* Nor against what is. */
	run(f, "git reset -q --hard HEAD~1");
	write_backup(f, PROD, "{\"Items\":[");
	run(f, "git commit -q -a --amend --no-edit");
	write_backup(f, PROD, two);
	commit_with(f, TRAILERS, NULL);
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "");
}

static void test_where_a_shallow_clone_ends_nothing_is_counted(void **state)
{
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	write_backup(f, PROD, two);
	commit_with(f, TRAILERS, NULL);
	write_backup(f, PROD, "{\"Items\":[],\"Count\":0}\n");
	commit_with(f, 5, "+9 ~9 -9");
	run(f, "git clone -q --depth 1 file://$PWD ../shallow");
	open_repo(f, "shallow");
	assert_ok(f, check(&scene, PROD));
	assert_string_equal(scene.problems, "");
	open_repo(f, "work");
	assert_ok(f, check(&scene, PROD));
	assert_non_null(strstr(scene.problems, "the files say +0 ~0 -2"));
}

#define REPO_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_each_trailer_is_held_to_the_files),
		REPO_TEST(test_what_the_files_do_not_say_is_not_compared),
		REPO_TEST(test_whose_trailers_they_are),
		REPO_TEST(test_when_changes_are_counted_again),
		REPO_TEST(test_where_a_shallow_clone_ends_nothing_is_counted),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
