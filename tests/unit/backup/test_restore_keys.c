#include "backup/item_spool.h"
#include "backup/restore_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY(id) "{\"id\":{\"S\":\"" id "\"}}"
#define LIST(...)                                                              \
	(const char *const[])                                                  \
	{                                                                      \
		__VA_ARGS__, NULL                                              \
	}

/* Reads the list, and a file of this text (or NULL). */
static int read_keys(struct dg_restore_spool *keys, const char *const *list,
		     const char *text, size_t len, struct dg_error *err)
{
	char path[] = "/tmp/ddbgit-test-XXXXXX";
	int fd = mkstemp(path);
	int rc;

	assert_true(fd >= 0);
	if (text)
		assert_int_equal(write(fd, text, len), (ssize_t)len);
	close(fd);
	item_spool_open(keys);
	rc = dg_restore_keys_read(keys, &item_spool_keys, list,
				  text ? path : NULL, err);
	unlink(path);
	return rc;
}

static void assert_keys(const char *const *list, const char *file,
			const char *expected)
{
	struct dg_restore_spool keys;
	struct dg_error err = {0};
	char *text;

	if (read_keys(&keys, list, file, file ? strlen(file) : 0, &err) < 0)
		fail_msg("%s: %s", file ? file : "the list", err.message);
	text = item_spool_text(&keys);
	assert_string_equal(text, expected);
	free(text);
	dg_restore_spool_free(&keys);
}

static void test_keys_come_from_the_list_and_the_file_each_once(void **state)
{
	(void)state;
	assert_keys(
		LIST(" { \"id\" : { \"S\" : \"b\" } } ", KEY("a"), KEY("b")),
		NULL, KEY("a") " " KEY("b") " ");
	assert_keys(LIST(KEY("c")), KEY("d") "\r\n\n \t\n" KEY("a"),
		    KEY("a") " " KEY("c") " " KEY("d") " ");
	assert_keys(NULL, "", "");
	assert_keys(NULL, "\xef\xbb\xbf" KEY("a") "\n" KEY("b"),
		    KEY("a") " " KEY("b") " ");
}

static void test_a_failures_file_is_a_file_of_keys(void **state)
{
	(void)state;
	assert_keys(NULL,
		    "{\"key\":" KEY("a") ",\"code\":\"ValidationException\","
					 "\"message\":\"no \\\"key\\\"\"}\n",
		    KEY("a") " ");
}

static void test_an_attribute_may_be_called_key(void **state)
{
	const struct dg_key_schema schema = {1, {{"key", 'S'}}};
	const struct dg_restore_spool_options options = {
		.keys = &schema, .memory = 1u << 20, .temp_dir = "/tmp"};
	struct dg_restore_spool keys;
	char *text;

	(void)state;
	assert_int_equal(dg_restore_spool_open(&keys, &options, NULL), 0);
	assert_int_equal(dg_restore_keys_read(&keys, &schema,
					      LIST("{\"key\":{\"S\":\"a\"}}"),
					      NULL, NULL),
			 0);
	text = item_spool_text(&keys);
	assert_string_equal(text, "{\"key\":{\"S\":\"a\"}} ");
	free(text);
	dg_restore_spool_free(&keys);
}

#define BAD(text, words)                                                       \
	{                                                                      \
		text, sizeof(text) - 1, words                                  \
	}

static void test_a_bad_line_is_named(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *words;
	} cases[] = {
		BAD(KEY("a") "\nnonsense\n", ":2: "),
		BAD("{\"id\":{\"N\":\"1\"}}\n", ":1: "),
		BAD("{\"id\":{\"S\":\"a\"},\"t\":{\"S\":\"b\"}}\n", ":1: "),
		BAD("{\"key\":{\"no\":{\"S\":\"a\"}},\"code\":\"x\"}", ":1: "),
		BAD(KEY("a") "\0\n", ":1: "),
		BAD("\n\n" KEY("a") KEY("b") "\n", ":3: "),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_restore_spool keys;
		struct dg_error err = {0};
		int rc = read_keys(&keys, NULL, cases[i].text, cases[i].len,
				   &err);

		if (rc != DG_EUSAGE)
			fail_msg("%s: %d", cases[i].text, rc);
		assert_non_null(strstr(err.message, cases[i].words));
		assert_non_null(strstr(err.hint, "id (S)"));
		dg_restore_spool_free(&keys);
	}
}

static void test_an_endless_line_is_an_error(void **state)
{
	const size_t len = 3u << 20;
	char *text = malloc(len);
	struct dg_restore_spool keys;
	struct dg_error err = {0};

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len);
	text[0] = '{';
	assert_int_equal(read_keys(&keys, NULL, text, len, &err), DG_ELIMIT);
	dg_restore_spool_free(&keys);
	free(text);
}

static void note_absent(void *context, struct dg_slice key)
{
	assert_int_equal(dg_buf_add_slice(context, key, NULL), 0);
}

static void test_items_are_picked_and_what_lacks_is_said(void **state)
{
	static const struct {
		const char *items[5];
		const char *keys[5];
		const char *picked;
		const char *absent;
	} cases[] = {
		{{KEY("a"), KEY("b"), KEY("c")}, {KEY("b")}, KEY("b") " ", ""},
		{{KEY("a"), KEY("c"), KEY("d")},
		 {KEY("a"), KEY("b"), KEY("d")},
		 KEY("a") " " KEY("d") " ",
		 KEY("b")},
		{{KEY("b")}, {KEY("a"), KEY("c")}, "", KEY("a") KEY("c")},
		{{NULL}, {KEY("a"), KEY("b")}, "", KEY("a") KEY("b")},
		{{KEY("a")}, {NULL}, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_restore_spool items, keys, wanted;
		struct dg_buf absent = DG_BUF_INIT(1000);
		char *picked;

		item_spool_fill(&items, cases[i].items);
		item_spool_fill(&keys, cases[i].keys);
		item_spool_open(&wanted);
		assert_int_equal(dg_restore_keys_pick(&keys, items.items,
						      &wanted, note_absent,
						      &absent, NULL),
				 0);
		picked = item_spool_text(&wanted);
		assert_string_equal(picked, cases[i].picked);
		assert_int_equal(dg_buf_add_str(&absent, "", NULL), 0);
		assert_string_equal(dg_buf_str(&absent), cases[i].absent);
		free(picked);
		dg_buf_free(&absent);
		dg_restore_spool_free(&items);
		dg_restore_spool_free(&keys);
		dg_restore_spool_free(&wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_keys_come_from_the_list_and_the_file_each_once),
		cmocka_unit_test(test_a_failures_file_is_a_file_of_keys),
		cmocka_unit_test(test_an_attribute_may_be_called_key),
		cmocka_unit_test(test_a_bad_line_is_named),
		cmocka_unit_test(test_an_endless_line_is_an_error),
		cmocka_unit_test(test_items_are_picked_and_what_lacks_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
