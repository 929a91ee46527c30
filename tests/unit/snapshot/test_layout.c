#include "snapshot/layout.h"
#include "unit.h"

static void test_only_part_files_belong_to_a_layout(void **state)
{
	static const struct {
		const char *path;
		bool owned;
	} cases[] = {
		{"table-data/ab/0123456789abcdef0123456789abcd.json", true},
		{"table-data/index/0123456789abcdef0123456789abcdef.json",
		 true},
		{"table-data/ab/0123456789abcdef0123456789abcde.json", false},
		{"table-data/ab/0123456789abcdef0123456789abc.json", false},
		{"table-data/AB/0123456789abcdef0123456789abcd.json", false},
		{"table-data/ab/0123456789abcdef0123456789abcd.json~", false},
		{"table-data/ab/0123456789abcdef0123456789abcd.jso", false},
		{"table-data/ab/../0123456789abcdef0123456789ab.json", false},
		{"table-data/a/0123456789abcdef0123456789abcd.json", false},
		{"table-data/index/readme.json", false},
		{"table-data/notes.txt", false},
		{"table-data.json", false},
		{"data/ab/0123456789abcdef0123456789abcd.json", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (dg_layout_owns_path(cases[i].path) != cases[i].owned)
			fail_msg("'%s' is %sowned", cases[i].path,
				 cases[i].owned ? "not " : "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_part_files_belong_to_a_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
