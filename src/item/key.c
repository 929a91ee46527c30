#include "item/key.h"
#include "item/canon_base64.h"
#include "item/canon_number.h"
#include "item/canon_text.h"
#include "item/token.h"
#include <stdio.h>

/* First byte of a number; the order is the numbers'. */
#define SIGN_NEGATIVE 1
#define SIGN_ZERO 2
#define SIGN_POSITIVE 3

bool dg_key_schema_equal(const struct dg_key_schema *a,
			 const struct dg_key_schema *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->attribute[i].type != b->attribute[i].type ||
		    strcmp(a->attribute[i].name, b->attribute[i].name) != 0)
			return false;
	return true;
}

const char *dg_key_schema_describe(const struct dg_key_schema *keys, char *out,
				   size_t out_size)
{
	const struct dg_key_attribute *a = keys->attribute;

	if (keys->count == 0)
		snprintf(out, out_size, "unknown");
	else if (keys->count == 1)
		snprintf(out, out_size, "%s (%c)", a[0].name, a[0].type);
	else
		snprintf(out, out_size, "%s (%c), %s (%c)", a[0].name,
			 a[0].type, a[1].name, a[1].type);
	return out;
}

static const char *example_of(char type)
{
	switch (type) {
	case 'N':
		return "42";
	case 'B':
		return "aGk="; /* "hi" */
	default:
		return "text";
	}
}

const char *dg_key_schema_example(const struct dg_key_schema *keys, char *out,
				  size_t out_size)
{
	size_t used = 0, i;

	out[0] = '\0';
	for (i = 0; i < keys->count && used < out_size; i++) {
		const struct dg_key_attribute *a = &keys->attribute[i];
		/* Seldom enough not to be escaped here. */
		const bool plain = !strpbrk(a->name, "\"\\");

		used += (size_t)snprintf(
			out + used, out_size - used,
			"%s\"%s\":{\"%c\":\"%s\"}%s", i == 0 ? "{" : ",",
			plain ? a->name : "name", a->type, example_of(a->type),
			i + 1 == keys->count ? "}" : "");
	}
	return out;
}

/* 00 becomes 00 FF, so that the end, 00 00, is below every continuation. */
static unsigned char *put_byte(unsigned char *o, unsigned char byte)
{
	*o++ = byte;
	if (byte == 0)
		*o++ = 0xff;
	return o;
}

static unsigned char *put_end(unsigned char *o)
{
	*o++ = 0;
	*o++ = 0;
	return o;
}

static unsigned char *put_string(unsigned char *o, struct dg_slice text)
{
	struct dg_canon_text reader;
	int byte;

	/* U+0000 is always escaped. */
	if (text.len == 0)
		return put_end(o);
	if (!memchr(text.ptr, '\\', text.len)) {
		memcpy(o, text.ptr, text.len);
		return put_end(o + text.len);
	}
	dg_canon_text_init(&reader, text);
	while ((byte = dg_canon_text_next(&reader)) >= 0)
		o = put_byte(o, (unsigned char)byte);
	return put_end(o);
}

/*
 * Sign; exponent from 1E-130 on; two digits a byte, plus one, the last pair
 * filled with 0; 00. A negative number's bytes are complemented, but for the
 * sign.
 */
static unsigned char *put_number(unsigned char *o, struct dg_slice text)
{
	struct dg_number number;
	unsigned char flip;
	unsigned int i, pair;

	dg_number_parse(&number, text);
	if (number.count == 0) {
		*o++ = SIGN_ZERO;
		return o;
	}
	flip = number.negative ? 0xff : 0;
	*o++ = number.negative ? SIGN_NEGATIVE : SIGN_POSITIVE;
	*o++ = (unsigned char)(number.exponent - DG_NUMBER_EXPONENT_MIN) ^ flip;
	for (i = 0; i < number.count; i += 2) {
		pair = (unsigned int)(number.digit[i] - '0') * 10;
		if (i + 1 < number.count)
			pair += (unsigned int)(number.digit[i + 1] - '0');
		*o++ = (unsigned char)(pair + 1) ^ flip;
	}
	*o++ = flip;
	return o;
}

/* Decodes to the end of the room and moves the bytes forward from there. */
static unsigned char *put_binary(unsigned char *o, struct dg_slice text)
{
	size_t len = dg_base64_decoded_len(text);
	unsigned char *bytes = o + len;
	size_t i;

	dg_base64_decode(bytes, text);
	for (i = 0; i < len; i++)
		o = put_byte(o, bytes[i]);
	return put_end(o);
}

int dg_key_encode(struct dg_buf *out, char type, struct dg_slice canonical,
		  struct dg_error *err)
{
	/* A byte of text makes at most two, and a number at most 22. */
	int rc = dg_buf_reserve(out, 2 * canonical.len + 24, err);
	unsigned char *begin, *o;

	if (rc < 0)
		return rc;
	begin = (unsigned char *)out->ptr + out->len;
	if (type == 'N')
		o = put_number(begin, canonical);
	else if (type == 'B')
		o = put_binary(begin, canonical);
	else
		o = put_string(begin, canonical);
	out->len += (size_t)(o - begin);
	out->ptr[out->len] = '\0';
	return 0;
}

static bool is_key_name(const struct dg_key_schema *keys, struct dg_slice name)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (dg_canon_text_is(name,
				     dg_slice_str(keys->attribute[i].name)))
			return true;
	return false;
}

static int add_member(struct dg_buf *out, bool first, struct dg_slice name,
		      struct dg_slice value, struct dg_error *err)
{
	int rc = dg_buf_add_str(out, first ? "{\"" : ",\"", err);

	if (rc == 0)
		rc = dg_buf_add_slice(out, name, err);
	if (rc == 0)
		rc = dg_buf_add_str(out, "\":", err);
	if (rc == 0)
		rc = dg_buf_add_slice(out, value, err);
	return rc;
}

/* Appends the members that are the key, up to the last of them. */
static int add_key(const struct dg_key_schema *keys, struct dg_token *token,
		   struct dg_buf *out, struct dg_error *err)
{
	struct dg_slice name, value;
	bool first = true;
	size_t found = 0;
	int rc = dg_token_begin_object(token, err);

	while (rc >= 0 && found < keys->count) {
		rc = dg_token_member(token, &first, &name, err);
		if (rc == 0)
			return dg_error_set(err, DG_EINVALID,
					    "an item lacks a key attribute");
		if (rc > 0)
			rc = dg_token_value(token, &value, err);
		if (rc < 0 || !is_key_name(keys, name))
			continue;
		rc = add_member(out, found == 0, name, value, err);
		found++;
	}
	return rc < 0 ? rc : dg_buf_add_char(out, '}', err);
}

int dg_key_json(const struct dg_key_schema *keys, struct dg_slice item_line,
		struct dg_buf *out, struct dg_error *err)
{
	size_t len = out->len;
	struct dg_token token;
	int rc;

	dg_token_init(&token, item_line);
	rc = add_key(keys, &token, out, err);
	if (rc < 0 && out->ptr) {
		out->len = len;
		out->ptr[len] = '\0';
	}
	return rc;
}
