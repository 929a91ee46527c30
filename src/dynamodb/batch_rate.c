#include "dynamodb/batch_rate.h"

#include "base/text.h"
#include "dynamodb/table.h"

#include <pthread.h>
#include <stdlib.h>

#define BATCH_SECONDS 0.5

/* Of the table, or of one index. */
struct bucket {
	char *name;   /* of the index */
	double units; /* a second; 0: not limited */
	struct dg_rate *rate;
	double per_item; /* units an item costs, as it was lately */
};

struct dg_batch_rate {
	pthread_mutex_t lock; /* of each per_item */
	size_t count;
	struct bucket bucket[]; /* the table's first */
};

static int open_bucket(struct bucket *bucket, const struct dg_json *describe,
		       const struct dg_rate_limit *limit,
		       struct dg_clock *clock, struct dg_error *err)
{
	const uint64_t provisioned =
		describe ? dg_table_write_units(describe) : 0;
	int rc = dg_rate_units(&bucket->units, limit, provisioned, err);

	/* Until an answer says better. */
	bucket->per_item = 1;
	return rc < 0 ? rc
		      : dg_rate_open(&bucket->rate, bucket->units, clock, err);
}

static const struct dg_json *first_index(const struct dg_json *describe)
{
	const struct dg_json *list =
		describe ? dg_json_get(describe, "GlobalSecondaryIndexes")
			 : NULL;

	return list ? dg_json_first(list) : NULL;
}

static int open_buckets(struct dg_batch_rate *rate,
			const struct dg_json *describe,
			const struct dg_rate_limit *limit,
			struct dg_clock *clock, struct dg_error *err)
{
	const struct dg_json *index = first_index(describe);
	int rc = open_bucket(&rate->bucket[0], describe, limit, clock, err);

	for (size_t i = 1; rc == 0 && i < rate->count;
	     i++, index = dg_json_next(index)) {
		const char *name = dg_json_get_string(index, "IndexName");

		rc = dg_strdup(&rate->bucket[i].name, name ? name : "", err);
		if (rc == 0)
			rc = open_bucket(&rate->bucket[i], index, limit, clock,
					 err);
	}
	return rc;
}

int dg_batch_rate_open(struct dg_batch_rate **out,
		       const struct dg_json *describe,
		       const struct dg_rate_limit *limit,
		       struct dg_clock *clock, struct dg_error *err)
{
	struct dg_batch_rate *rate;
	size_t count = 1;
	int rc;

	for (const struct dg_json *index = first_index(describe); index;
	     index = dg_json_next(index))
		count++;
	rate = calloc(1, sizeof(*rate) + count * sizeof(rate->bucket[0]));
	if (!rate)
		return dg_error_nomem(err);
	pthread_mutex_init(&rate->lock, NULL);
	rate->count = count;
	rc = open_buckets(rate, describe, limit, clock, err);
	if (rc < 0) {
		dg_batch_rate_close(rate);
		return rc;
	}
	*out = rate;
	return 0;
}

void dg_batch_rate_close(struct dg_batch_rate *rate)
{
	if (!rate)
		return;
	for (size_t i = 0; i < rate->count; i++) {
		dg_rate_close(rate->bucket[i].rate);
		free(rate->bucket[i].name);
	}
	pthread_mutex_destroy(&rate->lock);
	free(rate);
}

bool dg_batch_rate_wants_indexes(const struct dg_batch_rate *rate)
{
	for (size_t i = 1; i < rate->count; i++)
		if (rate->bucket[i].units > 0)
			return true;
	return false;
}

double dg_batch_rate_units(const struct dg_batch_rate *rate)
{
	return rate->bucket[0].units;
}

size_t dg_batch_rate_items(struct dg_batch_rate *rate)
{
	double items = DG_BATCH_ITEMS;

	pthread_mutex_lock(&rate->lock);
	for (size_t i = 0; i < rate->count; i++) {
		const struct bucket *bucket = &rate->bucket[i];
		double room = bucket->units * BATCH_SECONDS;

		if (bucket->units > 0 && bucket->per_item * items > room)
			items = room / bucket->per_item;
	}
	pthread_mutex_unlock(&rate->lock);
	return items < 1 ? 1 : (size_t)items;
}

int dg_batch_rate_take(struct dg_batch_rate *rate,
		       const struct dg_cancel *cancel, struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < rate->count; i++)
		rc = dg_rate_take(rate->bucket[i].rate, cancel, err);
	return rc;
}

/* What bucket i was charged; an index that is not named, nothing. */
static double units_of(const struct dg_batch_rate *rate, size_t i,
		       const struct dg_batch_units *units)
{
	if (i == 0)
		return units->table >= 0 ? units->table : units->all;
	for (size_t k = 0; k < units->index_count; k++)
		if (dg_slice_equal(units->index[k].name,
				   dg_slice_str(rate->bucket[i].name)))
			return units->index[k].units;
	return 0;
}

/* As the bucket learns: up at once, down slowly. */
static void learn(struct dg_batch_rate *rate, struct bucket *bucket,
		  double per_item)
{
	if (per_item > DG_RATE_BATCH_MAX)
		per_item = DG_RATE_BATCH_MAX;
	pthread_mutex_lock(&rate->lock);
	if (per_item < bucket->per_item)
		per_item = (bucket->per_item * 3 + per_item) / 4;
	bucket->per_item = per_item;
	pthread_mutex_unlock(&rate->lock);
}

void dg_batch_rate_charge(struct dg_batch_rate *rate,
			  const struct dg_batch_units *units, size_t items)
{
	for (size_t i = 0; i < rate->count; i++) {
		struct bucket *bucket = &rate->bucket[i];
		double cost = units ? units_of(rate, i, units) : -1;

		dg_rate_charge(bucket->rate, cost, DG_RATE_BATCH_MAX);
		if (items > 0 && cost >= 0)
			learn(rate, bucket, cost / (double)items);
	}
}

void dg_batch_rate_consumed(struct dg_batch_rate *rate, double *total,
			    double *a_second)
{
	dg_rate_consumed(rate->bucket[0].rate, total, a_second);
}
