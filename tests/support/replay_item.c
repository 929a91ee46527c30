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

static char *write_checksum(char *out, const struct replay_item *item)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	uint64_t bits = 0;
	int i;

	out = put(out, "{\"B\":\"");
	for (i = 0; i < 64; i++) {
		if (i % 10 == 0)
			bits = mix(item->number * 64 + (uint64_t)i);
		*out++ = alphabet[bits & 63];
		bits >>= 6;
	}
	return put(out, "\"}");
}

static char *write_created(char *out, const struct replay_item *item)
{
	out = put(out, "{\"N\":\"");
	out = put_uint(out, 1700000000 + item->number);
	return put(out, "\"}");
}

/* len bytes of prose, from another place for each seed. */
static char *put_prose(char *out, uint64_t seed, size_t len)
{
	static const char text[] =
		"A quiet street after rain, with the lamps already lit and "
		"nobody about; the tram wires draw lines over the square. "
		"Taken from the bridge at about six in the morning, before "
		"the market opened, with the old lens and no tripod at all. "
		"The second frame of three; the others were out of focus. "
		"Prints are kept in the third drawer, the negatives with them. "
		"Do not lend. ";
	size_t from = mix(seed) % (sizeof(text) - 1);

	while (len > 0) {
		size_t part = sizeof(text) - 1 - from;

		part = part < len ? part : len;
		memcpy(out, text + from, part);
		out += part;
		len -= part;
		from = 0;
	}
	return out;
}

/* What the other attributes of a small and of a usual item take. */
#define SMALL_REST 78
#define USUAL_REST 395
#define PROSE_LEN (REPLAY_SIZE_USUAL - USUAL_REST)
#define SMALL_BELOW 500
#define LARGE_ABOVE 1000

static char *write_description(char *out, const struct replay_item *item)
{
	size_t len = item->size - SMALL_REST;

	if (item->size > LARGE_ABOVE)
		len = PROSE_LEN;
	else if (item->size >= SMALL_BELOW)
		len = item->size - USUAL_REST;
	out = put(out, "{\"S\":\"");
	out = put_prose(out, item->number, len);
	return put(out, "\"}");
}

static char *write_id(char *out, const struct replay_item *item)
{
	out = put(out, "{\"S\":\"");
	out = put_hex(out, mix(item->number + KEY_OFFSET));
	return put(out, "\"}");
}

/* Paragraphs with their page numbers, as many as the item's size wants. */
static char *write_notes(char *out, const struct replay_item *item)
{
	const size_t note = PROSE_LEN + sizeof("{\"S\":\"\"},{\"N\":\"123\"},");
	size_t i, count = (item->size - REPLAY_SIZE_USUAL) / note + 1;

	out = put(out, "{\"L\":[");
	for (i = 0; i < count; i++) {
		out = put(out, i > 0 ? ",{\"S\":\"" : "{\"S\":\"");
		out = put_prose(out, item->number + i, PROSE_LEN);
		out = put(out, "\"},{\"N\":\"");
		out = put_uint(out, i + 1);
		out = put(out, "\"}");
	}
	return put(out, "]}");
}

static char *write_place(char *out, const struct replay_item *item)
{
	out = put(out, "{\"M\":{\"city\":{\"S\":\"Zürich\"},"
		       "\"point\":{\"L\":[{\"N\":\"47.");
	out = put_uint(out, mix(item->number) % 100000);
	out = put(out, "1\"},{\"N\":\"-8.");
	out = put_uint(out, mix(item->number + 1) % 100000);
	return put(out, "3\"}]}}}");
}

static char *write_public(char *out, const struct replay_item *item)
{
	return put(out,
		   item->number % 3 ? "{\"BOOL\":true}" : "{\"BOOL\":false}");
}

static char *write_tags(char *out, const struct replay_item *item)
{
	(void)item;
	return put(out, "{\"SS\":[\"morning\",\"rain\",\"street\"]}");
}

static char *write_title(char *out, const struct replay_item *item)
{
	out = put(out, "{\"S\":\"Café № ");
	out = put_uint(out, item->number);
	return put(out, " — \\\"draft\\\"\"}");
}

/* What a change changes, its length too. */
static char *write_views(char *out, const struct replay_item *item)
{
	out = put(out, "{\"N\":\"");
	out = put_uint(out, mix(item->number + 2 + item->round * KEY_OFFSET) %
				    10000000);
	return put(out, "\"}");
}

struct field {
	const char *name;
	char *(*write)(char *out, const struct replay_item *item);
};

/* Sorted by name: the canonical order. */
static const struct field small_fields[] = {
	{"\"description\":", write_description},
	{"\"id\":", write_id},
	{"\"views\":", write_views},
};
static const struct field usual_fields[] = {
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
static const struct field large_fields[] = {
	{"\"checksum\":", write_checksum},
	{"\"created\":", write_created},
	{"\"description\":", write_description},
	{"\"id\":", write_id},
	{"\"notes\":", write_notes},
	{"\"place\":", write_place},
	{"\"public\":", write_public},
	{"\"tags\":", write_tags},
	{"\"title\":", write_title},
	{"\"views\":", write_views},
};

/* The stride meets each attribute once, in an order that is not sorted. */
struct fields {
	const struct field *field;
	size_t count, stride;
};

static struct fields fields_of(size_t size)
{
	if (size < SMALL_BELOW)
		return (struct fields){small_fields, 3, 2};
	if (size <= LARGE_ABOVE)
		return (struct fields){usual_fields, 9, 4};
	return (struct fields){large_fields, 10, 3};
}

size_t replay_item_max(size_t size)
{
	return size + 1024;
}

size_t replay_item_write(char *out, const struct replay_item *item,
			 bool canonical)
{
	struct fields fields = fields_of(item->size);
	size_t i, stride = canonical ? 1 : fields.stride;
	char *at = out;

	*at++ = '{';
	for (i = 0; i < fields.count; i++) {
		const struct field *field =
			&fields.field[i * stride % fields.count];

		if (i > 0)
			*at++ = ',';
		at = put(at, field->name);
		at = field->write(at, item);
	}
	*at++ = '}';
	return (size_t)(at - out);
}
