#include <ddbgit/log.h>
#include <ddbgit/progress.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct heard {
	enum dg_log_level level;
	char message[8192];
};

static void hear(void *context, enum dg_log_level level, const char *message)
{
	struct heard *heard = context;

	heard->level = level;
	strcpy(heard->message, message);
}

static void test_message_reaches_the_writer(void **state)
{
	struct heard heard = {0};
	const struct dg_log log = {hear, &heard};

	(void)state;
	dg_warning(&log, "%d of %s", 3, "four");
	assert_int_equal(heard.level, DG_LOG_WARNING);
	assert_string_equal(heard.message, "3 of four");
	dg_info(NULL, "nobody listens");
}

static void test_each_level_is_called_by_its_name(void **state)
{
	struct heard heard = {0};
	const struct dg_log log = {hear, &heard};

	(void)state;
	dg_debug(&log, "%s", "a");
	assert_int_equal(heard.level, DG_LOG_DEBUG);
	dg_info(&log, "%s", "b");
	assert_int_equal(heard.level, DG_LOG_INFO);
	dg_success(&log, "%s", "c");
	assert_int_equal(heard.level, DG_LOG_SUCCESS);
	assert_string_equal(heard.message, "c");
}

static void test_long_message_is_cut_between_characters(void **state)
{
	struct heard heard = {0};
	const struct dg_log log = {hear, &heard};
	char text[6001];
	size_t i;

	(void)state;
	for (i = 0; i < 6000; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	text[6000] = '\0';
	dg_info(&log, "a%s", text);
	assert_int_equal(strlen(heard.message), 1 + 3 * ((4095 - 1) / 3));
}

static void remember(void *context, const struct dg_progress_state *state)
{
	*(uint64_t *)context = state->items;
}

static void test_progress_reaches_the_receiver(void **state)
{
	uint64_t items = 0;
	const struct dg_progress progress = {remember, &items};
	const struct dg_progress_state now = {.phase = "Reading", .items = 7};

	(void)state;
	dg_progress_update(&progress, &now);
	dg_progress_update(NULL, &now);
	assert_int_equal(items, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_message_reaches_the_writer),
		cmocka_unit_test(test_each_level_is_called_by_its_name),
		cmocka_unit_test(test_long_message_is_cut_between_characters),
		cmocka_unit_test(test_progress_reaches_the_receiver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
