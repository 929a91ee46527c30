#include "item/canon_number.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ZEROS_10 "0000000000"
#define ZEROS_120                                                              \
	ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10         \
		ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10
#define NINES_38 "99999999999999999999999999999999999999"

struct spelling {
	const char *text;
	const char *canonical;
};

static void test_numbers_become_plain_decimals(void **state)
{
	static const struct spelling table[] = {
		{"0", "0"},
		{"-0", "0"},
		{"-0.00", "0"},
		{"0E10", "0"},
		{"0E-99999999999999999999", "0"},
		{"1.10", "1.1"},
		{"1E+5", "100000"},
		{"+5", "5"},
		{"007", "7"},
		{".5", "0.5"},
		{"-.5", "-0.5"},
		{"5.", "5"},
		{"1e2", "100"},
		{"12.5e1", "125"},
		{"12.5e-3", "0.0125"},
		{"0.0000100", "0.00001"},
		{"1E-5", "0.00001"},
		{"100", "100"},
		{"-12.34", "-12.34"},
		{"-1.50E-10", "-0.00000000015"},
		{"123456789012345678901234567890.12345678",
		 "123456789012345678901234567890.12345678"},
		{"1E39", "1" ZEROS_10 ZEROS_10 ZEROS_10 "000000000"},
		{"1E125", "1" ZEROS_120 "00000"},
		{"1E-130", "0." ZEROS_120 "0000000001"},
		{"0." ZEROS_120 "1E+121", "1"},
		{NINES_38 "E88",
		 NINES_38 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10 ZEROS_10
			 ZEROS_10 ZEROS_10 "00000000"},
		{"1" ZEROS_120, "1" ZEROS_120},
	};
	char out[DG_NUMBER_TEXT_MAX];
	struct dg_number number;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(
			dg_number_parse(&number, dg_slice_str(table[i].text)),
			DG_NUMBER_OK);
		len = dg_number_print(out, &number);
		assert_int_equal(len, strlen(table[i].canonical));
		assert_memory_equal(out, table[i].canonical, len);
	}
}

struct fault {
	const char *text;
	enum dg_number_fault fault;
};

static void test_what_is_no_number_is_told_from_what_is_too_large(void **state)
{
	static const struct fault table[] = {
		{"", DG_NUMBER_NONE},
		{"-", DG_NUMBER_NONE},
		{".", DG_NUMBER_NONE},
		{"abc", DG_NUMBER_NONE},
		{"NaN", DG_NUMBER_NONE},
		{"Infinity", DG_NUMBER_NONE},
		{" 1", DG_NUMBER_NONE},
		{"1 ", DG_NUMBER_NONE},
		{"0x1", DG_NUMBER_NONE},
		{"1_0", DG_NUMBER_NONE},
		{"1e", DG_NUMBER_NONE},
		{"1e+", DG_NUMBER_NONE},
		{"e5", DG_NUMBER_NONE},
		{"1.2.3", DG_NUMBER_NONE},
		{"--1", DG_NUMBER_NONE},
		{"1e5.0", DG_NUMBER_NONE},
		{NINES_38 "9", DG_NUMBER_LONG},
		{NINES_38 "9x", DG_NUMBER_NONE},
		{"1" ZEROS_10 ZEROS_10 ZEROS_10 "00000001", DG_NUMBER_LONG},
		{"1E126", DG_NUMBER_LARGE},
		{"-10E125", DG_NUMBER_LARGE},
		{"1E99999999999999999999", DG_NUMBER_LARGE},
		{"1E-131", DG_NUMBER_SMALL},
		{"-0.1E-130", DG_NUMBER_SMALL},
	};
	struct dg_number number;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(
			dg_number_parse(&number, dg_slice_str(table[i].text)),
			table[i].fault);
}

static void test_plain_numbers_are_known_without_parsing(void **state)
{
	static const char *const plain[] = {"0",   "7",    "-7",    "10",
					    "0.5", "-0.5", "12.05", "-100"};
	static const char *const other[] = {
		"",    "-",   "-0",    "00",         "01",   "-01",
		"1.0", "1.",  ".5",    "+1",         "1e5",  "0.0",
		"-0.", "1.x", "1.5.5", "a",          "0.50", "-1.0",
		"--1", "- 1", "1,5",   NINES_38 "9",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_true(dg_number_is_plain(dg_slice_str(plain[i])));
	for (i = 0; i < sizeof(other) / sizeof(other[0]); i++)

		assert_false(dg_number_is_plain(dg_slice_str(other[i])));
	assert_false(dg_number_is_plain(dg_slice_of("1\0", 2)));
}

static void test_canonical_numbers_compare_by_value(void **state)
{
	static const char *const ascending[] = {
		"-100",  "-20", "-3",   "-2.5", "-2.05", "-2", "-0.5",
		"-0.05", "0",   "0.05", "0.5",  "0.51",  "1",  "1.01",
		"1.1",   "2",   "10",   "10.5", "100",
	};
	size_t i, j, n = sizeof(ascending) / sizeof(ascending[0]);

	(void)state;
	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			int order =
				dg_number_compare(dg_slice_str(ascending[i]),
						  dg_slice_str(ascending[j]));

			assert_int_equal((order > 0) - (order < 0),
					 (i > j) - (i < j));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_become_plain_decimals),
		cmocka_unit_test(
			test_what_is_no_number_is_told_from_what_is_too_large),
		cmocka_unit_test(test_plain_numbers_are_known_without_parsing),
		cmocka_unit_test(test_canonical_numbers_compare_by_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
