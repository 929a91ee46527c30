#include "snapshot/order.h"

#define KEY_MAX ((size_t)1024 * 1024)

void dg_order_init(struct dg_order *order)
{
	dg_buf_init(&order->last, KEY_MAX);
	order->any = false;
}

void dg_order_free(struct dg_order *order)
{
	dg_buf_free(&order->last);
}

void dg_order_reset(struct dg_order *order)
{
	order->any = false;
}

int dg_order_step(struct dg_order *order, struct dg_slice key,
		  struct dg_error *err)
{
	int rc;

	if (order->any &&
	    dg_slice_compare(dg_buf_slice(&order->last), key) >= 0)
		return 0;
	order->any = true;
	dg_buf_clear(&order->last);
	rc = dg_buf_add_slice(&order->last, key, err);
	return rc < 0 ? rc : 1;
}
