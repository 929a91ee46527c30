#include "base/deflate.h"

#include "base/temp_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_of_any_size_make_the_text),
		cmocka_unit_test(test_what_is_cut_off_or_damaged_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
