#include "item/join.h"
#include "item/table_digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Items from a text of pairs: "a1 b2" is key a with line 1, key b, line 2.
 * A '!' fails. */
struct text_source {
	struct dg_item_source source;
	const char *text;
	const char *p;
	int asked_after_failure;
	bool failed;
	struct dg_item_source *paired;
	int pairings;
};

static int text_next(struct dg_item_source *self, struct dg_item *item,
		     struct dg_error *err)
{
	struct text_source *s = (struct text_source *)self;

	s->asked_after_failure += s->failed;
	while (*s->p == ' ')
		s->p++;
	if (*s->p == '\0')
		return 0;
	if (*s->p == '!') {
		s->failed = true;
		return dg_error_set(err, DG_EIO, "%s failed", s->text);
	}
	item->key = dg_slice_of(s->p, 1);
	item->line = dg_slice_of(s->p + 1, 1);
	s->p += 2;
	return 1;
}

static int text_rewind(struct dg_item_source *self, struct dg_error *err)
{
	struct text_source *s = (struct text_source *)self;

	(void)err;
	s->p = s->text;
	return 0;
}

static struct text_source source_of(const char *text)
{
	return (struct text_source){
		.source = {.next = text_next, .keys = {1, {{"id", 'S'}}}},
		.text = text,
		.p = text,
	};
}

/* What the visitor was told: "-a1 +b2 =c3 ~d4/5 " */
static int say_left(void *context, const struct dg_item *item,
		    struct dg_error *err)
{
	return dg_buf_addf(context, err, "-%c%c ", *item->key.ptr,
			   *item->line.ptr);
}

static int say_right(void *context, const struct dg_item *item,
		     struct dg_error *err)
{
	return dg_buf_addf(context, err, "+%c%c ", *item->key.ptr,
			   *item->line.ptr);
}

static int say_equal(void *context, const struct dg_item *item,
		     struct dg_error *err)
{
	return dg_buf_addf(context, err, "=%c%c ", *item->key.ptr,
			   *item->line.ptr);
}

static int say_different(void *context, const struct dg_item *left,
			 const struct dg_item *right, struct dg_error *err)
{
	return dg_buf_addf(context, err, "~%c%c/%c ", *left->key.ptr,
			   *left->line.ptr, *right->line.ptr);
}

static int join(const char *left, const char *right, struct dg_buf *said,
		struct dg_error *err)
{
	struct text_source a = source_of(left);
	struct text_source b = source_of(right);
	const struct dg_join_visitor visitor = {
		.only_left = say_left,
		.only_right = say_right,
		.equal = say_equal,
		.different = say_different,
		.context = said,
	};
	int rc = dg_join(&a.source, &b.source, &visitor, err);

	assert_int_equal(a.asked_after_failure + b.asked_after_failure, 0);
	return rc;
}

static void test_join_reports_every_key_once_in_order(void **state)
{
	static const struct {
		const char *left;
		const char *right;
		const char *said;
	} cases[] = {
		{"", "", ""},
		{"a1", "", "-a1 "},
		{"", "a1 b1", "+a1 +b1 "},
		{"a1 b1", "a1 b1", "=a1 =b1 "},
		{"a1 b1", "a1 b2", "=a1 ~b1/2 "},
		{"a1 c1 d1", "b1 c2 e1", "-a1 +b1 ~c1/2 -d1 +e1 "},
		{"x1", "a1 b1", "+a1 +b1 -x1 "},
		{"a1 b1 c1", "c1", "-a1 -b1 =c1 "},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_buf said = DG_BUF_INIT(1000);

		assert_int_equal(
			join(cases[i].left, cases[i].right, &said, NULL), 0);
		assert_string_equal(dg_buf_str(&said), cases[i].said);
		dg_buf_free(&said);
	}
}

static void test_failing_side_ends_the_join_at_once(void **state)
{
	static const struct {
		const char *left;
		const char *right;
		const char *said;
		const char *message;
	} cases[] = {
		{"!", "a1", "", "! failed"},
		{"a1", "!", "", "! failed"},
		{"!L", "!R", "", "!L failed"},
		/* What the other side has left must not look extra. */
		{"a1 !", "a1 b1 c1", "=a1 ", "a1 ! failed"},
		{"a1 b1 c1", "a1 !", "=a1 ", "a1 ! failed"},
		/* The first failure is the one that is told. */
		{"a1 !L", "a1 !R", "=a1 ", "a1 !L failed"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dg_buf said = DG_BUF_INIT(1000);
		struct dg_error err = {0};

		assert_int_equal(
			join(cases[i].left, cases[i].right, &said, &err),
			DG_EIO);
		assert_string_equal(dg_buf_str(&said), cases[i].said);
		assert_string_equal(err.message, cases[i].message);
		dg_buf_free(&said);
	}
}

/* ---- blocks: "a1 b1|c1|d2" are three, each named by its text ---- */

struct block_source {
	struct text_source text; /* first */
	const char *named;
	int read;
};

static int block_next(struct dg_item_source *self, struct dg_item *item,
		      struct dg_error *err)
{
	struct block_source *s = (struct block_source *)self;
	int rc;

	s->text.p += *s->text.p == '|';
	rc = text_next(self, item, err);
	s->read += rc > 0;
	return rc;
}

static int block_identity(struct dg_item_source *self, enum dg_block block,
			  struct dg_identity *out, struct dg_error *err)
{
	struct block_source *s = (struct block_source *)self;
	const char *p = s->text.p + (*s->text.p == '|');

	(void)err;
	if (block != DG_BLOCK_CHUNK || *p == '\0' ||
	    (p > s->text.text && p[-1] != '|'))
		return 0;
	out->kind = "text";
	out->len = strcspn(p, "|");
	memcpy(out->bytes, p, out->len);
	s->named = p;
	return 1;
}

static int block_skip(struct dg_item_source *self, enum dg_block block,
		      uint64_t *items, struct dg_error *err)
{
	struct block_source *s = (struct block_source *)self;
	size_t len = strcspn(s->named, "|");

	(void)err;
	assert_int_equal(block, DG_BLOCK_CHUNK);
	s->text.p = s->named + len;
	*items = (len + 1) / 3;
	return 0;
}

static struct block_source blocks_of(const char *text)
{
	struct block_source s = {.text = source_of(text)};

	s.text.source.next = block_next;
	s.text.source.identity = block_identity;
	s.text.source.skip = block_skip;
	return s;
}

static int say_skipped(void *context, uint64_t items, struct dg_error *err)
{
	return dg_buf_addf(context, err, "(%d) ", (int)items);
}

static void test_blocks_of_equal_identity_are_stepped_over(void **state)
{
	static const struct {
		const char *left;
		const char *right;
		const char *said;
		int read; /* items, of both sides */
	} cases[] = {
		{"a1 b1|c1", "a1 b1|c1", "(2) (1) ", 0},
		{"a1 b1|c1|d1", "a1 b2|c1|d1", "=a1 ~b1/2 (1) (1) ", 4},
		/* One side has read the first item of the block already. */
		{"a1 b1|c1 d1", "a1|c1 d1", "=a1 -b1 (2) ", 4},
		{"a1|c1 d1", "a1 b1|c1 d1", "=a1 +b1 (2) ", 4},
		{"a1|b1|c1", "b1|c1", "-a1 (1) (1) ", 2},
		/* And that was the only one. */
		{"a1 b1|c1|e1", "a1|c1|e1", "=a1 -b1 (1) (1) ", 4},
		{"a1|z1", "z1", "-a1 (1) ", 2},
		/* Equal items in other blocks are read. */
		{"a1 b1|c1 d1", "a1|b1 c1|d1", "=a1 =b1 =c1 =d1 ", 8},
		{"a1|b1 c1|d1", "a1 b1|c1|d1", "=a1 =b1 =c1 (1) ", 6},
		/* A block on one side alone. */
		{"a1|b1|c1", "a1|c1", "(1) -b1 (1) ", 2},
		{"", "a1|b1", "+a1 +b1 ", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct block_source a = blocks_of(cases[i].left);
		struct block_source b = blocks_of(cases[i].right);
		struct dg_buf said = DG_BUF_INIT(1000);
		const struct dg_join_visitor visitor = {
			.only_left = say_left,
			.only_right = say_right,
			.equal = say_equal,
			.different = say_different,
			.skipped = say_skipped,
			.context = &said,
		};

		assert_int_equal(
			dg_join(&a.text.source, &b.text.source, &visitor, NULL),
			0);
		assert_string_equal(dg_buf_str(&said), cases[i].said);
		assert_int_equal(a.read + b.read, cases[i].read);
		dg_buf_free(&said);
	}
}

/* One side names blocks, a live table does not. */
static void test_blocks_of_one_side_alone_are_read(void **state)
{
	struct block_source a = blocks_of("a1|b1");
	struct text_source b = source_of("a1 b1");
	struct dg_change_count count;

	(void)state;
	assert_int_equal(dg_join_count(&a.text.source, &b.source, &count, NULL),
			 0);
	assert_int_equal(count.equal, 2);
	assert_int_equal(a.read, 2);
}

/* ---- pairing ---- */

static int paired_with(struct dg_item_source *self,
		       struct dg_item_source *other, struct dg_error *err)
{
	(void)err;
	((struct text_source *)self)->paired = other;
	((struct text_source *)self)->pairings++;
	return 0;
}

static int do_not_pair(struct dg_item_source *self,
		       struct dg_item_source *other, struct dg_error *err)
{
	(void)self;
	return other ? 0 : dg_error_set(err, DG_EIO, "cannot part");
}

static void test_sources_of_one_kind_are_paired_before_a_join(void **state)
{
	struct text_source a = source_of("a1 !"), b = source_of("a1"), c = b;
	struct dg_change_count count;

	(void)state;
	a.source.pair = b.source.pair = paired_with;
	dg_join_count(&a.source, &b.source, &count, NULL);
	assert_ptr_equal(a.paired, &b.source);
	assert_int_equal(a.pairings, 1);
	assert_int_equal(b.pairings, 0);
	/* With another kind, on either side, they are parted. */
	dg_join_count(&a.source, &c.source, &count, NULL);
	assert_null(a.paired);
	dg_join_count(&c.source, &b.source, &count, NULL);
	assert_int_equal(a.pairings, 2);
	assert_int_equal(b.pairings, 1);
	c.source.pair = do_not_pair;
	assert_int_equal(dg_join_count(&b.source, &c.source, &count, NULL),
			 DG_EIO);
	assert_int_equal(b.pairings, 2);
}

static int refuse(void *context, const struct dg_item *item,
		  struct dg_error *err)
{
	(void)item;
	++*(int *)context;
	return dg_error_set(err, DG_EREFUSED, "no");
}

static void test_visitor_can_end_the_join(void **state)
{
	struct text_source a = source_of("a1 b1");
	struct text_source b = source_of("");
	int calls = 0;
	const struct dg_join_visitor visitor = {.only_left = refuse,
						.context = &calls};

	(void)state;
	assert_int_equal(dg_join(&a.source, &b.source, &visitor, NULL),
			 DG_EREFUSED);
	assert_int_equal(calls, 1);
}

static void test_visitor_may_be_deaf(void **state)
{
	struct text_source a = source_of("a1 b1 d1");
	struct text_source b = source_of("b1 c1 d2");
	const struct dg_join_visitor visitor = {0};

	(void)state;
	assert_int_equal(dg_join(&a.source, &b.source, &visitor, NULL), 0);
}

static void test_different_key_schemas_do_not_join(void **state)
{
	struct text_source a = source_of("a1");
	struct text_source b = source_of("a1");
	struct dg_change_count count;
	struct dg_error err = {0};

	(void)state;
	b.source.keys = (struct dg_key_schema){2, {{"id", 'S'}, {"t", 'N'}}};
	assert_int_equal(dg_join_count(&a.source, &b.source, &count, &err),
			 DG_EINVALID);
	assert_string_equal(err.message,
			    "the key schemas differ: id (S) on one side, "
			    "id (S), t (N) on the other");
}

static void test_changes_are_counted(void **state)
{
	struct text_source a = source_of("a1 c1 d1 f1 g1");
	struct text_source b = source_of("b1 c2 d1 e1 g1 h1");
	struct dg_change_count count;

	(void)state;
	assert_int_equal(dg_join_count(&a.source, &b.source, &count, NULL), 0);
	assert_int_equal(count.added, 3);
	assert_int_equal(count.changed, 1);
	assert_int_equal(count.removed, 2);
	assert_int_equal(count.equal, 2);
}

static void test_source_that_is_read_once_cannot_rewind(void **state)
{
	struct text_source s = source_of("a1");
	struct dg_error err = {0};

	(void)state;
	assert_int_equal(dg_source_rewind(&s.source, &err), DG_EUNSUPPORTED);
	s.source.rewind = text_rewind;
	assert_int_equal(dg_source_rewind(&s.source, &err), 0);
	dg_source_close(NULL);
}

static void test_table_digest_is_that_of_lines_with_newlines(void **state)
{
	struct dg_table_digest digest;
	unsigned char bytes[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE], expected[DG_SHA256_HEX_SIZE];

	(void)state;
	assert_int_equal(dg_table_digest_open(&digest, NULL), 0);
	dg_table_digest_add(&digest, DG_SLICE("{\"a\":1}"), NULL);
	dg_table_digest_add(&digest, DG_SLICE("{}"), NULL);
	assert_int_equal(digest.items, 2);
	assert_int_equal(digest.bytes, 11);
	assert_int_equal(dg_table_digest_finish(&digest, hex, NULL), 0);
	dg_table_digest_close(&digest);
	dg_table_digest_close(&digest);
	dg_table_digest_close(NULL);
	dg_sha256(DG_SLICE("{\"a\":1}\n{}\n"), bytes, NULL);
	dg_hex(bytes, sizeof(bytes), expected);
	assert_string_equal(hex, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join_reports_every_key_once_in_order),
		cmocka_unit_test(test_failing_side_ends_the_join_at_once),
		cmocka_unit_test(
			test_blocks_of_equal_identity_are_stepped_over),
		cmocka_unit_test(test_blocks_of_one_side_alone_are_read),
		cmocka_unit_test(
			test_sources_of_one_kind_are_paired_before_a_join),
		cmocka_unit_test(test_visitor_can_end_the_join),
		cmocka_unit_test(test_visitor_may_be_deaf),
		cmocka_unit_test(test_different_key_schemas_do_not_join),
		cmocka_unit_test(test_changes_are_counted),
		cmocka_unit_test(test_source_that_is_read_once_cannot_rewind),
		cmocka_unit_test(
			test_table_digest_is_that_of_lines_with_newlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
