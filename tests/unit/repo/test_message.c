#include "fixture.h"
#include "repo/plain_trailers.h"
#include <stdio.h>
#include <stdlib.h>

static void test_message_is_read_by_git(void **state)
{
	struct fixture *f = *state;
	struct dg_message message = {
		.subject = "Dump prod-media (prod): 1,234 items\n",
		.body = "12 added, 3 changed, 1 removed since prod-20250126",
	};
	struct dg_buf text = DG_BUF_INIT(4096);

	dg_message_add(&message, "Ddbgit-Format", "1");
	dg_message_add(&message, "Ddbgit-Changes", "+12 ~3 -1");
	assert_ok(f, dg_message_print(&message, &text, &f->err));
	assert_string_equal(dg_buf_str(&text),
			    "Dump prod-media (prod): 1,234 items\n\n"
			    "12 added, 3 changed, 1 removed since "
			    "prod-20250126\n\n"
			    "Ddbgit-Format: 1\nDdbgit-Changes: +12 ~3 -1\n");
	write_file(f, "message", dg_buf_str(&text));
	assert_output(f, "Ddbgit-Format: 1\nDdbgit-Changes: +12 ~3 -1",
		      "git interpret-trailers --parse message");
	dg_buf_free(&text);
}

static void test_subjects_that_hide_trailers_are_refused(void **state)
{
	static const struct {
		const char *subject;
		bool good;
	} cases[] = {
		{"a subject", true},     {"two\nlines\n\nand more", true},
		{"a --- b", true},       {"----", false},
		{"---x", false},         {"", false},
		{" \n ", false},         {"a\n---\nb", false},
		{"a\n--- b.c\n", false}, {"a\r\n---\r\nb", false},
		{"a\n---", false},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int rc = dg_message_check_subject(cases[i].subject, &f->err);

		assert_int_equal(rc, cases[i].good ? 0 : DG_EUSAGE);
	}
}

static void test_given_text_of_more_lines_keeps_the_trailers(void **state)
{
	struct fixture *f = *state;
	struct dg_message message = {.subject = "One\r\n\r\nTwo: 2  \r\n"};
	struct dg_buf text = DG_BUF_INIT(4096);
	char *value = NULL;

	dg_message_add(&message, "Ddbgit-Items", "5");
	assert_ok(f, dg_message_print(&message, &text, &f->err));
	assert_string_equal(dg_buf_str(&text),
			    "One\n\nTwo: 2\n\nDdbgit-Items: 5\n");
	assert_ok(f, dg_message_trailer(&value, dg_buf_str(&text),
					"Ddbgit-Items", &f->err));
	assert_string_equal(value, "5");
	free(value);
	dg_buf_free(&text);
	message.trailer[0].value = "two\nlines";
	assert_int_equal(dg_message_print(&message, &text, &f->err),
			 DG_EINVALID);
	dg_buf_free(&text);
}

static void test_trailers_are_read_as_git_reads_them(void **state)
{
	static const char *const texts[] = {
		"s\n\nbody\n\nKey: value\n",
		"s\n\nKey: value",
		"s\n\nkey:   value   \n",
		"s\n\nOther: x\nKey: one\nKey: two\n",
		"s\n\nKey: first\n\nKey: second\n",
		"s\n\nKey: folded\n  over lines\n",
		"Key: subject only\n",
		"s\n\nKey: hidden\n---\n patch\n",
		"s\n---x\n\nKey: not hidden\n",
		"s\n\nno trailer\n",
		"s\n\nKey: caf\xc3\xa9\n",
		"s\n\nK_y: x\nKey: v\n",
		"s\n\nKey:\n",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *value = NULL;

		write_file(f, "message", texts[i]);
		assert_ok(f,
			  dg_message_trailer(&value, texts[i], "Key", &f->err));
		assert_output(f, value ? value : "",
			      "git interpret-trailers --parse message | "
			      "sed -n 's/^[Kk]ey: *//p' | tail -1");
		free(value);
	}
}

static void test_trailers_of_crlf_messages_are_trimmed(void **state)
{
	struct fixture *f = *state;
	char *value = NULL;

	assert_ok(f,
		  dg_message_trailer(&value, "s\r\n\r\nKey: value \r\nB: c\r\n",
				     "key", &f->err));
	assert_string_equal(value, "value");
	free(value);
}

static void test_plain_paragraphs_of_trailers_are_told(void **state)
{
	static const struct {
		const char *text;
		const char *lines; /* NULL: not plain */
	} cases[] = {
		{"s\n\nA: b\n", "A: b\n"},
		{"s\n\nbody\n\nA: b\nC-1:d", "A: b\nC-1:d"},
		{"\nA: b\n", NULL},
		{"s\n\n\nA:  b \n", "A:  b \n"},
		{"", NULL},
		{"A: b\n", NULL},
		{"s\n\n", NULL},
		{"s\n\nA: b\n\n", NULL},
		{"s\n\nA: b\n c\n", NULL},
		{"s\n\nA:\nB: c\n", NULL},
		{"s\n\nA: \nB: c\n", NULL},
		{"s\n\nA : b\n", NULL},
		{"s\n\nA b\n", NULL},
		{"s\n\n: b\n", NULL},
		{"s\n\nA: b\n# c\n", NULL},
		{"# s\n\nA: b\n", "A: b\n"},
		{"s\n---\n\nA: b\n", NULL},
		{"s\n---x\n\n---: b\n", "---: b\n"},
		{"s\n\nA: b\n(cherry picked from commit 1)\n", NULL},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct dg_slice lines;
		bool plain = dg_plain_trailers_find(
			&lines, dg_slice_str(cases[i].text));

		assert_int_equal(plain, cases[i].lines != NULL);
		if (plain)
			assert_true(dg_slice_equal(
				lines, dg_slice_str(cases[i].lines)));
	}
}

/* A comment at the end says nothing, but takes the other way. */
static void assert_same_with_a_comment(struct fixture *f, const char *text)
{
	static const char *const names[] = {"Key", "b-2", "Conflicts"};
	char *values[3], *others[3], with_comment[1024];
	size_t i;

	snprintf(with_comment, sizeof(with_comment), "%s# note\n", text);
	assert_ok(f, dg_message_trailers(text, names, values, 3, &f->err));
	assert_ok(f,
		  dg_message_trailers(with_comment, names, others, 3, &f->err));
	for (i = 0; i < 3; i++) {
		if (!values[i] != !others[i] ||
		    (values[i] && strcmp(values[i], others[i]) != 0))
			fail_msg("%s: '%s' or '%s' in\n%s", names[i], values[i],
				 others[i], text);
		free(values[i]);
		free(others[i]);
	}
}

static void test_messages_of_any_lines_are_read_in_one_way(void **state)
{
	static const char *const lines[] = {
		"\n",           "\n",
		"Key: one\n",   "Key: two \r\n",
		"key:three\n",  "KEY:\t\tfour\n",
		"B-2: x\n",     "Key :y\n",
		" folded\n",    "words\n",
		"Conflicts:\n", "Conflicts: z\n",
		"\tpath\n",     "Signed-off-by: A\n",
		"---\n",        "--- a\n",
		"# c\n",        " \n",
		"Other: w\n",
	};
	const unsigned int count = sizeof(lines) / sizeof(*lines);
	struct fixture *f = *state;
	unsigned int run, seed = 1;

	for (run = 0; run < 20000; run++) {
		char text[512] = "title\n\n";
		unsigned int i, n = run % 7;

		for (i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			strcat(text, lines[(seed >> 16) % count]);
		}
		assert_same_with_a_comment(f, run & 8 ? text : text + 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_message_is_read_by_git),
		TEST(test_subjects_that_hide_trailers_are_refused),
		TEST(test_given_text_of_more_lines_keeps_the_trailers),
		TEST(test_trailers_are_read_as_git_reads_them),
		TEST(test_trailers_of_crlf_messages_are_trimmed),
		TEST(test_plain_paragraphs_of_trailers_are_told),
		TEST(test_messages_of_any_lines_are_read_in_one_way),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
