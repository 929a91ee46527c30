#include "cli/prompt.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static const struct dg_confirmation question = {
	.environment = "prod",
	.table = "prod-media",
	.region = "us-east-1",
	.items = 1234,
};

struct terminal {
	int master;
	int slave;
	FILE *err;
	struct dg_output output;
	struct dg_cancel cancel;
	struct dg_prompt prompt;
};

static void begin(struct terminal *t)
{
	memset(t, 0, sizeof(*t));
	t->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(t->master >= 0);
	assert_int_equal(grantpt(t->master), 0);
	assert_int_equal(unlockpt(t->master), 0);
	t->slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
	assert_true(t->slave >= 0);
	t->err = fdopen(dup(t->slave), "w");
	assert_non_null(t->err);
	dg_output_init(&t->output, stdout, t->err);
	t->prompt.output = &t->output;
	t->prompt.cancel = &t->cancel;
	t->prompt.fd = t->slave;
}

static void end(struct terminal *t)
{
	fclose(t->err);
	close(t->slave);
	close(t->master);
	dg_output_free(&t->output);
}

static int type_and_confirm(struct terminal *t, const char *typed)
{
	struct dg_error err;

	assert_int_equal(write(t->master, typed, strlen(typed)), strlen(typed));
	return dg_prompt_confirm(&t->prompt, &question, &err);
}

static void test_only_the_tables_name_goes_on(void **state)
{
	static const struct {
		const char *typed;
		int answer;
	} cases[] = {
		{"prod-media\n", 1},  {"prod-medi\n", 0}, {"prod-media2\n", 0},
		{"PROD-MEDIA\n", 0},  {"y\n", 0},         {"yes\n", 0},
		{" prod-media\n", 0}, {"\n", 0},          {"\004", 0},
	};
	struct terminal t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&t);
		assert_int_equal(type_and_confirm(&t, cases[i].typed),
				 cases[i].answer);
		end(&t);
	}
}

static void test_the_question_names_what_would_happen(void **state)
{
	char shown[2048] = "";
	size_t len = 0;
	struct terminal t;
	ssize_t got;

	(void)state;
	begin(&t);
	assert_int_equal(type_and_confirm(&t, "prod-media\n"), 1);
	while (!strstr(shown, "to go on: ")) {
		got = read(t.master, shown + len, sizeof(shown) - 1 - len);
		assert_true(got > 0);
		len += (size_t)got;
		shown[len] = '\0';
	}
	assert_non_null(strstr(shown, "1,234 items"));
	assert_non_null(strstr(shown, "'prod-media'"));
	assert_non_null(strstr(shown, "environment prod (us-east-1"));
	assert_non_null(strstr(shown, "Type the table's name to go on: "));
	end(&t);
}

static void test_a_signal_ends_the_question(void **state)
{
	struct terminal t;
	struct dg_error err;

	(void)state;
	begin(&t);
	dg_cancel_set(&t.cancel);
	assert_int_equal(dg_prompt_confirm(&t.prompt, &question, &err),
			 DG_ECANCELLED);
	end(&t);
}

static void test_nobody_is_asked_without_a_terminal(void **state)
{
	struct terminal t;
	struct dg_error err;
	FILE *null = fopen("/dev/null", "r+");

	(void)state;
	assert_non_null(null);
	begin(&t);
	t.prompt.fd = fileno(null);
	assert_int_equal(dg_prompt_confirm(&t.prompt, &question, &err),
			 DG_EREFUSED);
	t.prompt.fd = t.slave;
	t.output.err = null;
	assert_int_equal(dg_prompt_confirm(&t.prompt, &question, &err),
			 DG_EREFUSED);
	end(&t);
	fclose(null);
}

static void test_colour_needs_a_terminal_that_has_it(void **state)
{
	static const struct {
		const char *term;
		const char *no_color;
		bool color;
	} cases[] = {
		{"xterm", NULL, true}, {"xterm", "", true},
		{"xterm", "1", false}, {"dumb", NULL, false},
		{NULL, NULL, false},
	};
	struct terminal t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsetenv("TERM");
		unsetenv("NO_COLOR");
		if (cases[i].term)
			setenv("TERM", cases[i].term, 1);
		if (cases[i].no_color)
			setenv("NO_COLOR", cases[i].no_color, 1);
		begin(&t);
		assert_int_equal(t.output.color, cases[i].color);
		end(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_the_tables_name_goes_on),
		cmocka_unit_test(test_the_question_names_what_would_happen),
		cmocka_unit_test(test_a_signal_ends_the_question),
		cmocka_unit_test(test_nobody_is_asked_without_a_terminal),
		cmocka_unit_test(test_colour_needs_a_terminal_that_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
