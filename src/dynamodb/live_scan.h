/*
 * The parallel Scan under a live source: segments are tasks, each worker has
 * one connection and one writer of the sort. A page goes into the sort only
 * after the whole of it has passed the client's checks.
 */
#ifndef DG_DYNAMODB_LIVE_SCAN_H
#define DG_DYNAMODB_LIVE_SCAN_H

#include "dynamodb/live_source.h"

/* What one response is taken to need before the first has come. */
#define DG_RESPONSE_BYTES ((size_t)2 * 1024 * 1024)
#define DG_RESPONSE_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct dg_live_scan {
	struct dg_dynamodb *db;
	const char *table;
	const struct dg_key_schema *keys;
	size_t segments;
	size_t workers;
	bool consistent;
	double rate_units;     /* a second; 0: no limit */
	double units_per_item; /* an estimate for the first page */
	uint64_t response_memory;
	struct dg_sort *sort; /* with a writer for each worker */
	const struct dg_progress *progress;
	struct dg_progress_state state; /* phase and what is expected */
};

struct dg_live_scan_result {
	uint64_t pages;
	double units;
};

int dg_live_scan_run(const struct dg_live_scan *scan,
		     struct dg_live_scan_result *result, struct dg_error *err);

/* Items a page, so that it costs at most half a second of the rate, or `least`
 * units, below which no page costs; 0: as many as the service likes. */
uint64_t dg_live_page_limit(double rate_units, double least,
			    double units_per_item);

#endif
