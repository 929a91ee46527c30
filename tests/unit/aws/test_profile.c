#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/profile.h"
#include "base/buf.h"
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG_NAME "a-name-of-more-than-the-fifty-bytes-that-inih-keeps-of-one"

struct value_case {
	const char *config;
	const char *credentials;
	const char *profile;
	const char *key;
	const char *value; /* NULL: absent */
};

static const struct value_case values[] = {
	{"[default]\nregion=r", "", "default", "region", "r"},
	{"[profile a]\nregion = r\n", "", "a", "region", "r"},
	{"[profile a]\r\nregion = r\r\n", "", "a", "region", "r"},
	{"\xef\xbb\xbf[profile a]\nregion=r", "", "a", "region", "r"},
	{"[ profile \t a ]\nregion=r", "", "a", "region", "r"},
	{"[profile \"a b\"]\nregion=r", "", "a b", "region", "r"},
	{"[profile a]\nREGION=r", "", "a", "region", "r"},
	{"[a]\nregion=r", "", "a", "region", NULL},
	{"[profiles a]\nregion=r", "", "a", "region", NULL},
	{"[sso-session a]\nsso_region=r", "", "a", "sso_region", NULL},
	{"[profile A]\nregion=r", "", "a", "region", NULL},
	{"region=r\n[profile a]", "", "a", "region", NULL},
	/* the last one counts, an empty one is absent */
	{"[profile a]\nregion=r\nregion=s", "", "a", "region", "s"},
	{"[profile a]\nregion=r\n[profile b]\nregion=t\n[profile a]\nregion=s",
	 "", "a", "region", "s"},
	{"[profile a]\nregion=", "", "a", "region", NULL},
	/* comments begin at the line's beginning only */
	{"[profile a]\n# x\n; y\nk=1 ; 2 # 3", "", "a", "k", "1 ; 2 # 3"},
	{"[profile a] ; x\nk=1", "", "a", "k", "1"},
	/* the first '=' or ':' splits */
	{"[profile a]\nk = a=b:c", "", "a", "k", "a=b:c"},
	{"[profile a]\nk: a=b", "", "a", "k", "a=b"},
	{"[profile a]\nk:x = y", "", "a", "k", "x = y"},
	/* indented settings, continued and nested ones */
	{"[profile a]\n  k = 1\n  region = r", "", "a", "region", "r"},
	{"[profile a]\n\tk = 1\n\tregion = r\n", "", "a", "k", "1"},
	{"[profile a]\nk = 1\n   2\n# c\n   3", "", "a", "k", "1\n2\n3"},
	{"[profile a]\ns3 =\n  region = x\nregion = r", "", "a", "region", "r"},
	{"[profile a]\ns3 =\n  region = x", "", "a", "region", NULL},
	{"[profile a]\ns3 =\n  region = x", "", "a", "s3", NULL},
	{"region = r\n  x\n[other]\nk = 1", "", "", "region", NULL},
	{"[profile a]\ns3 =\n  [profile b]\nregion = r", "", "a", "region",
	 "r"},
	/* longer than inih can hold */
	{"[profile " LONG_NAME "]\nregion=r\n[profile b]\nregion=s", "",
	 LONG_NAME, "region", "r"},
	{"[profile a]\n" LONG_NAME LONG_NAME LONG_NAME LONG_NAME "=r", "", "a",
	 LONG_NAME LONG_NAME LONG_NAME LONG_NAME, "r"},
	/* numbers, as inih sees them, mean nothing here */
	{"[profile 1]\n2=3\n4=4", "", "1", "2", "3"},
	{"[profile 1]\n2=3\n4=4", "", "1", "4", "4"},
	/* the credentials file: every section is a profile, and goes first */
	{"", "[a]\nk=c", "a", "k", "c"},
	{"", "[profile a]\nk=c", "profile a", "k", "c"},
	{"[profile a]\nk=1", "[a]\nk=2", "a", "k", "2"},
	{"[profile a]\nk=1", "[a]\nl=2", "a", "k", "1"},
};

static void test_values_are_found(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++) {
		const struct value_case *c = &values[i];
		struct dg_profiles *profiles;
		struct dg_error err = {0};
		const char *found;

		if (dg_profiles_parse(&profiles, dg_slice_str(c->config),
				      dg_slice_str(c->credentials), &err) < 0)
			fail_msg("%s: %s", c->config, err.message);
		found = dg_profiles_get(profiles, c->profile, c->key);
		if (!found != !c->value || (found && strcmp(found, c->value)))
			fail_msg("%s: found %s", c->config,
				 found ? found : "nothing");
		dg_profiles_free(profiles);
	}
}

struct error_case {
	const char *text;
	const char *message;
};

static const struct error_case errors[] = {
	{"[profile a]\nk=1\n\nnonsense\nl=1\nmore",
	 "line 4: neither a [section] nor 'name = value'"},
	{"[profile a\nk=1", "line 1: neither a [section] nor 'name = value'"},
	{"\n=1", "line 2: neither a [section] nor 'name = value'"},
	{"k\n", "line 1: neither a [section] nor 'name = value'"},
};

static void test_error_names_the_line(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(errors); i++) {
		struct dg_profiles *profiles;
		struct dg_error err;

		assert_int_equal(dg_profiles_parse(&profiles,
						   dg_slice_str(errors[i].text),
						   DG_SLICE(""), &err),
				 DG_EINVALID);
		assert_string_equal(err.message, errors[i].message);
		assert_null(profiles);
	}
}

static void test_long_line_is_kept_whole(void **state)
{
	struct dg_buf text = DG_BUF_INIT(1 << 16);
	struct dg_profiles *profiles;
	int i;

	(void)state;
	dg_buf_add_str(&text, "[a]\naws_session_token = ", NULL);
	for (i = 0; i < 400; i++)
		dg_buf_add_str(&text, "0123456;:=", NULL);
	dg_buf_add_str(&text, "\nregion = r\n", NULL);
	assert_int_equal(dg_profiles_parse(&profiles, DG_SLICE(""),
					   dg_buf_slice(&text), NULL),
			 0);
	assert_int_equal(
		strlen(dg_profiles_get(profiles, "a", "aws_session_token")),
		4000);
	assert_string_equal(dg_profiles_get(profiles, "a", "region"), "r");
	dg_profiles_free(profiles);
	dg_buf_free(&text);
}

static void test_each_file_can_be_asked_alone(void **state)
{
	struct dg_profiles *profiles;

	(void)state;
	assert_int_equal(
		dg_profiles_parse(&profiles,
				  DG_SLICE("[profile a]\nk=1\n[profile e]\n"),
				  DG_SLICE("[a]\nl=2\n[c]\n"), NULL),
		0);
	assert_string_equal(dg_profiles_get_config(profiles, "a", "k"), "1");
	assert_null(dg_profiles_get_config(profiles, "a", "l"));
	assert_string_equal(dg_profiles_get_credentials(profiles, "a", "l"),
			    "2");
	assert_null(dg_profiles_get_credentials(profiles, "a", "k"));
	assert_int_equal(dg_profiles_has(profiles, "e"), 1);
	assert_int_equal(dg_profiles_has(profiles, "c"), 1);
	assert_int_equal(dg_profiles_has(profiles, "x"), 0);
	dg_profiles_free(profiles);
}

static void test_files_are_found_by_variable_and_home(void **state)
{
	char path[] = "/tmp/ddbgit-aws-XXXXXX";
	int fd = mkstemp(path);
	struct dg_profiles *profiles;

	(void)state;
	assert_int_equal(write(fd, "[profile a]\nk=1\n", 16), 16);
	close(fd);
	setenv("AWS_CONFIG_FILE", path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "~/none", 1);
	setenv("HOME", "/nowhere", 1);
	assert_int_equal(dg_profiles_load(&profiles, NULL), 0);
	assert_string_equal(dg_profiles_get(profiles, "a", "k"), "1");
	dg_profiles_free(profiles);
	setenv("HOME", "/tmp", 1);
	path[3] = '~'; /* "~/ddbgit-aws-…" */
	setenv("AWS_CONFIG_FILE", path + 3, 1);
	assert_int_equal(dg_profiles_load(&profiles, NULL), 0);
	assert_string_equal(dg_profiles_get(profiles, "a", "k"), "1");
	dg_profiles_free(profiles);
	path[3] = 'p';
	unlink(path);
	unsetenv("AWS_CONFIG_FILE");
	setenv("HOME", "/nowhere", 1);
	assert_int_equal(dg_profiles_load(&profiles, NULL), 0);
	assert_int_equal(dg_profiles_has(profiles, "a"), 0);
	dg_profiles_free(profiles);
}

static void test_unreadable_and_malformed_files_are_named(void **state)
{
	char path[] = "/tmp/ddbgit-aws-XXXXXX";
	char expected[128];
	int fd = mkstemp(path);
	struct dg_profiles *profiles;
	struct dg_error err;

	(void)state;
	assert_int_equal(write(fd, "[profile a]\nk\n", 14), 14);
	close(fd);
	setenv("AWS_CONFIG_FILE", "/tmp", 1);
	assert_int_equal(dg_profiles_load(&profiles, &err), DG_EIO);
	assert_string_equal(err.message, "cannot read '/tmp': Is a directory");
	setenv("AWS_CONFIG_FILE", path, 1);
	assert_int_equal(dg_profiles_load(&profiles, &err), DG_EINVALID);
	snprintf(expected, sizeof(expected),
		 "%s: line 2: neither a [section] nor 'name = value'", path);
	assert_string_equal(err.message, expected);
	unsetenv("AWS_CONFIG_FILE");
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_found),
		cmocka_unit_test(test_error_names_the_line),
		cmocka_unit_test(test_long_line_is_kept_whole),
		cmocka_unit_test(test_each_file_can_be_asked_alone),
		cmocka_unit_test(test_files_are_found_by_variable_and_home),
		cmocka_unit_test(test_unreadable_and_malformed_files_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
