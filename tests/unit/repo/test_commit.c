#include "base/dir.h"
#include "base/text.h"
#include "fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void test_backup_is_one_commit_of_its_path_alone(void **state)
{
	struct fixture *f = *state;
	char id[DG_OID_HEX_SIZE];

	run(f, "echo more >>README && echo staged >other && git add other");
	assert_ok(f, backup(f, NULL, "one\n", id));
	assert_output(f, id, "git rev-parse refs/heads/main");
	assert_output(f,
		      "A\t" PROD "/table-data.json\n"
		      "A\t" PROD "/table-schema.json",
		      "git show --format= --name-status");
	assert_output(f, " M README\nA  other", "git status --porcelain");
	assert_output(f, "one", "git show HEAD:" PROD "/table-data.json");
	assert_output(f, "Ddbgit-Environment: prod\nDdbgit-Path: " PROD,
		      "git log -1 --format=%%B | "
		      "git interpret-trailers --parse");
	assert_output(f, "Ann <ann@example.com> 1737972000 +0000",
		      "git log -1 --date=raw --format='%%an <%%ae> %%ad'");
	assert_output(f, "ddbgit: Dump prod-media (prod)",
		      "git reflog -1 --format=%%gs");
	assert_output(f, "ddbgit: Dump prod-media (prod)",
		      "git reflog -1 --format=%%gs main");
	assert_sound(f);
}

static void test_second_backup_replaces_its_files_only(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	run(f, "echo note >" PROD "/NOTE && mkdir " PROD "/table-data && "
	       "echo old >" PROD "/table-data/x.json && "
	       "git add backups && git commit -q -m 'by hand'");
	run(f, "rm -r " PROD "/table-data");
	assert_ok(f, backup(f, NULL, "two\n", NULL));
	assert_output(f,
		      "M\t" PROD "/table-data.json\n"
		      "D\t" PROD "/table-data/x.json",
		      "git show --format= --name-status");
	assert_output(f, "note", "git show HEAD:" PROD "/NOTE");
	assert_sound(f);
}

/* With core.ignoreCase, as on macOS, "PROD-1" stands between "prod". */
static void test_files_that_are_gone_are_unstaged_where_case_is_ignored(
	void **state)
{
	struct fixture *f = *state;

	run(f, "git config core.ignoreCase true && "
	       "mkdir -p " PROD " backups/dynamodb/PROD-1 && "
	       "echo x | tee " PROD "/dump-summary.txt >"
	       "backups/dynamodb/PROD-1/x && git add . && git commit -q -m x");
	open_repo(f, "work");
	assert_ok(f, backup(f, NULL, "one", NULL));
	assert_output(f,
		      "backups/dynamodb/PROD-1/x\n" PROD
		      "/table-data.json\n" PROD "/table-schema.json",
		      "git ls-files backups");
}

static void test_chunks_make_folders(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, "side");
	struct dg_commit *commit = NULL;
	struct dg_sink *sink;
	char id[DG_OID_HEX_SIZE];

	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	sink = dg_commit_sink(commit);
	assert_ok(f, add_data(commit, "index\n", &f->err));
	assert_ok(f, dg_sink_write(sink, "table-data/ab/1.json",
				   DG_SLICE("1\n"), &f->err));
	assert_ok(f, dg_sink_write(sink, "table-data/ab/2.json",
				   DG_SLICE("2\n"), &f->err));
	assert_ok(f, dg_sink_write(sink, "table-data/ab.json", DG_SLICE("3\n"),
				   &f->err));
	assert_false(dg_commit_same_as_tip(commit, "table-data"));
	assert_ok(f, prepare(commit, &f->err));
	assert_ok(f, dg_commit_finish(commit, id, &f->err));
	dg_commit_close(commit);
	assert_output(f,
		      "table-data.json\ntable-data/ab.json\n"
		      "table-data/ab/1.json\ntable-data/ab/2.json\n"
		      "table-schema.json",
		      "git ls-tree -r --name-only side:" PROD);
	assert_output(f, "", "git fsck --strict --full --no-dangling 2>&1");
	options = options_for(f, "side");
	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	sink = dg_commit_sink(commit);
	assert_ok(f, dg_sink_write(sink, "table-data/ab/1.json",
				   DG_SLICE("1\n"), &f->err));
	assert_ok(f, dg_sink_write(sink, "table-data/ab/2.json",
				   DG_SLICE("2\n"), &f->err));
	assert_false(dg_commit_same_as_tip(commit, "table-data"));
	assert_ok(f, dg_sink_write(sink, "table-data/ab.json", DG_SLICE("3\n"),
				   &f->err));
	assert_true(dg_commit_same_as_tip(commit, "table-data"));
	assert_false(dg_commit_same_as_tip(commit, "table-data.json"));
	assert_true(dg_commit_same_as_tip(commit, "dump-summary.txt"));
	dg_commit_close(commit);
}

static void test_unborn_branch_gets_its_first_commit(void **state)
{
	struct fixture *f = *state;

	run(f, "mkdir ../fresh && cd ../fresh && git init -q -b trunk && "
	       "git config user.name A && git config user.email a@b.c");
	free(f->work);
	assert_int_equal(dg_asprintf(&f->work, NULL, "%s/fresh", f->dir), 0);
	open_repo(f, "fresh");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, "1", "git rev-list --count trunk");
	assert_sound(f);
}

static void test_other_branch_leaves_head_index_and_files_alone(void **state)
{
	struct fixture *f = *state;
	char *index = output(f, "sha1sum <.git/index");

	assert_ok(f, backup(f, "backups", "one\n", NULL));
	assert_ok(f, backup(f, "backups", "two\n", NULL));
	assert_output(f, index, "sha1sum <.git/index");
	assert_output(f, "", "git status --porcelain");
	assert_output(f, "2", "git rev-list --count backups");
	assert_output(f, "2", "git reflog backups | wc -l");
	assert_output(f, "refs/heads/main", "git symbolic-ref HEAD");
	assert_output(f, "backups", "git ls-tree --name-only backups");
	assert_sound(f);
	free(index);
}

static void test_current_branch_by_name_is_the_default(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, backup(f, "main", "one\n", NULL));
	assert_output(f, "one", "cat " PROD "/table-data.json");
	assert_sound(f);
}

static void test_bare_repository(void **state)
{
	struct fixture *f = *state;

	run(f, "git clone -q --bare . ../bare.git");
	open_repo(f, "bare.git");
	assert_null(dg_repo_workdir(f->repo));
	run(f, "git -C ../bare.git config user.name A && "
	       "git -C ../bare.git config user.email a@b.c");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_ok(f, backup(f, NULL, "two\n", NULL));
	assert_output(f, "two",
		      "git -C ../bare.git show main:" PROD "/table-data.json");
	assert_output(f, "README\nbackups",
		      "git -C ../bare.git ls-tree --name-only main");
	assert_output(f, "", "git -C ../bare.git fsck --strict 2>&1");
	assert_output(f, "", "ls ../bare.git/index 2>/dev/null");
}

static void test_linked_work_tree(void **state)
{
	struct fixture *f = *state;

	run(f, "git worktree add -q -b linked ../linked");
	free(f->work);
	assert_int_equal(dg_asprintf(&f->work, NULL, "%s/linked", f->dir), 0);
	open_repo(f, "linked");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, "one", "git show linked:" PROD "/table-data.json");
	assert_output(f, "", "git status --porcelain");
	assert_output(f, "", "git -C ../work status --porcelain");
	assert_output(f, "", "git fsck --strict 2>&1");
	assert_output(f, "", "find ../work/.git -name '*.lock'");
}

static void test_line_end_conversion_is_harmless(void **state)
{
	struct fixture *f = *state;

	run(f, "git config core.autocrlf true && "
	       "echo '*.json text eol=crlf' >.gitattributes && "
	       "git add . && git commit -q -m attributes");
	open_repo(f, "work");
	assert_ok(f, backup(f, NULL, "one\ntwo\n", NULL));
	assert_output(f, "8", "git cat-file -s HEAD:" PROD "/table-data.json");
	assert_sound(f);
}

static void test_branch_that_moves_meanwhile_is_followed(void **state)
{
	static const char *const branches[] = {NULL, "side"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct dg_commit_options options = options_for(f, branches[i]);
		struct dg_commit *commit = NULL;
		char id[DG_OID_HEX_SIZE];

		assert_ok(f, backup(f, branches[i], "one\n", NULL));
		assert_ok(f,
			  dg_commit_open(&commit, f->repo, &options, &f->err));
		assert_ok(f, add_data(commit, "two\n", &f->err));
		run(f,
		    "git checkout -q %s && echo x >>README && "
		    "git commit -q -am meanwhile && git checkout -q main",
		    branches[i] ? branches[i] : "main");
		assert_ok(f, prepare(commit, &f->err));
		if (!branches[i])
			place(f, "two\n");
		assert_ok(f, dg_commit_finish(commit, id, &f->err));
		dg_commit_close(commit);
		assert_output(f, "meanwhile", "git log -1 --format=%%s %s^",
			      id);
		assert_output(f, "two", "git show %s:" PROD "/table-data.json",
			      id);
		if (!i) {
			assert_sound(f);
			run(f, "git branch side");
		}
	}
}

static void test_backup_that_landed_meanwhile_is_not_overwritten(void **state)
{
	static const char *const branches[] = {NULL, "side"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct dg_commit_options options = options_for(f, branches[i]);
		struct dg_commit *commit = NULL;
		char id[DG_OID_HEX_SIZE] = "";
		char *other;
		int rc;

		assert_ok(f,
			  dg_commit_open(&commit, f->repo, &options, &f->err));
		assert_ok(f, add_data(commit, "mine\n", &f->err));
		run(f,
		    "git checkout -q -B %s && mkdir -p " PROD " && "
		    "echo theirs%zu >" PROD "/table-data.json && "
		    "git add " PROD " && git commit -q -m theirs && "
		    "git checkout -q main",
		    branches[i] ? branches[i] : "main", i);
		other = output(f, "git rev-parse %s",
			       branches[i] ? branches[i] : "main");
		rc = prepare(commit, &f->err);
		if (!rc)
			rc = dg_commit_finish(commit, id, &f->err);
		assert_int_equal(rc, DG_EMODIFIED);
		assert_non_null(strstr(f->err.message, "another backup of "
						       "this table landed "
						       "meanwhile"));
		dg_commit_close(commit);
		assert_output(f, other, "git rev-parse %s",
			      branches[i] ? branches[i] : "main");
		free(other);
		assert_sound(f);
	}
}

static void test_head_that_moves_to_another_branch_stops_it(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_commit *commit = NULL;

	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	assert_ok(f, add_data(commit, "mine\n", &f->err));
	run(f, "git checkout -q -b elsewhere");
	assert_int_equal(prepare(commit, &f->err), DG_EMODIFIED);
	assert_non_null(strstr(f->err.message, "refs/heads/elsewhere"));
	dg_commit_close(commit);
	assert_sound(f);
}

static void test_locks_of_others_are_waited_for_then_named(void **state)
{
	static const char *const locks[] = {"index.lock", "HEAD.lock",
					    "refs/heads/main.lock"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 3; i++) {
		run(f, "touch .git/%s", locks[i]);
		f->waited_ms = 0;
		assert_int_equal(backup(f, NULL, "one\n", NULL), DG_ELOCKED);
		assert_true(f->waited_ms >= 5000);
		assert_output(f, "", "git status --porcelain");
		run(f, "rm .git/%s", locks[i]);
		assert_sound(f);
	}
	assert_ok(f, backup(f, NULL, "one\n", NULL));
}

static void test_unchanged_table_resets_index_entries(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_commit *commit = NULL;
	struct dg_fileset *files = NULL;

	assert_ok(f, backup(f, NULL, "one\n", NULL));
	write_file(f, PROD "/table-data.json", "edited\n");
	run(f, "echo x >" PROD "/dump-summary.txt && git add " PROD);
	place(f, "one\n");
	run(f, "rm " PROD "/dump-summary.txt");
	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	assert_ok(f, add_data(commit, "one\n", &f->err));
	assert_true(dg_commit_same_as_tip(commit, "table-data.json"));
	assert_ok(f, dg_commit_reset_index(commit, &f->err));
	dg_commit_close(commit);
	assert_sound(f);
	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	/* A file that is not the tip's stays visible as changed. */
	write_file(f, PROD "/table-data.json", "ONE\n");
	run(f, "git add " PROD);
	assert_ok(f, dg_commit_reset_index(commit, &f->err));
	assert_output(f, " M " PROD "/table-data.json",
		      "git status --porcelain");
	files = dg_commit_tip(commit);
	assert_non_null(files);
	assert_string_equal(strchr(files->name, ':'), ":" PROD);
	dg_commit_close(commit);
}

static void test_kept_file_is_hashed_and_not_trusted(void **state)
{
	static const struct {
		const char *text;
		bool same;
	} cases[] = {{"one\n", true}, {"ONE\n", false}};
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, "side");
	struct dg_fileset *files = NULL;
	struct dg_commit *commit = NULL;
	char path[256], id[DG_OID_HEX_SIZE];
	size_t i;

	assert_ok(f, backup(f, "side", "one\n", NULL));
	for (i = 0; i < 2; i++) {
		write_file(f, "staged/table-data.json", cases[i].text);
		write_file(f, "staged/NOTE", "not the snapshot's");
		snprintf(path, sizeof(path), "%s/staged", f->work);
		assert_int_equal(dg_dir_fileset_open(&files, path, &f->err), 0);
		assert_ok(f,
			  dg_commit_open(&commit, f->repo, &options, &f->err));
		assert_ok(f, dg_commit_add_one(commit, "table-data.json", files,
					       &f->err));
		assert_int_equal(
			dg_commit_same_as_tip(commit, "table-data.json"),
			cases[i].same);
		dg_fileset_close(files);
		dg_commit_close(commit);
	}
	assert_int_equal(dg_dir_fileset_open(&files, path, &f->err), 0);
	assert_ok(f, dg_commit_open(&commit, f->repo, &options, &f->err));
	assert_ok(f, dg_commit_add_files(commit, files, &f->err));
	assert_ok(f, prepare(commit, &f->err));
	assert_ok(f, dg_commit_finish(commit, id, &f->err));
	assert_output(f, "ONE", "git show side:" PROD "/table-data.json");
	assert_output(f, "table-data.json",
		      "git ls-tree --name-only side:" PROD);
	dg_fileset_close(files);
	dg_commit_close(commit);
}

static void test_big_file_goes_through_the_sink(void **state)
{
	struct fixture *f = *state;
	size_t size = 3 << 20, i;
	char *data = malloc(size + 1);

	assert_non_null(data);
	for (i = 0; i < size; i++)
		data[i] = (char)('a' + (i * i >> 7) % 26);
	data[size] = '\0';
	assert_ok(f, backup(f, "side", data, NULL));
	assert_output(f, "3145728",
		      "git cat-file -s side:" PROD "/table-data.json");
	assert_output(f, "", "git fsck --strict --full --no-dangling 2>&1");
	free(data);
}

static void test_second_run_on_one_table_names_the_first(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_commit *first = NULL, *second = NULL;
	char pid[32];

	assert_ok(f, dg_commit_open(&first, f->repo, &options, &f->err));
	assert_int_equal(dg_commit_open(&second, f->repo, &options, &f->err),
			 DG_ELOCKED);
	snprintf(pid, sizeof(pid), "process %ld on ", (long)getpid());
	assert_non_null(strstr(f->err.message, pid));
	assert_non_null(strstr(f->err.message, PROD));
	options.path = "backups/dynamodb/dev";
	assert_ok(f, dg_commit_open(&second, f->repo, &options, &f->err));
	dg_commit_close(second);
	dg_commit_close(first);
}

static void test_missing_identity_falls_back_and_says_so(void **state)
{
	struct fixture *f = *state;

	run(f, "git config --unset user.name && "
	       "git config --unset user.email && "
	       "git config commit.gpgSign true");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, "ddbgit ddbgit",
		      "git log -1 --format='%%an %%ae' | cut -d@ -f1");
	assert_non_null(strstr(f->said, "ddbgit <ddbgit@"));
	assert_non_null(strstr(f->said, "commit.gpgSign"));
}

static void test_racily_clean_files_of_others_stay_visible(void **state)
{
	struct fixture *f = *state;

	/* Same size, same time stamp as the index: only Git's own caution
	 * sees the change. */
	run(f, "echo aaaa >racy && git add racy && git commit -q -m racy && "
	       "touch -d @1700000000 racy && git update-index racy && "
	       "touch -d @1700000000 .git/index && "
	       "echo bbbb >racy && touch -d @1700000000 racy");
	assert_ok(f, backup(f, NULL, "one\n", NULL));
	assert_output(f, " M racy", "git status --porcelain");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_backup_is_one_commit_of_its_path_alone),
		TEST(test_second_backup_replaces_its_files_only),
		TEST(test_files_that_are_gone_are_unstaged_where_case_is_ignored),
		TEST(test_chunks_make_folders),
		TEST(test_unborn_branch_gets_its_first_commit),
		TEST(test_other_branch_leaves_head_index_and_files_alone),
		TEST(test_current_branch_by_name_is_the_default),
		TEST(test_bare_repository),
		TEST(test_linked_work_tree),
		TEST(test_line_end_conversion_is_harmless),
		TEST(test_branch_that_moves_meanwhile_is_followed),
		TEST(test_backup_that_landed_meanwhile_is_not_overwritten),
		TEST(test_head_that_moves_to_another_branch_stops_it),
		TEST(test_locks_of_others_are_waited_for_then_named),
		TEST(test_unchanged_table_resets_index_entries),
		TEST(test_kept_file_is_hashed_and_not_trusted),
		TEST(test_big_file_goes_through_the_sink),
		TEST(test_second_run_on_one_table_names_the_first),
		TEST(test_missing_identity_falls_back_and_says_so),
		TEST(test_racily_clean_files_of_others_stay_visible),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
