/*
 * The canonicaliser on a pipe, for tests in other languages. Each line of
 * standard input is a key schema and an item in hexadecimal:
 *
 *	S6964,N74 7b226964223a...	key attributes: type and name; - for
 *none
 *
 * and is answered by one line:
 *
 *	ok LINE KEY USED	line and key in hexadecimal, bytes read
 *	error OFFSET MESSAGE
 */
#include "item/canon.h"
#include <stdio.h>
#include <stdlib.h>

static int hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Decodes in place up to the first byte that is no digit; returns the length.
 */
static size_t unhex(const char *text, char *out)
{
	size_t n = 0;

	for (; (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'f');
	     text += 2)
		out[n++] = (char)(hex_value(text[0]) << 4 | hex_value(text[1]));
	return n;
}

static void put_hex(struct dg_slice bytes)
{
	size_t i;

	putchar(' ');
	for (i = 0; i < bytes.len; i++)
		printf("%02x", (unsigned int)(unsigned char)bytes.ptr[i]);
}

static void read_schema(struct dg_key_schema *keys, const char *text)
{
	memset(keys, 0, sizeof(*keys));
	while (*text && *text != '-' && keys->count < 2) {
		struct dg_key_attribute *a = &keys->attribute[keys->count++];

		a->type = *text;
		a->name[unhex(text + 1, a->name)] = '\0';
		text += strcspn(text, ",");
		text += *text == ',';
	}
}

static void answer(struct dg_canon *canon, char *request)
{
	struct dg_buf line = DG_BUF_INIT(2 * (size_t)DG_ITEM_TEXT_MAX);
	struct dg_buf key = DG_BUF_INIT(2 * (size_t)DG_ITEM_TEXT_MAX);
	struct dg_error err = {0};
	struct dg_key_schema keys;
	char *item = strchr(request, ' ');
	size_t len, used = 0;
	char *text;
	int rc;

	*item++ = '\0';
	read_schema(&keys, request);
	len = unhex(item, item);
	/* Exactly as long as the item, so that a sanitizer sees its end. */
	text = malloc(len ? len : 1);
	if (!text)
		exit(1);
	memcpy(text, item, len);
	rc = dg_canon_item(canon, &keys, dg_slice_of(text, len), &used, &line,
			   &key, &err);
	if (rc == 0) {
		fputs("ok", stdout);
		put_hex(dg_buf_slice(&line));
		put_hex(dg_buf_slice(&key));
		printf(" %zu\n", used);
	} else {
		printf("error %zu %s\n", dg_canon_error_offset(canon),
		       err.message);
	}
	fflush(stdout);
	free(text);
	dg_buf_free(&line);
	dg_buf_free(&key);
}

int main(void)
{
	struct dg_canon *canon;
	char *request = NULL;
	size_t cap = 0;

	if (dg_canon_new(&canon, NULL) < 0)
		return 1;
	while (getline(&request, &cap, stdin) > 0)
		if (strchr(request, ' '))
			answer(canon, request);
	free(request);
	dg_canon_free(canon);
	return 0;
}
