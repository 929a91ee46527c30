#include "repo/fixture.h"

#include <ddbgit/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "backups/dynamodb/"
#define HOUR 3600
/* Before the fixture's commits, whose clock is the machine's. */
#define METADATA(environment, date)                                            \
	"{\"environment\":\"" environment "\",\"tableName\":\"media\","        \
	"\"dumpDate\":\"" date "\",\"itemCount\":7,\"awsRegion\":\"eu\"}"

struct scene {
	struct fixture *f;
	struct dg_run run;
	struct dg_status_options options;
	struct dg_status_result result;
	char said[4096]; /* a line an entry */
	int stop_at;     /* of entries; 0: never */
};

static const char *const states[] = {
	[DG_FILES_COMMITTED] = "committed",
	[DG_FILES_CHANGED] = "changed",
	[DG_FILES_NEVER_COMMITTED] = "never committed",
	[DG_FILES_MISSING] = "missing",
	[DG_FILES_NO_WORKTREE] = "no work tree",
};

static int note(void *context, const struct dg_status_entry *entry,
		struct dg_error *err)
{
	struct scene *scene = context;
	const size_t len = strlen(scene->said);

	assert_int_equal(entry->live, DG_LIVE_NOT_ASKED);
	snprintf(scene->said + len, sizeof(scene->said) - len,
		 "%s: %s of %s, %d items, %d h, %s%s\n", entry->path,
		 entry->environment, entry->table ? entry->table : "-",
		 entry->has_items ? (int)entry->items : -1,
		 entry->age < 0 ? -1 : (int)(entry->age / HOUR),
		 states[entry->files], entry->differs ? ", differs" : "");
	return scene->stop_at && (uint64_t)scene->stop_at ==
					 scene->result.snapshots
		       ? dg_error_set(err, DG_EIO, "enough")
		       : 0;
}

static void begin(struct scene *scene, struct fixture *f)
{
	*scene = (struct scene){
		.f = f,
		/* Ten hours after the dumps. */
		.run = {.log = &f->log,
			.clock_start_ms = ((int64_t)NOW + 10 * HOUR) * 1000},
		.options = {.live = DG_STATUS_OFFLINE,
			    .visit = note,
			    .context = scene},
	};
	unsetenv("DDBGIT_ROOT");
	assert_int_equal(chdir(f->work), 0);
}

static int look(struct scene *scene)
{
	scene->said[0] = '\0';
	return dg_status(&scene->run, &scene->options, &scene->result,
			 &scene->f->err);
}

static void assert_said(struct scene *scene, const char *lines)
{
	assert_ok(scene->f, look(scene));
	assert_string_equal(scene->said, lines);
}

static void snapshot(struct fixture *f, const char *folder,
		     const char *metadata)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/table-data.json", folder);
	write_file(f, path, "{\"Items\":[]}");
	snprintf(path, sizeof(path), "%s/table-metadata.json", folder);
	if (metadata)
		write_file(f, path, metadata);
}

static void commit(struct fixture *f)
{
	run(f, "git add -f -A && git commit -q -m 'By hand'");
}

#define PROD_LINE FOLDER "prod: prod of media, 7 items, 10 h, "

static void test_how_the_files_stand_to_the_backup(void **state)
{
	static const struct {
		const char *command;
		const char *line;
	} cases[] = {
		{"true", PROD_LINE "committed\n"},
		{"echo x >>" FOLDER "prod/table-data.json",
		 PROD_LINE "changed, differs\n"},
		{"rm " FOLDER "prod/table-data.json",
		 PROD_LINE "missing, differs\n"},
		{"git checkout -q " FOLDER " && echo x >" FOLDER "prod/notes",
		 PROD_LINE "committed\n"},
		{"git rm -q -r -f --cached " FOLDER " && git commit -q -m gone",
		 PROD_LINE "never committed, differs\n"},
	};
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, FOLDER "prod",
		 METADATA("prod", "2025-01-27T10:00:00Z"));
	commit(scene.f);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(scene.f, "%s", cases[i].command);
		assert_said(&scene, cases[i].line);
		assert_int_equal(scene.result.snapshots, 1);
		assert_int_equal(scene.result.differing,
				 strstr(cases[i].line, "differs") ? 1 : 0);
	}
	assert_int_equal(chdir("/"), 0);
}

static void test_which_snapshots_there_are(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, FOLDER "prod",
		 METADATA("prod", "2025-01-27T10:00:00Z"));
	snapshot(scene.f, "elsewhere/prod@other", NULL);
	commit(scene.f);
	snapshot(scene.f, FOLDER "dev",
		 METADATA("stage", "2025-01-27T12:00:00Z"));
	snapshot(scene.f, FOLDER "prod@other", "{");
	snapshot(scene.f, "elsewhere/uncommitted", NULL);
	snapshot(scene.f, FOLDER "product", NULL);
	run(scene.f, "mkdir " FOLDER "empty && touch " FOLDER "empty/x");
	/* Two hours older by its own word; by nobody's: unknown. What nobody
	 * states goes by the folder's name. */
	assert_said(&scene,
		    FOLDER "dev: stage of media, 7 items, 8 h, never "
			   "committed, differs\n" PROD_LINE "committed\n" FOLDER
			   "prod@other: prod of -, -1 items, -1 h, never "
			   "committed, differs\n" FOLDER
			   "product: product of -, -1 items, -1 h, never "
			   "committed, differs\n"
			   "elsewhere/prod@other: prod of -, -1 items, 0 h, "
			   "committed\n");
	assert_int_equal(scene.result.snapshots, 5);
	assert_int_equal(scene.result.differing, 3);
	scene.options.environment = "prod";
	assert_said(&scene, PROD_LINE "committed\n" FOLDER
				      "prod@other: prod of -, -1 items, -1 h, "
				      "never committed, differs\n"
				      "elsewhere/prod@other: prod of -, -1 "
				      "items, 0 h, committed\n");
	scene.stop_at = 2;
	assert_int_equal(look(&scene), DG_EIO);
	assert_int_equal(scene.result.snapshots, 2);
	assert_int_equal(chdir("/"), 0);
}

static void test_without_commit_work_tree_or_repository(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, FOLDER "prod",
		 METADATA("prod", "2025-01-27T10:00:00Z"));
	run(scene.f, "cp -r . ../plain && rm -r ../plain/.git && "
		     "git checkout -q --orphan none");
	assert_said(&scene, PROD_LINE "never committed, differs\n");
	commit(scene.f);
	run(scene.f, "git clone -q --bare . ../bare.git");
	assert_int_equal(chdir("../bare.git"), 0);
	assert_said(&scene, PROD_LINE "no work tree\n");
	assert_int_equal(chdir("../plain"), 0);
	assert_said(&scene, "./" PROD_LINE "never committed, differs\n");
	assert_int_equal(chdir("/"), 0);
}

/* The last backup is the commit that wrote the snapshot, not the newest. */
static void test_the_last_backup_and_when_it_was_looked_at(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, FOLDER "prod",
		 METADATA("prod", "2025-01-27T10:00:00Z"));
	run(scene.f, "git add -f -A && git commit -q -F - <<'EOF'\n"
		     "Dump\n\n"
		     "Ddbgit-Environment: prod\nDdbgit-Table: m\n"
		     "Ddbgit-Items: 9\nDdbgit-Dump-Date: 2025-01-27T08:00:00Z\n"
		     "Ddbgit-Path: " FOLDER "prod\nEOF\n"
		     "git tag the-tag && git commit -q --allow-empty -m later");
	assert_said(&scene, FOLDER "prod: prod of m, 9 items, 12 h, "
				   "committed\n");
	/* A dump of the future is no older than now. */
	scene.run.clock_start_ms = (int64_t)NOW * 1000 - 9 * HOUR * 1000ll;
	assert_said(&scene, FOLDER "prod: prod of m, 9 items, 0 h, "
				   "committed\n");
	assert_int_equal(chdir("/"), 0);
}

#define REPO_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_how_the_files_stand_to_the_backup),
		REPO_TEST(test_which_snapshots_there_are),
		REPO_TEST(test_without_commit_work_tree_or_repository),
		REPO_TEST(test_the_last_backup_and_when_it_was_looked_at),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
