#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int dg_parse_u64(struct dg_slice text, uint64_t *out, struct dg_error *err)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned int digit = (unsigned char)text.ptr[i] - '0';

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			break;
		value = value * 10 + digit;
	}
	if (i < text.len || text.len == 0)
		return dg_error_set(err, DG_EINVALID,
				    "'%.*s' is no whole number",
				    (int)(text.len > 64 ? 64 : text.len),
				    text.len > 0 ? text.ptr : "");
	*out = value;
	return 0;
}

/* The power of 1024 that a unit stands for: "", K, KB, KiB, M, …; -1. */
static int unit_power(struct dg_slice unit)
{
	static const char letters[] = "KMGT";
	const char *letter;
	char upper;

	if (unit.len == 0 || dg_slice_equal(unit, DG_SLICE("B")))
		return 0;
	upper = (char)(unit.ptr[0] >= 'a' ? unit.ptr[0] - 32 : unit.ptr[0]);
	letter = memchr(letters, upper, sizeof(letters) - 1);
	if (!letter)
		return -1;
	unit.ptr++;
	unit.len--;
	if (unit.len > 0 && !dg_slice_equal(unit, DG_SLICE("B")) &&
	    !dg_slice_equal(unit, DG_SLICE("iB")))
		return -1;
	return (int)(letter - letters) + 1;
}

int dg_parse_size(struct dg_slice text, uint64_t *out, struct dg_error *err)
{
	struct dg_slice digits = {text.ptr, 0};
	struct dg_slice unit;
	uint64_t value = 0;
	int power;

	while (digits.len < text.len && text.ptr[digits.len] >= '0' &&
	       text.ptr[digits.len] <= '9')
		digits.len++;
	unit = dg_slice_of(text.ptr + digits.len, text.len - digits.len);
	power = unit_power(unit);
	if (power < 0 || dg_parse_u64(digits, &value, NULL) < 0 ||
	    value > UINT64_MAX >> (10 * power))
		return dg_error_set(err, DG_EINVALID,
				    "'%.*s' is no size such as 64M, 256MiB or "
				    "2G",
				    (int)(text.len > 64 ? 64 : text.len),
				    text.len > 0 ? text.ptr : "");
	*out = value << (10 * power);
	return 0;
}

/* strtod alone takes "inf", "0x10", "1e9", signs and blanks. */
static bool parse_decimal(struct dg_slice text, double *value)
{
	char digits[16];
	char *end;

	if (text.len == 0 || text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.ptr, text.len);
	digits[text.len] = '\0';
	if (strspn(digits, "0123456789.") != text.len)
		return false;
	*value = strtod(digits, &end);
	return end == digits + text.len;
}

int dg_parse_capacity(struct dg_slice text, double *value, bool *percent,
		      struct dg_error *err)
{
	struct dg_slice number = text;

	*percent = text.len > 0 && text.ptr[text.len - 1] == '%';
	if (*percent)
		number.len--;
	if (parse_decimal(number, value) && *value > 0 &&
	    (!*percent || *value <= 100))
		return 0;
	return dg_error_set(err, DG_EINVALID,
			    "'%.*s' is no capacity: write units a second "
			    "(100), or a share up to 100%% (50%%)",
			    (int)(text.len > 64 ? 64 : text.len),
			    text.len > 0 ? text.ptr : "");
}

const char *dg_format_count(uint64_t n, char out[DG_COUNT_SIZE])
{
	char digits[24];
	int len =
		snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	char *p = out;
	int i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return out;
}

const char *dg_format_quantity(uint64_t n, const char *noun,
			       char out[DG_QUANTITY_SIZE])
{
	char count[DG_COUNT_SIZE];

	snprintf(out, DG_QUANTITY_SIZE, "%s %s%s", dg_format_count(n, count),
		 noun, n == 1 ? "" : "s");
	return out;
}

const char *dg_format_bytes(uint64_t n, char out[DG_COUNT_SIZE])
{
	static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1000;
	size_t i = 0;

	if (n < 1000) {
		snprintf(out, DG_COUNT_SIZE, "%u byte%s", (unsigned int)n,
			 n == 1 ? "" : "s");
		return out;
	}
	/* From 999.95 of a unit on it would be shown as 1000.0. */
	while (i < 5 && n >= unit * 1000 - unit / 20) {
		unit *= 1000;
		i++;
	}
	snprintf(out, DG_COUNT_SIZE, "%.1f %s", (double)n / (double)unit,
		 units[i]);
	return out;
}

const char *dg_format_age(uint64_t seconds, char out[DG_COUNT_SIZE])
{
	static const struct {
		const char *name;
		uint64_t seconds;
	} units[] = {
		{"year", 31557600}, {"month", 2629800}, {"week", 604800},
		{"day", 86400},     {"hour", 3600},     {"minute", 60},
		{"second", 1},
	};
	size_t i = 0;
	uint64_t n;

	/* Two of a unit before it is used: "36 hours ago" says more than
	 * "1 day ago". */
	while (units[i].seconds > 1 && seconds < 2 * units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	snprintf(out, DG_COUNT_SIZE, "%" PRIu64 " %s%s ago", n, units[i].name,
		 n == 1 ? "" : "s");
	return out;
}

int dg_slice_dup(char **out, struct dg_slice s, struct dg_error *err)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		return dg_error_nomem(err);
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	*out = copy;
	return 0;
}

int dg_strdup(char **out, const char *string, struct dg_error *err)
{
	return dg_slice_dup(out, dg_slice_str(string), err);
}

int dg_asprintf(char **out, struct dg_error *err, const char *format, ...)
{
	struct dg_buf buf = DG_BUF_INIT(SIZE_MAX);
	va_list args;
	int rc;

	va_start(args, format);
	rc = dg_buf_vaddf(&buf, err, format, args);
	va_end(args);
	if (rc == 0)
		*out = buf.ptr;
	return rc;
}

void dg_free_secret(char *string)
{
	volatile char *p = string;

	if (!string)
		return;
	while (*p)
		*p++ = '\0';
	free(string);
}

/* A quote inside ends the quotes, stands for itself and begins them anew. */
int dg_shell_quote(struct dg_buf *out, const char *word, struct dg_error *err)
{
	int rc = dg_buf_add_char(out, '\'', err);

	for (; rc == 0 && *word; word++)
		rc = *word == '\'' ? dg_buf_add_str(out, "'\\''", err)
				   : dg_buf_add_char(out, *word, err);
	return rc == 0 ? dg_buf_add_char(out, '\'', err) : rc;
}
