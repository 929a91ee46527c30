#include "fixture.h"
#include "repo/arrival.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct seen {
	char text[4096];
	int stop_at; /* of visits; 0: never */
	int visits;
};

static int stop(struct seen *seen, struct dg_error *err)
{
	return ++seen->visits == seen->stop_at
		       ? dg_error_set(err, DG_ECANCELLED, "enough")
		       : 0;
}

static int note_path(void *context, const char *path, struct dg_revision *to,
		     struct dg_error *err)
{
	struct seen *seen = context;

	assert_non_null(dg_revision_id(to));
	strcat(seen->text, path);
	strcat(seen->text, ";");
	return stop(seen, err);
}

static int find(struct fixture *f, const char *from, const char *to,
		struct seen *seen)
{
	const struct dg_arrival arrival = {
		.from = from,
		.to = to,
		.marker = "table-data.json",
		.owned = owned,
	};

	memset(seen->text, 0, sizeof(seen->text));
	seen->visits = 0;
	return dg_arrival_find(f->repo, &arrival, note_path, seen, &f->err);
}

static void assert_arrived(struct fixture *f, const char *from, const char *to,
			   const char *paths)
{
	struct seen seen = {.stop_at = 0};

	assert_ok(f, find(f, from, to, &seen));
	assert_string_equal(seen.text, paths);
}

static void test_snapshots_that_are_new_or_otherwise(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.stop_at = 1};

	run(f, "cd backups 2>/dev/null || mkdir -p backups && cd backups && "
	       "mkdir dev prod stage && for e in dev prod stage; do "
	       "echo $e >$e/table-data.json; done && git add . && "
	       "git commit -q -m one && git tag one");
	run(f, "cd backups && git rm -q -r stage && echo x >prod/table-data."
	       "json && echo x >dev/README && mkdir new && "
	       "echo x >new/table-data.json && mkdir bare && "
	       "echo x >bare/table-schema.json && git add . && "
	       "git commit -q -m two && git tag two");
	/* What was removed did not arrive, nor what stands beside. */
	assert_arrived(f, "one", "two", "backups/new;backups/prod;");
	assert_arrived(f, "two", "one", "backups/prod;backups/stage;");
	assert_arrived(f, NULL, "two", "backups/dev;backups/new;backups/prod;");
	assert_arrived(f, "two", "two", "");
	assert_int_equal(find(f, NULL, "two", &seen), DG_ECANCELLED);
	assert_string_equal(seen.text, "backups/dev;");
	assert_int_equal(find(f, "none", "two", &seen), DG_ENOTFOUND);
	assert_int_equal(find(f, "one", "none", &seen), DG_ENOTFOUND);
}

/* ---- what leaves --------------------------------------------------- */

static int note_file(void *context, const struct dg_large_file *file,
		     struct dg_error *err)
{
	struct seen *seen = context;
	const size_t len = strlen(seen->text);

	snprintf(seen->text + len, sizeof(seen->text) - len, "%s %d;",
		 file->path, (int)file->size);
	return stop(seen, err);
}

static char *id_of(struct fixture *f, const char *revision)
{
	return output(f, "git rev-parse %s", revision);
}

static void assert_large(struct fixture *f, const char *tip, const char *known,
			 const char *remote, const char *files)
{
	struct seen seen = {.stop_at = 0};
	char *tip_id = id_of(f, tip);
	char *known_id = known ? id_of(f, known) : NULL;
	const struct dg_departure departure = {
		.tip = tip_id,
		.known = known_id,
		.remote = remote,
		.above = 1000,
	};

	assert_ok(f, dg_departure_large(f->repo, &departure, note_file, &seen,
					&f->err));
	assert_string_equal(seen.text, files);
	free(tip_id);
	free(known_id);
}

static void commit_file(struct fixture *f, const char *path, int size,
			const char *tag)
{
	run(f,
	    "head -c %d /dev/zero | tr '\\0' x >%s && git add %s && "
	    "git commit -q -m %s && git tag %s",
	    size, path, path, tag, tag);
}

static void test_large_files_of_a_push_once_each(void **state)
{
	struct fixture *f = *state;

	commit_file(f, "a", 1000, "small");
	commit_file(f, "b", 1001, "large");
	commit_file(f, "c", 2000, "larger");
	run(f, "cp c d && git add d && git commit -q -m copy && git rm -q b && "
	       "git commit -q -m gone && git tag tip");
	assert_large(f, "small", NULL, NULL, "");
	assert_large(f, "large", NULL, NULL, "b 1001;");
	/* Newest first; a copy is the same blob. */
	assert_large(f, "tip", NULL, NULL, "d 2000;b 1001;");
	assert_large(f, "tip", "large", NULL, "d 2000;");
	assert_large(f, "tip", "tip", NULL, "");
	/* What a remote's branches have is there as well. */
	run(f, "git update-ref refs/remotes/origin/main larger");
	assert_large(f, "tip", NULL, "origin", "d 2000;");
	assert_large(f, "tip", NULL, "other", "d 2000;b 1001;");
}

static void test_a_merge_brings_no_file_twice(void **state)
{
	struct fixture *f = *state;

	run(f, "git checkout -q -b side");
	commit_file(f, "s", 1500, "side-file");
	run(f, "git checkout -q main");
	commit_file(f, "m", 1600, "main-file");
	run(f, "git merge -q --no-edit side");
	assert_large(f, "HEAD", "main-file", NULL, "s 1500;");
	run(f, "git checkout -q side-file && git merge -q --no-edit main-file");
	assert_large(f, "HEAD", "side-file", NULL, "m 1600;");
}

static void test_what_cannot_be_known_of_the_other_side(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {.stop_at = 1};
	char *tip;
	struct dg_departure departure = {
		.known = "1234567890123456789012345678901234567890",
		.above = 1000,
	};

	commit_file(f, "b", 1001, "large");
	commit_file(f, "c", 1002, "larger");
	tip = id_of(f, "HEAD");
	departure.tip = tip;
	assert_int_equal(dg_departure_large(f->repo, &departure, note_file,
					    &seen, &f->err),
			 DG_ECANCELLED);
	assert_int_equal(seen.visits, 1);
	departure.tip = departure.known;
	assert_error(f,
		     dg_departure_large(f->repo, &departure, note_file, &seen,
					&f->err),
		     DG_ENOTFOUND, "cannot read what is pushed");
	free(tip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_snapshots_that_are_new_or_otherwise, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_large_files_of_a_push_once_each, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_merge_brings_no_file_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_cannot_be_known_of_the_other_side, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
