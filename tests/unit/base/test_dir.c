#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A scratch folder with:
 *	a.txt		"hello"
 *	sub/b.txt	"world"
 *	sub/deep/
 *	link		-> a.txt
 *	sublink		-> sub
 *	fifo
 */
struct fixture {
	char path[64];
	int fd;
	struct dg_fileset *set;
};

static void write_file(int dirfd, const char *path, const char *text)
{
	int fd;

	assert_int_equal(dg_openat_nofollow(dirfd, path, O_WRONLY | O_CREAT,
					    0644, &fd, NULL),
			 0);
	assert_int_equal(dg_write_all(fd, text, strlen(text), path, NULL), 0);
	assert_int_equal(dg_flush(fd, path, NULL), 0);
	close(fd);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->path, "/tmp/ddbgit-test-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY);
	assert_true(f->fd >= 0);
	assert_int_equal(dg_mkdirs_at(f->fd, "sub/deep", NULL), 0);
	write_file(f->fd, "a.txt", "hello");
	write_file(f->fd, "sub/b.txt", "world");
	assert_int_equal(symlinkat("a.txt", f->fd, "link"), 0);
	assert_int_equal(symlinkat("sub", f->fd, "sublink"), 0);
	assert_int_equal(mkfifoat(f->fd, "fifo", 0600), 0);
	assert_int_equal(dg_dir_fileset_open(&f->set, f->path, NULL), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	int tmp;

	dg_fileset_close(f->set);
	close(f->fd);
	tmp = open("/tmp", O_RDONLY | O_DIRECTORY);
	assert_int_equal(
		dg_remove_tree_at(tmp, f->path + strlen("/tmp/"), NULL), 0);
	close(tmp);
	assert_int_equal(access(f->path, F_OK), -1);
	free(f);
	return 0;
}

static void test_files_are_read_whole(void **state)
{
	struct fixture *f = *state;
	struct dg_buf out = DG_BUF_INIT(100);

	assert_int_equal(dg_fileset_read(f->set, "sub/b.txt", &out, NULL), 0);
	assert_string_equal(dg_buf_str(&out), "world");
	dg_buf_free(&out);
}

static void test_file_may_fill_the_buffer_but_not_pass_it(void **state)
{
	struct fixture *f = *state;
	struct dg_buf out = DG_BUF_INIT(5);
	struct dg_error err = {0};
	char expected[200];

	assert_int_equal(dg_fileset_read(f->set, "a.txt", &out, &err), 0);
	assert_string_equal(dg_buf_str(&out), "hello");
	dg_buf_free(&out);
	dg_buf_init(&out, 4);
	assert_int_equal(dg_fileset_read(f->set, "a.txt", &out, &err),
			 DG_ELIMIT);
	snprintf(expected, sizeof(expected),
		 "'%s/a.txt': more than the 4 bytes allowed", f->path);
	assert_string_equal(err.message, expected);
	dg_buf_free(&out);
}

static void test_open_file_knows_its_size_and_rewinds(void **state)
{
	struct fixture *f = *state;
	struct dg_file *file;
	char bytes[10];
	size_t n;
	int round;

	assert_int_equal(f->set->open(f->set, "a.txt", &file, NULL), 0);
	assert_int_equal(file->size, 5);
	for (round = 0; round < 2; round++) {
		assert_int_equal(dg_file_read_full(file, bytes, 3, &n, NULL),
				 0);
		assert_int_equal(n, 3);
		assert_int_equal(dg_file_read_full(file, bytes, 10, &n, NULL),
				 0);
		assert_int_equal(n, 2);
		assert_memory_equal(bytes, "lo", 2);
		assert_int_equal(file->rewind(file, NULL), 0);
	}
	dg_file_close(file);
	dg_file_close(NULL);
}

static void test_what_is_no_regular_file_is_not_opened(void **state)
{
	static const struct {
		const char *path;
		int rc;
	} cases[] = {
		{"missing", DG_ENOTFOUND},   {"sub/missing", DG_ENOTFOUND},
		{"missing/x", DG_ENOTFOUND}, {"sub", DG_EINVALID},
		{"link", DG_EINVALID},       {"sublink/b.txt", DG_EINVALID},
		{"fifo", DG_EINVALID},       {"a.txt/x", DG_EIO},
	};
	struct fixture *f = *state;
	struct dg_file *file;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_error err = {0};

		assert_int_equal(
			f->set->open(f->set, cases[i].path, &file, &err),
			cases[i].rc);
		assert_non_null(strstr(err.message, f->path));
		assert_non_null(strstr(err.message, cases[i].path));
	}
}

static int collect(void *context, const struct dg_fileset_entry *entry,
		   struct dg_error *err)
{
	return dg_buf_addf(context, err, "%s%s ", entry->name,
			   entry->is_folder ? "/" : "");
}

static void test_list_is_sorted_and_knows_files_and_folders(void **state)
{
	struct fixture *f = *state;
	struct dg_buf out = DG_BUF_INIT(1000);

	write_file(f->fd, "Z", "");
	assert_int_equal(f->set->list(f->set, "", collect, &out, NULL), 0);
	assert_string_equal(dg_buf_str(&out), "Z a.txt sub/ ");
	dg_buf_clear(&out);
	assert_int_equal(f->set->list(f->set, "sub", collect, &out, NULL), 0);
	assert_string_equal(dg_buf_str(&out), "b.txt deep/ ");
	assert_int_equal(f->set->list(f->set, "no", collect, &out, NULL),
			 DG_ENOTFOUND);
	assert_int_equal(f->set->list(f->set, "sublink", collect, &out, NULL),
			 DG_EINVALID);
	dg_buf_free(&out);
}

static void test_folders_are_made_through_no_symlink(void **state)
{
	struct fixture *f = *state;
	struct dg_error err = {0};
	struct stat st;
	char path[200];

	assert_int_equal(dg_mkdirs_at(f->fd, "sub/deep", &err), 0);
	assert_int_equal(dg_mkdirs_at(f->fd, "x//y/", &err), 0);
	assert_int_equal(fstatat(f->fd, "x/y", &st, 0), 0);
	assert_int_equal(dg_mkdirs_at(f->fd, "sublink/evil", &err),
			 DG_EINVALID);
	assert_int_equal(fstatat(f->fd, "sub/evil", &st, 0), -1);
	assert_true(dg_mkdirs_at(f->fd, "a.txt/x", &err) < 0);
	/* A path that the user named may lead through one. */
	snprintf(path, sizeof(path), "%s/sublink/mine/too", f->path);
	assert_int_equal(dg_mkdirs(path, &err), 0);
	assert_int_equal(fstatat(f->fd, "sub/mine/too", &st, 0), 0);
	snprintf(path, sizeof(path), "%s/a.txt/x", f->path);
	assert_int_equal(dg_mkdirs(path, &err), DG_EIO);
}

static void test_removing_a_tree_spares_what_symlinks_name(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(symlinkat("../a.txt", f->fd, "sub/deep/out"), 0);
	assert_int_equal(symlinkat("..", f->fd, "sub/up"), 0);
	assert_int_equal(dg_remove_tree_at(f->fd, "sub", NULL), 0);
	assert_int_equal(fstatat(f->fd, "sub", &st, 0), -1);
	assert_int_equal(fstatat(f->fd, "a.txt", &st, 0), 0);
	assert_int_equal(dg_remove_tree_at(f->fd, "link", NULL), 0);
	assert_int_equal(fstatat(f->fd, "a.txt", &st, 0), 0);
	assert_int_equal(dg_remove_tree_at(f->fd, "nothing", NULL), 0);
}

static void test_full_device_is_an_error(void **state)
{
	struct dg_error err = {0};
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(dg_write_all(fd, "x", 1, "out.json", &err), DG_EIO);
	assert_string_equal(err.message, "cannot write 'out.json': No space "
					 "left on device");
	close(fd);
}

static void test_paths_stay_inside(void **state)
{
	static const char *const good[] = {"a", "a/b", ".gitignore", "...",
					   "a/.github/b"};
	static const char *const bad[] = {"",       "/a",    "a/",     "a//b",
					  ".",      "..",    "a/../b", "./a",
					  "a/.git", ".GIT/x"};
	struct dg_error err = {0};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(dg_path_check(good[i], &err), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dg_path_check(bad[i], &err), DG_EINVALID);
}

/* A sink that keeps one file in memory and fails where it is told to. */
struct memory_sink {
	struct dg_sink sink;
	struct dg_sink_file file;
	struct dg_buf content;
	bool fail;
	bool committed;
	bool discarded;
};

static struct memory_sink *the_sink;

static int memory_write(struct dg_sink_file *self, const void *bytes,
			size_t len, struct dg_error *err)
{
	(void)self;
	if (the_sink->fail)
		return dg_error_set(err, DG_EIO, "full");
	return dg_buf_add(&the_sink->content, bytes, len, err);
}

static int memory_commit(struct dg_sink_file *self, struct dg_error *err)
{
	(void)self;
	(void)err;
	the_sink->committed = true;
	return 0;
}

static void memory_discard(struct dg_sink_file *self)
{
	(void)self;
	the_sink->discarded = true;
}

static int memory_create(struct dg_sink *self, const char *path, uint64_t size,
			 struct dg_sink_file **out, struct dg_error *err)
{
	(void)self;
	(void)path;
	(void)err;
	assert_int_equal(size, 3);
	*out = &the_sink->file;
	return 0;
}

static void test_file_that_cannot_be_written_is_discarded(void **state)
{
	struct memory_sink sink = {
		.sink = {.create = memory_create},
		.file = {memory_write, memory_commit, memory_discard},
		.content = DG_BUF_INIT(100),
	};

	(void)state;
	the_sink = &sink;
	assert_int_equal(dg_sink_write(&sink.sink, "x", DG_SLICE("abc"), NULL),
			 0);
	assert_true(sink.committed && !sink.discarded);
	assert_string_equal(dg_buf_str(&sink.content), "abc");
	sink.committed = false;
	sink.fail = true;
	assert_int_equal(dg_sink_write(&sink.sink, "x", DG_SLICE("abc"), NULL),
			 DG_EIO);
	assert_true(!sink.committed && sink.discarded);
	dg_buf_free(&sink.content);
}

static void test_old_kernels_keep_flush_errors_to_themselves(void **state)
{
	(void)state;
	assert_true(dg_kernel_tells_flush_errors("5.8.0"));
	assert_true(dg_kernel_tells_flush_errors("5.10.0-28-amd64"));
	assert_true(dg_kernel_tells_flush_errors("6.1.0"));
	assert_false(dg_kernel_tells_flush_errors("5.7.19"));
	assert_false(dg_kernel_tells_flush_errors("4.18.0-513.el8.x86_64"));
	assert_false(dg_kernel_tells_flush_errors(""));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static void test_folder_is_made_once_and_a_file_is_none(void **state)
{
	char folder[] = "/tmp/ddbgit-dir-XXXXXX";
	bool made;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	fd = open(folder, O_RDONLY | O_DIRECTORY);
	assert_int_equal(dg_mkdir_at(fd, "a", &made), 0);
	assert_true(made);
	assert_int_equal(dg_mkdir_at(fd, "a", &made), 0);
	assert_false(made);
	assert_int_equal(symlinkat("a", fd, "link"), 0);
	assert_int_equal(dg_mkdir_at(fd, "link", &made), 0);
	assert_false(made);
	assert_int_equal(symlinkat("gone", fd, "dangling"), 0);
	assert_int_equal(dg_mkdir_at(fd, "dangling", &made), EEXIST);
	assert_int_equal(mknodat(fd, "file", S_IFREG | 0600, 0), 0);
	assert_int_equal(dg_mkdir_at(fd, "file", &made), ENOTDIR);
	assert_int_equal(dg_mkdir_at(fd, "none/b", &made), ENOENT);
	close(fd);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	assert_int_equal(dg_remove_tree_at(fd, strrchr(folder, '/') + 1, NULL),
			 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(test_files_are_read_whole),
		IN_FOLDER(test_file_may_fill_the_buffer_but_not_pass_it),
		IN_FOLDER(test_open_file_knows_its_size_and_rewinds),
		IN_FOLDER(test_what_is_no_regular_file_is_not_opened),
		IN_FOLDER(test_list_is_sorted_and_knows_files_and_folders),
		IN_FOLDER(test_folders_are_made_through_no_symlink),
		IN_FOLDER(test_removing_a_tree_spares_what_symlinks_name),
		cmocka_unit_test(test_full_device_is_an_error),
		cmocka_unit_test(
			test_old_kernels_keep_flush_errors_to_themselves),
		cmocka_unit_test(test_paths_stay_inside),
		cmocka_unit_test(test_file_that_cannot_be_written_is_discarded),
		cmocka_unit_test(test_folder_is_made_once_and_a_file_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
