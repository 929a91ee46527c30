#include "scratch.h"
#include "snapshot/overlay.h"
#include "unit.h"
#include <stdlib.h>

static void expect_text(struct dg_fileset *files, const char *path,
			const char *text)
{
	struct dg_buf buf = DG_BUF_INIT(1024);
	struct dg_error err = {0};

	assert_ok(dg_fileset_read(files, path, &buf, &err), &err);
	assert_string_equal(dg_buf_str(&buf), text);
	dg_buf_free(&buf);
}

static int join_names(void *context, const struct dg_fileset_entry *entry,
		      struct dg_error *err)
{
	return dg_buf_addf(context, err, "%s%s ", entry->name,
			   entry->is_folder ? "/" : "");
}

static struct dg_fileset *open_overlay(struct scratch *scratch)
{
	struct dg_fileset *overlay = NULL;

	scratch_write(scratch, "upper/a", "new a");
	scratch_write(scratch, "upper/c", "new c");
	scratch_write(scratch, "lower/a", "old a");
	scratch_write(scratch, "lower/b", "old b");
	scratch_write(scratch, "lower/f/g", "old g");
	assert_int_equal(
		dg_overlay_fileset(&overlay, scratch_fileset(scratch, "upper"),
				   scratch_fileset(scratch, "lower"), NULL),
		0);
	return overlay;
}

static void test_the_upper_set_hides_the_lower(void **state)
{
	struct dg_fileset *overlay = open_overlay(*state);
	struct dg_file *file = NULL;

	expect_text(overlay, "a", "new a");
	expect_text(overlay, "b", "old b");
	expect_text(overlay, "c", "new c");
	expect_text(overlay, "f/g", "old g");
	assert_int_equal(overlay->open(overlay, "d", &file, NULL),
			 DG_ENOTFOUND);
	dg_fileset_close(overlay);
}

static void test_a_list_merges_both_sets(void **state)
{
	struct dg_fileset *overlay = open_overlay(*state);
	struct dg_buf names = DG_BUF_INIT(1024);

	assert_int_equal(overlay->list(overlay, "", join_names, &names, NULL),
			 0);
	assert_string_equal(dg_buf_str(&names), "a b c f/ ");
	dg_buf_clear(&names);
	assert_int_equal(overlay->list(overlay, "f", join_names, &names, NULL),
			 0);
	assert_string_equal(dg_buf_str(&names), "g ");
	assert_int_equal(overlay->list(overlay, "x", join_names, &names, NULL),
			 DG_ENOTFOUND);
	dg_buf_free(&names);
	dg_fileset_close(overlay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_the_upper_set_hides_the_lower, scratch_setup,
			scratch_teardown),
		cmocka_unit_test_setup_teardown(test_a_list_merges_both_sets,
						scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
