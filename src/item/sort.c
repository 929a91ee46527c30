#include "item/sort.h"

#include "base/work.h"
#include "item/merge.h"
#include "item/sort_writer.h"
#include <stdlib.h>

#define READ_BUFFER_MAX (1024u * 1024)

/* How many items pass between two looks at the cancel flag. */
#define CANCEL_EVERY 1024

struct dg_sort {
	struct dg_sort_options options;
	struct dg_sort_writer **writers;
	uint64_t pool; /* bytes of memory that no writer has yet; atomic */
	/* Once finished, where something was spilled: */
	struct dg_run_list runs;   /* of all writers */
	struct dg_run_file merged; /* what merges before the last one wrote */
	uint64_t duplicates;       /* left out by those */
	uint64_t last_duplicates;  /* by the last one, as far as it got */
};

int dg_sort_open(struct dg_sort **out, const struct dg_sort_options *options,
		 struct dg_error *err)
{
	struct dg_sort *sort = calloc(1, sizeof(*sort));
	uint64_t share;
	size_t i;
	int rc = 0;

	if (!sort)
		return dg_error_nomem(err);
	sort->options = *options;
	if (sort->options.writers == 0)
		sort->options.writers = 1;
	/* Half for each its own, so that none has to spill very little; half
	 * for those that get more than others, so that they need not spill. */
	share = sort->options.memory / sort->options.writers;
	if (sort->options.writers > 1)
		share /= 2;
	sort->pool = sort->options.memory - share * sort->options.writers;
	dg_run_file_init(&sort->merged, options->temp_dir, DG_RUN_BUFFER_MIN);
	sort->writers = calloc(sort->options.writers, sizeof(void *));
	if (!sort->writers)
		rc = dg_error_nomem(err);
	for (i = 0; rc == 0 && i < sort->options.writers; i++)
		rc = dg_sort_writer_new(&sort->writers[i], options, share,
					&sort->pool, err);
	if (rc < 0) {
		dg_sort_free(sort);
		return rc;
	}
	*out = sort;
	return 0;
}

struct dg_sort_writer *dg_sort_writer(struct dg_sort *sort, size_t i)
{
	return sort->writers[i];
}

/* How many runs can be merged at once, each with the smallest buffer, another
 * one for writing, and one to spare. */
static size_t fan_in(const struct dg_sort *sort)
{
	uint64_t each = DG_RUN_BUFFER_MIN + dg_merge_overhead();
	uint64_t n = sort->options.memory / each;

	return n < 4 ? 2 : (size_t)n - 2;
}

/* Copies a whole merge into a run. */
static int write_merge(struct dg_sort *sort, struct dg_merge *merge,
		       struct dg_run *run, struct dg_error *err)
{
	struct dg_record record;
	size_t until_check = 0;
	int rc = dg_run_begin(&sort->merged, run, err);

	if (rc < 0)
		return rc;
	while ((rc = dg_merge_next(merge, &record, err)) > 0) {
		if (until_check-- == 0) {
			rc = dg_cancel_check(sort->options.cancel, err);
			until_check = CANCEL_EVERY;
		}
		if (rc >= 0)
			rc = dg_run_add(&sort->merged, &record, err);
		if (rc < 0)
			return rc;
	}
	sort->duplicates += dg_merge_duplicates(merge);
	return rc < 0 ? rc : dg_run_end(&sort->merged, run, err);
}

/* Makes one run of the first n, at the list's end. */
static int merge_first(struct dg_sort *sort, size_t n, struct dg_error *err)
{
	struct dg_run_list *list = &sort->runs;
	struct dg_merge *merge;
	struct dg_run run;
	int rc = dg_merge_open_runs(&merge, list->runs, n, DG_RUN_BUFFER_MIN,
				    err);

	if (rc < 0)
		return rc;
	rc = write_merge(sort, merge, &run, err);
	dg_merge_close(merge);
	if (rc < 0)
		return rc;
	list->count -= n;
	memmove(list->runs, list->runs + n, list->count * sizeof(run));
	return dg_run_list_push(list, &run, err);
}

/* Spills the rest of every writer, so that the merge has all the memory, and
 * merges until the runs that are left can be merged at once. */
static int collect_runs(struct dg_sort *sort, struct dg_error *err)
{
	size_t limit = fan_in(sort);
	size_t i, k;
	int rc = 0;

	for (i = 0; rc == 0 && i < sort->options.writers; i++) {
		struct dg_sort_writer *writer = sort->writers[i];

		rc = dg_sort_writer_spill(writer, err);
		dg_sort_writer_rest(writer);
		for (k = 0; rc == 0 && k < writer->runs.count; k++)
			rc = dg_run_list_push(&sort->runs,
					      &writer->runs.runs[k], err);
	}
	while (rc == 0 && sort->runs.count > limit) {
		/* No more than needed: each pass copies what it merges. */
		size_t n = sort->runs.count - limit + 1;

		rc = merge_first(sort, n < limit ? n : limit, err);
	}
	dg_run_file_rest(&sort->merged);
	return rc;
}

static int merge_spilled(struct dg_sort *sort, struct dg_merge **out,
			 struct dg_error *err)
{
	uint64_t buffer;
	int rc = collect_runs(sort, err);

	if (rc < 0)
		return rc;
	buffer = sort->options.memory / sort->runs.count;
	buffer -= buffer < dg_merge_overhead() ? buffer : dg_merge_overhead();
	if (buffer < DG_RUN_BUFFER_MIN)
		buffer = DG_RUN_BUFFER_MIN;
	if (buffer > READ_BUFFER_MAX)
		buffer = READ_BUFFER_MAX;
	return dg_merge_open_runs(out, sort->runs.runs, sort->runs.count,
				  (size_t)buffer, err);
}

static int sort_writer(void *context, size_t worker, size_t task,
		       struct dg_cancel *stop, struct dg_error *err)
{
	struct dg_sort *sort = context;

	(void)worker;
	(void)stop;
	(void)err;
	dg_arena_sort(&sort->writers[task]->arena);
	return 0;
}

static int merge_in_memory(struct dg_sort *sort, struct dg_merge **out,
			   struct dg_error *err)
{
	size_t count = sort->options.writers;
	const struct dg_work sorting = {
		.run = sort_writer,
		.context = sort,
		.workers = dg_work_cores(),
		.tasks = count,
		.cancel = sort->options.cancel,
	};
	const struct dg_arena **arenas = calloc(count, sizeof(*arenas));
	size_t i;
	int rc;

	if (!arenas)
		return dg_error_nomem(err);
	for (i = 0; i < count; i++)
		arenas[i] = &sort->writers[i]->arena;
	rc = dg_work_run(&sorting, err);
	if (rc == 0)
		rc = dg_merge_open_arenas(out, arenas, count, err);
	free(arenas);
	return rc;
}

struct sorted_source {
	struct dg_item_source source;
	struct dg_sort *sort;
	struct dg_merge *merge;
	size_t until_check;
};

static int sorted_next(struct dg_item_source *self, struct dg_item *item,
		       struct dg_error *err)
{
	struct sorted_source *sorted = (struct sorted_source *)self;
	struct dg_sort *sort = sorted->sort;
	struct dg_record record;
	uint64_t duplicates;
	int rc;

	if (sorted->until_check == 0) {
		rc = dg_cancel_check(sort->options.cancel, err);
		if (rc < 0)
			return rc;
		sorted->until_check = CANCEL_EVERY;
	}
	sorted->until_check--;
	rc = dg_merge_next(sorted->merge, &record, err);
	if (rc > 0)
		*item = (struct dg_item){record.line, record.key};
	duplicates = dg_merge_duplicates(sorted->merge);
	/* A second reading finds the same ones again. */
	if (duplicates > sort->last_duplicates)
		sort->last_duplicates = duplicates;
	return rc;
}

static int sorted_rewind(struct dg_item_source *self, struct dg_error *err)
{
	(void)err;
	dg_merge_rewind(((struct sorted_source *)self)->merge);
	return 0;
}

static void sorted_close(struct dg_item_source *self)
{
	dg_merge_close(((struct sorted_source *)self)->merge);
	free(self);
}

static bool has_spilled(const struct dg_sort *sort)
{
	size_t i;

	for (i = 0; i < sort->options.writers; i++)
		if (sort->writers[i]->runs.count > 0)
			return true;
	return false;
}

int dg_sort_finish(struct dg_sort *sort, struct dg_item_source **out,
		   struct dg_error *err)
{
	struct sorted_source *sorted = calloc(1, sizeof(*sorted));
	int rc;

	if (!sorted)
		return dg_error_nomem(err);
	rc = has_spilled(sort) ? merge_spilled(sort, &sorted->merge, err)
			       : merge_in_memory(sort, &sorted->merge, err);
	if (rc < 0) {
		free(sorted);
		return rc;
	}
	sorted->sort = sort;
	sorted->source = (struct dg_item_source){
		.next = sorted_next,
		.close = sorted_close,
		.rewind = sorted_rewind,
		.keys = sort->options.keys,
	};
	*out = &sorted->source;
	return 0;
}

void dg_sort_stats(const struct dg_sort *sort, struct dg_sort_stats *out)
{
	size_t i;

	*out = (struct dg_sort_stats){
		.duplicates = sort->duplicates + sort->last_duplicates,
		.spilled_bytes = sort->merged.size,
	};
	for (i = 0; i < sort->options.writers; i++) {
		const struct dg_sort_writer *writer = sort->writers[i];

		out->items += writer->items;
		out->bytes += writer->bytes;
		out->duplicates += writer->duplicates;
		out->spilled_bytes += writer->file.size;
		out->runs += writer->runs.count;
	}
}

void dg_sort_free(struct dg_sort *sort)
{
	size_t i;

	if (!sort)
		return;
	for (i = 0; sort->writers && i < sort->options.writers; i++)
		dg_sort_writer_free(sort->writers[i]);
	dg_run_file_close(&sort->merged);
	free(sort->writers);
	free(sort->runs.runs);
	free(sort);
}
