#include "item/join.h"
#include <string.h>

static int check_keys(const struct dg_item_source *left,
		      const struct dg_item_source *right, struct dg_error *err)
{
	char a[DG_KEY_SCHEMA_TEXT_SIZE], b[DG_KEY_SCHEMA_TEXT_SIZE];

	if (dg_key_schema_equal(&left->keys, &right->keys))
		return 0;
	return dg_error_set(
		err, DG_EINVALID,
		"the key schemas differ: %s on one side, %s on the other",
		dg_key_schema_describe(&left->keys, a, sizeof(a)),
		dg_key_schema_describe(&right->keys, b, sizeof(b)));
}

/* One source, with the next item where it was read already. */
struct side {
	struct dg_item_source *source;
	struct dg_item item; /* of 'read' */
	bool read;
	bool ended;
	/* Of the blocks that begin with that item, or at the cursor; asked
	 * for once. kind NULL: none. */
	struct dg_identity identity[DG_BLOCK_KINDS];
	bool asked[DG_BLOCK_KINDS];
};

static void forget_identities(struct side *side)
{
	memset(side->asked, 0, sizeof(side->asked));
}

/* The cursor must not have moved between the asking and the reading. */
static int ask(struct side *side, enum dg_block block, struct dg_error *err)
{
	struct dg_identity *identity = &side->identity[block];
	int rc;

	if (side->asked[block])
		return 0;
	identity->kind = NULL;
	side->asked[block] = true;
	if (side->read || side->ended || !side->source->identity)
		return 0;
	rc = side->source->identity(side->source, block, identity, err);
	if (rc == 0)
		identity->kind = NULL;
	return rc < 0 ? rc : 0;
}

/* Reads the next item if it has not been read. */
static int load(struct side *side, struct dg_error *err)
{
	int rc = 0;

	if (side->read || side->ended)
		return 0;
	for (int block = 0; rc == 0 && block < DG_BLOCK_KINDS; block++)
		rc = ask(side, (enum dg_block)block, err);
	if (rc == 0)
		rc = dg_source_next(side->source, &side->item, err);
	side->read = rc > 0;
	side->ended = rc == 0;
	return rc < 0 ? rc : 0;
}

/* The item was reported. */
static void consume(struct side *side)
{
	side->read = false;
	forget_identities(side);
}

static int skip(struct side *side, enum dg_block block, uint64_t *items,
		struct dg_error *err)
{
	consume(side);
	return side->source->skip(side->source, block, items, err);
}

static int skip_both(struct side *left, struct side *right, enum dg_block block,
		     const struct dg_join_visitor *visitor,
		     struct dg_error *err)
{
	uint64_t items = 0;
	int rc = skip(left, block, &items, err);

	if (rc == 0)
		rc = skip(right, block, &items, err);
	if (rc == 0 && visitor->skipped)
		rc = visitor->skipped(visitor->context, items, err);
	return rc < 0 ? rc : 1;
}

/* 1 if a block was stepped over, which no item of has been reported. */
static int try_skip(struct side *left, struct side *right,
		    const struct dg_join_visitor *visitor, struct dg_error *err)
{
	int rc = 0;

	if (!left->source->identity || !right->source->identity)
		return 0;
	for (int i = 0; rc == 0 && i < DG_BLOCK_KINDS; i++) {
		enum dg_block block = (enum dg_block)i;

		rc = ask(left, block, err);
		if (rc == 0)
			rc = ask(right, block, err);
		if (rc == 0 && dg_identity_equal(&left->identity[block],
						 &right->identity[block]))
			return skip_both(left, right, block, visitor, err);
	}
	return rc;
}

/* A side that has ended stands behind every key. */
static int compare_heads(const struct side *left, const struct side *right)
{
	if (left->read && right->read)
		return dg_slice_compare(left->item.key, right->item.key);
	return left->read ? -1 : 1;
}

static int report(const struct dg_join_visitor *visitor, int order,
		  const struct side *left, const struct side *right,
		  struct dg_error *err)
{
	const struct dg_item *a = &left->item, *b = &right->item;
	void *context = visitor->context;

	if (order < 0)
		return visitor->only_left ? visitor->only_left(context, a, err)
					  : 0;
	if (order > 0)
		return visitor->only_right
			       ? visitor->only_right(context, b, err)
			       : 0;
	if (dg_slice_equal(a->line, b->line))
		return visitor->equal ? visitor->equal(context, a, err) : 0;
	return visitor->different ? visitor->different(context, a, b, err) : 0;
}

/* 1 if the join goes on, 0 at the end of both sides. */
static int step(struct side *left, struct side *right,
		const struct dg_join_visitor *visitor, struct dg_error *err)
{
	int order;
	int rc = 0;

	/* Where both were read, blocks were compared before. */
	if (!left->read || !right->read)
		rc = try_skip(left, right, visitor, err);
	if (rc != 0)
		return rc;
	rc = load(left, err);
	if (rc == 0)
		rc = load(right, err);
	if (rc < 0 || (left->ended && right->ended))
		return rc;
	order = compare_heads(left, right);
	rc = report(visitor, order, left, right, err);
	if (order <= 0)
		consume(left);
	if (order >= 0)
		consume(right);
	return rc < 0 ? rc : 1;
}

int dg_join(struct dg_item_source *left, struct dg_item_source *right,
	    const struct dg_join_visitor *visitor, struct dg_error *err)
{
	struct side a = {.source = left};
	struct side b = {.source = right};
	int rc = check_keys(left, right, err);

	if (rc == 0)
		rc = dg_source_pair(left, right, err);
	if (rc < 0)
		return rc;
	do {
		rc = step(&a, &b, visitor, err);
	} while (rc > 0);
	return rc;
}

static int count_added(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->added++;
	return 0;
}

static int count_removed(void *context, const struct dg_item *item,
			 struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->removed++;
	return 0;
}

static int count_equal(void *context, const struct dg_item *item,
		       struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)item;
	(void)err;
	count->equal++;
	return 0;
}

static int count_changed(void *context, const struct dg_item *left,
			 const struct dg_item *right, struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)left;
	(void)right;
	(void)err;
	count->changed++;
	return 0;
}

static int count_skipped(void *context, uint64_t items, struct dg_error *err)
{
	struct dg_change_count *count = context;

	(void)err;
	count->equal += items;
	return 0;
}

int dg_join_count(struct dg_item_source *left, struct dg_item_source *right,
		  struct dg_change_count *out, struct dg_error *err)
{
	const struct dg_join_visitor visitor = {
		.only_left = count_removed,
		.only_right = count_added,
		.equal = count_equal,
		.different = count_changed,
		.skipped = count_skipped,
		.context = out,
	};

	*out = (struct dg_change_count){0};
	return dg_join(left, right, &visitor, err);
}
