#include "item/canon_number.h"
#include "item/key.h"

/* Of one key attribute, in the order of names. */
struct part {
	const char *name;
	struct dg_slice text; /* between the quotes of its value */
	char type;
	char number[DG_NUMBER_TEXT_MAX];
};

/* Stands in a canonical string as itself. An unpaired surrogate, which begins
 * with ED, does not. */
static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0xed;
}

/* The length of the plain text that bytes begin with. */
static size_t plain_length(struct dg_slice bytes)
{
	size_t len = 0;

	while (len < bytes.len && is_plain((unsigned char)bytes.ptr[len]))
		len++;
	return len;
}

/* Each takes a part from the front of *key; false: not one of the simple
 * ones. */
static bool take_string(struct dg_slice *key, struct part *part)
{
	size_t len = plain_length(*key);

	if (key->len < len + 2 || key->ptr[len] != 0 || key->ptr[len + 1] != 0)
		return false;
	part->text = dg_slice_of(key->ptr, len);
	*key = dg_slice_of(key->ptr + len + 2, key->len - len - 2);
	return true;
}

/* See key.h for how a number is encoded; only positive ones are simple. */
static bool take_number(struct dg_slice *key, struct part *part)
{
	const unsigned char *p = (const unsigned char *)key->ptr;
	struct dg_number number = {0};
	size_t i;

	if (key->len < 4 || p[0] != 3)
		return false;
	number.exponent = p[1] + DG_NUMBER_EXPONENT_MIN;
	for (i = 2; i < key->len && p[i] != 0; i++) {
		if (p[i] > 100 || number.count == DG_NUMBER_DIGITS_MAX)
			return false;
		number.digit[number.count++] = (char)('0' + (p[i] - 1) / 10);
		number.digit[number.count++] = (char)('0' + (p[i] - 1) % 10);
	}
	if (i == key->len || number.count == 0)
		return false;
	if (number.digit[number.count - 1] == '0')
		number.count--;
	part->text.ptr = part->number;
	part->text.len = dg_number_print(part->number, &number);
	*key = dg_slice_of(key->ptr + i + 1, key->len - i - 1);
	return true;
}

static bool take(struct dg_slice *key, const struct dg_key_attribute *attribute,
		 struct part *part)
{
	struct dg_slice name = dg_slice_str(attribute->name);

	part->name = attribute->name;
	part->type = attribute->type;
	if (plain_length(name) < name.len)
		return false;
	if (part->type == 'S')
		return take_string(key, part);
	return part->type == 'N' && take_number(key, part);
}

static int add_part(struct dg_buf *out, bool first, const struct part *part,
		    struct dg_error *err)
{
	const char tag[] = {'"', ':', '{', '"', part->type, '"', ':', '"'};
	int rc = dg_buf_add_str(out, first ? "{\"" : ",\"", err);

	if (rc == 0)
		rc = dg_buf_add_str(out, part->name, err);
	if (rc == 0)
		rc = dg_buf_add(out, tag, sizeof(tag), err);
	if (rc == 0)
		rc = dg_buf_add_slice(out, part->text, err);
	return rc < 0 ? rc : dg_buf_add_str(out, "\"}", err);
}

int dg_key_json_decode(const struct dg_key_schema *keys, struct dg_slice key,
		       struct dg_buf *out, struct dg_error *err)
{
	struct part parts[2];
	size_t count = keys->count;
	size_t first, i;
	int rc = 0;

	for (i = 0; i < count; i++) {
		if (!take(&key, &keys->attribute[i], &parts[i]))
			return 0;
	}
	if (count == 0 || key.len > 0)
		return 0;
	first = count == 2 && strcmp(parts[0].name, parts[1].name) > 0;
	for (i = 0; rc == 0 && i < count; i++)
		rc = add_part(out, i == 0, &parts[i ^ first], err);
	if (rc == 0)
		rc = dg_buf_add_char(out, '}', err);
	return rc < 0 ? rc : 1;
}
