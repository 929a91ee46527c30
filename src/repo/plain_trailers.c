#include "repo/plain_trailers.h"

static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* With a value: Git takes a line without one in more than one way. */
static bool split(struct dg_slice line, struct dg_slice *token,
		  struct dg_slice *value)
{
	size_t at = 0;

	while (at < line.len && is_token_char(line.ptr[at]))
		at++;
	*token = dg_slice_of(line.ptr, at);
	if (!at || at == line.len || line.ptr[at++] != ':')
		return false;
	while (at < line.len && is_blank(line.ptr[at]))
		at++;
	*value = dg_slice_of(line.ptr + at, line.len - at);
	return value->len > 0;
}

/* Git takes what follows a line "---", or "--- …", as a patch; libgit2, what
 * follows any line that begins so. */
static bool is_patch_line(struct dg_slice line)
{
	if (!dg_slice_starts_with(line, DG_SLICE("---")))
		return false;
	return line.len == 3 || memchr(" \t\r\f\v", line.ptr[3], 5);
}

bool dg_plain_trailers_find(struct dg_slice *out, struct dg_slice message)
{
	struct dg_slice rest = message, token, value;
	const char *end = message.ptr + message.len;
	bool plain = false; /* the paragraph so far; the title is none */

	*out = dg_slice_of(end, 0);
	if (dg_slice_starts_with(message, DG_SLICE("\n")))
		return false;
	while (rest.len) {
		struct dg_slice line = dg_slice_take_line(&rest);

		if (is_patch_line(line))
			return false;
		if (!line.len)
			*out = rest;
		plain = !line.len || (plain && split(line, &token, &value));
	}
	return plain && out->len > 0;
}

bool dg_plain_trailers_next(struct dg_slice *rest, struct dg_slice *token,
			    struct dg_slice *value)
{
	return rest->len && split(dg_slice_take_line(rest), token, value);
}
