#include "snapshot/document_writer.h"
#include "unit.h"
#include <stdlib.h>

#define MIB ((size_t)1 << 20)

/* Keeps what is written; fails the n-th write or the commit if asked. */
struct kept_file {
	struct dg_sink_file base;
	struct dg_buf bytes;
	int writes;
	int fail_write; /* 0: none */
	bool fail_commit;
	bool committed;
	bool discarded;
};

static int keep_write(struct dg_sink_file *self, const void *bytes, size_t len,
		      struct dg_error *err)
{
	struct kept_file *file = (struct kept_file *)self;

	if (++file->writes == file->fail_write)
		return dg_error_set(err, DG_EIO, "disk full");
	return dg_buf_add(&file->bytes, bytes, len, err);
}

static int keep_commit(struct dg_sink_file *self, struct dg_error *err)
{
	struct kept_file *file = (struct kept_file *)self;

	if (file->fail_commit)
		return dg_error_set(err, DG_EIO, "disk full");
	file->committed = true;
	return 0;
}

static void keep_discard(struct dg_sink_file *self)
{
	((struct kept_file *)self)->discarded = true;
}

static struct kept_file new_file(void)
{
	struct kept_file file = {
		.base = {keep_write, keep_commit, keep_discard}};

	dg_buf_init(&file.bytes, 64 * MIB);
	return file;
}

/* One item of each length; 'x' stands for an item's text. */
static int write_items(struct kept_file *file, const size_t *lengths,
		       size_t count)
{
	struct dg_document_writer writer;
	char *line = malloc(8 * MIB);
	int rc = dg_document_writer_open(&writer, &file->base, NULL);

	memset(line, 'x', 8 * MIB);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = dg_document_writer_add(
			&writer, dg_slice_of(line, lengths[i]), NULL);
	if (rc == 0)
		rc = dg_document_writer_finish(&writer, NULL);
	dg_document_writer_close(&writer);
	free(line);
	return rc;
}

static void test_items_of_any_length_are_written_whole(void **state)
{
	static const size_t lengths[] = {1,       MIB - 20, 3,       MIB - 1,
					 MIB,     MIB + 1,  MIB / 2, MIB / 2,
					 4 * MIB, 2,        5};
	struct kept_file file = new_file();
	const char *p;

	(void)state;
	assert_int_equal(write_items(&file, lengths, COUNT(lengths)), 0);
	assert_true(file.committed);
	assert_false(file.discarded);
	p = dg_buf_str(&file.bytes);
	assert_int_equal(strncmp(p, "{\"Items\":[\n", 11), 0);
	p += 11;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		assert_int_equal(strspn(p, "x"), lengths[i]);
		p += lengths[i];
		if (i + 1 < COUNT(lengths)) {
			assert_int_equal(strncmp(p, ",\n", 2), 0);
			p += 2;
		}
	}
	assert_string_equal(p, "\n],\"Count\":11,\"ScannedCount\":11,"
			       "\"ConsumedCapacity\":null}\n");
	dg_buf_free(&file.bytes);
}

static void test_small_items_are_written_in_large_pieces(void **state)
{
	struct kept_file file = new_file();
	size_t *lengths = malloc(30000 * sizeof(*lengths));

	(void)state;
	for (size_t i = 0; i < 30000; i++)
		lengths[i] = 100;
	assert_int_equal(write_items(&file, lengths, 30000), 0);
	assert_in_range(file.writes, 3, 4);
	free(lengths);
	dg_buf_free(&file.bytes);
}

static void test_a_failed_write_discards_the_file(void **state)
{
	static const size_t lengths[] = {2 * MIB, 2 * MIB};

	(void)state;
	for (int i = 1; i <= 5; i++) {
		struct kept_file file = new_file();

		file.fail_write = i;
		assert_int_equal(write_items(&file, lengths, COUNT(lengths)),
				 DG_EIO);
		assert_true(file.discarded);
		assert_false(file.committed);
		dg_buf_free(&file.bytes);
	}
}

static void test_a_failed_commit_is_an_error(void **state)
{
	struct kept_file file = new_file();

	(void)state;
	file.fail_commit = true;
	assert_int_equal(write_items(&file, NULL, 0), DG_EIO);
	/* A commit frees the file also when it fails. */
	assert_false(file.discarded);
	dg_buf_free(&file.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items_of_any_length_are_written_whole),
		cmocka_unit_test(test_small_items_are_written_in_large_pieces),
		cmocka_unit_test(test_a_failed_write_discards_the_file),
		cmocka_unit_test(test_a_failed_commit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
