#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/env_file.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct value_case {
	const char *text;
	enum dg_env_key key;
	const char *value; /* NULL: absent */
};

static const struct value_case values[] = {
	{"DYNAMODB_TABLE=t-1", DG_ENV_TABLE, "t-1"},
	{"DYNAMODB_TABLE=t-1\r\nAWS_REGION=x\r\n", DG_ENV_TABLE, "t-1"},
	{"\xef\xbb\xbf"
	 "DYNAMODB_TABLE=t",
	 DG_ENV_TABLE, "t"},
	{"export DYNAMODB_TABLE=t", DG_ENV_TABLE, "t"},
	{"  export \t DYNAMODB_TABLE = t  ", DG_ENV_TABLE, "t"},
	{"exportDYNAMODB_TABLE=t", DG_ENV_TABLE, NULL},
	{"# DYNAMODB_TABLE=t", DG_ENV_TABLE, NULL},
	{"dynamodb_table=t", DG_ENV_TABLE, NULL},
	{"DYNAMODB_TABLE=a\nDYNAMODB_TABLE=b", DG_ENV_TABLE, "b"},
	{"DYNAMODB_TABLE=a\nDYNAMODB_TABLE=", DG_ENV_TABLE, NULL},
	{"DYNAMODB_TABLE=", DG_ENV_TABLE, NULL},
	{"DYNAMODB_TABLE=\"\"", DG_ENV_TABLE, NULL},
	/* the first '=' splits */
	{"AWS_SECRET_ACCESS_KEY=a=b==", DG_ENV_SECRET_ACCESS_KEY, "a=b=="},
	{"AWS_ENDPOINT_URL=http://h:1/a:b", DG_ENV_ENDPOINT_URL,
	 "http://h:1/a:b"},
	/* comments */
	{"AWS_SECRET_ACCESS_KEY=a#b #c #d", DG_ENV_SECRET_ACCESS_KEY, "a#b"},
	{"AWS_SECRET_ACCESS_KEY=a\t#c", DG_ENV_SECRET_ACCESS_KEY, "a"},
	{"AWS_SECRET_ACCESS_KEY=#b", DG_ENV_SECRET_ACCESS_KEY, "#b"},
	{"AWS_SECRET_ACCESS_KEY=a ; b", DG_ENV_SECRET_ACCESS_KEY, "a ; b"},
	{"AWS_REGION=r # $(pwd)", DG_ENV_REGION, "r"},
	/* quotes */
	{"AWS_SECRET_ACCESS_KEY='a #b'  # c", DG_ENV_SECRET_ACCESS_KEY, "a #b"},
	{"AWS_SECRET_ACCESS_KEY=\"a #b\"", DG_ENV_SECRET_ACCESS_KEY, "a #b"},
	{"AWS_SECRET_ACCESS_KEY=\"a\\\"\\\\\\$\\`b\\n\"",
	 DG_ENV_SECRET_ACCESS_KEY, "a\"\\$`b\\n"},
	{"AWS_SECRET_ACCESS_KEY='a\\'", DG_ENV_SECRET_ACCESS_KEY, "a\\"},
	{"AWS_SECRET_ACCESS_KEY=a\"b\"", DG_ENV_SECRET_ACCESS_KEY, "a\"b\""},
	{"AWS_SECRET_ACCESS_KEY=\"a\" # `x`", DG_ENV_SECRET_ACCESS_KEY, "a"},
	/* what a shell would not expand either */
	{"AWS_SECRET_ACCESS_KEY='$(a)${b}`c`'", DG_ENV_SECRET_ACCESS_KEY,
	 "$(a)${b}`c`"},
	{"AWS_SECRET_ACCESS_KEY=\"\\${b}\"", DG_ENV_SECRET_ACCESS_KEY, "${b}"},
	{"AWS_SECRET_ACCESS_KEY=a$b$", DG_ENV_SECRET_ACCESS_KEY, "a$b$"},
	/* keys that nobody here uses may hold anything */
	{"OTHER=$(pwd)\nDYNAMODB_TABLE=t", DG_ENV_TABLE, "t"},
	{"PEM=\"-----BEGIN\nabc\n-----END\"\nDYNAMODB_TABLE=t", DG_ENV_TABLE,
	 "t"},
	{"a.b-c d=1\nDYNAMODB_TABLE=t", DG_ENV_TABLE, "t"},
	/* regions */
	{"AWS_DEFAULT_REGION=a", DG_ENV_REGION, "a"},
	{"AWS_REGION=b\nAWS_DEFAULT_REGION=a", DG_ENV_REGION, "b"},
	{"AWS_REGION=\nAWS_DEFAULT_REGION=a", DG_ENV_REGION, "a"},
	/* the seed's placeholders */
	{"AWS_ACCESS_KEY_ID=your-aws-access-key-id", DG_ENV_ACCESS_KEY_ID,
	 NULL},
	{"AWS_SECRET_ACCESS_KEY='your-aws-secret-access-key'",
	 DG_ENV_SECRET_ACCESS_KEY, NULL},
	{"AWS_ACCESS_KEY_ID=test", DG_ENV_ACCESS_KEY_ID, "test"},
	{"AWS_SESSION_TOKEN=t", DG_ENV_SESSION_TOKEN, "t"},
	{"AWS_PROFILE=p", DG_ENV_PROFILE, "p"},
	{"LOCAL_AWS_ENDPOINT=http://localhost:4566", DG_ENV_LOCAL_ENDPOINT,
	 "http://localhost:4566"},
	{"DDBGIT_PROTECTED=true", DG_ENV_PROTECTED, "true"},
	{"", DG_ENV_TABLE, NULL},
};

static void test_values_are_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(values); i++) {
		const struct value_case *c = &values[i];
		struct dg_env_file file;
		struct dg_error err = {0};
		int rc = dg_env_file_parse(&file, dg_slice_str(c->text), &err);
		const char *found = file.value[c->key];

		if (rc < 0)
			fail_msg("%s: %s", c->text, err.message);
		if (!found != !c->value || (found && strcmp(found, c->value)))
			fail_msg("%s: found %s", c->text,
				 found ? found : "nothing");
		dg_env_file_free(&file);
	}
}

struct error_case {
	const char *text;
	const char *message;
};

static const struct error_case errors[] = {
	{"A=1\nfoo\n", "line 2: no '=' in it"},
	{"\n\r\nset -a\r\n", "line 3: no '=' in it"},
	{"export AWS_REGION", "line 1: no '=' in it"},
	{"=x", "line 1: no name before '='"},
	{"\n\nA='b\nc\n", "line 3: a quote is not closed"},
	{"A='b' c", "line 1: text follows the closing quote"},
	{"A='b'#c", "line 1: text follows the closing quote"},
	{"A=\"x\ny\"z\nB=1", "line 2: text follows the closing quote"},
	{"AWS_REGION=\"a\nb\"",
	 "line 1: AWS_REGION goes on over several lines"},
	{"#\nDYNAMODB_TABLE=$(hostname)-x",
	 "line 2: DYNAMODB_TABLE holds a shell expansion, which is not "
	 "carried out"},
	{"DYNAMODB_TABLE=a${X}",
	 "line 1: DYNAMODB_TABLE holds a shell expansion, which is not "
	 "carried out"},
	{"AWS_REGION=\"`x`\"",
	 "line 1: AWS_REGION holds a shell expansion, which is not carried "
	 "out"},
};

static void test_error_names_the_line(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(errors); i++) {
		struct dg_env_file file;
		struct dg_error err = {0};

		assert_int_equal(dg_env_file_parse(&file,
						   dg_slice_str(errors[i].text),
						   &err),
				 DG_EINVALID);
		assert_string_equal(err.message, errors[i].message);
		assert_null(file.value[DG_ENV_REGION]);
	}
}

static void test_long_value_is_kept_whole(void **state)
{
	struct dg_buf text = DG_BUF_INIT(1 << 20);
	struct dg_env_file file;
	int i;

	(void)state;
	dg_buf_add_str(&text, "AWS_SESSION_TOKEN=", NULL);
	for (i = 0; i < 10000; i++)
		dg_buf_add_str(&text, "0123456789", NULL);
	assert_int_equal(dg_env_file_parse(&file, dg_buf_slice(&text), NULL),
			 0);
	assert_int_equal(strlen(file.value[DG_ENV_SESSION_TOKEN]), 100000);
	dg_env_file_free(&file);
	dg_buf_free(&text);
}

static void write_file(char *path, const char *text, mode_t mode)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

struct mode_case {
	const char *text;
	mode_t mode;
	bool warned;
};

static const struct mode_case modes[] = {
	{"AWS_SECRET_ACCESS_KEY=s\n", 0644, true},
	{"AWS_SESSION_TOKEN=s\n", 0604, true},
	{"AWS_SECRET_ACCESS_KEY=s\n", 0600, false},
	{"AWS_SECRET_ACCESS_KEY=your-aws-secret-access-key\n", 0644, false},
	{"DYNAMODB_TABLE=t\n", 0644, false},
};

static void test_secret_that_others_can_read_is_noticed(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(modes); i++) {
		char path[] = "/tmp/ddbgit-env-XXXXXX";
		struct dg_env_file file;

		write_file(path, modes[i].text, modes[i].mode);
		assert_int_equal(dg_env_file_read(&file, path, NULL), 0);
		assert_int_equal(file.readable_by_others, modes[i].warned);
		dg_env_file_free(&file);
		unlink(path);
	}
}

static void test_file_errors_name_the_file(void **state)
{
	char path[] = "/tmp/ddbgit-env-XXXXXX";
	char expected[128];
	struct dg_env_file file;
	struct dg_error err;

	(void)state;
	assert_int_equal(dg_env_file_read(&file, "./scripts/.env.none", &err),
			 DG_ENOTFOUND);
	assert_string_equal(err.message,
			    "Environment file not found: ./scripts/.env.none");
	assert_int_equal(dg_env_file_read(&file, "/tmp", &err), DG_EIO);
	assert_string_equal(err.message, "cannot read '/tmp': Is a directory");
	write_file(path, "A=1\nB\n", 0600);
	assert_int_equal(dg_env_file_read(&file, path, &err), DG_EINVALID);
	snprintf(expected, sizeof(expected), "%s: line 2: no '=' in it", path);
	assert_string_equal(err.message, expected);
	unlink(path);
}

static void test_binary_file_is_refused(void **state)
{
	char path[] = "/tmp/ddbgit-env-XXXXXX";
	struct dg_env_file file;
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "A=1\0B", 5), 5);
	close(fd);
	assert_int_equal(dg_env_file_read(&file, path, NULL), DG_EINVALID);
	unlink(path);
}

static void test_environment_names_are_checked(void **state)
{
	static const char *const good[] = {"prod", "Prod-2", "a_b",
					   "0",    "a.b.c",  "a.lockx"};
	static const char *const bad[] = {"",     ".a",     "a.",       "a..b",
					  "-a",   "_a",     "a/b",      "a b",
					  "../x", "a.lock", "b\xc3\xbc"};
	struct dg_error err;
	char name[66];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		assert_int_equal(dg_env_name_check(good[i], NULL), 0);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(dg_env_name_check(bad[i], &err), DG_EUSAGE);
	memset(name, 'a', 65);
	name[65] = '\0';
	assert_int_equal(dg_env_name_check(name, &err), DG_EUSAGE);
	name[64] = '\0';
	assert_int_equal(dg_env_name_check(name, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_are_read),
		cmocka_unit_test(test_error_names_the_line),
		cmocka_unit_test(test_long_value_is_kept_whole),
		cmocka_unit_test(test_secret_that_others_can_read_is_noticed),
		cmocka_unit_test(test_file_errors_name_the_file),
		cmocka_unit_test(test_binary_file_is_refused),
		cmocka_unit_test(test_environment_names_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
