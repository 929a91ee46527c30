#include "dynamodb/live_source.h"

#include "base/text.h"
#include "base/work.h"
#include "dynamodb/call.h"
#include "dynamodb/live_scan.h"
#include "dynamodb/table.h"
#include "item/table_def.h"

#include <stdlib.h>

/* A segment for each so many bytes of the table: some eight pages. */
#define SEGMENT_BYTES ((size_t)8 * 1024 * 1024)
#define SEGMENTS_MAX 256
#define SEGMENTS_ASKED_MAX 1000000
/* Each waits for the network most of the time. */
#define WORKERS_PER_CORE 4
#define WORKERS_MAX 16
#define READ_UNIT_BYTES 4096.0

struct live {
	struct dg_item_source source; /* must be first */
	struct dg_dynamodb *db;
	char *table;
	char *phase;
	char *temp_dir;
	struct dg_live_scan scan;
	uint64_t memory;

	bool read;  /* the scan has been run */
	int failed; /* its code, kept: a source that failed stays failed */
	struct dg_sort *sort;
	struct dg_item_source *sorted;
	struct dg_live_scan_result result;
};

static int fail(struct live *live, int rc, struct dg_error *err)
{
	live->failed = rc;
	return dg_error_prefix(err, "cannot read table '%s'", live->table);
}

static int read_table(struct live *live, struct dg_error *err)
{
	const struct dg_sort_options options = {
		.keys = live->source.keys,
		.memory = live->memory - live->scan.response_memory,
		.writers = live->scan.workers,
		.temp_dir = live->temp_dir,
		.cancel = live->db->cancel,
	};
	int rc = dg_sort_open(&live->sort, &options, err);

	if (rc < 0)
		return rc;
	live->scan.sort = live->sort;
	rc = dg_live_scan_run(&live->scan, &live->result, err);
	if (rc < 0)
		return rc;
	return dg_sort_finish(live->sort, &live->sorted, err);
}

int dg_live_source_read(struct dg_item_source *source, struct dg_error *err)
{
	struct live *live = (struct live *)source;
	int rc;

	if (live->failed < 0)
		return dg_error_set(err, (enum dg_code)live->failed,
				    "reading table '%s' failed before",
				    live->table);
	if (live->read)
		return 0;
	live->read = true;
	rc = read_table(live, err);
	return rc < 0 ? fail(live, rc, err) : 0;
}

static int live_next(struct dg_item_source *self, struct dg_item *item,
		     struct dg_error *err)
{
	struct live *live = (struct live *)self;
	int rc = dg_live_source_read(self, err);

	if (rc < 0)
		return rc;
	rc = dg_source_next(live->sorted, item, err);
	return rc < 0 ? fail(live, rc, err) : rc;
}

static void live_close(struct dg_item_source *self)
{
	struct live *live = (struct live *)self;

	dg_source_close(live->sorted);
	dg_sort_free(live->sort);
	free(live->table);
	free(live->phase);
	free(live->temp_dir);
	free(live);
}

void dg_live_source_stats(const struct dg_item_source *source,
			  struct dg_live_stats *out)
{
	const struct live *live = (const struct live *)source;

	*out = (struct dg_live_stats){
		.pages = live->result.pages,
		.units = live->result.units,
	};
	if (!live->sort)
		return;
	dg_sort_stats(live->sort, &out->sort);
	out->duplicates = out->sort.duplicates;
	out->items = out->sort.items - out->duplicates;
}

static size_t clamp(uint64_t value, size_t low, size_t high)
{
	if (value < low)
		return low;
	return value > high ? high : (size_t)value;
}

static size_t default_workers(void)
{
	return clamp(dg_work_cores() * WORKERS_PER_CORE, 1, WORKERS_MAX);
}

/* Workers by segments, machine and memory; memory by workers: a quarter of it
 * at most for responses, the rest for the sort. */
static void share_out(struct live *live, size_t segments, uint64_t size)
{
	struct dg_live_scan *scan = &live->scan;
	size_t wanted;

	scan->segments = segments > 0
				 ? segments
				 : clamp(size / SEGMENT_BYTES, 1, SEGMENTS_MAX);
	/* Who asks for segments wants them read at the same time. */
	wanted = segments > 0 ? WORKERS_MAX : default_workers();
	scan->workers =
		clamp(live->memory / 4 / DG_RESPONSE_BYTES, 1,
		      wanted < scan->segments ? wanted : scan->segments);
	scan->response_memory = (uint64_t)scan->workers * DG_RESPONSE_BYTES;
	if (scan->response_memory > live->memory / 2)
		scan->response_memory = live->memory / 2;
}

/* What DescribeTable says of the table's size, six hours old on AWS. */
static void estimate(struct live *live, const struct dg_live_options *options)
{
	struct dg_live_scan *scan = &live->scan;
	uint64_t items = 0, size = 0;
	double units = 1; /* a small page at first, if nothing is known */

	dg_json_get_u64(options->describe, "ItemCount", &items);
	dg_json_get_u64(options->describe, "TableSizeBytes", &size);
	if (items > 0 && size > 0)
		units = (double)size / (double)items / READ_UNIT_BYTES;
	scan->units_per_item = scan->consistent ? units : units / 2;
	/* Its bytes are not those of the JSON that is counted: often half. */
	scan->state = (struct dg_progress_state){
		.phase = live->phase,
		.expected_items = items,
	};
	share_out(live, options->segments, size);
}

static int read_keys(struct dg_key_schema *keys, const struct dg_json *table,
		     struct dg_error *err)
{
	struct dg_json *definition = NULL;
	int rc = dg_table_def_from_describe(&definition, table, err);

	if (rc == 0)
		rc = dg_table_def_keys(definition, keys, err);
	dg_json_free(definition);
	return rc;
}

static int copy_options(struct live *live,
			const struct dg_live_options *options,
			struct dg_error *err)
{
	struct dg_live_scan *scan = &live->scan;
	int rc = dg_strdup(&live->table, options->table, err);

	if (rc == 0)
		rc = dg_strdup(&live->phase,
			       options->phase ? options->phase : "Reading",
			       err);
	if (rc == 0 && options->temp_dir)
		rc = dg_strdup(&live->temp_dir, options->temp_dir, err);
	if (rc == 0)
		rc = read_keys(&live->source.keys, options->describe, err);
	if (rc == 0)
		rc = dg_rate_units(&scan->rate_units, &options->rate,
				   dg_table_read_units(options->describe), err);
	scan->db = live->db;
	scan->table = live->table;
	scan->keys = &live->source.keys;
	scan->consistent = options->consistent;
	scan->progress = options->progress;
	live->memory = options->memory;
	return rc;
}

int dg_live_source_open(struct dg_item_source **out, struct dg_dynamodb *db,
			const struct dg_live_options *options,
			struct dg_error *err)
{
	struct live *live;
	int rc;

	if (options->segments > SEGMENTS_ASKED_MAX)
		return dg_error_set(err, DG_EUSAGE,
				    "a scan has at most %d segments",
				    SEGMENTS_ASKED_MAX);
	live = calloc(1, sizeof(*live));
	if (!live)
		return dg_error_nomem(err);
	live->db = db;
	live->source.next = live_next;
	live->source.close = live_close;
	rc = copy_options(live, options, err);
	if (rc < 0) {
		live_close(&live->source);
		return rc;
	}
	estimate(live, options);
	*out = &live->source;
	return 0;
}
