/* GetItem: one item by its key, in canonical form. */
#ifndef DG_DYNAMODB_GET_ITEM_H
#define DG_DYNAMODB_GET_ITEM_H

#include "dynamodb/client.h"

struct dg_get_item {
	const char *table;   /* name */
	struct dg_slice key; /* {"id":{"S":"a"}} */
	bool consistent;
};

/* Appends its canonical line to line where there is such an item, which
 * *found tells. */
int dg_get_item(struct dg_connection *connection,
		const struct dg_get_item *request, struct dg_buf *line,
		bool *found, struct dg_error *err);

#endif
