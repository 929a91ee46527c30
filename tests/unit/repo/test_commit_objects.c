/* How the objects of a backup get into the repository: loose or packed, each
 * once, and none that the tip has. */
#include "base/dir.h"
#include "base/text.h"
#include "fixture.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define MANY 300
#define FOLDERS 50
#define CHUNK "table-data/%02zx/%zu.json"

/* Compresses badly, so that sizes are what they seem. */
static void chunk_text(char *out, size_t size, size_t number, const char *salt)
{
	uint32_t word = (uint32_t)number * 2654435761u + (uint32_t)*salt;
	size_t i;

	for (i = 0; i < size; i++) {
		word = word * 1664525u + 1013904223u;
		out[i] = (char)('!' + (word >> 24) % 90);
	}
	out[size] = '\0';
}

/* Chunks from one number up to another, in the snapshot's place. */
static void write_chunks(struct fixture *f, size_t from, size_t to,
			 const char *salt)
{
	char path[256], text[2001];
	size_t i;

	run(f, "mkdir -p " PROD "/table-data && cd " PROD "/table-data && "
	       "mkdir -p $(seq 0 49 | xargs printf '%%02x ')");
	for (i = from; i < to; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/" PROD "/" CHUNK, f->work,
			 i % FOLDERS, i);
		chunk_text(text, sizeof(text) - 1, i, salt);
		file = fopen(path, "w");
		assert_non_null(file);
		assert_true(fputs(text, file) >= 0);
		assert_int_equal(fclose(file), 0);
	}
}

struct steps {
	struct dg_commit *commit;
	struct dg_fileset *files;
};

/* What stands in the snapshot's place is what is committed. */
static void open_steps(struct steps *steps, struct fixture *f,
		       const struct dg_commit_options *options)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/" PROD, f->work);
	assert_ok(f, dg_dir_fileset_open(&steps->files, path, &f->err));
	assert_ok(f, dg_commit_open(&steps->commit, f->repo, options, &f->err));
	assert_ok(f, dg_commit_add_files(steps->commit, steps->files, &f->err));
}

static void close_steps(struct steps *steps)
{
	dg_commit_close(steps->commit);
	dg_fileset_close(steps->files);
}

static int end_steps(struct steps *steps, struct fixture *f)
{
	char id[DG_OID_HEX_SIZE];
	int rc = prepare(steps->commit, &f->err);

	if (!rc)
		rc = dg_commit_finish(steps->commit, id, &f->err);
	close_steps(steps);
	return rc;
}

static int commit_place(struct fixture *f)
{
	struct dg_commit_options options = options_for(f, NULL);
	struct steps steps;

	open_steps(&steps, f, &options);
	return end_steps(&steps, f);
}

/* Git itself, hashing the files in place, gets the ids of the commit. */
static void assert_committed(struct fixture *f)
{
	run(f, "git ls-tree -r HEAD " PROD " | cut -c13-52 >../ids && "
	       "git ls-tree -r HEAD " PROD " | cut -f2 >../names");
	assert_output(f, "",
		      "git hash-object --stdin-paths <../names | "
		      "cmp - ../ids 2>&1");
	assert_output(f, "",
		      "LC_ALL=C sort -o ../names ../names && "
		      "find " PROD " -type f | LC_ALL=C sort | "
		      "cmp - ../names 2>&1");
	assert_sound(f);
}

static void assert_packs(struct fixture *f, const char *count)
{
	assert_output(f, count,
		      "ls .git/objects/pack/*.pack 2>&1 | "
		      "grep -c 'pack-.*[.]pack$'");
	run(f, "for p in .git/objects/pack/*.idx; do "
	       "test ! -e $p || git verify-pack $p; done");
}

static void test_many_files_are_one_pack(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, MANY, "a");
	write_file(f, PROD "/table-data.json", "index\n");
	assert_ok(f, commit_place(f));
	assert_packs(f, "1");
	/* The chunks, their folders and the folder of these, the index. */
	assert_output(f, "in-pack: 352", "git count-objects -v | grep in-pack");
	assert_committed(f);
	run(f, "git gc -q --prune=now");
	assert_committed(f);
}

static void test_few_files_are_loose(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, 40, "a");
	assert_ok(f, commit_place(f));
	assert_packs(f, "0");
	assert_committed(f);
}

/* The size is equal, and no clock can tell: Git must look at the file. */
static void test_a_file_that_changes_before_the_end_is_no_clean_one(
	void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, NULL);
	struct steps steps;
	char id[DG_OID_HEX_SIZE];

	write_chunks(f, 0, 2, "a");
	open_steps(&steps, f, &options);
	assert_ok(f, prepare(steps.commit, &f->err));
	run(f, "cp " PROD "/table-data/01/1.json " PROD "/table-data/00/0.json "
	       "&& touch -d @1700000000 " PROD "/table-data/00/0.json");
	/* Nor does one that cannot be read stop what is in place already. */
	run(f, "cd " PROD "/table-data && touch 01/1.json && mv 01 away && "
	       "ln -s away 01");
	assert_ok(f, dg_commit_finish(steps.commit, id, &f->err));
	close_steps(&steps);
	run(f, "cd " PROD "/table-data && rm 01 && mv away 01");
	assert_output(f, " M " PROD "/table-data/00/0.json",
		      "git status --porcelain");
	run(f, "git checkout -q " PROD);
	assert_committed(f);
}

static void test_only_what_changed_is_written(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, MANY, "a");
	assert_ok(f, commit_place(f));
	run(f, "git gc -q");
	write_chunks(f, 7, 8, "b");
	write_chunks(f, 57, 58, "b");
	run(f, "rm " PROD "/table-data/07/107.json");
	assert_ok(f, commit_place(f));
	/* Two chunks, their one folder and the five above it, the commit. */
	assert_output(f, "9", "git count-objects | cut -d' ' -f1");
	assert_output(f,
		      "D\t" PROD "/table-data/07/107.json\n"
		      "M\t" PROD "/table-data/07/57.json\n"
		      "M\t" PROD "/table-data/07/7.json",
		      "git show --format= --name-status");
	assert_committed(f);
}

static void test_equal_contents_are_packed_once(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, MANY, "a");
	run(f, "cp -r " PROD "/table-data/00 " PROD "/table-data/00copy && "
	       "cp " PROD "/table-data/01/1.json " PROD "/table-data.json");
	assert_ok(f, commit_place(f));
	assert_packs(f, "1");
	assert_output(f, "in-pack: 351", "git count-objects -v | grep in-pack");
	assert_committed(f);
}

static void test_packed_and_borrowed_objects_are_built_upon(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, MANY, "a");
	assert_ok(f, commit_place(f));
	run(f, "git clone -q --shared . ../borrower && "
	       "cd ../borrower && git config user.name A && "
	       "git config user.email a@b.c");
	free(f->work);
	assert_int_equal(dg_asprintf(&f->work, NULL, "%s/borrower", f->dir), 0);
	open_repo(f, "borrower");
	write_chunks(f, 0, 2, "b");
	assert_ok(f, commit_place(f));
	assert_output(f, "0", "git count-objects -v | grep -c in-pack:.[1-9]");
	assert_committed(f);
	write_chunks(f, 0, MANY, "c");
	assert_ok(f, commit_place(f));
	assert_packs(f, "1");
	assert_committed(f);
}

/* Chunks through the sink; `same`: two of them have one content. */
static void sink_chunks(struct fixture *f, struct dg_commit *commit,
			size_t count, size_t size, bool same)
{
	struct dg_sink *sink = dg_commit_sink(commit);
	char path[64], *text = malloc(size + 1);
	size_t i;

	assert_non_null(text);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), CHUNK, i % FOLDERS, i);
		chunk_text(text, size, same && i == count - 1 ? 0 : i, "a");
		assert_ok(f, dg_sink_write(sink, path, dg_slice_of(text, size),
					   &f->err));
	}
	free(text);
}

static void test_chunks_through_the_sink_are_packed(void **state)
{
	static const struct {
		size_t count;
		size_t size;
		uint64_t memory;
		const char *packed;
	} cases[] = {
		{30, 2000, 64 << 20, "0"},  /* few and small */
		{300, 2000, 64 << 20, "1"}, /* many in memory */
		{300, 9000, 8 << 20, "1"},  /* many, in a file for the time */
		{20, 200000, 8 << 20, "1"}, /* few, but too much for memory */
		{9, 200000, 0, "1"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_commit_options options = options_for(f, "side");
		struct steps steps = {0};
		char count[16];

		options.memory = cases[i].memory;
		run(f, "git update-ref -d refs/heads/side && "
		       "rm -f .git/objects/pack/*");
		assert_ok(f, dg_commit_open(&steps.commit, f->repo, &options,
					    &f->err));
		sink_chunks(f, steps.commit, cases[i].count, cases[i].size,
			    true);
		assert_ok(f, end_steps(&steps, f));
		assert_packs(f, cases[i].packed);
		snprintf(count, sizeof(count), "%zu", cases[i].count);
		assert_output(f, count, "git ls-tree -r side:" PROD " | wc -l");
		snprintf(count, sizeof(count), "%zu", cases[i].count - 1);
		assert_output(f, count,
			      "git ls-tree -r side:" PROD " | cut -c13-52 | "
			      "sort -u | git cat-file --batch-check | "
			      "grep -c 'blob %zu$'",
			      cases[i].size);
		assert_output(f, "",
			      "git fsck --strict --full --no-dangling 2>&1");
	}
}

static void test_chunks_of_the_tip_are_not_collected(void **state)
{
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, "side");
	struct steps steps = {0};

	assert_ok(f, dg_commit_open(&steps.commit, f->repo, &options, &f->err));
	sink_chunks(f, steps.commit, MANY, 2000, false);
	assert_ok(f, end_steps(&steps, f));
	run(f, "git gc -q --prune=now");
	assert_ok(f, dg_commit_open(&steps.commit, f->repo, &options, &f->err));
	sink_chunks(f, steps.commit, MANY, 2000, false);
	assert_true(dg_commit_same_as_tip(steps.commit, "table-data"));
	assert_ok(f, dg_sink_write(dg_commit_sink(steps.commit),
				   "table-data/00/0.json", DG_SLICE("new\n"),
				   &f->err));
	assert_false(dg_commit_same_as_tip(steps.commit, "table-data"));
	assert_ok(f, end_steps(&steps, f));
	assert_output(f, "8", "git count-objects | cut -d' ' -f1");
	assert_output(f, "M\t" PROD "/table-data/00/0.json",
		      "git show --format= --name-status side");
}

static void test_long_file_stays_loose(void **state)
{
	struct fixture *f = *state;

	/* Ends within a part, with one, and just before the next. */
	run(f, "mkdir -p " PROD "/table-data && cd " PROD "/table-data && "
	       "yes README | head -c 3000000 >1.json && "
	       "head -c 2097152 /dev/urandom >2.json && "
	       "head -c 1572865 /dev/zero >3.json");
	write_chunks(f, 0, MANY, "a");
	assert_ok(f, commit_place(f));
	assert_packs(f, "1");
	assert_output(f, "in-pack: 351", "git count-objects -v | grep in-pack");
	assert_committed(f);
	/* Again, over the same objects that nothing refers to. */
	run(f, "git reset -q --soft HEAD~1 && git reset -q");
	assert_ok(f, commit_place(f));
	assert_committed(f);
}

/* Same size, another content: nothing is committed under a wrong id. */
static void test_file_that_changes_meanwhile_is_an_error(void **state)
{
	static const size_t counts[] = {3, MANY};
	static const char *const names[] = {PROD "/table-data/00/0.json",
					    PROD "/table-data.json"};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < 4; i++) {
		struct dg_commit_options options = options_for(f, NULL);
		struct steps steps;

		run(f, "rm -rf " PROD);
		write_chunks(f, 0, counts[i / 2], "a");
		run(f, "seq 300000 >" PROD "/table-data.json");
		open_steps(&steps, f, &options);
		run(f, "sed -i 1s/./~/ %s", names[i % 2]);
		assert_error(f, end_steps(&steps, f), DG_EMODIFIED,
			     "changed while it was read");
		assert_non_null(
			strstr(f->err.message, strstr(names[i % 2], "table")));
		assert_output(f, "1", "git rev-list --count HEAD");
		run(f, "rm -rf " PROD);
		assert_sound(f);
	}
}

static void test_cancelled_run_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct dg_commit_options options = options_for(f, NULL);
	struct dg_fileset *files = NULL;
	struct steps steps;

	options.cancel = &cancel;
	write_chunks(f, 0, MANY, "a");
	open_steps(&steps, f, &options);
	dg_cancel_set(&cancel);
	assert_int_equal(dg_commit_files(&files, steps.commit, &f->err),
			 DG_ECANCELLED);
	assert_int_equal(end_steps(&steps, f), DG_ECANCELLED);
	assert_output(f, "", "ls .git/objects/pack");
	run(f, "rm -rf " PROD);
	assert_sound(f);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* As on a full disk: no file can grow any further. */
static void test_write_that_fails_leaves_nothing(void **state)
{
	static const char *const more[] = {"true",
					   "head -c 3000000 /dev/urandom "
					   ">" PROD "/table-data.json"};
	struct fixture *f = *state;
	size_t i;

	signal(SIGXFSZ, SIG_IGN);
	for (i = 0; i < 2; i++) {
		struct dg_commit_options options = options_for(f, NULL);
		struct steps steps;
		int rc;

		write_chunks(f, 0, MANY, "a");
		run(f, "%s", more[i]);
		open_steps(&steps, f, &options);
		limit_files(100000);
		rc = end_steps(&steps, f);
		limit_files(RLIM_INFINITY);
		assert_true(rc < 0);
		assert_non_null(strstr(f->err.message, "large"));
		assert_output(f, "", "ls .git/objects/pack");
		run(f, "mv " PROD " ../aside");
		assert_sound(f);
		run(f, "mv ../aside " PROD);
	}
	assert_ok(f, commit_place(f));
	assert_committed(f);
}

static void lose_object(struct fixture *f, const char *path)
{
	run(f,
	    "id=$(git rev-parse HEAD:%s) && "
	    "rm -f .git/objects/$(echo $id | cut -c1-2)/"
	    "$(echo $id | cut -c3-)",
	    path);
}

static void test_chunk_that_the_tip_lost_is_an_error(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, 30, "a");
	assert_ok(f, commit_place(f));
	lose_object(f, PROD "/table-data/03/3.json");
	write_chunks(f, 4, 5, "b");
	assert_error(f, commit_place(f), DG_EINVALID, "is damaged");
	assert_non_null(strstr(f->err.message, "table-data/03/3.json"));
}

static void test_folder_that_the_tip_lost_is_an_error(void **state)
{
	struct fixture *f = *state;

	write_chunks(f, 0, 30, "a");
	assert_ok(f, commit_place(f));
	lose_object(f, PROD "/table-data/03");
	write_chunks(f, 4, 5, "b");
	assert_error(f, commit_place(f), DG_EINVALID, "is damaged");
	assert_non_null(strstr(f->err.message, "table-data/03"));
}

/* A backup of which a part is gone is none: 'no changes' would be a lie. */
static void test_what_the_tip_lost_is_not_the_same(void **state)
{
	static const char *const lost[] = {PROD "/table-data/03/3.json",
					   PROD "/table-data/03"};
	struct fixture *f = *state;
	struct dg_commit_options options = options_for(f, NULL);
	struct steps steps;
	size_t i;

	write_chunks(f, 0, 30, "a");
	assert_ok(f, commit_place(f));
	run(f, "cp -r .git/objects ../whole");
	for (i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		open_steps(&steps, f, &options);
		assert_true(dg_commit_same_as_tip(steps.commit, "table-data"));
		close_steps(&steps);
		lose_object(f, lost[i]);
		open_repo(f, "work");
		open_steps(&steps, f, &options);
		assert_false(dg_commit_same_as_tip(steps.commit, "table-data"));
		close_steps(&steps);
		run(f, "cp -rn ../whole/. .git/objects");
		open_repo(f, "work");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_many_files_are_one_pack),
		TEST(test_few_files_are_loose),
		TEST(test_a_file_that_changes_before_the_end_is_no_clean_one),
		TEST(test_only_what_changed_is_written),
		TEST(test_equal_contents_are_packed_once),
		TEST(test_packed_and_borrowed_objects_are_built_upon),
		TEST(test_chunks_through_the_sink_are_packed),
		TEST(test_chunks_of_the_tip_are_not_collected),
		TEST(test_long_file_stays_loose),
		TEST(test_file_that_changes_meanwhile_is_an_error),
		TEST(test_cancelled_run_leaves_nothing),
		TEST(test_write_that_fails_leaves_nothing),
		TEST(test_chunk_that_the_tip_lost_is_an_error),
		TEST(test_folder_that_the_tip_lost_is_an_error),
		TEST(test_what_the_tip_lost_is_not_the_same),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
