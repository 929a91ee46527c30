#include "fixture.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int try_open(struct fixture *f, const char *folder)
{
	struct dg_repo *repo = NULL;
	char path[256];
	int rc;

	snprintf(path, sizeof(path), "%s/%s", f->dir, folder);
	memset(&f->err, 0, sizeof(f->err));
	rc = dg_repo_open(&repo, path, &f->log, &f->err);
	dg_repo_close(repo);
	return rc;
}

static void test_repository_is_found_from_folders_yet_to_be_made(void **state)
{
	struct fixture *f = *state;

	open_repo(f, "work/backups/dynamodb/prod");
	assert_string_equal(dg_repo_workdir(f->repo), f->work);
	assert_string_equal(dg_repo_gitdir(f->repo) + strlen(f->work), "/.git");
	assert_error(f, try_open(f, "elsewhere/x"), DG_ENOTFOUND,
		     "is not inside a Git repository");
}

static void test_folder_of_packs_is_made(void **state)
{
	struct fixture *f = *state;

	run(f, "rm -rf .git/objects/pack");
	open_repo(f, "work");
	run(f, "test -d .git/objects/pack");
}

static void test_formats_that_cannot_be_opened_are_named(void **state)
{
	static const struct {
		const char *commands;
		const char *words;
	} cases[] = {
		{"git init -q --object-format=sha256 .", "SHA-256"},
		{"git init -q . && git config core.repositoryformatversion "
		 "1 && git config extensions.refStorage reftable",
		 "reftable"},
		{"git init -q . && git config core.repositoryformatversion "
		 "1 && git config extensions.partialClone origin",
		 "partial clone"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(f, "rm -rf ../odd && mkdir ../odd && cd ../odd && %s",
		    cases[i].commands);
		assert_error(f, try_open(f, "odd"), DG_EREFUSED,
			     cases[i].words);
		assert_string_not_equal(f->err.hint, "");
	}
}

static void test_foreign_owner_is_refused_with_the_way_out(void **state)
{
	struct fixture *f = *state;

	/* Another owner can only be had by root. */
	if (getuid() != 0)
		skip();
	run(f, "chown -R 12345 .");
	assert_error(f, try_open(f, "work"), DG_EREFUSED,
		     "belongs to another user");
	assert_error(f, try_open(f, "work"), DG_EREFUSED,
		     "git config --global --add safe.directory");
	run(f, "git config --global --add safe.directory /nowhere");
	assert_error(f, try_open(f, "work"), DG_EREFUSED,
		     "belongs to another user");
	run(f, "git config --global --add safe.directory \"$PWD\"");
	assert_ok(f, try_open(f, "work"));
	run(f, "git config --global --unset-all safe.directory; "
	       "chown -R 0 .");
}

/* A process of its own gives up root's rights, which can read everything:
 * libgit2 asks by the real user. */
static void test_unreadable_configuration_is_refused(void **state)
{
	struct fixture *f = *state;
	bool root = getuid() == 0;
	int status = 0;
	pid_t pid;

	run(f, "%s chmod 0 .git/config",
	    root ? "chmod 755 .. $HOME && chown -R 65534 . &&" : "");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bool refused = (!root || setuid(65534) == 0) &&
			       try_open(f, "work") == DG_EREFUSED &&
			       strstr(f->err.message, "/work/.git/config'");

		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	run(f, "chmod 644 .git/config; chown -R $(id -u) .");
	assert_ok(f, try_open(f, "work"));
}

struct variable_case {
	const char *name;
	const char *value; /* seen from the work tree */
	bool is_other;
};

/* Git's own hooks run with some of them. */
static void test_variables_that_mean_another_repository_are_refused(
	void **state)
{
	static const struct variable_case cases[] = {
		{"GIT_DIR", ".git", false},
		{"GIT_DIR", "../link/.git/", false},
		{"GIT_DIR", "../other/.git", true},
		{"GIT_DIR", "../nowhere", true},
		{"GIT_WORK_TREE", ".", false},
		{"GIT_WORK_TREE", "../other", true},
		{"GIT_INDEX_FILE", ".git/index", false},
		{"GIT_INDEX_FILE", "../link/.git/index", false},
		{"GIT_INDEX_FILE", ".git/next-index-1.lock", true},
		{"GIT_INDEX_FILE", "index", true},
		{"GIT_DIR", "", false},
	};
	struct fixture *f = *state;

	run(f, "git init -q ../other && ln -s work ../link");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct variable_case *c = &cases[i];
		int rc;

		assert_int_equal(chdir(f->work), 0);
		setenv(c->name, c->value, 1);
		rc = try_open(f, "work");
		unsetenv(c->name);
		assert_int_equal(chdir("/"), 0);
		if (!c->is_other)
			assert_ok(f, rc);
		else
			assert_error(f, rc, DG_EREFUSED, c->name);
	}
	/* Before the first commit there is no index. */
	run(f, "rm .git/index && git worktree add -q ../linked");
	assert_int_equal(chdir(f->work), 0);
	setenv("GIT_INDEX_FILE", ".git/index", 1);
	assert_ok(f, try_open(f, "work"));
	unsetenv("GIT_INDEX_FILE");
	assert_int_equal(chdir("../linked"), 0);
	setenv("GIT_DIR", ".git", 1);
	assert_ok(f, try_open(f, "linked"));
	assert_error(f, try_open(f, "work"), DG_EREFUSED, "unset GIT_DIR");
	unsetenv("GIT_DIR");
	assert_int_equal(chdir("/"), 0);
}

static void assert_relative(struct fixture *f, const char *directory,
			    const char *expected)
{
	char *path = NULL;

	assert_ok(f, dg_repo_relative(&path, f->repo, directory, &f->err));
	assert_string_equal(path, expected);
	free(path);
}

static void assert_outside(struct fixture *f, const char *directory,
			   enum dg_code code, const char *words)
{
	char *path = NULL;

	assert_error(f, dg_repo_relative(&path, f->repo, directory, &f->err),
		     code, words);
	assert_null(path);
}

static void test_directories_become_paths_in_the_tree(void **state)
{
	struct fixture *f = *state;
	char path[512];

	run(f, "mkdir -p sub/real && ln -s work ../link && "
	       "ln -s sub/real short");
	assert_int_equal(chdir(f->work), 0);
	assert_relative(f, "backups/dynamodb/prod", "backups/dynamodb/prod");
	assert_relative(f, "backups//x/./y/../prod/", "backups/x/prod");
	assert_relative(f, ".", "");
	assert_relative(f, "short/x", "sub/real/x");
	assert_int_equal(chdir("sub"), 0);
	assert_relative(f, "../a", "a");
	assert_relative(f, "a", "sub/a");
	snprintf(path, sizeof(path), "%s/link/sub/new/er", f->dir);
	assert_relative(f, path, "sub/new/er");
	assert_outside(f, "/tmp", DG_EUSAGE, "outside the work tree");
	assert_outside(f, "../..", DG_EUSAGE, "outside the work tree");
	assert_outside(f, "a\nb", DG_EUSAGE, "control character");
	assert_int_equal(chdir("/"), 0);
}

static void test_folders_of_git_and_others_are_refused(void **state)
{
	struct fixture *f = *state;

	run(f, "git init -q nested && git init -q --bare nested.git && "
	       "git -c protocol.file.allow=always submodule --quiet add "
	       "\"$PWD\" module && mkdir -p other/deep && "
	       "mkdir -p plain/.GIT");
	run(f, "git update-index --add --cacheinfo "
	       "160000,$(git rev-parse HEAD),empty-module");
	assert_int_equal(chdir(f->work), 0);
	assert_outside(f, ".git/x", DG_EREFUSED, "inside Git's own");
	assert_outside(f, "plain/.GIT/x", DG_EREFUSED, "inside Git's own");
	assert_outside(f, "nested/x", DG_EREFUSED, "another repository");
	assert_outside(f, "nested.git/x", DG_EREFUSED, "another repository");
	assert_outside(f, "module/x", DG_EREFUSED, "the submodule 'module'");
	assert_outside(f, "empty-module/x", DG_EREFUSED, "the submodule");
	assert_relative(f, "other/deep/x", "other/deep/x");
	assert_int_equal(chdir("/"), 0);
}

static void test_bare_repository_takes_paths_in_the_tree(void **state)
{
	struct fixture *f = *state;

	run(f, "git clone -q --bare . ../bare.git");
	open_repo(f, "bare.git");
	assert_relative(f, "backups/dynamodb/prod/", "backups/dynamodb/prod");
	assert_relative(f, "./a/../b", "b");
	assert_outside(f, "/backups", DG_EUSAGE, "a path in the tree");
	assert_outside(f, "a/.git", DG_EREFUSED, "Git's own");
}

static void test_branch_of_head_and_by_name(void **state)
{
	struct fixture *f = *state;
	char *ref = NULL;

	assert_ok(f, dg_repo_branch_ref(&ref, f->repo, NULL, &f->err));
	assert_string_equal(ref, "refs/heads/main");
	free(ref);
	assert_ok(f, dg_repo_branch_ref(&ref, f->repo, "a/b", &f->err));
	assert_string_equal(ref, "refs/heads/a/b");
	free(ref);
	assert_error(f, dg_repo_branch_ref(&ref, f->repo, "-x", &f->err),
		     DG_EUSAGE, "'-x'");
	run(f, "git symbolic-ref HEAD refs/heads/unborn");
	assert_ok(f, dg_repo_branch_ref(&ref, f->repo, NULL, &f->err));
	assert_string_equal(ref, "refs/heads/unborn");
	free(ref);
	run(f, "git checkout -q --detach main");
	assert_error(f, dg_repo_branch_ref(&ref, f->repo, NULL, &f->err),
		     DG_EREFUSED, "detached");
}

static void record(struct fixture *f, const char *ref, const char *path,
		   const char *date, const char *id)
{
	assert_ok(f,
		  dg_repo_record_check(f->repo, ref, path, date, id, &f->err));
}

static void assert_recorded(struct fixture *f, const char *ref,
			    const char *path, const char *date, const char *id)
{
	struct dg_last_check last;

	assert_ok(f, dg_repo_last_check(&last, f->repo, ref, path, &f->err));
	assert_string_equal(last.date, date);
	assert_string_equal(last.commit_id, id);
}

static void test_last_check_is_kept_for_each_reference_and_path(void **state)
{
	struct fixture *f = *state;
	const char *id = "0123456789012345678901234567890123456789";

	assert_recorded(f, "refs/heads/main", PROD, "", "");
	record(f, "refs/heads/main", PROD, "2025-01-26T00:00:00Z", "");
	record(f, "refs/heads/main", "a b", "2025-01-26T00:00:01Z", id);
	record(f, "refs/heads/main", PROD, "2025-01-27T00:00:00Z", id);
	assert_recorded(f, "refs/heads/main", PROD, "2025-01-27T00:00:00Z", id);
	assert_recorded(f, "refs/heads/main", "a b", "2025-01-26T00:00:01Z",
			id);
	assert_recorded(f, "refs/heads/other", PROD, "", "");
	assert_output(f, "2", "wc -l <.git/ddbgit/last-check");
	assert_output(f, "last-check", "ls .git/ddbgit");
}

static void test_gc_is_due_by_gits_own_estimate(void **state)
{
	struct fixture *f = *state;

	assert_false(dg_repo_gc_due(f->repo));
	run(f, "mkdir -p .git/objects/17 && cd .git/objects/17 && "
	       "for i in $(seq 27); do "
	       ": >$(printf '%%038d' $i); done");
	assert_true(dg_repo_gc_due(f->repo));
	run(f, "git config gc.auto 7000");
	assert_false(dg_repo_gc_due(f->repo));
	run(f, "for i in 1 2 3; do : >.git/objects/pack/pack-$i.pack; done; "
	       "git config gc.autoPackLimit 2");
	assert_true(dg_repo_gc_due(f->repo));
	run(f, ": >.git/objects/pack/pack-1.keep");
	assert_false(dg_repo_gc_due(f->repo));
	run(f, "git config gc.autoPackLimit 1; git config gc.auto 0");
	assert_false(dg_repo_gc_due(f->repo));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_repository_is_found_from_folders_yet_to_be_made),
		TEST(test_folder_of_packs_is_made),
		TEST(test_formats_that_cannot_be_opened_are_named),
		TEST(test_foreign_owner_is_refused_with_the_way_out),
		TEST(test_unreadable_configuration_is_refused),
		TEST(test_variables_that_mean_another_repository_are_refused),
		TEST(test_directories_become_paths_in_the_tree),
		TEST(test_folders_of_git_and_others_are_refused),
		TEST(test_bare_repository_takes_paths_in_the_tree),
		TEST(test_branch_of_head_and_by_name),
		TEST(test_last_check_is_kept_for_each_reference_and_path),
		TEST(test_gc_is_due_by_gits_own_estimate),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
