/*
 * Control messages and documents as a tree (cJSON underneath; its only user).
 * Never items: cJSON cuts strings at U+0000 and keeps numbers as doubles, so
 * the parser here refuses a \u0000, numbers beyond a double, duplicate names,
 * trailing bytes and invalid UTF-8 rather than lose something. Names are
 * compared with case. Whole numbers up to DG_JSON_U64_MAX are exact.
 */
#ifndef DG_BASE_JSON_H
#define DG_BASE_JSON_H

#include "base/buf.h"
#include <stdbool.h>
#include <stdint.h>

#define DG_JSON_U64_MAX ((uint64_t)1 << 53)

/* A node. The root owns the tree; what the getters return is borrowed. */
struct dg_json;

/* The whole of text is one value, at most DG_JSON_DEPTH_MAX levels deep.
 * DG_EINVALID names the byte offset. */
int dg_json_parse(struct dg_json **out, struct dg_slice text,
		  struct dg_error *err);
void dg_json_free(struct dg_json *root);

/* Getters return NULL (or 0/false) when absent or of another type. */
const struct dg_json *dg_json_get(const struct dg_json *object,
				  const char *name);
const char *dg_json_get_string(const struct dg_json *object, const char *name);
/* False unless a non-negative whole number up to DG_JSON_U64_MAX. */
bool dg_json_get_u64(const struct dg_json *object, const char *name,
		     uint64_t *out);
bool dg_json_get_bool(const struct dg_json *object, const char *name,
		      bool fallback);
bool dg_json_get_double(const struct dg_json *object, const char *name,
			double *out);

bool dg_json_is_object(const struct dg_json *node);
bool dg_json_is_array(const struct dg_json *node);
bool dg_json_is_string(const struct dg_json *node);
const char *dg_json_text(const struct dg_json *string_node);

/* Walks the members of an object or the elements of an array. */
const struct dg_json *dg_json_first(const struct dg_json *container);
const struct dg_json *dg_json_next(const struct dg_json *node);
const char *dg_json_member_name(const struct dg_json *node);
size_t dg_json_length(const struct dg_json *container);

/* Building and editing. An added node belongs to its container. */
int dg_json_new_object(struct dg_json **out, struct dg_error *err);
int dg_json_new_array(struct dg_json **out, struct dg_error *err);
int dg_json_copy(struct dg_json **out, const struct dg_json *node,
		 struct dg_error *err);
/* Replaces a member of that name. Takes node over, also when it fails. */
int dg_json_set(struct dg_json *object, const char *name, struct dg_json *node,
		struct dg_error *err);
int dg_json_set_string(struct dg_json *object, const char *name,
		       const char *value, struct dg_error *err);
/* DG_ELIMIT above DG_JSON_U64_MAX. */
int dg_json_set_u64(struct dg_json *object, const char *name, uint64_t value,
		    struct dg_error *err);
int dg_json_set_bool(struct dg_json *object, const char *name, bool value,
		     struct dg_error *err);
int dg_json_append(struct dg_json *array, struct dg_json *node,
		   struct dg_error *err);
void dg_json_remove(struct dg_json *object, const char *name);
/* Removes and frees a child node that the walk above returned. */
void dg_json_remove_node(struct dg_json *container, const struct dg_json *node);
struct dg_json *dg_json_get_mutable(struct dg_json *object, const char *name);

/* Orders an array; compare sees two elements. */
void dg_json_sort_array(struct dg_json *array,
			int (*compare)(const struct dg_json *,
				       const struct dg_json *));
/* Orders the members of every object below by the bytes of their names. */
void dg_json_sort_members(struct dg_json *root);

/* Equal whatever the order of members. */
bool dg_json_equal(const struct dg_json *a, const struct dg_json *b);

/*
 * Appends text: compact, or pretty with four blanks a level. Whole numbers
 * are written as digits; only ", \ and control characters are escaped.
 */
int dg_json_print(const struct dg_json *root, bool pretty, struct dg_buf *out,
		  struct dg_error *err);

#endif
