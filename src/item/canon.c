#include "item/canon.h"
#include "item/canon_state.h"
#include <stdlib.h>

int dg_canon_new(struct dg_canon **out, struct dg_error *err)
{
	struct dg_canon *canon = calloc(1, sizeof(*canon));

	if (!canon)
		return dg_error_nomem(err);
	dg_buf_init(&canon->moved, 2 * (size_t)DG_ITEM_TEXT_MAX);
	dg_buf_init(&canon->line_scratch, 2 * (size_t)DG_ITEM_TEXT_MAX);
	*out = canon;
	return 0;
}

void dg_canon_free(struct dg_canon *canon)
{
	if (!canon)
		return;
	free(canon->member);
	free(canon->sorted);
	dg_buf_free(&canon->moved);
	dg_buf_free(&canon->line_scratch);
	free(canon);
}

size_t dg_canon_error_offset(const struct dg_canon *canon)
{
	return canon->lead + canon->error_at;
}

int dg_canon_grow(struct dg_canon *c, size_t more)
{
	size_t len = (size_t)(c->o - c->line->ptr);
	int rc;

	if (len - c->line_len > DG_ITEM_TEXT_MAX)
		return dg_canon_too_long(c);
	c->line->len = len;
	rc = dg_buf_reserve(c->line, more + DG_CANON_SLACK, c->err);
	c->o = c->line->ptr + len;
	c->limit = c->line->ptr + c->line->cap - 1;
	return rc;
}

/* Sets all cursors; from here on `line` may hold bytes behind its length. */
static int begin(struct dg_canon *c, struct dg_slice text, struct dg_buf *line,
		 struct dg_error *err)
{
	int rc;

	c->start = c->p = text.ptr ? text.ptr : "";
	c->end = c->start + text.len;
	c->err = err;
	c->lead = 0;
	c->error_at = 0;
	c->member_count = 0;
	c->key_value[0].type = c->key_value[1].type = 0;
	c->key_value[0].met = c->key_value[1].met = false;
	dg_canon_peek(c);
	c->lead = (size_t)(c->p - c->start);
	c->start = c->p;
	c->cut = (size_t)(c->end - c->start) > DG_ITEM_TEXT_MAX;
	if (c->cut)
		c->end = c->start + DG_ITEM_TEXT_MAX;
	rc = dg_buf_reserve(line, DG_CANON_SLACK, err);
	if (rc < 0)
		return rc;
	c->line = line;
	c->line_len = line->len;
	c->o = line->ptr + line->len;
	c->limit = line->ptr + line->cap - 1;
	return 0;
}

static void use_keys(struct dg_canon *c, const struct dg_key_schema *keys,
		     struct dg_buf *key)
{
	size_t i;

	c->keys = keys;
	c->key = key;
	for (i = 0; keys && i < keys->count; i++)
		c->key_name_len[i] = strlen(keys->attribute[i].name);
}

static void cut_back(struct dg_buf *buf, size_t len)
{
	buf->len = len;
	if (buf->ptr)
		buf->ptr[len] = '\0';
}

/* An item in, its line and its key out: a struct would hide that.
 * NOLINTNEXTLINE(readability-function-size) */
int dg_canon_item(struct dg_canon *canon, const struct dg_key_schema *keys,
		  struct dg_slice text, size_t *used, struct dg_buf *line,
		  struct dg_buf *key, struct dg_error *err)
{
	size_t line_len = line->len;
	size_t key_len = key ? key->len : 0;
	int rc;

	use_keys(canon, keys, key);
	rc = begin(canon, text, line, err);
	if (rc < 0)
		return rc;
	rc = dg_canon_object(canon, 0);
	if (rc == 0 &&
	    (size_t)(canon->o - line->ptr) - line_len > DG_ITEM_TEXT_MAX)
		rc = dg_canon_too_long(canon);
	if (rc < 0) {
		cut_back(line, line_len);
		if (key)
			cut_back(key, key_len);
		if (rc == DG_EINVALID)
			dg_canon_name_item(canon);
		return rc;
	}
	cut_back(line, (size_t)(canon->o - line->ptr));
	*used = canon->lead + (size_t)(canon->p - canon->start);
	return 0;
}

int dg_canon_key(struct dg_canon *canon, const struct dg_key_schema *keys,
		 struct dg_slice text, struct dg_buf *line, struct dg_buf *key,
		 struct dg_error *err)
{
	struct dg_buf *to = line ? line : &canon->line_scratch;
	size_t line_len, key_len = key->len;
	size_t used;
	int rc;

	if (!line)
		dg_buf_clear(to);
	line_len = to->len;
	rc = dg_canon_item(canon, keys, text, &used, to, key, err);
	if (rc < 0)
		return rc;
	if (canon->attributes != keys->count)
		rc = dg_canon_fail(canon, canon->start,
				   "more attributes than the key's");
	else if (dg_canon_peek(canon) >= 0)
		rc = dg_canon_unexpected(canon, "the end of the key");
	if (rc < 0) {
		cut_back(to, line_len);
		cut_back(key, key_len);
	}
	return rc;
}
