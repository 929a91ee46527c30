#include "memory_file.h"
#include "snapshot/document.h"
#include "snapshot/window.h"
#include "unit.h"
#include <stdio.h>
#include <stdlib.h>

static const struct dg_key_schema id_key = {1, {{"id", 'S'}}};

static const size_t pieces[] = {1, 2, 3, 7, 64, 1 << 20};

/* The document's items, each with a newline; or the error. */
static int read_all(struct dg_slice text, size_t piece, struct dg_buf *out,
		    struct dg_error *err)
{
	struct dg_document *document = NULL;
	struct dg_item item;
	int rc = dg_document_open(&document, memory_file_open(text, piece),
				  "t.json", err);

	while (rc == 0 &&
	       (rc = dg_document_next(document, &id_key, &item, err)) > 0) {
		rc = dg_buf_add_slice(out, item.line, err);
		if (rc == 0)
			rc = dg_buf_add_char(out, '\n', err);
	}
	/* What failed stays failed, what ended stays ended. */
	if (document)
		assert_int_equal(
			dg_document_next(document, &id_key, &item, NULL), rc);
	dg_document_close(document);
	return rc;
}

#define A "{\"id\":{\"S\":\"a\"}}\n"
#define B "{\"id\":{\"S\":\"b\"}}\n"

static void test_documents_of_every_form_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *items;
	} cases[] = {
		{"{\"Items\":[\n" A "," B "],\"Count\":2,\"ScannedCount\":2,"
		 "\"ConsumedCapacity\":null}\n",
		 A B},
		{"{\"Items\":[\n],\"Count\":0}\n", ""},
		{"{\"Items\":[]}", ""},
		{"\xef\xbb\xbf{\"Items\":[" A "]}", A},
		{"{\r\n  \"Items\" : [\r\n    {\r\n\t\"id\": {\r\n \"S\": "
		 "\"a\"\r\n } }\r\n ,\r\n" B "\r\n]\r\n}\r\n\r\n ",
		 A B},
		{"{\"Count\":2,\"ScannedCount\":9,\"Items\":[" B "," A
		 "],\"ConsumedCapacity\":{\"TableName\":\"t]}\",\"x\":[1,2]}}",
		 B A},
		{"{\"Items\":[" A "],\"LastEvaluatedKey\":null}", A},
		{"{\"Items\":[" A "," A "]}", A A},
		{"{\"Format\":\"mine\",\"Items\":[{\"n\":{\"N\":\"1e1\"},"
		 "\"id\":{\"S\":\"\\u0061\"}}]}",
		 "{\"id\":{\"S\":\"a\"},\"n\":{\"N\":\"10\"}}\n"},
		{"{\"Items\":[{\"id\":{\"S\":\"}]{[\\\"\"}}]}",
		 "{\"id\":{\"S\":\"}]{[\\\"\"}}\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases) * COUNT(pieces); i++) {
		const char *text = cases[i / COUNT(pieces)].text;
		struct dg_buf out = DG_BUF_INIT(65536);
		struct dg_error err = {0};

		assert_ok(read_all(dg_slice_str(text),
				   pieces[i % COUNT(pieces)], &out, &err),
			  &err);
		assert_string_equal(dg_buf_str(&out),
				    cases[i / COUNT(pieces)].items);
		dg_buf_free(&out);
	}
}

struct bad_case {
	const char *text;
	const char *place; /* in the message; NULL: any */
	const char *words; /* in message or hint */
};

static const struct bad_case bad_cases[] = {
	{"", "line 1, offset 0", "the file ends where '{' belongs"},
	{" \n ", "line 2, offset 3", "the file ends"},
	{"[{\"id\":{\"S\":\"a\"}}]", "line 1, offset 0", "'[' where '{'"},
	{"{}", NULL, "no list \"Items\""},
	{"{\"Count\":0}", NULL, "no list \"Items\""},
	{"{\"Items\":{}}", "line 1", "\"Items\" is no list"},
	{"{\"Items\":true}", NULL, "no list \"Items\""},
	{"{\"Items\":[],\"Items\":[]}", "line 1, offset 20", "a second"},
	{"{\"Items\":[],\"Count\":0,\"Count\":0}", "line 1", "a second"},
	{"{\"Items\":[],\"Count\":-1}", "line 1", "no whole number"},
	{"{\"Items\":[],\"Count\":\"1\"}", "line 1", "no whole number"},
	{"{\"Items\":[]", "line 1, offset 11", "cut off"},
	{"{\"Items\":[]}x", "line 1, offset 12", "'x' where the end of"},
	{"{\"Items\":[]}\n{", "line 2, offset 13", "the end of the file"},
	{"{\"Items\":[\n" A, "line 3, offset 28", "cut off"},
	{"{\"Items\":[\n" A ",", "line 3, offset 29", "the file ends"},
	{"{\"Items\":[\n" A ",]}", "line 3, offset 29", "']' where an item"},
	{"{\"Items\":[\n" A B "]}", "line 3, offset 28", "'{' where ','"},
	{"{\"Items\":[1]}", "line 1, offset 10", "'1' where an item"},
	{"{\"Items\":[\n" A ",{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"x\"}}]}",
	 "line 3, offset", "\"b\""},
	{"{\"Items\":[\n" A ",{\"id\":{\"S\":\"b", "line 3, offset",
	 "The file ends inside the item that begins on line 3"},
	{"{\"Items\":[\n" A ",{\"n\":{\"N\":\"1\"}}]}", "line 3, offset", "id"},
	{"{\"Items\":[\n<<<<<<< HEAD\n" A "]}", "line 2, offset 11",
	 "merge conflict"},
	{"{\"Items\":[\n" A "=======\n]}", "line 3, offset 28",
	 "merge conflict"},
	{"{\"Items\":[],\"LastEvaluatedKey\":{\"id\":{\"S\":\"a\"}}}", "line 1",
	 "only a part of a table"},
	{"{\"Items\":[],\"NextToken\":\"x\"}", "line 1", "only a part"},
	{"{\"Items\" []}", "line 1, offset 9", "'[' where ':'"},
	{"{\"Items\":[],}", "line 1, offset 12", "a member's name"},
	{"{\"Items\":[],,}", "line 1, offset 12", "a member's name"},
	{"{,\"Items\":[]}", "line 1, offset 1", "a member's name"},
	{"{\"Items\":[]\"Count\":0}", "line 1, offset 11", "',' or '}'"},
	{"{\"Items\":[],\"x\":tru}", "line 1", ""},
	{"{\"Items\":[],\"x\":[1,}", "line 1", ""},
	{"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", NULL,
	 "git lfs pull"},
	{"\xff\xfe{", NULL, "UTF-16"},
};

static void expect_bad(const struct bad_case *bad, size_t piece)
{
	struct dg_buf out = DG_BUF_INIT(65536);
	struct dg_error err = {0};
	int rc = read_all(dg_slice_str(bad->text), piece, &out, &err);

	dg_buf_free(&out);
	if (rc != DG_EINVALID)
		fail_msg("%d for %s", rc, bad->text);
	assert_contains(err.message, "t.json");
	if (bad->place)
		assert_contains(err.message, bad->place);
	if (!strstr(err.message, bad->words) && !strstr(err.hint, bad->words))
		fail_msg("\"%s\" is not said of %s but: %s [%s]", bad->words,
			 bad->text, err.message, err.hint);
}

static void test_errors_name_file_line_offset_and_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		for (size_t j = 0; j < COUNT(pieces); j++)
			expect_bad(&bad_cases[i], pieces[j]);
	}
}

static void test_a_document_cut_anywhere_is_an_error(void **state)
{
	static const char whole[] =
		"{\"Count\":2,\"Items\":[\n" A "," B "],\"ScannedCount\":2}";

	(void)state;
	for (size_t len = 0; len + 1 < sizeof(whole); len++) {
		struct dg_buf out = DG_BUF_INIT(65536);

		assert_int_equal(
			read_all(dg_slice_of(whole, len), 16, &out, NULL),
			DG_EINVALID);
		dg_buf_free(&out);
	}
}

static void test_another_layout_is_not_supported(void **state)
{
	static const char text[] = "{\"Items\":true,\"Format\":\"ddbgit-"
				   "chunked-1\",\"Count\":1,\"Chunks\":[]}";
	struct dg_buf out = DG_BUF_INIT(65536);
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(read_all(dg_slice_str(text), 5, &out, &err),
			 DG_EUNSUPPORTED);
	assert_contains(err.message, "ddbgit-chunked-1");
	dg_buf_free(&out);
}

/* {"Items":[{"id":{"S":"<fill bytes>"}},{"id":{"S":"b"}}]} */
static struct dg_slice big_document(size_t fill, char **memory)
{
	static const char head[] = "{\"Items\":[{\"id\":{\"S\":\"k\"},"
				   "\"v\":{\"S\":\"";
	static const char tail[] = "\"}},\n{\"id\":{\"S\":\"b\"}}]}";
	size_t len = sizeof(head) - 1 + fill + sizeof(tail) - 1;
	char *text = malloc(len);

	memcpy(text, head, sizeof(head) - 1);
	memset(text + sizeof(head) - 1, 'x', fill);
	memcpy(text + sizeof(head) - 1 + fill, tail, sizeof(tail) - 1);
	*memory = text;
	return dg_slice_of(text, len);
}

static void test_an_item_larger_than_a_read_is_read(void **state)
{
	struct dg_buf out = DG_BUF_INIT((size_t)8 << 20);
	struct dg_error err = {0};
	char *memory;
	struct dg_slice text = big_document((size_t)3 << 20, &memory);

	(void)state;
	assert_ok(read_all(text, 1 << 20, &out, &err), &err);
	assert_int_equal(out.len,
			 ((size_t)3 << 20) + strlen("{\"id\":{\"S\":\"k\"},"
						    "\"v\":{\"S\":\"\"}}\n" B));
	dg_buf_free(&out);
	free(memory);
}

static void test_an_item_over_the_maximum_is_an_error(void **state)
{
	struct dg_buf out = DG_BUF_INIT((size_t)64 << 20);
	struct dg_error err = {0};
	char *memory;
	struct dg_slice text = big_document((size_t)40 << 20, &memory);

	(void)state;
	assert_true(read_all(text, 1 << 20, &out, &err) < 0);
	assert_true(err.code == DG_EINVALID || err.code == DG_ELIMIT);
	assert_contains(err.message, "t.json: line 1");
	dg_buf_free(&out);
	free(memory);
}

static void test_a_document_can_be_read_again(void **state)
{
	static const char text[] = "{\"Count\":1,\"Items\":[" A "]}";
	struct dg_document *document = NULL;
	struct dg_item item;
	uint64_t count = 0;

	(void)state;
	assert_int_equal(
		dg_document_open(&document,
				 memory_file_open(dg_slice_str(text), 4),
				 "t.json", NULL),
		0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			dg_document_next(document, &id_key, &item, NULL), 1);
		assert_int_equal(item.line.len, strlen(A) - 1);
		assert_true(item.key.len > 0);
		if (i != 1) /* also from the middle */
			assert_int_equal(dg_document_next(document, &id_key,
							  &item, NULL),
					 0);
		assert_true(dg_document_count(document, &count));
		assert_int_equal(count, 1);
		assert_int_equal(dg_document_rewind(document, NULL), 0);
		assert_false(dg_document_count(document, &count));
	}
	dg_document_close(document);
}

static void test_lines_are_counted_across_reads(void **state)
{
	struct dg_buf text = DG_BUF_INIT((size_t)4 << 20);
	struct dg_buf out = DG_BUF_INIT((size_t)4 << 20);
	struct dg_error err = {0};
	char place[64];

	(void)state;
	dg_buf_add_str(&text, "{\"Items\":[\n", NULL);
	for (int i = 0; i < 50000; i++)
		dg_buf_add_str(&text, "{\"id\":{\"S\":\"a\"}},\n", NULL);
	snprintf(place, sizeof(place), "line 50002, offset %zu:", text.len);
	dg_buf_add_str(&text, "oops]}", NULL);
	assert_int_equal(read_all(dg_buf_slice(&text), 1 << 20, &out, &err),
			 DG_EINVALID);
	assert_contains(err.message, place);
	dg_buf_free(&text);
	dg_buf_free(&out);
}

/* What one read gives holds many items: the lines of all but the last of them
 * are counted when that one is met, not again for each. */
static void test_lines_before_an_item_are_counted_once(void **state)
{
	static const char line[] = "{\n}\n";
	struct dg_buf text = DG_BUF_INIT((size_t)1 << 20);
	struct dg_window window;
	uint64_t at_line, offset, i;

	(void)state;
	for (i = 0; i < 1000; i++)
		dg_buf_add_str(&text, line, NULL);
	assert_int_equal(
		dg_window_open(&window,
			       memory_file_open(dg_buf_slice(&text), 4096), "t",
			       NULL),
		0);
	for (i = 0; i < 1000; i++) {
		struct dg_slice value;

		assert_int_equal(dg_window_value(&window, &value, NULL), 0);
		dg_window_locate(&window, 1, &at_line, &offset);
		assert_int_equal(at_line, 2 * i + 3);
		assert_int_equal(offset, 4 * (i + 1));
		assert_int_equal(window.counted, window.pos);
	}
	dg_window_close(&window);
	dg_buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documents_of_every_form_are_read),
		cmocka_unit_test(test_errors_name_file_line_offset_and_key),
		cmocka_unit_test(test_a_document_cut_anywhere_is_an_error),
		cmocka_unit_test(test_another_layout_is_not_supported),
		cmocka_unit_test(test_an_item_larger_than_a_read_is_read),
		cmocka_unit_test(test_an_item_over_the_maximum_is_an_error),
		cmocka_unit_test(test_a_document_can_be_read_again),
		cmocka_unit_test(test_lines_are_counted_across_reads),
		cmocka_unit_test(test_lines_before_an_item_are_counted_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
