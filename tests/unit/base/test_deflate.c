#include "base/deflate.h"

#include "base/temp_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char text[] = "a small text, a small text, a small text\n";

/* More than damaged data of this size can become. */
#define OUT_SIZE 32768

/* Of zlib's compress. */
static const unsigned char deflated[] = {
	0x78, 0xda, 0x4b, 0x54, 0x28, 0xce, 0x4d, 0xcc, 0xc9,
	0x51, 0x28, 0x49, 0xad, 0x28, 0xd1, 0x51, 0x48, 0xc4,
	0xc9, 0xe3, 0x02, 0x00, 0x2a, 0xb7, 0x0e, 0x20,
};

static struct dg_inflate *open_bytes(const unsigned char *bytes, size_t len)
{
	struct dg_inflate *reader = NULL;
	int fd;

	assert_int_equal(dg_temp_file_open(&fd, NULL, NULL), 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(dg_inflate_open(&reader, fd, NULL), 0);
	return reader;
}

/* Reads to the end in parts; the code, and how much came. */
static int read_all(struct dg_inflate *reader, size_t part, char *out,
		    size_t *len, struct dg_error *err)
{
	size_t n = 1;
	int rc = 0;

	*len = 0;
	while (rc == 0 && n > 0) {
		assert_true(*len + part <= OUT_SIZE);
		rc = dg_inflate_read(reader, out + *len, part, &n, err);
		*len += n;
	}
	return rc;
}

static void test_parts_of_any_size_make_the_text(void **state)
{
	static const size_t parts[] = {1, 2, 7, sizeof(text) - 1, 200};
	char out[OUT_SIZE];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct dg_inflate *reader =
			open_bytes(deflated, sizeof(deflated));

		assert_int_equal(read_all(reader, parts[i], out, &len, NULL),
				 0);
		assert_int_equal(len, sizeof(text) - 1);
		assert_memory_equal(out, text, len);
		dg_inflate_close(reader);
	}
}

static void test_what_is_cut_off_or_damaged_is_an_error(void **state)
{
	unsigned char bytes[sizeof(deflated)];
	char out[OUT_SIZE];
	size_t i, len;

	(void)state;
	for (i = 0; i < 2 * sizeof(deflated); i++) {
		size_t at = i / 2;
		bool cut = i % 2 == 0;
		struct dg_error err = {0};
		struct dg_inflate *reader;

		memcpy(bytes, deflated, sizeof(bytes));
		bytes[at] ^= 0xff;
		reader = cut ? open_bytes(deflated, at)
			     : open_bytes(bytes, sizeof(bytes));
		assert_int_equal(read_all(reader, 64, out, &len, &err),
				 DG_EINVALID);
		assert_non_null(strstr(err.message, "the deflated data is"));
		dg_inflate_close(reader);
	}
}

/* The stream's bytes again. */
static void assert_inflates_to(const struct dg_buf *stream, const char *bytes,
			       size_t len)
{
	struct dg_inflate *reader =
		open_bytes((const unsigned char *)stream->ptr, stream->len);
	char *out = malloc(len + 1);
	size_t got = 0, n = 1;

	assert_non_null(out);
	while (n > 0) {
		assert_int_equal(dg_inflate_read(reader, out + got,
						 len + 1 - got, &n, NULL),
				 0);
		got += n;
	}
	assert_int_equal(got, len);
	assert_memory_equal(out, bytes, len);
	dg_inflate_close(reader);
	free(out);
}

/* Compressible and not, so that the bounds are met. */
static char *some_bytes(size_t len, bool noise)
{
	char *bytes = malloc(len + 1);
	uint32_t word = 1;
	size_t i;

	assert_non_null(bytes);
	for (i = 0; i < len; i++) {
		word = word * 1664525u + 1013904223u;
		bytes[i] = noise ? (char)(word >> 24) : text[i % 40];
	}
	return bytes;
}

static void test_whole_streams_come_one_after_another(void **state)
{
	static const size_t sizes[] = {0, 1, 40, 65536, 300000};
	struct dg_deflater *deflater = NULL;
	struct dg_buf stream = DG_BUF_INIT(1 << 20);
	size_t i;

	(void)state;
	assert_int_equal(dg_deflater_open(&deflater, 1, NULL), 0);
	for (i = 0; i < 2 * sizeof(sizes) / sizeof(*sizes); i++) {
		size_t len = sizes[i / 2];
		char *bytes = some_bytes(len, i % 2);

		dg_buf_clear(&stream);
		assert_int_equal(dg_deflater_add(deflater,
						 dg_slice_of(bytes, len),
						 &stream, NULL),
				 0);
		assert_inflates_to(&stream, bytes, len);
		free(bytes);
	}
	stream.max = stream.len;
	assert_int_equal(
		dg_deflater_add(deflater, DG_SLICE("more"), &stream, NULL),
		DG_ELIMIT);
	dg_buf_free(&stream);
	dg_deflater_free(deflater);
}

static void add_parts(struct dg_buf *stream, const char *bytes, size_t len,
		      size_t part)
{
	uint32_t check = DG_DEFLATE_CHECK_START;
	size_t at, n;

	assert_int_equal(dg_deflate_head(stream, NULL), 0);
	for (at = 0; at == 0 || at < len; at += n) {
		struct dg_slice slice;

		n = len - at < part ? len - at : part;
		slice = dg_slice_of(bytes + at, n);
		assert_int_equal(
			dg_deflate_part(slice, at + n == len, stream, NULL), 0);
		check = dg_deflate_check(check, slice);
		n += n == 0;
	}
	assert_int_equal(dg_deflate_tail(check, stream, NULL), 0);
}

static void test_independent_parts_make_one_stream(void **state)
{
	static const struct {
		size_t len;
		size_t part;
	} cases[] = {{0, 10},        {1, 10},          {100, 1},
		     {100, 100},     {100000, 7777},   {300000, 100000},
		     {65536, 65536}, {1 << 20, 524288}};
	size_t i;

	(void)state;
	for (i = 0; i < 2 * sizeof(cases) / sizeof(*cases); i++) {
		char *bytes = some_bytes(cases[i / 2].len, i % 2);
		struct dg_buf stream = DG_BUF_INIT(4 << 20);

		add_parts(&stream, bytes, cases[i / 2].len, cases[i / 2].part);
		assert_inflates_to(&stream, bytes, cases[i / 2].len);
		dg_buf_free(&stream);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_of_any_size_make_the_text),
		cmocka_unit_test(test_what_is_cut_off_or_damaged_is_an_error),
		cmocka_unit_test(test_whole_streams_come_one_after_another),
		cmocka_unit_test(test_independent_parts_make_one_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
