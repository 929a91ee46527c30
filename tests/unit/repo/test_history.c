#include "fixture.h"
#include "repo/history.h"
#include "repo/tag.h"
#include <stdlib.h>

/* Commits with times a minute apart, so that their order is known. */
#define COMMIT                                                                 \
	"t=$(( ${t:-$(git log --all --format=%%ct | sort -n | tail -1)} + "    \
	"60 )); export GIT_COMMITTER_DATE=\"$t +0000\"; "

static void commit(struct fixture *f, const char *commands, const char *subject)
{
	run(f, COMMIT "%s; git add -A && git commit -q --allow-empty -m '%s'",
	    commands, subject);
}

/* "subject path [removed] [tags];…" for the whole history. */
static char *history_of(struct fixture *f, const char *start, const char *path)
{
	struct dg_history_options options = {.start = start,
					     .path = path,
					     .marker = "table-data.json",
					     .owned = owned};
	struct dg_buf text = DG_BUF_INIT(65536);
	struct dg_history_entry entry;
	struct dg_history *history = NULL;
	struct dg_revision *revision = NULL;
	size_t i;
	int rc;

	assert_ok(f, dg_history_open(&history, f->repo, &options, &f->err));
	while ((rc = dg_history_next(history, &entry, &f->err)) > 0) {
		dg_buf_addf(&text, NULL, "%.*s %s%s",
			    (int)strcspn(entry.message, "\n"), entry.message,
			    entry.path, entry.removed ? " removed" : "");
		for (i = 0; entry.tags[i]; i++)
			dg_buf_addf(&text, NULL, " %s", entry.tags[i]);
		dg_buf_add_str(&text, ";", NULL);
		assert_ok(f, dg_history_revision(history, &revision, &f->err));
		assert_string_equal(entry.id, dg_revision_id(revision));
	}
	assert_ok(f, rc);
	dg_history_close(history);
	return text.len ? dg_buf_detach(&text, NULL) : strdup("");
}

static void assert_history(struct fixture *f, const char *start,
			   const char *path, const char *expected)
{
	char *text = history_of(f, start, path);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_writer(struct fixture *f, const char *start,
			  const char *path, const char *expected)
{
	struct dg_history_options options = {.start = start,
					     .path = path,
					     .marker = "table-data.json",
					     .owned = owned};
	char id[DG_OID_HEX_SIZE];

	assert_ok(f, dg_history_writer(f->repo, &options, id, &f->err));
	assert_output(f, expected, "git log -1 --format=%%s %s", id);
}

static void test_commits_that_change_a_snapshot_are_backups(void **state)
{
	struct fixture *f = *state;

	commit(f, "mkdir -p b/dev b/prod; echo 1 >b/prod/table-data.json",
	       "one");
	commit(f, "echo x >README", "unrelated");
	commit(f,
	       "echo 1 >b/dev/table-data.json; "
	       "echo 2 >b/prod/table-data.json",
	       "both");
	commit(f, "echo note >b/prod/NOTE", "beside");
	commit(f, "echo s >b/prod/table-schema.json", "schema");
	commit(f,
	       "mkdir -p b/prod/table-data/ab; "
	       "echo 1 >b/prod/table-data/ab/table-data.json",
	       "chunk");
	commit(f, "rm -r b/dev", "gone");
	run(f, "git tag v1 HEAD~2 && git tag -a -m x v0 HEAD~2 && "
	       "git tag other HEAD~3");
	assert_history(f, NULL, NULL,
		       "gone b/dev removed;chunk b/prod;"
		       "schema b/prod v0 v1;both b/dev;both b/prod;"
		       "one b/prod;");
	assert_history(f, NULL, "b/prod",
		       "chunk b/prod;schema b/prod v0 v1;both b/prod;"
		       "one b/prod;");
	assert_history(f, "HEAD~5", NULL, "one b/prod;");
	assert_history(f, NULL, "b/none", "");
	assert_writer(f, NULL, "b/prod", "chunk");
	assert_writer(f, "HEAD~3", "b/prod", "both");
}

static void test_renamed_folder_is_a_backup_and_a_removal(void **state)
{
	struct fixture *f = *state;

	commit(f, "mkdir -p b/dev; echo 1 >b/dev/table-data.json", "one");
	commit(f, "git mv b/dev b/test", "rename");
	assert_history(f, NULL, NULL,
		       "rename b/dev removed;rename b/test;one b/dev;");
}

static void test_snapshot_at_the_root_and_one_below_it(void **state)
{
	struct fixture *f = *state;

	commit(f,
	       "echo 1 >table-data.json; mkdir sub; "
	       "echo 1 >sub/table-data.json",
	       "one");
	commit(f, "echo 2 >sub/table-data.json", "two");
	assert_history(f, NULL, NULL, "two sub;one ;one sub;");
}

static void test_merge_counts_only_if_it_differs_from_every_parent(void **state)
{
	struct fixture *f = *state;

	commit(f,
	       "mkdir p q; echo 0 >p/table-data.json; "
	       "echo 0 >q/table-data.json",
	       "base");
	run(f, "git checkout -q -b side");
	commit(f, "echo side >p/table-data.json", "side");
	run(f, "git checkout -q main");
	commit(f, "echo main >q/table-data.json", "main");
	run(f, COMMIT "git merge -q --no-edit -m clean side");
	assert_history(f, NULL, NULL, "main q;side p;base p;base q;");
	assert_writer(f, NULL, "p", "side");
	assert_writer(f, NULL, "q", "main");
	run(f, "git checkout -q side");
	commit(f, "echo side >q/table-data.json", "side2");
	run(f, "git checkout -q main");
	run(f, COMMIT "git merge -q --no-commit side >/dev/null 2>&1; "
		      "echo both >q/table-data.json; git add -A; "
		      "git commit -q -m evil");
	assert_history(f, NULL, NULL,
		       "evil q;side2 q;main q;side p;base p;base q;");
	assert_writer(f, NULL, "q", "evil");
}

static void test_order_is_that_of_git_log(void **state)
{
	struct fixture *f = *state;
	struct dg_buf want = DG_BUF_INIT(65536);
	char *text, *log, *line;

	/* Branches interleaved in time, and a clock that went back. */
	run(f, "mkdir s; "
	       "c() { echo $1 >s/table-data.json; git add s; "
	       "GIT_COMMITTER_DATE=\"$2 +0000\" git commit -q -m $1; }; "
	       "c a 2000000100; git checkout -q -b x; c b 2000000300; "
	       "c d 2000000050; git checkout -q main; c e 2000000200; "
	       "c g 2000000400; GIT_COMMITTER_DATE='2000000500 +0000' "
	       "git merge -q -s ours -m merge x; c h 2000000450");
	log = output(f, "git log --format=%%s --full-history -- s");
	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		if (strcmp(line, "merge") != 0)
			dg_buf_addf(&want, NULL, "%s s;", line);
	}
	text = history_of(f, NULL, NULL);
	assert_string_equal(text, dg_buf_str(&want));
	free(text);
	free(log);
	dg_buf_free(&want);
}

static void test_shallow_clone_ends_where_it_was_cut(void **state)
{
	struct fixture *f = *state;

	commit(f, "mkdir s; echo 1 >s/table-data.json", "one");
	commit(f, "echo 2 >s/table-data.json", "two");
	commit(f, "echo 3 >s/table-data.json", "three");
	run(f, "git clone -q --depth 2 \"file://$PWD\" ../cut");
	open_repo(f, "cut");
	assert_history(f, NULL, NULL, "three s;two s;");
	assert_writer(f, NULL, "s", "three");
}

static void test_writer_of_a_missing_snapshot_is_not_found(void **state)
{
	struct fixture *f = *state;
	const struct dg_history_options options = {.path = "s",
						   .marker = "table-data.json"};
	char id[DG_OID_HEX_SIZE];

	assert_error(f, dg_history_writer(f->repo, &options, id, &f->err),
		     DG_ENOTFOUND, "no snapshot 's'");
	commit(f, "mkdir s; echo 1 >s/table-data.json", "one");
	commit(f, "echo x >README", "later");
	assert_ok(f, dg_history_writer(f->repo, &options, id, &f->err));
	assert_output(f, "one", "git log -1 --format=%%s %s", id);
}

static int note(void *context, const char *name, struct dg_error *err)
{
	(void)err;
	strcat(context, name);
	strcat(context, ";");
	return 0;
}

static void test_tags_are_made_and_found(void **state)
{
	struct fixture *f = *state;
	char id[DG_OID_HEX_SIZE], all[256] = "";
	char *head = output(f, "git rev-parse HEAD");

	assert_ok(f, dg_tag_lookup(f->repo, "prod-20250127", id, &f->err));
	assert_string_equal(id, "");
	assert_ok(f, dg_tag_create(f->repo, "prod-20250127", head,
				   "prod-media, 5 items", NOW, &f->err));
	assert_output(f, "tag", "git cat-file -t prod-20250127");
	assert_output(f, "prod-media, 5 items Ann 1737972000 +0000",
		      "git for-each-ref refs/tags --format='"
		      "%%(contents:subject) %%(taggername) "
		      "%%(taggerdate:raw)'");
	assert_ok(f, dg_tag_lookup(f->repo, "prod-20250127", id, &f->err));
	assert_string_equal(id, head);
	assert_error(f,
		     dg_tag_create(f->repo, "prod-20250127", head, "x", NOW,
				   &f->err),
		     DG_EEXISTS, "'prod-20250127' exists");
	assert_error(f, dg_tag_lookup(f->repo, "a b", id, &f->err), DG_EUSAGE,
		     "'a b'");
	assert_error(f, dg_tag_lookup(f->repo, "-x", id, &f->err), DG_EUSAGE,
		     "'-x'");
	run(f, "git tag light && git tag -a -m t tree HEAD^{tree} && "
	       "git tag nested prod-20250127");
	assert_ok(f, dg_tag_each(f->repo, head, note, all, &f->err));
	assert_string_equal(all, "light;nested;prod-20250127;");
	assert_output(f, "", "git fsck --strict --full --no-dangling 2>&1");
	free(head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_commits_that_change_a_snapshot_are_backups),
		TEST(test_renamed_folder_is_a_backup_and_a_removal),
		TEST(test_snapshot_at_the_root_and_one_below_it),
		TEST(test_merge_counts_only_if_it_differs_from_every_parent),
		TEST(test_order_is_that_of_git_log),
		TEST(test_shallow_clone_ends_where_it_was_cut),
		TEST(test_writer_of_a_missing_snapshot_is_not_found),
		TEST(test_tags_are_made_and_found),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
