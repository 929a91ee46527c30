/*
 * A live table as an item source: a parallel Scan, canonical form in the
 * workers, external merge sort. The first next() reads the whole table. The
 * scan's segments are tasks of a fixed number of workers with one connection
 * each. A failed segment fails the source: half a table is no table.
 */
#ifndef DG_DYNAMODB_LIVE_SOURCE_H
#define DG_DYNAMODB_LIVE_SOURCE_H

#include "dynamodb/client.h"
#include "dynamodb/rate.h"
#include "item/sort.h"
#include "item/source.h"
#include <ddbgit/progress.h>

struct dg_live_options {
	const char *table;              /* name; copied */
	const struct dg_json *describe; /* the Table object, for estimates */
	size_t segments;                /* 0: by the table's size */
	bool consistent;
	struct dg_rate_limit rate;
	uint64_t memory;      /* bytes: responses and runs together */
	const char *temp_dir; /* as dg_temp_file_open takes it */
	const struct dg_progress *progress;
	const char *phase; /* for progress: "Reading", "Verifying" */
};

struct dg_live_stats {
	uint64_t items;      /* distinct keys */
	uint64_t duplicates; /* later reads that replaced earlier ones */
	uint64_t pages;
	double units;
	struct dg_sort_stats sort;
};

int dg_live_source_open(struct dg_item_source **out, struct dg_dynamodb *db,
			const struct dg_live_options *options,
			struct dg_error *err);

/* Reads the table now, so that its failures come before anything is written;
 * else the first next() does. */
int dg_live_source_read(struct dg_item_source *source, struct dg_error *err);

void dg_live_source_stats(const struct dg_item_source *source,
			  struct dg_live_stats *out);

#endif
