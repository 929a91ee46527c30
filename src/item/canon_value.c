#include "item/canon_state.h"
#include "item/canon_text.h"

/* Type tags, the two letters of a set's as one code. */
#define TAG(a, b) ((unsigned char)(a) << 8 | (unsigned char)(b))

enum tag {
	TAG_S = TAG('S', 0),
	TAG_N = TAG('N', 0),
	TAG_B = TAG('B', 0),
	TAG_M = TAG('M', 0),
	TAG_L = TAG('L', 0),
	TAG_SS = TAG('S', 'S'),
	TAG_NS = TAG('N', 'S'),
	TAG_BS = TAG('B', 'S'),
	TAG_BOOL = TAG('b', 'l'),
	TAG_NULL = TAG('n', 'l'),
};

static enum tag tag_of(struct dg_slice name)
{
	if (name.len == 1)
		return (enum tag)TAG(name.ptr[0], 0);
	if (name.len == 2 && name.ptr[1] == 'S')
		return (enum tag)TAG(name.ptr[0], 'S');
	if (dg_slice_equal(name, DG_SLICE("BOOL")))
		return TAG_BOOL;
	if (dg_slice_equal(name, DG_SLICE("NULL")))
		return TAG_NULL;
	return (enum tag)0;
}

/* Reads {"S": and writes it, whatever stands for S. */
static int open_value(struct dg_canon *c, enum tag *tag, const char **from)
{
	struct dg_slice name;
	bool escaped;
	int rc;

	if (dg_canon_peek(c) != '{')
		return dg_canon_unexpected(c, "'{' of a value");
	/* As every service and this program print it. */
	if (c->end - c->p >= 5 && c->p[1] == '"' && c->p[2] >= 'A' &&
	    c->p[2] <= 'Z' && c->p[3] == '"' && c->p[4] == ':') {
		*from = c->p + 1;
		memcpy(c->o, c->p, 5);
		*tag = (enum tag)TAG(c->p[2], 0);
		c->o += 5;
		c->p += 5;
		return 0;
	}
	c->p++;
	dg_canon_put(c, '{');
	if (dg_canon_peek(c) == '}')
		return dg_canon_fail(c, c->p, "a value without a type tag");
	*from = c->p;
	rc = dg_canon_string(c, &name, &escaped);
	if (rc < 0)
		return rc;
	*tag = tag_of(name);
	if (dg_canon_peek(c) != ':')
		return dg_canon_unexpected(c, "':'");
	c->p++;
	dg_canon_put(c, ':');
	return 0;
}

static int close_value(struct dg_canon *c)
{
	int byte = dg_canon_peek(c);

	if (byte == ',')
		return dg_canon_fail(c, c->p, "a value with two type tags");
	if (byte != '}')
		return dg_canon_unexpected(c, "'}'");
	c->p++;
	dg_canon_put(c, '}');
	return dg_canon_room(c);
}

/* true or false; `word` is the one that is met, or the call fails. */
static bool take_word(struct dg_canon *c, const char *word, size_t len)
{
	if ((size_t)(c->end - c->p) < len || memcmp(c->p, word, len) != 0)
		return false;
	memcpy(c->o, word, len);
	c->o += len;
	c->p += len;
	return true;
}

static int constant(struct dg_canon *c, bool allow_false)
{
	dg_canon_peek(c);
	if (take_word(c, "true", 4))
		return 0;
	if (allow_false && take_word(c, "false", 5))
		return 0;
	return dg_canon_unexpected(c, allow_false ? "true or false" : "true");
}

static int list(struct dg_canon *c, unsigned int depth)
{
	int byte, rc;

	if (dg_canon_peek(c) != '[')
		return dg_canon_unexpected(c, "'[' of a list");
	c->p++;
	dg_canon_put(c, '[');
	byte = dg_canon_peek(c);
	while (byte != ']') {
		rc = dg_canon_value(c, depth + 1, NULL);
		if (rc < 0)
			return rc;
		byte = dg_canon_peek(c);
		if (byte == ']')
			break;
		if (byte != ',')
			return dg_canon_unexpected(c, "',' or ']'");
		c->p++;
		dg_canon_put(c, ',');
	}
	c->p++;
	dg_canon_put(c, ']');
	return dg_canon_room(c);
}

/* What follows the tag; text is that of a S, N or B. */
static int tagged(struct dg_canon *c, enum tag tag, const char *from,
		  unsigned int depth, struct dg_slice *text)
{
	char quote[DG_CANON_QUOTE_SIZE];
	bool escaped;

	switch (tag) {
	case TAG_S:
		return dg_canon_string(c, text, &escaped);
	case TAG_N:
		return dg_canon_number(c, text);
	case TAG_B:
		return dg_canon_binary(c, text);
	case TAG_M:
		return dg_canon_object(c, depth);
	case TAG_L:
		return list(c, depth);
	case TAG_SS:
	case TAG_NS:
	case TAG_BS:
		return dg_canon_set(c, (char)(tag >> 8));
	case TAG_BOOL:
	case TAG_NULL:
		return constant(c, tag == TAG_BOOL);
	}
	dg_canon_quote(quote, dg_slice_of(from, (size_t)(c->p - from - 1)));
	return dg_canon_fail(c, from, "unknown type tag %s", quote);
}

int dg_canon_value(struct dg_canon *c, unsigned int depth,
		   struct dg_canon_key_value *out)
{
	struct dg_slice text = {NULL, 0};
	const char *from = c->p;
	enum tag tag = TAG_NULL;
	int rc;

	if (depth > DG_ITEM_DEPTH_MAX)
		return dg_canon_fail(c, c->p, "nesting over %d levels",
				     DG_ITEM_DEPTH_MAX);
	rc = dg_canon_room(c);
	if (rc < 0)
		return rc;
	rc = open_value(c, &tag, &from);
	if (rc < 0)
		return rc;
	rc = tagged(c, tag, from, depth, &text);
	if (rc < 0)
		return rc;
	if (out) {
		out->met = true;
		out->type = tag & 0xff ? 0 : (char)(tag >> 8);
		out->from = (uint32_t)(from - c->start);
		if (text.ptr)
			out->at = dg_canon_at(c, text.ptr);
		out->len = (uint32_t)text.len;
	}
	return close_value(c);
}

/* Which key attribute a name of the item is, or -1. */
static int key_index(const struct dg_canon *c, struct dg_slice name,
		     bool escaped)
{
	size_t i;

	for (i = 0; c->keys && i < c->keys->count; i++) {
		struct dg_slice wanted = dg_slice_of(c->keys->attribute[i].name,
						     c->key_name_len[i]);

		if (escaped ? dg_canon_text_is(name, wanted)
			    : dg_slice_equal(name, wanted))
			return (int)i;
	}
	return -1;
}

/* "name":value */
static int object_member(struct dg_canon *c, unsigned int depth)
{
	size_t index = c->member_count;
	struct dg_slice name;
	const char *from;
	bool escaped;
	int key = -1, rc;

	dg_canon_peek(c);
	from = c->p;
	rc = dg_canon_string(c, &name, &escaped);
	if (rc < 0)
		return rc;
	rc = dg_canon_member_add(c, name.ptr - 1, name, escaped, from);
	if (rc < 0)
		return rc;
	if (depth == 0)
		key = key_index(c, name, escaped);
	if (dg_canon_peek(c) != ':')
		return dg_canon_unexpected(c, "':'");
	c->p++;
	dg_canon_put(c, ':');
	rc = dg_canon_value(c, depth + 1, key < 0 ? NULL : &c->key_value[key]);
	if (rc < 0)
		return rc;
	c->member[index].end = dg_canon_at(c, c->o);
	return 0;
}

int dg_canon_object(struct dg_canon *c, unsigned int depth)
{
	size_t first = c->member_count;
	int byte, rc;

	if (dg_canon_peek(c) != '{')
		return dg_canon_unexpected(c, depth ? "'{' of a map"
						    : "'{' of an item");
	c->p++;
	dg_canon_put(c, '{');
	byte = dg_canon_peek(c);
	while (byte != '}') {
		rc = object_member(c, depth);
		if (rc < 0)
			return rc;
		byte = dg_canon_peek(c);
		if (byte == '}')
			break;
		if (byte != ',')
			return dg_canon_unexpected(c, "',' or '}'");
		c->p++;
		dg_canon_put(c, ',');
	}
	c->p++;
	if (depth == 0) {
		c->attributes = c->member_count - first;
		rc = dg_canon_key_encode(c);
		if (rc < 0)
			return rc;
	}
	rc = dg_canon_members_close(c, first, dg_canon_compare_names,
				    depth ? "map key" : "attribute");
	dg_canon_put(c, '}');
	return rc < 0 ? rc : dg_canon_room(c);
}
