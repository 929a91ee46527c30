/*
 * The tokenizer takes anything. A value that it steps over is found to be
 * complete at the same length when it arrives in pieces, and its members and
 * elements can be pulled one by one.
 */
#include "fuzz_target.h"
#include "item/token.h"
#include <stdbool.h>

/* The length of the value that text begins with, fed piece by piece. */
static size_t complete(struct dg_slice text, size_t piece)
{
	struct dg_token_progress progress = {0};
	size_t length = 0, have = 0;

	while (length == 0 && have < text.len) {
		have = text.len - have < piece ? text.len : have + piece;
		if (dg_token_complete(dg_slice_of(text.ptr, have), &progress,
				      &length, NULL) < 0)
			return 0;
		check(length <= have);
	}
	return length;
}

static void pull(struct dg_slice value)
{
	struct dg_slice name, member;
	struct dg_token token;
	bool first = true;
	double number;
	uint64_t n;
	int rc;

	dg_token_init(&token, value);
	if (value.ptr[0] == '{') {
		check(dg_token_begin_object(&token, NULL) == 0);
		while ((rc = dg_token_member(&token, &first, &name, NULL)) > 0)
			check(dg_token_value(&token, &member, NULL) == 0);
	} else if (value.ptr[0] == '[') {
		check(dg_token_begin_array(&token, NULL) == 0);
		while ((rc = dg_token_element(&token, &first, NULL)) > 0)
			check(dg_token_value(&token, &member, NULL) == 0);
	} else {
		dg_token_u64(&token, &n, NULL);
		dg_token_init(&token, value);
		rc = dg_token_double(&token, &number, NULL);
		return;
	}
	check(rc == 0 && dg_token_end(&token, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_slice value;
	struct dg_token token;
	size_t end;

	dg_token_init(&token, text);
	if (dg_token_value(&token, &value, NULL) < 0)
		return 0;
	end = dg_token_offset(&token);
	if (value.ptr[0] == '{' || value.ptr[0] == '[' || value.ptr[0] == '"') {
		check(complete(text, 1) == end);
		check(complete(text, 7) == end);
		check(complete(text, size) == end);
	}
	pull(value);
	return 0;
}
