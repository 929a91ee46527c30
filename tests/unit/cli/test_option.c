#include "cli/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX (DG_OPTION_LIST_MAX + 10)

struct values {
	bool commit;
	bool consistent;
	const char *env;
	const char *region;
	struct dg_optional tag;
	unsigned int segments;
	const char *max_rcu;
	uint64_t memory;
	int layout;
	struct dg_option_list keys;
	const char *directory;
};

#define AT(member) offsetof(struct values, member)

static const char *const layouts[] = {"auto", "single", "chunked", NULL};

static const struct dg_option table[] = {
	DG_FLAG("commit", 0, AT(commit), "commit"),
	DG_FLAG("consistent", 'c', AT(consistent), "consistent"),
	DG_VALUE("env", 'e', STRING, "ENV", AT(env), "environment"),
	DG_VALUE("region", 0, STRING, "REGION", AT(region), "region"),
	DG_VALUE("tag", 0, OPTIONAL, "NAME", AT(tag), "tag"),
	DG_VALUE("segments", 0, NUMBER, "N", AT(segments), "segments",
		 .max = 1000000),
	DG_VALUE("max-rcu", 0, CAPACITY, "N|P%", AT(max_rcu), "rate"),
	DG_VALUE("memory", 0, SIZE, "SIZE", AT(memory), "memory",
		 .min = 8 << 20),
	DG_VALUE("layout", 0, CHOICE, "auto|single|chunked", AT(layout),
		 "layout", .choices = layouts),
	DG_VALUE("key", 0, LIST, "JSON", AT(keys), "keys"),
	DG_VALUE(NULL, 'C', STRING, "DIR", AT(directory), "directory"),
	DG_OPTIONS_END,
};

struct command_line {
	char *words[WORDS_MAX + 2];
	int count;
	int operand;
	struct values values;
	struct dg_error err;
};

/* words ends with NULL and has no program name. */
static int parse(struct command_line *line, const char *const *words,
		 bool permute)
{
	const struct dg_option_scope scopes[] = {
		{NULL, table, &line->values},
		{NULL, NULL, NULL},
	};

	memset(line, 0, sizeof(*line));
	line->words[line->count++] = (char *)"ddbgit";
	for (; *words; words++)
		line->words[line->count++] = (char *)*words;
	return dg_options_parse(scopes, permute, line->count, line->words,
				&line->operand, &line->err);
}

static void test_options_and_operands_stand_in_any_order(void **state)
{
	static const char *const words[] = {"one",      "--env=prod", "two",
					    "--region", "eu-west-1",  "three",
					    "-C",       "dir",        NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, words, true), 0);
	assert_string_equal(line.values.env, "prod");
	assert_string_equal(line.values.region, "eu-west-1");
	assert_string_equal(line.values.directory, "dir");
	assert_int_equal(line.count - line.operand, 3);
	assert_string_equal(line.words[line.operand], "one");
	assert_string_equal(line.words[line.operand + 2], "three");
}

static void test_parsing_can_stop_at_the_first_operand(void **state)
{
	static const char *const words[] = {"-c", "dump", "--nonesuch", NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, words, false), 0);
	assert_true(line.values.consistent);
	assert_string_equal(line.words[line.operand], "dump");
}

static void test_a_value_may_look_like_an_option(void **state)
{
	static const char *const words[] = {"--env", "--commit", NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, words, true), 0);
	assert_string_equal(line.values.env, "--commit");
	assert_false(line.values.commit);
}

static void test_a_list_keeps_every_value(void **state)
{
	static const char *const words[] = {"--key=a", "--key", "b", NULL};
	const char *many[DG_OPTION_LIST_MAX + 2];
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, words, true), 0);
	assert_int_equal(line.values.keys.count, 2);
	assert_string_equal(line.values.keys.value[0], "a");
	assert_string_equal(line.values.keys.value[1], "b");
	assert_null(line.values.keys.value[2]);
	for (size_t i = 0; i <= DG_OPTION_LIST_MAX; i++)
		many[i] = "--key=x";
	many[DG_OPTION_LIST_MAX + 1] = NULL;
	assert_int_equal(parse(&line, many, true), DG_EUSAGE);
	many[DG_OPTION_LIST_MAX] = NULL;
	assert_int_equal(parse(&line, many, true), 0);
	assert_null(line.values.keys.value[DG_OPTION_LIST_MAX]);
}

static void test_an_optional_value_needs_its_equals_sign(void **state)
{
	static const char *const bare[] = {"--tag", "name", NULL};
	static const char *const named[] = {"--tag=name", NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, bare, true), 0);
	assert_true(line.values.tag.given);
	assert_null(line.values.tag.value);
	assert_int_equal(line.count - line.operand, 1);
	assert_int_equal(parse(&line, named, true), 0);
	assert_string_equal(line.values.tag.value, "name");
}

static void test_values_are_read_by_their_kind(void **state)
{
	static const char *const words[] = {"--segments=8",
					    "--memory",
					    "64M",
					    "--max-rcu=2.5%",
					    "--layout=single",
					    "--env=a",
					    "-e",
					    "b",
					    NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, words, true), 0);
	assert_int_equal(line.values.segments, 8);
	assert_int_equal(line.values.memory, 64 << 20);
	assert_string_equal(line.values.max_rcu, "2.5%");
	assert_int_equal(line.values.layout, 1);
	assert_string_equal(line.values.env, "b");
}

static void test_mistakes_are_told(void **state)
{
	static const struct {
		const char *words[3];
		const char *message;
	} cases[] = {
		{{"--comit"},
		 "unknown option '--comit'; did you mean '--commit'?"},
		{{"--comit=x"},
		 "unknown option '--comit'; did you mean '--commit'?"},
		{{"--xyzzy"}, "unknown option '--xyzzy'"},
		/* Abbreviations, unique and not. */
		{{"--comm"},
		 "unknown option '--comm'; did you mean '--commit'?"},
		{{"--reg", "x"},
		 "unknown option '--reg'; did you mean '--region'?"},
		{{"--reg=x"},
		 "unknown option '--reg'; did you mean '--region'?"},
		{{"--ta=x"}, "unknown option '--ta'; did you mean '--tag'?"},
		{{"--com=x"},
		 "unknown option '--com'; did you mean '--commit'?"},
		{{"--co"}, "unknown option '--co'; did you mean '--commit'?"},
		{{"--segm"},
		 "unknown option '--segm'; did you mean '--segments'?"},
		{{"-x"}, "unknown option '-x'"},
		{{"-cx"}, "unknown option '-x'"},
		{{"--env"}, "option '--env' needs a value"},
		{{"-C"}, "option '-C' needs a value"},
		{{"--env="}, "option '--env' has an empty value"},
		{{"-e", ""}, "option '--env' has an empty value"},
		{{"--commit=yes"}, "option '--commit' takes no value"},
		{{"--segments=0"},
		 "option '--segments': '0' is not a number from 1 "
		 "to 1,000,000"},
		{{"--segments=4294967296"},
		 "option '--segments': '4294967296' is not a number from 1 "
		 "to 1,000,000"},
		{{"--segments=8x"},
		 "option '--segments': '8x' is not a number from 1 "
		 "to 1,000,000"},
		{{"--memory=64X"},
		 "option '--memory': '64X' is not a size; write 64M or 2G"},
		{{"--memory=1M"},
		 "option '--memory': 1M is too little; at least 8M"},
		{{"--layout=tree"},
		 "option '--layout': 'tree' is none of auto|single|chunked"},
		{{"--max-rcu=0"},
		 "option '--max-rcu': '0' is no capacity: write units a second "
		 "(100), or a share up to 100% (50%)"},
	};
	struct command_line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&line, cases[i].words, true), DG_EUSAGE);
		assert_string_equal(line.err.message, cases[i].message);
	}
}

static void test_a_mistake_leaves_the_next_parse_alone(void **state)
{
	static const char *const wrong[] = {"-xc", NULL};
	static const char *const right[] = {"--commit", NULL};
	struct command_line line;

	(void)state;
	assert_int_equal(parse(&line, wrong, true), DG_EUSAGE);
	assert_int_equal(parse(&line, right, true), 0);
	assert_true(line.values.commit);
	assert_false(line.values.consistent);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_and_operands_stand_in_any_order),
		cmocka_unit_test(test_parsing_can_stop_at_the_first_operand),
		cmocka_unit_test(test_a_value_may_look_like_an_option),
		cmocka_unit_test(test_a_list_keeps_every_value),
		cmocka_unit_test(test_an_optional_value_needs_its_equals_sign),
		cmocka_unit_test(test_values_are_read_by_their_kind),
		cmocka_unit_test(test_mistakes_are_told),
		cmocka_unit_test(test_a_mistake_leaves_the_next_parse_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
