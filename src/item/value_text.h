/*
 * A canonical value as people read it: "text", 12, true, null, <12 bytes>,
 * {name: "Bob", tags: {"a", "b"}}, [1, 2]. Strings keep their JSON escapes,
 * so nothing here is longer than a line; what else may mislead a terminal is
 * for whoever prints it.
 */
#ifndef DG_ITEM_VALUE_TEXT_H
#define DG_ITEM_VALUE_TEXT_H

#include "base/buf.h"

/* Appends the text of a value, {"S":"a"}. DG_EINVALID for what is none. */
int dg_value_text(struct dg_slice value, bool binary_in_full,
		  struct dg_buf *out, struct dg_error *err);

/* The same of a whole item, as of a map, without the attributes of `but` (an
 * item that is a key; empty: none). */
int dg_item_text(struct dg_slice line, struct dg_slice but, bool binary_in_full,
		 struct dg_buf *out, struct dg_error *err);

/*
 * Cuts two texts (either may be empty) that take more than `limit` columns to a
 * part around the first character that differs, with an ellipsis where
 * something was cut off.
 */
int dg_text_shorten(struct dg_buf *a, struct dg_buf *b, size_t limit,
		    struct dg_error *err);

#endif
