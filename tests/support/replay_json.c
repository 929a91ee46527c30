#include "replay_json.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_blanks(struct replay_json text, size_t at)
{
	while (at < text.len && is_blank(text.at[at]))
		at++;
	return at;
}

/* True if the quote at `at` is escaped: an odd number of backslashes. */
static bool is_escaped(struct replay_json text, size_t at)
{
	size_t count = 0;

	while (count < at && text.at[at - count - 1] == '\\')
		count++;
	return count % 2 == 1;
}

/* Behind the string that begins at `at`; beyond the end if it does not end. */
static size_t skip_string(struct replay_json text, size_t at)
{
	do {
		const char *quote;

		at++;
		quote = at < text.len ? memchr(text.at + at, '"', text.len - at)
				      : NULL;
		if (!quote)
			return text.len + 1;
		at = (size_t)(quote - text.at);
	} while (is_escaped(text, at));
	return at + 1;
}

/* Behind a number or a word. */
static size_t skip_word(struct replay_json text, size_t at)
{
	while (at < text.len && text.at[at] != ',' && text.at[at] != '}' &&
	       text.at[at] != ']' && !is_blank(text.at[at]))
		at++;
	return at;
}

/* Behind the object or array that begins at `at`. */
static size_t skip_nested(struct replay_json text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.at[at];

		if (c == '"') {
			at = skip_string(text, at);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return text.len + 1;
}

/* Behind the value that begins at `at`; beyond the end if there is none. */
static size_t skip_value(struct replay_json text, size_t at)
{
	if (at >= text.len)
		return text.len + 1;
	if (text.at[at] == '"')
		return skip_string(text, at);
	if (text.at[at] == '{' || text.at[at] == '[')
		return skip_nested(text, at);
	return skip_word(text, at);
}

static struct replay_json from(struct replay_json text, size_t at)
{
	return (struct replay_json){text.at + at, text.len - at};
}

/* The member at the cursor, which stands behind '{' or a comma; *name is its
 * text with the quotes, the cursor then stands at its value. */
static bool next_name(struct replay_json *name, struct replay_json object,
		      size_t *cursor)
{
	size_t at = skip_blanks(object, *cursor);
	size_t end;

	if (at >= object.len || object.at[at] != '"')
		return false;
	end = skip_string(object, at);
	if (end > object.len)
		return false;
	*name = (struct replay_json){object.at + at, end - at};
	at = skip_blanks(object, end);
	if (at >= object.len || object.at[at] != ':')
		return false;
	*cursor = skip_blanks(object, at + 1);
	return *cursor < object.len;
}

/* Moves the cursor from a value behind the comma that follows it. */
static bool next_value(struct replay_json text, size_t *cursor)
{
	size_t at = skip_value(text, *cursor);

	at = skip_blanks(text, at);
	if (at >= text.len || text.at[at] != ',')
		return false;
	*cursor = at + 1;
	return true;
}

bool replay_json_member(struct replay_json *out, struct replay_json object,
			const char *name)
{
	struct replay_json found;
	size_t cursor = 1, len = strlen(name);

	if (object.len < 2 || object.at[0] != '{')
		return false;
	while (next_name(&found, object, &cursor)) {
		if (found.len == len + 2 &&
		    memcmp(found.at + 1, name, len) == 0) {
			*out = from(object, cursor);
			return true;
		}
		if (!next_value(object, &cursor))
			return false;
	}
	return false;
}

bool replay_json_first(struct replay_json *out, struct replay_json object)
{
	struct replay_json name;
	size_t cursor = 1;

	if (object.len < 2 || object.at[0] != '{' ||
	    !next_name(&name, object, &cursor))
		return false;
	*out = from(object, cursor);
	return true;
}

bool replay_json_element(struct replay_json *out, struct replay_json array,
			 size_t *cursor)
{
	if (array.len < 2 || array.at[0] != '[')
		return false;
	if (*cursor == 0)
		*cursor = 1;
	else if (!next_value(array, cursor))
		return false;
	*cursor = skip_blanks(array, *cursor);
	if (*cursor >= array.len || array.at[*cursor] == ']')
		return false;
	*out = from(array, *cursor);
	return true;
}

bool replay_json_string(struct replay_json *out, struct replay_json value)
{
	size_t end;

	if (value.len < 2 || value.at[0] != '"')
		return false;
	end = skip_string(value, 0);
	if (end > value.len)
		return false;
	*out = (struct replay_json){value.at + 1, end - 2};
	return true;
}

bool replay_json_uint(uint64_t *out, struct replay_json value)
{
	size_t i, end = skip_word(value, 0);

	*out = 0;
	for (i = 0; i < end; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(value.at[i] - '0');
	}
	return end > 0 && end < 20;
}
