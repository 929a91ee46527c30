/*
 * Any text as a control message: what is accepted is the same tree when it is
 * printed, either way, and read again, when it is copied, and when its members
 * are put in order; an error has words.
 */
#include "base/json.h"
#include "fuzz_target.h"
#include <stdlib.h>

#define TEXT_MAX ((size_t)1 << 26)

/* The tree that stands in the text which is printed of a tree. */
static struct dg_json *print_and_parse(const struct dg_json *root, bool pretty)
{
	struct dg_buf first = DG_BUF_INIT(TEXT_MAX);
	struct dg_buf second = DG_BUF_INIT(TEXT_MAX);
	struct dg_json *again = NULL;

	check(dg_json_print(root, pretty, &first, NULL) == 0);
	check(dg_json_parse(&again, dg_buf_slice(&first), NULL) == 0);
	check(dg_json_print(again, pretty, &second, NULL) == 0);
	check(dg_slice_equal(dg_buf_slice(&first), dg_buf_slice(&second)));
	dg_buf_free(&first);
	dg_buf_free(&second);
	return again;
}

static void check_same(const struct dg_json *root, struct dg_json *other)
{
	check(dg_json_equal(root, other) && dg_json_equal(other, root));
	dg_json_free(other);
}

static void check_copy(const struct dg_json *root)
{
	struct dg_json *copy = NULL;

	check(dg_json_copy(&copy, root, NULL) == 0);
	dg_json_sort_members(copy);
	check_same(root, copy);
}

static void look_up(const struct dg_json *object)
{
	const struct dg_json *member = dg_json_first(object);
	size_t count = 0;
	uint64_t n;

	for (; member; member = dg_json_next(member), count++) {
		const char *name = dg_json_member_name(member);

		check(dg_json_get(object, name) == member);
		if (dg_json_is_string(member))
			check(dg_json_get_string(object, name) ==
			      dg_json_text(member));
		else if (dg_json_get_u64(object, name, &n))
			check(n <= (uint64_t)1 << 53);
	}
	check(count == dg_json_length(object));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_json *root = NULL;
	struct dg_error err = {0};

	if (dg_json_parse(&root, text, &err) < 0) {
		check(!root && err.code == DG_EINVALID && err.message[0]);
		return 0;
	}
	check_same(root, print_and_parse(root, false));
	check_same(root, print_and_parse(root, true));
	check_copy(root);
	if (dg_json_is_object(root))
		look_up(root);
	dg_json_free(root);
	return 0;
}
