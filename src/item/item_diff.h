/*
 * How one canonical item differs from another, attribute by attribute, down
 * into maps and lists. Pure: it reads the two lines through the tokenizer and
 * calls a visitor for each difference, in the order of the names.
 *
 * Maps are compared by name and lists by position, after the elements that
 * both begin and both end with were set aside, so that an element put in
 * front is one difference and not one for each that follows. Sets are
 * compared by member; a value of another type is one difference.
 */
#ifndef DG_ITEM_ITEM_DIFF_H
#define DG_ITEM_ITEM_DIFF_H

#include "base/buf.h"
#include "item/canon.h"

/* The attribute itself, and a step for each level below. */
#define DG_ITEM_PATH_MAX (DG_ITEM_DEPTH_MAX + 1)

struct dg_item_path {
	size_t depth;
	struct {
		/* Canonical text between quotes; ptr is NULL for an index. */
		struct dg_slice name;
		size_t index; /* from 0 */
	} step[DG_ITEM_PATH_MAX];
};

enum dg_item_change_kind {
	DG_VALUE_ADDED,
	DG_VALUE_REMOVED,
	DG_VALUE_CHANGED,
	DG_VALUE_MEMBERS, /* two sets of one type: see dg_set_difference */
};

/* Everything is borrowed until the visitor returns. */
struct dg_item_change {
	const struct dg_item_path *path;
	enum dg_item_change_kind kind;
	/* Canonical values, {"S":"a"}; without bytes where there is none. */
	struct dg_slice before;
	struct dg_slice after;
};

struct dg_item_diff_visitor {
	/* A negative result ends the comparison and is returned. */
	int (*change)(void *context, const struct dg_item_change *change,
		      struct dg_error *err);
	void *context;
};

/* Both are canonical lines; DG_EINVALID where one is not. */
int dg_item_diff(struct dg_slice before, struct dg_slice after,
		 const struct dg_item_diff_visitor *visitor,
		 struct dg_error *err);

/*
 * Of two sets of one type, {"SS":["a","b"]}: appends to removed a set of what
 * only before has, and to added of what only after has; nothing where there
 * is no such member.
 */
int dg_set_difference(struct dg_slice before, struct dg_slice after,
		      struct dg_buf *removed, struct dg_buf *added,
		      struct dg_error *err);

/* Appends "m.address[2].zip"; a name with other characters than letters,
 * digits, '_' and '-' stands in quotes. */
int dg_item_path_text(const struct dg_item_path *path, struct dg_buf *out,
		      struct dg_error *err);

/* Appends ["m","address",2,"zip"]. */
int dg_item_path_json(const struct dg_item_path *path, struct dg_buf *out,
		      struct dg_error *err);

/* Splits a canonical value {"S":"a"} into its type tag and what follows it:
 * "S" and "\"a\"". DG_EINVALID; tag and content may be empty then. */
int dg_value_open(struct dg_slice value, struct dg_slice *tag,
		  struct dg_slice *content, struct dg_error *err);

#endif
