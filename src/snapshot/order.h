/* Are keys strictly ascending? Remembers the last one. */
#ifndef DG_SNAPSHOT_ORDER_H
#define DG_SNAPSHOT_ORDER_H

#include "base/buf.h"

struct dg_order {
	struct dg_buf last;
	bool any;
};

void dg_order_init(struct dg_order *order);
void dg_order_free(struct dg_order *order);

/* Any key may come next. */
void dg_order_reset(struct dg_order *order);

/* 1: key is above the last one and is the last one now; 0: it is not. */
int dg_order_step(struct dg_order *order, struct dg_slice key,
		  struct dg_error *err);

#endif
