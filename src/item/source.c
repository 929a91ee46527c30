#include "item/source.h"

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
