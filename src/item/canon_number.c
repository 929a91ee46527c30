#include "item/canon_number.h"

/* More than any exponent that a text of 32 MiB can bring back in range. */
#define EXPONENT_LIMIT INT64_C(1000000000)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool dg_number_is_plain(struct dg_slice text)
{
	const char *p = text.ptr;
	const char *end = p + text.len;
	bool negative;

	if (text.len == 0 || text.len > DG_NUMBER_DIGITS_MAX)
		return false;
	negative = *p == '-';
	if (negative && ++p == end)
		return false;
	if (!is_digit(*p))
		return false;
	if (*p == '0') {
		if (++p == end)
			return !negative;
		if (*p != '.')
			return false;
	}
	while (p < end && is_digit(*p))
		p++;
	if (p == end)
		return true;
	if (*p != '.' || end[-1] == '0' || ++p == end)
		return false;
	while (p < end && is_digit(*p))
		p++;
	return p == end;
}

/* What the digits of a text add up to while it is read. */
struct digits {
	bool any;       /* a digit, even 0, was read */
	bool point;     /* the decimal point was read */
	int64_t before; /* digits before the point, from the first non-zero */
	int64_t zeros;  /* zeros seen since the last digit that counts */
};

static enum dg_number_fault add_digit(struct dg_number *out, struct digits *d,
				      char c)
{
	d->any = true;
	if (c == '0' && out->count == 0) {
		if (d->point)
			d->before--;
		return DG_NUMBER_OK;
	}
	if (!d->point)
		d->before++;
	if (c == '0') {
		d->zeros++;
		return DG_NUMBER_OK;
	}
	if (d->zeros + 1 > DG_NUMBER_DIGITS_MAX - (int64_t)out->count)
		return DG_NUMBER_LONG;
	for (; d->zeros > 0; d->zeros--)
		out->digit[out->count++] = '0';
	out->digit[out->count++] = c;
	return DG_NUMBER_OK;
}

/* Reads the digits and the point, up to the exponent or the end. */
static enum dg_number_fault read_digits(struct dg_number *out, struct digits *d,
					const char **p, const char *end)
{
	enum dg_number_fault worst = DG_NUMBER_OK;

	for (; *p < end; (*p)++) {
		if (is_digit(**p)) {
			/* Go on after too many: "1…9x" is no number. */
			if (worst == DG_NUMBER_OK)
				worst = add_digit(out, d, **p);
		} else if (**p == '.' && !d->point) {
			d->point = true;
		} else {
			break;
		}
	}
	return d->any ? worst : DG_NUMBER_NONE;
}

static enum dg_number_fault read_exponent(int64_t *exponent, const char *p,
					  const char *end)
{
	bool negative;

	*exponent = 0;
	if (p == end)
		return DG_NUMBER_OK;
	if (*p != 'e' && *p != 'E')
		return DG_NUMBER_NONE;
	if (++p == end)
		return DG_NUMBER_NONE;
	negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (p == end)
		return DG_NUMBER_NONE;
	for (; p < end; p++) {
		if (!is_digit(*p))
			return DG_NUMBER_NONE;
		if (*exponent < EXPONENT_LIMIT)
			*exponent = *exponent * 10 + (*p - '0');
	}
	if (negative)
		*exponent = -*exponent;
	return DG_NUMBER_OK;
}

enum dg_number_fault dg_number_parse(struct dg_number *out,
				     struct dg_slice text)
{
	const char *p = text.ptr;
	const char *end = p + text.len;
	struct digits digits = {0};
	enum dg_number_fault fault, exponent_fault;
	int64_t exponent;

	out->negative = false;
	out->count = 0;
	out->exponent = 0;
	if (p < end && (*p == '-' || *p == '+'))
		out->negative = *p++ == '-';
	fault = read_digits(out, &digits, &p, end);
	if (fault == DG_NUMBER_NONE)
		return fault;
	exponent_fault = read_exponent(&exponent, p, end);
	if (exponent_fault != DG_NUMBER_OK || fault != DG_NUMBER_OK)
		return exponent_fault != DG_NUMBER_OK ? exponent_fault : fault;
	if (out->count == 0) {
		out->negative = false;
		return DG_NUMBER_OK;
	}
	exponent += digits.before - 1;
	if (exponent > DG_NUMBER_EXPONENT_MAX)
		return DG_NUMBER_LARGE;
	if (exponent < DG_NUMBER_EXPONENT_MIN)
		return DG_NUMBER_SMALL;
	out->exponent = (int)exponent;
	return DG_NUMBER_OK;
}

static char *put_zeros(char *o, int count)
{
	if (count <= 0)
		return o;
	memset(o, '0', (size_t)count);
	return o + count;
}

static char *put_digits(char *o, const char *digits, unsigned int count)
{
	memcpy(o, digits, count);
	return o + count;
}

size_t dg_number_print(char out[DG_NUMBER_TEXT_MAX],
		       const struct dg_number *number)
{
	unsigned int before = (unsigned int)(number->exponent + 1);
	char *o = out;

	if (number->count == 0) {
		*o = '0';
		return 1;
	}
	if (number->negative)
		*o++ = '-';
	if (number->exponent < 0) {
		*o++ = '0';
		*o++ = '.';
		o = put_zeros(o, -number->exponent - 1);
		o = put_digits(o, number->digit, number->count);
	} else if (number->count <= before) {
		o = put_digits(o, number->digit, number->count);
		o = put_zeros(o, (int)(before - number->count));
	} else {
		o = put_digits(o, number->digit, before);
		*o++ = '.';
		o = put_digits(o, number->digit + before,
			       number->count - before);
	}
	return (size_t)(o - out);
}

static size_t whole_digits(struct dg_slice text)
{
	const char *point = memchr(text.ptr, '.', text.len);

	return point ? (size_t)(point - text.ptr) : text.len;
}

static int compare_magnitudes(struct dg_slice a, struct dg_slice b)
{
	size_t whole_a = whole_digits(a);
	size_t whole_b = whole_digits(b);
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order;

	if (whole_a != whole_b)
		return whole_a < whole_b ? -1 : 1;
	order = memcmp(a.ptr, b.ptr, shorter);
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

int dg_number_compare(struct dg_slice a, struct dg_slice b)
{
	bool negative_a = a.ptr[0] == '-';
	bool negative_b = b.ptr[0] == '-';

	if (negative_a != negative_b)
		return negative_a ? -1 : 1;
	if (!negative_a)
		return compare_magnitudes(a, b);
	return compare_magnitudes(dg_slice_of(b.ptr + 1, b.len - 1),
				  dg_slice_of(a.ptr + 1, a.len - 1));
}
