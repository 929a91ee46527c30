#include "item/token.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The byte of a string at state->offset. */
static void string_byte(struct dg_token_progress *state, char c)
{
	if (state->escaped)
		state->escaped = false;
	else if (c == '\\')
		state->escaped = true;
	else if (c == '"')
		state->in_string = false;
}

/* Whether c may begin a value that is neither container nor string. */
static bool begins_scalar(char c)
{
	return c == '-' || (c >= '0' && c <= '9') || c == 't' || c == 'f' ||
	       c == 'n';
}

static bool ends_scalar(char c)
{
	return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':';
}

static int refuse(char c, struct dg_error *err)
{
	if (c < ' ' || c > '~')
		return dg_error_set(err, DG_EINVALID,
				    "byte 0x%02x where a value belongs",
				    (unsigned int)(unsigned char)c);
	return dg_error_set(err, DG_EINVALID, "'%c' where a value belongs", c);
}

/* Outside strings. Returns 1 when the value ends before c (state->offset is
 * then its length), 2 when it ends with c. */
static int outer_byte(struct dg_token_progress *state, char c,
		      struct dg_error *err)
{
	if (!state->started) {
		if (is_blank(c))
			return 0;
		if (c != '{' && c != '[' && c != '"' && !begins_scalar(c))
			return refuse(c, err);
		state->started = true;
	} else if (state->depth == 0 && ends_scalar(c)) {
		return 1;
	}
	switch (c) {
	case '{':
	case '[':
		if (state->depth == DG_TOKEN_DEPTH_MAX)
			return dg_error_set(err, DG_EINVALID,
					    "nesting over %d levels",
					    DG_TOKEN_DEPTH_MAX);
		state->depth++;
		return 0;
	case '}':
	case ']':
		return --state->depth == 0 ? 2 : 0;
	case '"':
		state->in_string = true;
		return 0;
	default:
		return 0;
	}
}

int dg_token_complete(struct dg_slice text, struct dg_token_progress *state,
		      size_t *length, struct dg_error *err)
{
	int rc;

	*length = 0;
	for (; state->offset < text.len; state->offset++) {
		char c = text.ptr[state->offset];

		if (state->in_string) {
			string_byte(state, c);
			rc = !state->in_string && state->depth == 0 ? 2 : 0;
		} else {
			rc = outer_byte(state, c, err);
		}
		if (rc < 0)
			return rc;
		if (rc > 0) {
			state->offset += rc == 2;
			*length = state->offset;
			return 0;
		}
	}
	return 0;
}
