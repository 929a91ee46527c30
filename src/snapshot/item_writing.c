#include "snapshot/item_writing.h"

#include "base/pipeline.h"
#include "base/text.h"
#include "item/item_block.h"
#include "snapshot/order.h"

/* One for each stage, and one that waits for the slowest. */
#define BLOCKS 4

struct run {
	const struct dg_item_writing *writing;
	struct dg_item_block blocks[BLOCKS];
	struct dg_order order;
	uint64_t items; /* written */
	uint64_t bytes;
};

static int take(void *context, void *block, struct dg_cancel *stop,
		struct dg_error *err)
{
	struct run *run = context;

	(void)stop;
	return dg_item_block_fill(block, run->writing->items, err);
}

static int digest(void *context, void *given, struct dg_cancel *stop,
		  struct dg_error *err)
{
	struct run *run = context;
	const struct dg_item_block *block = given;

	(void)stop;
	return dg_table_digest_add_lines(run->writing->digest,
					 dg_buf_slice(&block->lines),
					 block->count, err);
}

static int write_item(struct run *run, const struct dg_item *item,
		      struct dg_error *err)
{
	struct dg_layout_writer *layout = run->writing->layout;
	int rc = dg_order_step(&run->order, item->key, err);

	if (rc == 0)
		return dg_error_set(err, DG_EINVALID,
				    "items to write are not in the order of "
				    "keys");
	return rc < 0 ? rc : layout->add(layout, item, err);
}

static int write_block(void *context, void *given, struct dg_cancel *stop,
		       struct dg_error *err)
{
	struct run *run = context;
	const struct dg_item_block *block = given;
	struct dg_item_block_cursor cursor = {0};
	struct dg_progress_state state = {.phase = "Writing"};
	struct dg_item item;
	int rc = 0;

	(void)stop;
	while (rc == 0 && dg_item_block_next(block, &cursor, &item))
		rc = write_item(run, &item, err);
	if (rc < 0)
		return rc;
	state.items = run->items += block->count;
	state.bytes = run->bytes += block->lines.len;
	dg_progress_update(run->writing->progress, &state);
	return 0;
}

static int run_pipeline(struct run *run, struct dg_error *err)
{
	void *blocks[BLOCKS];
	const struct dg_stage stages[] = {
		{take, run},
		{digest, run},
		{write_block, run},
	};
	const struct dg_pipeline pipeline = {
		.stages = stages,
		.stage_count = sizeof(stages) / sizeof(stages[0]),
		.blocks = blocks,
		.block_count = BLOCKS,
		.cancel = run->writing->cancel,
	};
	size_t i;
	int rc;

	for (i = 0; i < BLOCKS; i++) {
		dg_item_block_init(&run->blocks[i]);
		blocks[i] = &run->blocks[i];
	}
	rc = dg_pipeline_run(&pipeline, err);
	for (i = 0; i < BLOCKS; i++)
		dg_item_block_free(&run->blocks[i]);
	return rc;
}

/* The digest vouches for what was read, the layout for what it wrote: only
 * together they say that nothing was lost between them. */
static int finish(const struct dg_item_writing *writing, struct dg_error *err)
{
	struct dg_layout_writer *layout = writing->layout;
	char written[DG_COUNT_SIZE], read[DG_COUNT_SIZE];
	int rc = dg_cancel_check(writing->cancel, err);

	if (rc == 0)
		rc = layout->finish(layout, err);
	if (rc == 0 && layout->items != writing->digest->items)
		rc = dg_error_set(
			err, DG_EFAILED,
			"%s of %s items came into the files: a fault of ddbgit",
			dg_format_count(layout->items, written),
			dg_format_count(writing->digest->items, read));
	return rc;
}

int dg_item_writing_run(const struct dg_item_writing *writing,
			struct dg_error *err)
{
	struct run run = {.writing = writing};
	int rc;

	dg_order_init(&run.order);
	rc = run_pipeline(&run, err);
	dg_order_free(&run.order);
	return rc < 0 ? rc : finish(writing, err);
}
