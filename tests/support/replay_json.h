/*
 * As much of JSON as a replay server has to read: members of an object, one
 * after the other, without memory. What is malformed has no members. A value
 * is a place in the text; where it ends is looked for by who wants to know,
 * so that a batch of 25 items is read once and not once for each level.
 */
#ifndef REPLAY_JSON_H
#define REPLAY_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From a value's first byte to the end of the text that it stands in. */
struct replay_json {
	const char *at;
	size_t len;
};

/* The value of the member `name` of an object. */
bool replay_json_member(struct replay_json *out, struct replay_json object,
			const char *name);

/* The value of an object's first member, whatever it is called. */
bool replay_json_first(struct replay_json *out, struct replay_json object);

/* The element at the cursor, which begins at 0; false behind the last. */
bool replay_json_element(struct replay_json *out, struct replay_json array,
			 size_t *cursor);

/* A string's text between its quotes, escapes as they are. */
bool replay_json_string(struct replay_json *out, struct replay_json value);

bool replay_json_uint(uint64_t *out, struct replay_json value);

#endif
