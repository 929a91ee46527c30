#include "item/token.h"

void dg_token_init(struct dg_token *t, struct dg_slice text)
{
	t->start = text.ptr ? text.ptr : "";
	t->p = t->start;
	t->end = t->start + text.len;
}

size_t dg_token_offset(const struct dg_token *t)
{
	return (size_t)(t->p - t->start);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int dg_token_peek(struct dg_token *t)
{
	while (t->p < t->end && is_blank(*t->p))
		t->p++;
	return t->p < t->end ? (unsigned char)*t->p : -1;
}

/* What stands at the cursor instead of `wanted`. */
static int unexpected(struct dg_token *t, const char *wanted,
		      struct dg_error *err)
{
	int byte = dg_token_peek(t);

	if (byte < 0)
		return dg_error_set(err, DG_EINVALID,
				    "the text ends where %s belongs", wanted);
	if (byte < ' ' || byte > '~')
		return dg_error_set(err, DG_EINVALID,
				    "byte 0x%02x where %s belongs",
				    (unsigned int)byte, wanted);
	return dg_error_set(err, DG_EINVALID, "'%c' where %s belongs", byte,
			    wanted);
}

static int take(struct dg_token *t, char byte, const char *what,
		struct dg_error *err)
{
	if (dg_token_peek(t) != (unsigned char)byte)
		return unexpected(t, what, err);
	t->p++;
	return 0;
}

int dg_token_begin_object(struct dg_token *t, struct dg_error *err)
{
	return take(t, '{', "an object", err);
}

int dg_token_begin_array(struct dg_token *t, struct dg_error *err)
{
	return take(t, '[', "an array", err);
}

/* 1 if another member or element follows, 0 after the closing byte. */
static int next_in(struct dg_token *t, bool *first, char closing,
		   const char *wanted, struct dg_error *err)
{
	int byte = dg_token_peek(t);
	bool was_first = *first;

	*first = false;
	if (byte == closing) {
		t->p++;
		return 0;
	}
	if (was_first)
		return 1;
	if (byte != ',')
		return unexpected(t, wanted, err);
	t->p++;
	return 1;
}

/* A name and its colon. */
static int take_name(struct dg_token *t, struct dg_slice *name,
		     struct dg_error *err)
{
	int rc;

	if (dg_token_peek(t) != '"')
		return unexpected(t, "a member's name", err);
	rc = dg_token_string(t, name, err);
	return rc < 0 ? rc : take(t, ':', "':'", err);
}

int dg_token_member(struct dg_token *t, bool *first, struct dg_slice *name,
		    struct dg_error *err)
{
	int rc = next_in(t, first, '}', "',' or '}'", err);

	if (rc > 0) {
		rc = take_name(t, name, err);
		return rc < 0 ? rc : 1;
	}
	return rc;
}

int dg_token_element(struct dg_token *t, bool *first, struct dg_error *err)
{
	int rc = next_in(t, first, ']', "',' or ']'", err);

	if (rc > 0 && dg_token_peek(t) == ']')
		return unexpected(t, "a value", err);
	return rc;
}

/* The number of backslashes right before p, back to start. */
static size_t backslashes(const char *p, const char *start)
{
	const char *q = p;

	while (q > start && q[-1] == '\\')
		q--;
	return (size_t)(p - q);
}

int dg_token_string(struct dg_token *t, struct dg_slice *raw,
		    struct dg_error *err)
{
	const char *begin, *quote;

	if (dg_token_peek(t) != '"')
		return unexpected(t, "a string", err);
	begin = t->p + 1;
	quote = begin - 1;
	do {
		quote++;
		quote = memchr(quote, '"', (size_t)(t->end - quote));
		if (!quote) {
			t->p = t->end;
			return unexpected(t, "the rest of a string", err);
		}
	} while (backslashes(quote, begin) % 2 == 1);
	*raw = dg_slice_of(begin, (size_t)(quote - begin));
	t->p = quote + 1;
	return 0;
}

static bool skip_digits(struct dg_token *t)
{
	const char *begin = t->p;

	while (t->p < t->end && is_digit(*t->p))
		t->p++;
	return t->p > begin;
}

static bool skip_byte(struct dg_token *t, char byte)
{
	if (t->p == t->end || *t->p != byte)
		return false;
	t->p++;
	return true;
}

/* A number as RFC 8259 has it. */
static int skip_number(struct dg_token *t, struct dg_error *err)
{
	bool good = true;

	skip_byte(t, '-');
	if (!skip_byte(t, '0'))
		good = skip_digits(t);
	if (good && skip_byte(t, '.'))
		good = skip_digits(t);
	if (good && (skip_byte(t, 'e') || skip_byte(t, 'E'))) {
		if (!skip_byte(t, '-'))
			skip_byte(t, '+');
		good = skip_digits(t);
	}
	return good ? 0 : unexpected(t, "a digit", err);
}

static int skip_word(struct dg_token *t, const char *word, size_t len,
		     struct dg_error *err)
{
	if ((size_t)(t->end - t->p) < len || memcmp(t->p, word, len) != 0)
		return unexpected(t, word, err);
	t->p += len;
	return 0;
}

static int skip_scalar(struct dg_token *t, struct dg_error *err)
{
	struct dg_slice raw;
	int byte = dg_token_peek(t);

	switch (byte) {
	case '"':
		return dg_token_string(t, &raw, err);
	case 't':
		return skip_word(t, "true", 4, err);
	case 'f':
		return skip_word(t, "false", 5, err);
	case 'n':
		return skip_word(t, "null", 4, err);
	default:
		if (byte == '-' || (byte >= '0' && byte <= '9'))
			return skip_number(t, err);
		return unexpected(t, "a value", err);
	}
}

/* The containers that are open, one byte each: what closes them. */
struct nest {
	unsigned int depth;
	char closing[DG_TOKEN_DEPTH_MAX];
};

/* At '{' or '['. 1 if a value follows, 0 if it is empty and so complete. */
static int open_container(struct dg_token *t, struct nest *nest,
			  struct dg_error *err)
{
	char closing = *t->p == '{' ? '}' : ']';
	struct dg_slice name;
	int rc;

	if (nest->depth == DG_TOKEN_DEPTH_MAX)
		return dg_error_set(err, DG_EINVALID, "nesting over %d levels",
				    DG_TOKEN_DEPTH_MAX);
	t->p++;
	if (dg_token_peek(t) == closing) {
		t->p++;
		return 0;
	}
	nest->closing[nest->depth++] = closing;
	if (closing == ']')
		return 1;
	rc = take_name(t, &name, err);
	return rc < 0 ? rc : 1;
}

/* Behind a value: closes what ends here. 1 if another value follows. */
static int close_containers(struct dg_token *t, struct nest *nest,
			    struct dg_error *err)
{
	struct dg_slice name;
	bool first = false;
	int rc = 0;

	while (rc == 0 && nest->depth > 0) {
		if (nest->closing[nest->depth - 1] == '}')
			rc = dg_token_member(t, &first, &name, err);
		else
			rc = dg_token_element(t, &first, err);
		if (rc == 0)
			nest->depth--;
	}
	return rc;
}

int dg_token_value(struct dg_token *t, struct dg_slice *value,
		   struct dg_error *err)
{
	struct nest nest;
	const char *begin;
	int byte, rc;

	nest.depth = 0;
	dg_token_peek(t); /* steps over blanks */
	begin = t->p;
	do {
		byte = dg_token_peek(t);
		if (byte == '{' || byte == '[')
			rc = open_container(t, &nest, err);
		else
			rc = skip_scalar(t, err);
		if (rc == 0)
			rc = close_containers(t, &nest, err);
	} while (rc > 0);
	*value = dg_slice_of(begin, (size_t)(t->p - begin));
	return rc;
}

int dg_token_u64(struct dg_token *t, uint64_t *out, struct dg_error *err)
{
	const char *begin;
	uint64_t n = 0;
	unsigned int digit;

	dg_token_peek(t);
	begin = t->p;
	if (!skip_digits(t) || (*begin == '0' && t->p - begin > 1) ||
	    (t->p < t->end && strchr(".eE", *t->p) && *t->p)) {
		t->p = begin;
		return unexpected(t, "a whole number", err);
	}
	for (const char *p = begin; p < t->p; p++) {
		digit = (unsigned int)(*p - '0');
		if (n > (UINT64_MAX - digit) / 10) {
			t->p = begin;
			return dg_error_set(err, DG_EINVALID,
					    "a number above %llu",
					    (unsigned long long)UINT64_MAX);
		}
		n = n * 10 + digit;
	}
	*out = n;
	return 0;
}

/* Ten to the n, cut where doubles end. */
static double power_of_ten(int n)
{
	double power = 1;

	for (; n > 0 && power < 1e300; n--)
		power *= 10;
	return power;
}

/* No strtod: it obeys the locale and wants a string. */
int dg_token_double(struct dg_token *t, double *out, struct dg_error *err)
{
	int scale = 0, exponent = 0;
	bool point = false;
	const char *p;
	double value = 0;
	int rc;

	dg_token_peek(t);
	p = t->p;
	rc = skip_number(t, err);
	if (rc < 0)
		return rc;
	*out = *p == '-' ? -1 : 1;
	for (p += *p == '-'; p < t->p && (is_digit(*p) || *p == '.'); p++) {
		if (*p == '.') {
			point = true;
		} else {
			value = value * 10 + (*p - '0');
			scale += point;
		}
	}
	if (p < t->p) {
		bool negative = *++p == '-';

		for (p += *p == '-' || *p == '+'; p < t->p; p++)
			if (exponent < 10000)
				exponent = exponent * 10 + (*p - '0');
		exponent = negative ? -exponent : exponent;
	}
	exponent -= scale;
	*out *= exponent < 0 ? value / power_of_ten(-exponent)
			     : value * power_of_ten(exponent);
	return 0;
}

int dg_token_end(struct dg_token *t, struct dg_error *err)
{
	return dg_token_peek(t) < 0 ? 0 : unexpected(t, "the end", err);
}
