#include "item/canon_base64.h"
#include "item/canon_number.h"
#include "item/canon_state.h"

static int refuse_number(struct dg_canon *c, const char *at,
			 struct dg_slice text, enum dg_number_fault fault)
{
	char quote[DG_CANON_QUOTE_SIZE];

	dg_canon_quote(quote, text);
	switch (fault) {
	case DG_NUMBER_LONG:
		return dg_canon_fail(c, at,
				     "number %s has more than 38 significant "
				     "digits",
				     quote);
	case DG_NUMBER_LARGE:
		return dg_canon_fail(
			c, at, "number %s is larger than 9.99E+125", quote);
	case DG_NUMBER_SMALL:
		return dg_canon_fail(c, at,
				     "number %s is closer to zero than 1E-130",
				     quote);
	default:
		return dg_canon_fail(c, at, "\"%s\" is no number", quote);
	}
}

int dg_canon_number(struct dg_canon *c, struct dg_slice *text)
{
	struct dg_number number;
	enum dg_number_fault fault;
	size_t at = 0;
	const char *from;
	bool escaped;
	int rc;

	if (dg_canon_peek(c) != '"')
		return dg_canon_unexpected(c, "a number in quotes");
	from = c->p;
	rc = dg_canon_string(c, text, &escaped);
	if (rc < 0 || dg_number_is_plain(*text))
		return rc;
	fault = dg_number_parse(&number, *text);
	if (fault != DG_NUMBER_OK)
		return refuse_number(c, from, *text, fault);
	at = (size_t)(text->ptr - c->line->ptr);
	c->o = c->line->ptr + at;
	rc = dg_canon_grow(c, DG_NUMBER_TEXT_MAX);
	if (rc < 0)
		return rc;
	text->ptr = c->o;
	text->len = dg_number_print(c->o, &number);
	c->o += text->len;
	dg_canon_put(c, '"');
	return 0;
}

int dg_canon_binary(struct dg_canon *c, struct dg_slice *text)
{
	char quote[DG_CANON_QUOTE_SIZE];
	const char *from;
	char *first;
	bool escaped;
	int rc;

	if (dg_canon_peek(c) != '"')
		return dg_canon_unexpected(c, "a string of base64");
	from = c->p;
	rc = dg_canon_string(c, text, &escaped);
	if (rc < 0)
		return rc;
	first = c->o - 1 - text->len;
	if (!dg_base64_canonical(first, &text->len))
		return dg_canon_fail(c, from, "\"%s\" is no base64",
				     dg_canon_quote(quote, *text));
	c->o = first + text->len;
	dg_canon_put(c, '"');
	rc = dg_canon_room(c);
	text->ptr = c->o - 1 - text->len;
	return rc;
}

static int compare_numbers(const struct dg_canon *c,
			   const struct dg_canon_member *a,
			   const struct dg_canon_member *b)
{
	return dg_number_compare(dg_canon_name(c, a), dg_canon_name(c, b));
}

static int compare_binaries(const struct dg_canon *c,
			    const struct dg_canon_member *a,
			    const struct dg_canon_member *b)
{
	return dg_base64_compare(dg_canon_name(c, a), dg_canon_name(c, b));
}

static int set_member(struct dg_canon *c, char kind)
{
	struct dg_slice text = {0};
	const char *from;
	bool escaped = false;
	int rc;

	dg_canon_peek(c);
	from = c->p;
	if (kind == 'N')
		rc = dg_canon_number(c, &text);
	else if (kind == 'B')
		rc = dg_canon_binary(c, &text);
	else
		rc = dg_canon_string(c, &text, &escaped);
	if (rc < 0)
		return rc;
	return dg_canon_member_add(c, text.ptr - 1, text, escaped, from);
}

int dg_canon_set(struct dg_canon *c, char kind)
{
	dg_canon_compare compare = kind == 'N'   ? compare_numbers
				   : kind == 'B' ? compare_binaries
						 : dg_canon_compare_names;
	size_t first = c->member_count;
	int byte, rc;

	if (dg_canon_peek(c) != '[')
		return dg_canon_unexpected(c, "'[' of a set");
	c->p++;
	dg_canon_put(c, '[');
	if (dg_canon_peek(c) == ']')
		return dg_canon_fail(c, c->p, "empty set");
	for (;;) {
		rc = set_member(c, kind);
		if (rc < 0)
			return rc;
		byte = dg_canon_peek(c);
		if (byte != ',')
			break;
		c->p++;
		dg_canon_put(c, ',');
	}
	if (byte != ']')
		return dg_canon_unexpected(c, "',' or ']'");
	c->p++;
	rc = dg_canon_members_close(c, first, compare, "set member");
	dg_canon_put(c, ']');
	return rc < 0 ? rc : dg_canon_room(c);
}
