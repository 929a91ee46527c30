#include "backup/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_the_first_word_of_a_name_protects(void **state)
{
	static const struct {
		const char *name;
		bool is_protected;
	} cases[] = {
		{"prod", true},      {"production", true}, {"prd", true},
		{"live", true},      {"PROD", true},       {"prod-eu", true},
		{"live.us", true},   {"prd_2", true},      {"dev", false},
		{"local", false},    {"preprod", false},   {"products", false},
		{"non-prod", false}, {"alive", false},     {"prod1", false},
		{"staging", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(dg_guard_is_protected_name(cases[i].name),
				 cases[i].is_protected);
}

static struct dg_environment media(void)
{
	return (struct dg_environment){
		.name = (char *)"dev",
		.table = (char *)"media",
		.region = (char *)"us-east-1",
		.endpoint = (char *)"https://example.com",
		.protected_as = (char *)"prod",
	};
}

static void test_only_the_same_table_and_region_is_replaced(void **state)
{
	struct dg_environment env = media();
	struct dg_metadata same = {.table_name = (char *)"media",
				   .region = (char *)"us-east-1"};
	struct dg_metadata table = {.table_name = (char *)"users",
				    .region = (char *)"us-east-1"};
	struct dg_metadata region = {.table_name = (char *)"media",
				     .region = (char *)"eu-west-1"};
	struct dg_metadata foreign = {0};
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_guard_same_table(&env, NULL, "d", &err), 0);
	assert_int_equal(dg_guard_same_table(&env, &same, "d", &err), 0);
	assert_int_equal(dg_guard_same_table(&env, &foreign, "d", &err), 0);
	assert_int_equal(dg_guard_same_table(&env, &table, "d", &err),
			 DG_EREFUSED);
	assert_non_null(strstr(err.message, "'users'"));
	assert_int_equal(dg_guard_same_table(&env, &region, "d", &err),
			 DG_EREFUSED);
	assert_non_null(strstr(err.message, "eu-west-1"));
}

static void test_items_are_not_replaced_by_nothing(void **state)
{
	struct dg_metadata full = {.has_item_count = true, .item_count = 1234};
	struct dg_metadata empty = {.has_item_count = true};
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_guard_not_emptied(NULL, 0, "d", &err), 0);
	assert_int_equal(dg_guard_not_emptied(&empty, 0, "d", &err), 0);
	assert_int_equal(dg_guard_not_emptied(&full, 1, "d", &err), 0);
	assert_int_equal(dg_guard_not_emptied(&full, 0, "d", &err),
			 DG_EREFUSED);
	assert_non_null(strstr(err.message, "1,234"));
}

static int answer(void *context, const struct dg_confirmation *question,
		  struct dg_error *err)
{
	(void)err;
	assert_string_equal(question->table, "media");
	assert_true(question->items == 7);
	return *(int *)context;
}

static void test_a_protected_target_needs_a_yes(void **state)
{
	static const struct {
		int answer;
		int expected;
	} cases[] = {{1, 0},
		     {0, DG_EREFUSED},
		     {DG_EREFUSED, DG_EREFUSED},
		     {DG_ECANCELLED, DG_ECANCELLED}};
	struct dg_environment env = media();
	struct dg_restore_options options = {.confirm = answer};
	struct dg_error err;
	int given;

	(void)state;
	options.context = &given;
	given = DG_EREFUSED;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 0, &err), 0);
	env.is_protected = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		given = cases[i].answer;
		assert_int_equal(dg_guard_confirm(&env, &options, 7, 0, &err),
				 cases[i].expected);
	}
	options.yes = true;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 0, &err), 0);
	options.yes = false;
	options.confirm = NULL;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 0, &err),
			 DG_EREFUSED);
	assert_non_null(strstr(err.hint, "--yes"));
}

static int note_question(void *context, const struct dg_confirmation *question,
			 struct dg_error *err)
{
	struct dg_confirmation *asked = context;

	(void)err;
	*asked = *question;
	return 0;
}

static void test_a_mirror_needs_a_yes_everywhere_but_in_local(void **state)
{
	struct dg_environment env = media();
	struct dg_confirmation asked = {0};
	struct dg_restore_options options = {
		.mirror = true, .confirm = note_question, .context = &asked};
	struct dg_error err;

	(void)state;
	env.is_local = true;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 2, &err), 0);
	env.is_local = false;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 2, &err),
			 DG_EREFUSED);
	assert_int_equal(asked.items, 7);
	assert_int_equal(asked.deletes, 2);
	assert_false(asked.is_protected);
	options.confirm = NULL;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 2, &err),
			 DG_EREFUSED);
	assert_non_null(strstr(err.message, "--mirror"));
	assert_non_null(strstr(err.hint, "--yes"));
	options.yes = true;
	assert_int_equal(dg_guard_confirm(&env, &options, 7, 2, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_word_of_a_name_protects),
		cmocka_unit_test(
			test_only_the_same_table_and_region_is_replaced),
		cmocka_unit_test(test_items_are_not_replaced_by_nothing),
		cmocka_unit_test(test_a_protected_target_needs_a_yes),
		cmocka_unit_test(
			test_a_mirror_needs_a_yes_everywhere_but_in_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
