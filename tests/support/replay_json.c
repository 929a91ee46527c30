#include "replay_json.h"

#include <stdlib.h>
#include <string.h>

static size_t skip_blanks(struct replay_json text, size_t at)
{
	while (at < text.len && strchr(" \t\r\n", text.at[at]))
		at++;
	return at;
}

/* Behind the string that begins at `at`. */
static size_t skip_string(struct replay_json text, size_t at)
{
	at++;
	while (at < text.len && text.at[at] != '"')
		at += text.at[at] == '\\' ? 2 : 1;
	return at + 1;
}

/* Behind the value that begins at `at`; beyond the end if there is none. */
static size_t skip_value(struct replay_json text, size_t at)
{
	size_t depth = 0;

	do {
		if (at >= text.len)
			return text.len + 1;
		switch (text.at[at]) {
		case '"':
			at = skip_string(text, at);
			break;
		case '{':
		case '[':
			depth++;
			at++;
			break;
		case '}':
		case ']':
			if (depth-- == 0)
				return text.len + 1;
			at++;
			break;
		default:
			at++;
		}
	} while (depth > 0 ||
		 (at < text.len && !strchr(",:}] \t\r\n", text.at[at])));
	return at;
}

static bool cut_value(struct replay_json *out, struct replay_json text,
		      size_t at, size_t *end)
{
	at = skip_blanks(text, at);
	*end = skip_value(text, at);
	if (*end > text.len)
		return false;
	*out = (struct replay_json){text.at + at, *end - at};
	return true;
}

/* The member at the cursor, which stands behind '{' or a comma. */
static bool next_member(struct replay_json *name, struct replay_json *value,
			struct replay_json object, size_t *cursor)
{
	size_t at;

	if (!cut_value(name, object, *cursor, &at) || name->at[0] != '"')
		return false;
	at = skip_blanks(object, at);
	if (at >= object.len || object.at[at] != ':')
		return false;
	if (!cut_value(value, object, at + 1, &at))
		return false;
	at = skip_blanks(object, at);
	*cursor = at + 1;
	return at < object.len && strchr(",}", object.at[at]);
}

bool replay_json_member(struct replay_json *out, struct replay_json object,
			const char *name)
{
	struct replay_json found, value;
	size_t cursor = 1, len = strlen(name);

	if (object.len < 2 || object.at[0] != '{')
		return false;
	while (next_member(&found, &value, object, &cursor)) {
		if (found.len == len + 2 &&
		    memcmp(found.at + 1, name, len) == 0) {
			*out = value;
			return true;
		}
	}
	return false;
}

bool replay_json_first(struct replay_json *out, struct replay_json object)
{
	struct replay_json name;
	size_t cursor = 1;

	return object.len >= 2 && object.at[0] == '{' &&
	       next_member(&name, out, object, &cursor);
}

bool replay_json_element(struct replay_json *out, struct replay_json array,
			 size_t *cursor)
{
	size_t at;

	if (array.len < 2 || array.at[0] != '[')
		return false;
	if (!cut_value(out, array, *cursor + 1, &at))
		return false;
	*cursor = skip_blanks(array, at);
	return true;
}

bool replay_json_string(struct replay_json *out, struct replay_json value)
{
	if (value.len < 2 || value.at[0] != '"')
		return false;
	*out = (struct replay_json){value.at + 1, value.len - 2};
	return true;
}

bool replay_json_uint(uint64_t *out, struct replay_json value)
{
	char copy[24] = "";
	char *end;

	if (value.len == 0 || value.len >= sizeof(copy))
		return false;
	memcpy(copy, value.at, value.len);
	*out = strtoull(copy, &end, 10);
	return *end == '\0';
}
