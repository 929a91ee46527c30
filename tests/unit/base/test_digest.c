#include "base/crc.h"
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void check_sha256(const char *text, const char *expected)
{
	unsigned char bytes[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];

	assert_int_equal(dg_sha256(dg_slice_str(text), bytes, NULL), 0);
	dg_hex(bytes, sizeof(bytes), hex);
	assert_string_equal(hex, expected);
}

static void test_sha256_agrees_with_fips_180(void **state)
{
	(void)state;
	check_sha256("", "e3b0c44298fc1c149afbf4c8996fb924"
			 "27ae41e4649b934ca495991b7852b855");
	check_sha256("abc", "ba7816bf8f01cfea414140de5dae2223"
			    "b00361a396177a9cb410ff61f20015ad");
}

static void test_digest_in_pieces_can_be_used_anew(void **state)
{
	struct dg_digest *digest;
	unsigned char bytes[DG_SHA1_SIZE];
	char hex[2 * DG_SHA1_SIZE + 1];
	int round;

	(void)state;
	assert_int_equal(dg_digest_open(&digest, DG_SHA1, NULL), 0);
	for (round = 0; round < 2; round++) {
		dg_digest_update(digest, "a", 1, NULL);
		dg_digest_update(digest, "bc", 2, NULL);
		assert_int_equal(dg_digest_finish(digest, bytes, NULL), 0);
		dg_hex(bytes, sizeof(bytes), hex);
		assert_string_equal(hex,
				    "a9993e364706816aba3e25717850c26c9cd0d89d");
	}
	dg_digest_free(digest);
	dg_digest_free(NULL);
}

static void test_hmac_agrees_with_rfc_4231(void **state)
{
	unsigned char bytes[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];

	(void)state;
	assert_int_equal(
		dg_hmac_sha256(DG_SLICE("Jefe"),
			       DG_SLICE("what do ya want for nothing?"), bytes,
			       NULL),
		0);
	dg_hex(bytes, sizeof(bytes), hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c7"
				 "5a003f089d2739839dec58b964ec3843");
	assert_int_equal(
		dg_hmac_sha256(dg_slice_str(NULL), DG_SLICE(""), bytes, NULL),
		0);
	dg_hex(bytes, sizeof(bytes), hex);
	assert_string_equal(hex, "b613679a0814d9ec772f95d778c35fc5"
				 "ff1697c493715653c6c712144292c5ad");
}

static void test_crc32_agrees_with_zlib(void **state)
{
	(void)state;
	assert_int_equal(dg_crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(dg_crc32(dg_crc32(0, "1234", 4), "56789", 5),
			 0xcbf43926);
	assert_int_equal(dg_crc32(0, NULL, 0), 0);
	assert_int_equal(dg_crc32(77, NULL, 0), 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_agrees_with_fips_180),
		cmocka_unit_test(test_digest_in_pieces_can_be_used_anew),
		cmocka_unit_test(test_hmac_agrees_with_rfc_4231),
		cmocka_unit_test(test_crc32_agrees_with_zlib),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
