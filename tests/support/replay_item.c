#include "replay_item.h"

#include <stdlib.h>
#include <string.h>

/* SplitMix64's finisher: a bijection, so that keys lead back to numbers. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t unmix(uint64_t x)
{
	x ^= (x >> 31) ^ (x >> 62);
	x *= 0x319642b2d24d8ec3u;
	x ^= (x >> 27) ^ (x >> 54);
	x *= 0x96de1b173f119089u;
	return x ^ (x >> 30) ^ (x >> 60);
}

/* Keys are not 0 for item 0. */
#define KEY_OFFSET 0x9e3779b97f4a7c15u

static char *put(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return out + len;
}

static char *put_uint(char *out, uint64_t value)
{
	char digits[20];
	size_t len = 0;

	do {
		digits[len++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (len > 0)
		*out++ = digits[--len];
	return out;
}

static char *put_hex(char *out, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	int shift;

	for (shift = 60; shift >= 0; shift -= 4)
		*out++ = digits[(value >> shift) & 15];
	return out;
}

void replay_key_write(char out[REPLAY_KEY_SIZE], uint64_t number)
{
	*put_hex(out, mix(number + KEY_OFFSET)) = '\0';
}

bool replay_key_number(uint64_t *number, const char *text, size_t len)
{
	char copy[REPLAY_KEY_SIZE];
	uint64_t key;
	char *end;

	if (len != sizeof(copy) - 1)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	key = strtoull(copy, &end, 16);
	if (*end)
		return false;
	*number = unmix(key) - KEY_OFFSET;
	return true;
}

static char *write_checksum(char *out, uint64_t number)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	uint64_t bits = 0;
	int i;

	out = put(out, "{\"B\":\"");
	for (i = 0; i < 64; i++) {
		if (i % 10 == 0)
			bits = mix(number * 64 + (uint64_t)i);
		*out++ = alphabet[bits & 63];
		bits >>= 6;
	}
	return put(out, "\"}");
}

static char *write_created(char *out, uint64_t number)
{
	out = put(out, "{\"N\":\"");
	out = put_uint(out, 1700000000 + number);
	return put(out, "\"}");
}

#define DESCRIPTION_LEN 306

static char *write_description(char *out, uint64_t number)
{
	static const char text[] =
		"A quiet street after rain, with the lamps already lit and "
		"nobody about; the tram wires draw lines over the square. "
		"Taken from the bridge at about six in the morning, before "
		"the market opened, with the old lens and no tripod at all. "
		"The second frame of three; the others were out of focus. "
		"Prints are kept in the third drawer, the negatives with them. "
		"Do not lend.";
	size_t span = sizeof(text) - 1 - DESCRIPTION_LEN;

	out = put(out, "{\"S\":\"");
	memcpy(out, text + mix(number) % span, DESCRIPTION_LEN);
	return put(out + DESCRIPTION_LEN, "\"}");
}

static char *write_id(char *out, uint64_t number)
{
	out = put(out, "{\"S\":\"");
	out = put_hex(out, mix(number + KEY_OFFSET));
	return put(out, "\"}");
}

static char *write_place(char *out, uint64_t number)
{
	out = put(out, "{\"M\":{\"city\":{\"S\":\"Zürich\"},"
		       "\"point\":{\"L\":[{\"N\":\"47.");
	out = put_uint(out, mix(number) % 100000);
	out = put(out, "1\"},{\"N\":\"-8.");
	out = put_uint(out, mix(number + 1) % 100000);
	return put(out, "3\"}]}}}");
}

static char *write_public(char *out, uint64_t number)
{
	return put(out, number % 3 ? "{\"BOOL\":true}" : "{\"BOOL\":false}");
}

static char *write_tags(char *out, uint64_t number)
{
	(void)number;
	return put(out, "{\"SS\":[\"morning\",\"rain\",\"street\"]}");
}

static char *write_title(char *out, uint64_t number)
{
	out = put(out, "{\"S\":\"Café № ");
	out = put_uint(out, number);
	return put(out, " — \\\"draft\\\"\"}");
}

static char *write_views(char *out, uint64_t number)
{
	out = put(out, "{\"N\":\"");
	out = put_uint(out, mix(number + 2) % 10000000);
	return put(out, "\"}");
}

/* Sorted by name: the canonical order. */
static const struct {
	const char *name;
	char *(*write)(char *out, uint64_t number);
} fields[] = {
	{"\"checksum\":", write_checksum},
	{"\"created\":", write_created},
	{"\"description\":", write_description},
	{"\"id\":", write_id},
	{"\"place\":", write_place},
	{"\"public\":", write_public},
	{"\"tags\":", write_tags},
	{"\"title\":", write_title},
	{"\"views\":", write_views},
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

size_t replay_item_write(char *out, uint64_t number, bool canonical)
{
	/* A stride that meets each of the nine once. */
	size_t stride = canonical ? 1 : 4;
	char *at = out;
	size_t i;

	*at++ = '{';
	for (i = 0; i < FIELD_COUNT; i++) {
		size_t field = i * stride % FIELD_COUNT;

		if (i > 0)
			*at++ = ',';
		at = put(at, fields[field].name);
		at = fields[field].write(at, number);
	}
	*at++ = '}';
	return (size_t)(at - out);
}
