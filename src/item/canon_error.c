#include "base/text.h"
#include "item/canon_state.h"
#include "item/token.h"
#include <stdio.h>

#define KEY_TEXT_MAX 256 /* bytes of one key attribute's value in a message */

int dg_canon_fail(struct dg_canon *c, const char *at, const char *format, ...)
{
	char message[256];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	c->error_at = (size_t)(at - c->start);
	return dg_error_set(c->err, DG_EINVALID, "%s",
			    len < 0 ? "invalid item" : message);
}

int dg_canon_unexpected(struct dg_canon *c, const char *wanted)
{
	int byte = dg_canon_peek(c);

	if (byte < 0 && c->cut)
		return dg_canon_too_long(c);
	if (byte < 0)
		return dg_canon_fail(c, c->p, "the text ends where %s belongs",
				     wanted);
	if (byte < ' ' || byte > '~')
		return dg_canon_fail(c, c->p, "byte 0x%02x where %s belongs",
				     (unsigned int)byte, wanted);
	return dg_canon_fail(c, c->p, "'%c' where %s belongs", byte, wanted);
}

int dg_canon_too_long(struct dg_canon *c)
{
	c->error_at = 0;
	return dg_error_set(c->err, DG_ELIMIT, "an item of more than %u bytes",
			    DG_ITEM_TEXT_MAX);
}

/* One line of valid UTF-8 of at most max bytes, "..." included. */
static void quote(char *out, size_t max, struct dg_slice text)
{
	bool cut = text.len > max;
	size_t i, len = cut ? max - 3 : text.len;

	len = text.ptr ? dg_utf8_whole(text.ptr, len) : 0;
	if (len > 0)
		memcpy(out, text.ptr, len);
	for (i = 0; i < len; i++)
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
	if (!dg_utf8_valid(dg_slice_of(out, len)))
		for (i = 0; i < len; i++)
			if (out[i] & 0x80)
				out[i] = '?';
	memcpy(out + len, "...", 4);
	if (!cut)
		out[len] = '\0';
}

const char *dg_canon_quote(char out[DG_CANON_QUOTE_SIZE], struct dg_slice text)
{
	quote(out, DG_CANON_QUOTE_SIZE - 4, text);
	return out;
}

/* The raw text of the key attributes' values, as far as the item can be
 * read. False unless all are there. */
static bool find_key(const struct dg_canon *c, struct dg_slice value[2])
{
	struct dg_slice name = {0}, skipped = {0};
	struct dg_token token;
	bool first = true;
	size_t i, found = 0;

	dg_token_init(&token,
		      dg_slice_of(c->start, (size_t)(c->end - c->start)));
	if (dg_token_begin_object(&token, NULL) < 0)
		return false;
	while (found < c->keys->count &&
	       dg_token_member(&token, &first, &name, NULL) > 0) {
		if (dg_token_value(&token, &skipped, NULL) < 0)
			return false;
		for (i = 0; i < c->keys->count && i < 2; i++)
			if (dg_slice_equal(
				    name,
				    dg_slice_of(c->keys->attribute[i].name,
						c->key_name_len[i]))) {
				found += value[i].ptr == NULL;
				value[i] = skipped;
			}
	}
	return found == c->keys->count;
}

void dg_canon_name_item(struct dg_canon *c)
{
	struct dg_slice value[2] = {{NULL, 0}, {NULL, 0}};
	char text[2][KEY_TEXT_MAX + 4], cause[256];
	size_t i;

	if (!c->err || !c->keys || c->keys->count == 0 || !find_key(c, value))
		return;
	for (i = 0; i < c->keys->count; i++)
		quote(text[i], KEY_TEXT_MAX, value[i]);
	snprintf(cause, sizeof(cause), "%.255s", c->err->message);
	if (c->keys->count == 1)
		dg_error_set(c->err, c->err->code, "%s, in item {\"%s\":%s}",
			     cause, c->keys->attribute[0].name, text[0]);
	else
		dg_error_set(c->err, c->err->code,
			     "%s, in item {\"%s\":%s,\"%s\":%s}", cause,
			     c->keys->attribute[0].name, text[0],
			     c->keys->attribute[1].name, text[1]);
}
