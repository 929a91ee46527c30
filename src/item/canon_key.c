#include "item/canon_state.h"

static int encode(struct dg_canon *c, size_t i)
{
	const struct dg_key_attribute *attribute = &c->keys->attribute[i];
	const struct dg_canon_key_value *value = &c->key_value[i];

	if (!value->met)
		return dg_canon_fail(c, c->start, "no key attribute \"%s\"",
				     attribute->name);
	if (value->type != attribute->type)
		return dg_canon_fail(c, c->start + value->from,
				     "key attribute \"%s\" is not of type %c",
				     attribute->name, attribute->type);
	return dg_key_encode(
		c->key, value->type,
		dg_slice_of(c->line->ptr + c->line_len + value->at, value->len),
		c->err);
}

int dg_canon_key_encode(struct dg_canon *c)
{
	size_t i;
	int rc = 0;

	if (!c->keys || !c->key)
		return 0;
	for (i = 0; rc == 0 && i < c->keys->count; i++)
		rc = encode(c, i);
	return rc;
}
