#include "dynamodb/batch_get_size.h"

#include "dynamodb/batch_get_request.h"

#include <math.h>

#define UNIT_BYTES 4096
#define BATCH_SECONDS 0.5
/* Where nothing is known of the items. */
#define ITEM_BYTES 1024

void dg_batch_get_size_init(struct dg_batch_get_size *size, uint64_t memory,
			    double rate, uint64_t item_bytes)
{
	size->memory = (double)memory;
	size->rate = rate;
	size->bytes = item_bytes > 0 ? (double)item_bytes : ITEM_BYTES;
	size->units = ceil(size->bytes / UNIT_BYTES);
}

size_t dg_batch_get_size_keys(const struct dg_batch_get_size *size)
{
	const double room = size->rate * BATCH_SECONDS;
	double keys = size->memory / size->bytes;

	if (room > 0 && keys > room / size->units)
		keys = room / size->units;
	if (keys < 1)
		return 1;
	return keys < DG_GET_KEYS ? (size_t)keys : DG_GET_KEYS;
}

static void learn(double *average, double value)
{
	*average = value > *average ? value : (*average * 3 + value) / 4;
}

void dg_batch_get_size_learn(struct dg_batch_get_size *size, size_t items,
			     size_t bytes, double units)
{
	if (items == 0)
		return;
	learn(&size->bytes, (double)bytes / (double)items);
	if (units > 0)
		learn(&size->units, units / (double)items);
}
