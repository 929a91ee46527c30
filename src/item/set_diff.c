/* What the members of two sets have apart. They stand in the order that keys
 * of their type have, so the merge of both orders them by encoded key. */
#include "item/item_diff.h"
#include "item/key.h"
#include "item/token.h"

struct set {
	struct dg_token token;
	bool first;
	char type;              /* of its members */
	int have;               /* 1, 0 at the end, or an error */
	struct dg_slice member; /* with its quotes */
	struct dg_buf order;    /* encoded */
};

static void set_next(struct set *set, struct dg_error *err)
{
	int rc;

	set->have = dg_token_element(&set->token, &set->first, err);
	if (set->have <= 0)
		return;
	rc = dg_token_value(&set->token, &set->member, err);
	if (rc == 0 && (set->member.len < 2 || set->member.ptr[0] != '"'))
		rc = dg_error_set(err, DG_EINVALID,
				  "a member of a set that is no string");
	dg_buf_clear(&set->order);
	if (rc == 0)
		rc = dg_key_encode(
			&set->order, set->type,
			dg_slice_of(set->member.ptr + 1, set->member.len - 2),
			err);
	if (rc < 0)
		set->have = rc;
}

static int set_open(struct set *set, struct dg_slice value,
		    struct dg_slice *tag, struct dg_error *err)
{
	struct dg_slice content;
	int rc = dg_value_open(value, tag, &content, err);

	/* Encoding makes at most two bytes of one. */
	dg_buf_init(&set->order, 2 * (size_t)DG_ITEM_TEXT_MAX + 64);
	set->first = true;
	set->type = tag->len == 2 ? tag->ptr[0] : '\0';
	if (rc < 0)
		return rc;
	if (tag->len != 2 || tag->ptr[1] != 'S' || !strchr("SNB", set->type))
		return dg_error_set(err, DG_EINVALID, "a value that is no set");
	dg_token_init(&set->token, content);
	rc = dg_token_begin_array(&set->token, err);
	if (rc < 0)
		return rc;
	set_next(set, err);
	return set->have < 0 ? set->have : 0;
}

/* A side that has ended stands behind every member. */
static int compare_members(const struct set *a, const struct set *b)
{
	if (a->have && b->have)
		return dg_slice_compare(dg_buf_slice(&a->order),
					dg_buf_slice(&b->order));
	return a->have ? -1 : 1;
}

/* Appends a member to a set that may not have begun. */
static int put_member(struct dg_buf *out, size_t begin, struct dg_slice tag,
		      struct dg_slice member, struct dg_error *err)
{
	int rc = out->len == begin ? dg_buf_addf(out, err, "{\"%.*s\":[",
						 (int)tag.len, tag.ptr)
				   : dg_buf_add_char(out, ',', err);

	return rc == 0 ? dg_buf_add_slice(out, member, err) : rc;
}

/* Ends a set, if it has begun. */
static int end_members(struct dg_buf *out, size_t begin, struct dg_error *err)
{
	return out->len > begin ? dg_buf_add_str(out, "]}", err) : 0;
}

/* Over the lesser member, or over both where they are equal. */
static int step(struct set *a, struct set *b, int order, struct dg_error *err)
{
	if (order <= 0)
		set_next(a, err);
	if (order >= 0 && a->have >= 0)
		set_next(b, err);
	if (a->have < 0)
		return a->have;
	return b->have < 0 ? b->have : 0;
}

static int merge(struct set *a, struct set *b, struct dg_slice tag,
		 struct dg_buf *removed, struct dg_buf *added,
		 struct dg_error *err)
{
	const size_t removed_begin = removed->len, added_begin = added->len;
	int rc = 0;

	while (rc == 0 && (a->have || b->have)) {
		const int order = compare_members(a, b);

		if (order < 0)
			rc = put_member(removed, removed_begin, tag, a->member,
					err);
		else if (order > 0)
			rc = put_member(added, added_begin, tag, b->member,
					err);
		if (rc == 0)
			rc = step(a, b, order, err);
	}
	if (rc == 0)
		rc = end_members(removed, removed_begin, err);
	return rc == 0 ? end_members(added, added_begin, err) : rc;
}

int dg_set_difference(struct dg_slice before, struct dg_slice after,
		      struct dg_buf *removed, struct dg_buf *added,
		      struct dg_error *err)
{
	struct set a = {.have = 0}, b = {.have = 0};
	struct dg_slice tag_a, tag_b;
	int rc = set_open(&a, before, &tag_a, err);

	if (rc == 0)
		rc = set_open(&b, after, &tag_b, err);
	if (rc == 0 && !dg_slice_equal(tag_a, tag_b))
		rc = dg_error_set(err, DG_EINVALID, "sets of different types");
	if (rc == 0)
		rc = merge(&a, &b, tag_a, removed, added, err);
	dg_buf_free(&a.order);
	dg_buf_free(&b.order);
	return rc;
}
