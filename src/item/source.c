#include "item/source.h"

int dg_source_step_to(struct dg_item_source *source, struct dg_slice key,
		      struct dg_item *item, struct dg_error *err)
{
	int rc = source->seek ? source->seek(source, key, err) : 0;

	if (rc < 0)
		return rc;
	do
		rc = dg_source_next(source, item, err);
	while (rc > 0 && dg_slice_compare(item->key, key) < 0);
	return rc;
}

int dg_source_find(struct dg_item_source *source, struct dg_slice key,
		   struct dg_item *item, struct dg_error *err)
{
	int rc = dg_source_step_to(source, key, item, err);

	return rc > 0 ? dg_slice_equal(item->key, key) : rc;
}

int dg_source_pair(struct dg_item_source *left, struct dg_item_source *right,
		   struct dg_error *err)
{
	int rc = 0;

	if (left->pair && left->pair == right->pair)
		return left->pair(left, right, err);
	if (left->pair)
		rc = left->pair(left, NULL, err);
	if (rc == 0 && right->pair)
		rc = right->pair(right, NULL, err);
	return rc;
}

int dg_source_rewind(struct dg_item_source *source, struct dg_error *err)
{
	if (!source->rewind)
		return dg_error_set(err, DG_EUNSUPPORTED,
				    "a live table can be read only once");
	return source->rewind(source, err);
}

void dg_source_close(struct dg_item_source *source)
{
	if (source)
		source->close(source);
}
