#include "dynamodb/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct dg_gate *open_gate(size_t max)
{
	struct dg_gate *gate;
	struct dg_error err;

	assert_int_equal(dg_gate_open(&gate, max, &err), 0);
	return gate;
}

static void test_throttling_halves_the_room_once_for_all_under_way(void **state)
{
	struct dg_gate *gate = open_gate(8);
	uint64_t ticket[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		ticket[i] = dg_gate_enter(gate);
	for (int i = 0; i < 8; i++)
		dg_gate_leave(gate, ticket[i], DG_GATE_THROTTLED);
	assert_int_equal(dg_gate_room(gate), 4);
	dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_THROTTLED);
	assert_int_equal(dg_gate_room(gate), 2);
	dg_gate_close(gate);
}

static void test_room_for_one_is_always_left(void **state)
{
	struct dg_gate *gate = open_gate(4);

	(void)state;
	for (int i = 0; i < 10; i++)
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_THROTTLED);
	assert_int_equal(dg_gate_room(gate), 1);
	dg_gate_lower(gate, 0);
	assert_int_equal(dg_gate_room(gate), 1);
	dg_gate_close(gate);
}

static void test_room_comes_back_slowly(void **state)
{
	struct dg_gate *gate = open_gate(4);
	int successes = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_THROTTLED);
	while (dg_gate_room(gate) < 4) {
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_TAKEN);
		successes++;
	}
	assert_in_range(successes, 10, 40);
	for (int i = 0; i < 100; i++)
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_TAKEN);
	assert_int_equal(dg_gate_room(gate), 4);
	dg_gate_close(gate);
}

static void test_who_tries_again_halves_the_room_and_stays(void **state)
{
	struct dg_gate *gate = open_gate(8);
	uint64_t first = dg_gate_enter(gate), second = dg_gate_enter(gate);

	(void)state;
	first = dg_gate_throttled(gate, first);
	second = dg_gate_throttled(gate, second);
	assert_int_equal(dg_gate_room(gate), 4);
	first = dg_gate_throttled(gate, first);
	assert_int_equal(dg_gate_room(gate), 2);
	dg_gate_leave(gate, first, DG_GATE_TAKEN);
	dg_gate_leave(gate, second, DG_GATE_THROTTLED);
	assert_int_equal(dg_gate_room(gate), 2);
	dg_gate_close(gate);
}

static void test_what_is_taken_in_part_changes_nothing(void **state)
{
	struct dg_gate *gate = open_gate(8);

	(void)state;
	dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_THROTTLED);
	for (int i = 0; i < 100; i++)
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_PARTLY);
	assert_int_equal(dg_gate_room(gate), 4);
	dg_gate_close(gate);
}

static void test_lowered_maximum_stays(void **state)
{
	struct dg_gate *gate = open_gate(8);

	(void)state;
	dg_gate_lower(gate, 3);
	dg_gate_lower(gate, 6);
	for (int i = 0; i < 100; i++)
		dg_gate_leave(gate, dg_gate_enter(gate), DG_GATE_TAKEN);
	assert_int_equal(dg_gate_room(gate), 3);
	dg_gate_close(gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_throttling_halves_the_room_once_for_all_under_way),
		cmocka_unit_test(test_room_for_one_is_always_left),
		cmocka_unit_test(test_room_comes_back_slowly),
		cmocka_unit_test(
			test_who_tries_again_halves_the_room_and_stays),
		cmocka_unit_test(test_what_is_taken_in_part_changes_nothing),
		cmocka_unit_test(test_lowered_maximum_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
