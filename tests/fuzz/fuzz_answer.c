/*
 * What stands for an answer of DynamoDB, from whoever answers: as a page of a
 * scan, as the answer to a batch and as an error. What is counted is what was
 * handed over, and a refusal has words.
 */
#include "dynamodb/answer.h"
#include "dynamodb/batch_request.h"
#include "dynamodb/scan.h"
#include "fuzz_target.h"
#include <stdio.h>
#include <stdlib.h>

static const struct dg_key_schema keys = {1, {{"id", 'S'}}};

struct seen {
	uint64_t items;
	uint64_t bytes;
};

static int count_item(void *context, const struct dg_item *item,
		      struct dg_error *err)
{
	struct seen *seen = context;

	(void)err;
	check(item->key.len > 0);
	seen->items++;
	seen->bytes += item->line.len + 1;
	return 0;
}

static void read_page(struct dg_slice body)
{
	struct seen seen = {0};
	struct dg_scan_reader reader = {
		.keys = &keys, .item = count_item, .context = &seen};
	struct dg_scan_page page;
	struct dg_error err = {0};
	int rc;

	check(dg_scan_reader_init(&reader, NULL) == 0);
	rc = dg_scan_page_read(&reader, body, &page, &err);
	if (rc == 0) {
		check(page.items == seen.items && page.bytes == seen.bytes);
		check(page.last_key.len == 0 ||
		      (page.last_key.ptr >= body.ptr &&
		       page.last_key.ptr + page.last_key.len <=
			       body.ptr + body.len));
	} else {
		check(rc == DG_ESERVICE && err.message[0]);
	}
	dg_scan_reader_free(&reader);
}

static struct dg_batch_item *new_item(const char *id)
{
	struct dg_batch_item *item = calloc(1, sizeof(*item) + 64);
	struct dg_buf key = DG_BUF_INIT(64);
	int len;

	check(item);
	len = snprintf(item->bytes, 32, "{\"id\":{\"S\":\"%s\"}}", id);
	item->line_len = (size_t)len;
	check(dg_key_encode(&key, 'S', dg_slice_str(id), NULL) == 0);
	memcpy(item->bytes + len, key.ptr, key.len);
	item->key_len = key.len;
	dg_buf_free(&key);
	return item;
}

static void read_batch(struct dg_slice body)
{
	struct dg_batch_item *items[] = {new_item("a"), new_item("b")};
	struct dg_batch_reader reader = {.keys = &keys};
	struct dg_batch_answer answer;
	struct dg_error err = {0};
	int rc;

	check(dg_batch_reader_init(&reader, NULL) == 0);
	rc = dg_batch_answer_read(&reader, body, items, 2, &answer, &err);
	check(rc == 0 || (rc == DG_ESERVICE && err.message[0]));
	check(answer.unprocessed ==
	      (size_t)answer.pending[0] + answer.pending[1]);
	check(answer.units.index_count <= DG_BATCH_INDEXES_MAX);
	dg_batch_reader_free(&reader);
	free(items[0]);
	free(items[1]);
}

static void read_error(struct dg_slice body)
{
	struct dg_answer_error error;

	dg_answer_error_read(body, &error);
	check(strlen(error.type) < sizeof(error.type));
	check(strlen(error.words) < sizeof(error.words));
	(void)dg_answer_is_foreign(200, body, &error);
	check(dg_answer_code(400, error.type) < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct dg_slice body = dg_slice_of((const char *)data, size);

	read_page(body);
	read_batch(body);
	read_error(body);
	return 0;
}
