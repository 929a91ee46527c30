/* The inside of the json module: a dg_json is a cJSON. */
#ifndef DG_BASE_JSON_NODE_H
#define DG_BASE_JSON_NODE_H

#include "base/json.h"
#include <cjson/cJSON.h>

/* cJSON's getters take a const node and return one that is not. */
static inline cJSON *dg_json_node(const struct dg_json *json)
{
	return (cJSON *)(uintptr_t)json;
}

static inline struct dg_json *dg_json_of(cJSON *node)
{
	return (struct dg_json *)node;
}

/*
 * The grammar of RFC 8259, strictly, and what cJSON would lose without a
 * word: invalid UTF-8, \u0000, unpaired surrogates, numbers that are too long
 * or too large, too many levels.
 */
int dg_json_check(struct dg_slice text, struct dg_error *err);

#endif
