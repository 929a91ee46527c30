#include "fixture.h"
#include "repo/revision.h"
#include <stdio.h>
#include <stdlib.h>

static struct dg_revision *open_revision(struct fixture *f, const char *name)
{
	struct dg_revision *revision = NULL;

	assert_ok(f, dg_revision_open(&revision, f->repo, name, &f->err));
	return revision;
}

static struct dg_fileset *open_files(struct fixture *f, const char *name,
				     const char *path, uint64_t memory)
{
	struct dg_revision *revision = open_revision(f, name);
	struct dg_fileset *files = NULL;

	assert_ok(f,
		  dg_revision_files(&files, revision, path, memory, &f->err));
	dg_revision_close(revision);
	return files;
}

static void test_revisions_are_what_rev_parse_takes(void **state)
{
	static const char *const names[] = {"HEAD",
					    "main",
					    "@",
					    "light",
					    "noted",
					    "HEAD^0",
					    "refs/tags/noted",
					    "HEAD@{0}"};
	struct fixture *f = *state;
	size_t i;

	run(f, "git commit -q --allow-empty -m again && git tag light && "
	       "git tag -a -m note noted && git -c advice.nestedTag=false tag "
	       "-a -m x deep noted");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct dg_revision *revision = open_revision(f, names[i]);

		assert_output(f, dg_revision_id(revision),
			      "git rev-parse HEAD");
		assert_string_equal(dg_revision_message(revision), "again\n");
		dg_revision_close(revision);
	}
}

static void test_unknown_revision_suggests_the_nearest_name(void **state)
{
	static const struct {
		const char *name;
		enum dg_code code;
		const char *words;
	} cases[] = {
		{"prod-20250127", DG_ENOTFOUND, "'prod-20250126'"},
		{"mian", DG_ENOTFOUND, "'main'"},
		{"nothing-like-it", DG_ENOTFOUND, "ddbgit log"},
		{"HEAD~5", DG_ENOTFOUND, "unknown revision"},
		{"HEAD:README", DG_EUSAGE, "names no commit"},
		{"HEAD^{tree}", DG_EUSAGE, "names no commit"},
		{":README", DG_EUSAGE, "is no revision of one commit"},
		{":0:README", DG_EUSAGE, "is no revision of one commit"},
		{"", DG_EUSAGE, "empty"},
	};
	struct fixture *f = *state;
	struct dg_revision *revision = NULL;
	size_t i;

	run(f, "git tag prod-20250126 && git branch staging");
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_error(f,
			     dg_revision_open(&revision, f->repo, cases[i].name,
					      &f->err),
			     cases[i].code, cases[i].words);
		assert_null(revision);
	}
	run(f, "git symbolic-ref HEAD refs/heads/unborn");
	assert_error(f, dg_revision_open(&revision, f->repo, "HEAD", &f->err),
		     DG_ENOTFOUND, "no commits yet");
}

static int note_path(void *context, const char *path, struct dg_error *err)
{
	char *all = context;

	(void)err;
	strcat(all, path);
	strcat(all, ";");
	return 0;
}

static void test_folders_with_the_marker_are_found_in_byte_order(void **state)
{
	struct fixture *f = *state;
	struct dg_revision *revision;
	char all[256] = "";

	run(f, "mkdir -p b/dev/own/1 b/dev-2 b/prod/sub b/own c/table-data.json"
	       " && touch b/dev/table-data.json b/dev-2/table-data.json "
	       "b/dev/own/1/table-data.json b/own/table-data.json "
	       "b/prod/sub/table-data.json table-data.json c/x "
	       "c/table-data.json/y && "
	       "mkdir d && ln -s x d/table-data.json && "
	       "git add . && git commit -q -m all");
	revision = open_revision(f, "HEAD");
	assert_ok(f, dg_revision_find(revision, "table-data.json", "own",
				      note_path, all, &f->err));
	/* What is beside a marker under that name belongs to it. */
	assert_string_equal(all, ";b/dev;b/dev-2;b/own;b/prod/sub;");
	dg_revision_close(revision);
}

static void test_first_parent_of_a_commit(void **state)
{
	struct fixture *f = *state;
	struct dg_revision *revision, *parent = NULL, *none = NULL;

	run(f, "git commit -q --allow-empty -m second");
	revision = open_revision(f, "HEAD");
	assert_ok(f, dg_revision_parent(&parent, revision, &f->err));
	assert_string_equal(dg_revision_message(parent), "start\n");
	assert_int_equal(dg_revision_parent(&none, parent, &f->err),
			 DG_ENOTFOUND);
	dg_revision_close(revision);
	dg_revision_close(parent);
}

static int note_entry(void *context, const struct dg_fileset_entry *entry,
		      struct dg_error *err)
{
	return note_path(context, entry->name, err) |
	       (entry->is_folder ? note_path(context, "/", err) : 0);
}

static void test_tree_lists_regular_files_and_folders_by_bytes(void **state)
{
	struct fixture *f = *state;
	struct dg_fileset *files;
	struct dg_file *file = NULL;
	char all[256] = "";

	run(f, "mkdir -p s/a && touch s/a/x s/a.b s/A && ln -s A s/link && "
	       "git add s && git update-index --add --cacheinfo "
	       "160000,$(git rev-parse HEAD),s/module && "
	       "git commit -q -m s");
	files = open_files(f, "HEAD", "s", 0);
	assert_ok(f, files->list(files, "", note_entry, all, &f->err));
	assert_string_equal(all, "A;a;/;a.b;");
	assert_error(f, files->open(files, "link", &file, &f->err), DG_EINVALID,
		     "'link'");
	assert_error(f, files->open(files, "a", &file, &f->err), DG_EINVALID,
		     "'a'");
	assert_error(f, files->open(files, "module", &file, &f->err),
		     DG_EINVALID, "'module'");
	assert_error(f, files->open(files, "none", &file, &f->err),
		     DG_ENOTFOUND, "'none'");
	assert_error(f, files->list(files, "none", note_entry, all, &f->err),
		     DG_ENOTFOUND, "'none'");
	assert_int_equal(files->open(files, "../README", &file, &f->err),
			 DG_EINVALID);
	dg_fileset_close(files);
}

static void test_identities_are_gits_object_ids(void **state)
{
	static const char *const paths[] = {"", "a", "a/x"};
	struct fixture *f = *state;
	struct dg_fileset *files;
	struct dg_identity identity;
	char hex[41];
	size_t i, j;

	run(f, "mkdir -p s/a && echo x >s/a/x && git add s && "
	       "git commit -q -m s");
	files = open_files(f, "HEAD", "s", 0);
	for (i = 0; i < 3; i++) {
		assert_ok(f,
			  files->identity(files, paths[i], &identity, &f->err));
		assert_string_equal(identity.kind, "git-sha1");
		assert_int_equal(identity.len, 20);
		for (j = 0; j < 20; j++)
			snprintf(hex + 2 * j, 3, "%02x", identity.bytes[j]);
		assert_output(f, hex, "git rev-parse HEAD:s/%s", paths[i]);
	}
	assert_error(f, files->identity(files, "b", &identity, &f->err),
		     DG_ENOTFOUND, "'b'");
	dg_fileset_close(files);
}

/* Appends "<name" of what only the left has, "name>", or "<name>". */
static int note_difference(void *context,
			   const struct dg_fileset_difference *difference,
			   struct dg_error *err)
{
	char *all = context;

	(void)err;
	snprintf(all + strlen(all), 256 - strlen(all), "%s%s%s;",
		 difference->in_left ? "<" : "", difference->name,
		 difference->in_right ? ">" : "");
	return strcmp(difference->name, "stop") == 0 ? 77 : 0;
}

static void make_two_trees(struct fixture *f)
{
	run(f, "mkdir -p s/a s/same s/only-left && cd s && "
	       "touch a/y same/x mode turned only-left/z && echo 1 >a/x && "
	       "ln -s a link && git add . && git commit -q -m left && "
	       "git tag left && git rm -q -r only-left turned && "
	       "mkdir turned && touch only-right turned/y && echo 2 >a/x && "
	       "ln -sfn b link && chmod +x mode && git add . && "
	       "git commit -q -m right && git tag right");
}

static void test_folders_of_two_trees_are_compared_by_ids(void **state)
{
	static const struct {
		const char *folder;
		const char *differences; /* in any order */
	} cases[] = {
		{"", "<a>;<link>;<mode>;<turned>;<only-left;only-right>;"},
		{"a", "<x>;"},
		{"same", ""},
		{"turned", "y>;"},
		{"only-left", "<z;"},
		{"nowhere", ""},
	};
	struct fixture *f = *state;
	struct dg_fileset *left, *right;

	make_two_trees(f);
	left = open_files(f, "left", "s", 0);
	right = open_files(f, "right", "s", 0);
	assert_true(dg_fileset_comparable(left, right));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char all[256] = "";

		assert_ok(f, left->compare(left, right, cases[i].folder,
					   note_difference, all, &f->err));
		assert_int_equal(strlen(all), strlen(cases[i].differences));
		for (char *each = strtok(all, ";"); each;
		     each = strtok(NULL, ";"))
			assert_non_null(strstr(cases[i].differences, each));
	}
	dg_fileset_close(left);
	dg_fileset_close(right);
}

static void test_a_comparison_of_folders_can_be_ended(void **state)
{
	struct fixture *f = *state;
	struct dg_fileset *left, *right;
	char all[256] = "";

	make_two_trees(f);
	run(f, "touch s/a/stop && git add s && git commit -q -m stop");
	left = open_files(f, "HEAD", "s", 0);
	right = open_files(f, "left", "s", 0);
	assert_int_equal(
		left->compare(left, right, "a", note_difference, all, &f->err),
		77);
	assert_string_equal(all, "<stop;");
	assert_error(f,
		     left->compare(left, right, "../s", note_difference, all,
				   &f->err),
		     DG_EINVALID, "'../s'");
	dg_fileset_close(left);
	dg_fileset_close(right);
}

static uint64_t sum_of(struct fixture *f, struct dg_file *file, uint64_t *size)
{
	unsigned char part[5000];
	uint64_t sum = 0;
	size_t n = 0, i;

	*size = 0;
	do {
		assert_ok(f, file->read(file, part, sizeof(part), &n, &f->err));
		for (i = 0; i < n; i++)
			sum = sum * 31 + part[i];
		*size += n;
	} while (n);
	return sum;
}

/* 1 MB that does not compress away. */
static void make_big(struct fixture *f)
{
	run(f, "mkdir -p s && seq 150000 >s/big && : >s/empty && git add s && "
	       "git commit -q -m big");
}

static void read_twice(struct fixture *f, uint64_t memory)
{
	struct dg_fileset *files = open_files(f, "HEAD", "s", memory);
	struct dg_file *file = NULL;
	uint64_t first, size;
	char part[10];
	size_t n;

	assert_ok(f, files->open(files, "big", &file, &f->err));
	first = sum_of(f, file, &size);
	assert_int_equal(size, 938895);
	assert_int_equal(size, file->size);
	assert_ok(f, file->rewind(file, &f->err));
	assert_ok(f, dg_file_read_full(file, part, 4, &n, &f->err));
	assert_memory_equal(part, "1\n2\n", 4);
	assert_ok(f, file->rewind(file, &f->err));
	assert_true(sum_of(f, file, &size) == first);
	dg_file_close(file);
	assert_ok(f, files->open(files, "empty", &file, &f->err));
	assert_int_equal(sum_of(f, file, &size), 0);
	assert_int_equal(size, 0);
	dg_file_close(file);
	dg_fileset_close(files);
}

static void test_loose_and_packed_files_are_read(void **state)
{
	struct fixture *f = *state;

	make_big(f);
	read_twice(f, 0);
	run(f, "git gc -q");
	open_repo(f, "work");
	read_twice(f, 0);
	/* Above a quarter of the memory: through git. */
	read_twice(f, 100000);
}

/* `git gc` may run between the first reading of a file and the second. */
static void test_a_file_packed_while_it_is_read_is_read_again(void **state)
{
	struct fixture *f = *state;
	struct dg_fileset *files;
	struct dg_file *file = NULL;
	uint64_t size;
	char part[10];
	size_t n;

	make_big(f);
	files = open_files(f, "HEAD", "s", 8 << 20);
	assert_ok(f, files->open(files, "big", &file, &f->err));
	assert_ok(f, dg_file_read_full(file, part, 4, &n, &f->err));
	run(f, "git gc -q && test ! -e .git/objects/$(git rev-parse HEAD:s/big "
	       "| sed 's|^..|&/|')");
	assert_ok(f, file->rewind(file, &f->err));
	sum_of(f, file, &size);
	assert_int_equal(size, 938895);
	dg_file_close(file);
	dg_fileset_close(files);
}

static void test_big_packed_file_without_git_is_refused(void **state)
{
	struct fixture *f = *state;
	struct dg_fileset *files;
	struct dg_file *file = NULL;
	char *path = strdup(getenv("PATH"));
	int rc;

	make_big(f);
	run(f, "git gc -q");
	open_repo(f, "work");
	files = open_files(f, "HEAD", "s", 100000);
	setenv("PATH", "/nowhere", 1);
	rc = files->open(files, "big", &file, &f->err);
	setenv("PATH", path, 1);
	assert_error(f, rc, DG_ELIMIT, "938.9");
	assert_error(f, rc, DG_ELIMIT, "--memory=SIZE");
	dg_fileset_close(files);
	free(path);
}

static void test_damaged_object_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct dg_fileset *files;
	struct dg_file *file = NULL;
	char part[4096];
	size_t n = 1;
	int rc = 0;

	make_big(f);
	/* Another content under the first one's name. */
	run(f, "one=$(git rev-parse HEAD:s/big) && "
	       "two=$(seq 2 150001 | sed '1s/2/1/' | head -c 938895 | "
	       "git hash-object -w --stdin) && "
	       "p=.git/objects/$(echo $one | sed 's|^..|&/|') && "
	       "q=.git/objects/$(echo $two | sed 's|^..|&/|') && "
	       "chmod u+w $p && cp -f $q $p");
	open_repo(f, "work");
	files = open_files(f, "HEAD", "s", 0);
	assert_ok(f, files->open(files, "big", &file, &f->err));
	while (!rc && n)
		rc = file->read(file, part, sizeof(part), &n, &f->err);
	assert_error(f, rc, DG_EINVALID, "is damaged");
	dg_file_close(file);
	dg_fileset_close(files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_revisions_are_what_rev_parse_takes),
		TEST(test_unknown_revision_suggests_the_nearest_name),
		TEST(test_folders_with_the_marker_are_found_in_byte_order),
		TEST(test_first_parent_of_a_commit),
		TEST(test_tree_lists_regular_files_and_folders_by_bytes),
		TEST(test_identities_are_gits_object_ids),
		TEST(test_folders_of_two_trees_are_compared_by_ids),
		TEST(test_a_comparison_of_folders_can_be_ended),
		TEST(test_loose_and_packed_files_are_read),
		TEST(test_a_file_packed_while_it_is_read_is_read_again),
		TEST(test_big_packed_file_without_git_is_refused),
		TEST(test_damaged_object_is_an_error),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
