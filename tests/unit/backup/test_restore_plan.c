#include "backup/item_spool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ITEM(id, more) "{\"id\":{\"S\":\"" id "\"}" more "}"
#define N(value) ",\"n\":{\"N\":\"" value "\"}"
#define TTL(value) ",\"ttl\":{\"N\":\"" value "\"}"
#define LIST(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

struct scene {
	struct dg_restore_spool live, wanted, writes, deletes;
	struct dg_restore_plan plan;
	struct dg_restore_comparison comparison;
	struct dg_error err;
};

static int scene_setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->comparison.plan = &s->plan;
	*state = s;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *s = *state;

	dg_restore_spool_free(&s->live);
	dg_restore_spool_free(&s->wanted);
	dg_restore_spool_free(&s->writes);
	dg_restore_spool_free(&s->deletes);
	dg_restore_plan_free(&s->plan);
	free(s);
	return 0;
}

static void keep(struct scene *s)
{
	item_spool_open(&s->writes);
	item_spool_open(&s->deletes);
	s->comparison.writes = &s->writes;
	s->comparison.deletes = &s->deletes;
}

static void assert_spool(struct dg_restore_spool *spool, const char *expected)
{
	char *text = item_spool_text(spool);

	assert_string_equal(text, expected);
	free(text);
}

static void test_what_differs_is_written_and_what_is_beyond_deleted(
	void **state)
{
	struct scene *s = *state;

	item_spool_fill(&s->live, LIST(ITEM("a", N("1")), ITEM("b", N("1")),
				       ITEM("x", N("1"))));
	item_spool_fill(&s->wanted, LIST(ITEM("a", N("1")), ITEM("b", N("2")),
					 ITEM("c", N("3"))));
	keep(s);
	assert_int_equal(dg_restore_compare(&s->comparison, s->live.items,
					    s->wanted.items, &s->err),
			 0);
	assert_true(s->plan.done);
	assert_int_equal(s->plan.added, 1);
	assert_int_equal(s->plan.changed, 1);
	assert_int_equal(s->plan.equal, 1);
	assert_int_equal(s->plan.extra, 1);
	assert_string_equal(s->plan.first_added.key[0], ITEM("c", ""));
	assert_string_equal(s->plan.first_changed.key[0], ITEM("b", ""));
	assert_string_equal(s->plan.first_extra.key[0], ITEM("x", ""));
	assert_spool(&s->writes, ITEM("b", N("2")) " " ITEM("c", N("3")) " ");
	assert_spool(&s->deletes, ITEM("x", "") " ");
}

static void test_all_is_added_to_a_table_that_is_not_there(void **state)
{
	struct scene *s = *state;

	item_spool_fill(&s->wanted, LIST(ITEM("a", ""), ITEM("b", "")));
	keep(s);
	assert_int_equal(dg_restore_compare(&s->comparison, NULL,
					    s->wanted.items, &s->err),
			 0);
	assert_int_equal(s->plan.added, 2);
	assert_int_equal(s->writes.count, 2);
	assert_spool(&s->deletes, "");
}

static void test_added_items_that_have_expired_are_counted(void **state)
{
	struct scene *s = *state;

	item_spool_fill(&s->live, LIST(ITEM("d", TTL("1"))));
	item_spool_fill(&s->wanted,
			LIST(ITEM("a", TTL("99")), ITEM("b", TTL("101")),
			     ITEM("c", ""), ITEM("d", TTL("2"))));
	s->comparison.ttl_attribute = "ttl";
	s->comparison.now = 100;
	assert_int_equal(dg_restore_compare(&s->comparison, s->live.items,
					    s->wanted.items, &s->err),
			 0);
	assert_int_equal(s->plan.added, 3);
	assert_int_equal(s->plan.expired, 1);
	assert_int_equal(s->plan.changed, 1);
}

static void test_the_first_keys_are_ten(void **state)
{
	struct scene *s = *state;
	char text[20][32];
	const char *items[21] = {NULL};

	for (int i = 0; i < 20; i++) {
		snprintf(text[i], sizeof(text[i]), ITEM("%02d", ""), i);
		items[i] = text[i];
	}
	item_spool_fill(&s->live, LIST(NULL));
	item_spool_fill(&s->wanted, items);
	assert_int_equal(dg_restore_compare(&s->comparison, s->live.items,
					    s->wanted.items, &s->err),
			 0);
	assert_int_equal(s->plan.added, 20);
	assert_int_equal(s->plan.first_added.count, DG_RESTORE_KEYS);
	assert_string_equal(s->plan.first_added.key[9], ITEM("09", ""));
}

static int fail_at_once(struct dg_item_source *self, struct dg_item *item,
			struct dg_error *err)
{
	(void)self;
	(void)item;
	return dg_error_set(err, DG_EIO, "the table is gone");
}

static void test_half_a_table_plans_nothing(void **state)
{
	struct scene *s = *state;
	struct dg_item_source broken = {.next = fail_at_once,
					.keys = item_spool_keys};

	item_spool_fill(&s->wanted, LIST(ITEM("a", "")));
	keep(s);
	assert_int_equal(dg_restore_compare(&s->comparison, &broken,
					    s->wanted.items, &s->err),
			 DG_EIO);
	assert_false(s->plan.done);
	assert_null(s->writes.items);
	assert_null(s->deletes.items);
}

#define IN_SCENE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCENE(
			test_what_differs_is_written_and_what_is_beyond_deleted),
		IN_SCENE(test_all_is_added_to_a_table_that_is_not_there),
		IN_SCENE(test_added_items_that_have_expired_are_counted),
		IN_SCENE(test_the_first_keys_are_ten),
		IN_SCENE(test_half_a_table_plans_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
