/* What doctor, init and hooks show of what the library tells them. */
#include "command_line.h"
#include "fake_library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct dg_check checks[] = {
	{"environment", DG_CHECK_OK, "./scripts/.env.prod: prod-media", NULL},
	{"clock", DG_CHECK_WARNING, "90 s behind", "Set it\nor do not"},
	{"table", DG_CHECK_FAILED, "gone\033[2J", "Create it"},
	{"who am I", DG_CHECK_SKIPPED, "not asked", NULL},
};

static int in_plain_ascii(void **state)
{
	setenv("LC_ALL", "C", 1);
	return fake_library_reset(state);
}

static void test_doctor_shows_a_line_each_and_fails_of_a_cross(void **state)
{
	(void)state;
	fake_library.checks = checks;
	fake_library.check_count = 4;
	expect("doctor --env=prod", 1,
	       "ok   environment                 ./scripts/.env.prod: "
	       "prod-media\n"
	       "warn clock                       90 s behind\n"
	       "                                 Set it\n"
	       "                                 or do not\n"
	       "FAIL table                       gone\\u001b[2J\n"
	       "                                 Create it\n"
	       "-    who am I                    not asked\n",
	       "[ERROR] a dump would fail: 1 check failed\n");
	assert_string_equal(fake_library.target_options.environment, "prod");
}

static void test_doctor_has_ticks_where_the_locale_does(void **state)
{
	(void)state;
	setenv("LC_ALL", "de_DE.utf8", 1);
	fake_library.checks = checks;
	fake_library.check_count = 2;
	expect("doctor -q", 0,
	       "✓ environment                 ./scripts/.env.prod: prod-media\n"
	       "! clock                       90 s behind\n"
	       "                              Set it\n"
	       "                              or do not\n",
	       "");
}

static void test_doctor_in_json_counts_by_state(void **state)
{
	(void)state;
	fake_library.checks = checks + 2;
	fake_library.check_count = 1;
	expect("doctor --json", 1,
	       "{\"type\":\"check\",\"name\":\"table\",\"state\":\"failed\","
	       "\"detail\":\"gone\\u001b[2J\",\"advice\":\"Create it\"}\n"
	       "{\"type\":\"error\",\"code\":\"failed\",\"message\":\"a dump "
	       "would fail: 1 check failed\",\"hint\":null,\"exit\":1}\n"
	       "{\"type\":\"summary\",\"command\":\"doctor\",\"exit\":1,"
	       "\"ok\":0,\"warnings\":0,\"failed\":1,\"skipped\":0}\n",
	       "[ERROR] a dump would fail: 1 check failed\n");
}

static const struct dg_init_step steps[] = {
	{DG_INIT_CREATED, "scripts/.env.prod", "mode 600", NULL},
	{DG_INIT_KEPT, ".gitignore", "is there", NULL},
	{DG_INIT_TODO, "backups/", "Git ignores it", "Comment it out"},
};

static void test_init_tells_each_step(void **state)
{
	(void)state;
	fake_library.steps = steps;
	fake_library.step_count = 3;
	expect("init -q", 0,
	       "created  scripts/.env.prod: mode 600\n"
	       "kept     .gitignore: is there\n"
	       "todo     backups/: Git ignores it\n"
	       "         Comment it out\n",
	       "");
	expect("init -q --json", 0,
	       "{\"type\":\"step\",\"action\":\"created\",\"path\":"
	       "\"scripts/.env.prod\",\"detail\":\"mode 600\",\"advice\":"
	       "null}\n"
	       "{\"type\":\"step\",\"action\":\"kept\",\"path\":"
	       "\".gitignore\",\"detail\":\"is there\",\"advice\":null}\n"
	       "{\"type\":\"step\",\"action\":\"todo\",\"path\":\"backups/"
	       "\",\"detail\":\"Git ignores it\",\"advice\":\"Comment it "
	       "out\"}\n"
	       "{\"type\":\"summary\",\"command\":\"init\",\"exit\":0,"
	       "\"root\":\"/srv/app\",\"created\":1,\"added\":0,\"kept\":1,"
	       "\"todo\":1}\n",
	       "");
}

static const struct dg_hook hooks[] = {
	{"pre-commit", "/srv/.git/hooks/pre-commit", DG_HOOK_INSTALLED, true,
	 true, "/usr/bin/ddbgit"},
	{"pre-push", "/srv/.git/hooks/pre-push", DG_HOOK_OUTDATED, false, false,
	 "/opt/ddbgit"},
};

static void test_hooks_tells_each_hook(void **state)
{
	(void)state;
	fake_library.hooks = hooks;
	fake_library.hook_count = 2;
	expect("hooks status", 0,
	       "pre-commit     installed /srv/.git/hooks/pre-commit (after the "
	       "earlier hook)\n"
	       "pre-push       outdated  /srv/.git/hooks/pre-push\n"
	       "                         calls /opt/ddbgit\n",
	       "");
	/* The absolute path of this very program. */
	assert_int_equal(fake_library.hooks_program[0], '/');
	assert_non_null(strstr(fake_library.hooks_program, "test_setup"));
}

static void test_hooks_run_hands_git_s_words_on(void **state)
{
	(void)state;
	expect("hooks run post-merge -- -1", 0, "", "");
	assert_string_equal(fake_library.hook_name, "post-merge");
	assert_string_equal(fake_library.hook_argument, "-1");
}

#define TEST(name) cmocka_unit_test_setup(name, in_plain_ascii)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_doctor_shows_a_line_each_and_fails_of_a_cross),
		TEST(test_doctor_has_ticks_where_the_locale_does),
		TEST(test_doctor_in_json_counts_by_state),
		TEST(test_init_tells_each_step),
		TEST(test_hooks_tells_each_hook),
		TEST(test_hooks_run_hands_git_s_words_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
