/*
 * The canonicaliser's speed: megabytes of DynamoDB JSON a second on one core,
 * parse to canonical line and key, over items as Scan returns them (about
 * 700 bytes, members in the service's order, that is none).
 *
 *	bench_canon [MEGABYTES] [FILE]	FILE: items, one a line
 */
#include "item/canon.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t state = 88172645463325252u;

/* Xorshift: the same items in every run. */
static unsigned int dice(unsigned int sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned int)(state >> 33) % sides;
}

static void add_words(struct dg_buf *out, unsigned int count)
{
	static const char *const words[] = {
		"alpha",   "Bestellung", "caf\xc3\xa9", "delta",
		"invoice", "paid",       "2025-01-27",  "street",
		"42",      "\\\"ok\\\"", "shipped",     "Z\xc3\xbcrich",
	};

	while (count-- > 0) {
		dg_buf_add_str(out, words[dice(12)], NULL);
		if (count > 0)
			dg_buf_add_char(out, ' ', NULL);
	}
}

static void add_item(struct dg_buf *out, unsigned int i)
{
	dg_buf_addf(out, NULL,
		    "{\"status\":{\"S\":\"ACTIVE\"},\"createdAt\":{\"S\":"
		    "\"2025-01-%02uT%02u:15:22.123Z\"},\"price\":{\"N\":"
		    "\"%u.%u5\"},\"title\":{\"S\":\"",
		    1 + dice(28), dice(24), dice(5000), dice(10));
	add_words(out, 5 + dice(5));
	dg_buf_addf(out, NULL,
		    "\"},\"address\":{\"M\":{\"zip\":{\"S\":\"%05u\"},"
		    "\"city\":{\"S\":\"Z\xc3\xbcrich\"},\"street\":{\"S\":"
		    "\"Bahnhofstrasse %u\"},\"geo\":{\"L\":[{\"N\":"
		    "\"47.%u1\"},{\"N\":\"-8.%u7\"}]}}},\"id\":{\"S\":"
		    "\"user#%08u\"},",
		    dice(99999), dice(200), dice(99999), dice(99999), i);
	dg_buf_addf(out, NULL,
		    "\"version\":{\"N\":\"%u\"},\"active\":{\"BOOL\":%s},"
		    "\"deletedAt\":{\"NULL\":true},\"description\":{\"S\":\"",
		    dice(1000), dice(2) ? "true" : "false");
	add_words(out, 25);
	dg_buf_addf(out, NULL,
		    "\"},\"tags\":{\"L\":[{\"S\":\"new\"},{\"S\":\"vip-%u\"}]},"
		    "\"roles\":{\"SS\":[\"admin\",\"reader\"]},\"thumb\":"
		    "{\"B\":\"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAA=\"}}\n",
		    dice(100));
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_file(struct dg_buf *out, const char *path)
{
	FILE *file = fopen(path, "rb");
	char bytes[65536];
	size_t n;

	if (!file)
		return -1;
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
		dg_buf_add(out, bytes, n, NULL);
	fclose(file);
	return 0;
}

/* One pass over all items; returns how many, or a negative code. */
static long pass(struct dg_canon *canon, const struct dg_key_schema *keys,
		 struct dg_slice text, struct dg_buf *line, struct dg_buf *key,
		 struct dg_error *err)
{
	size_t at = 0, used;
	long items = 0;
	int rc;

	while (at < text.len) {
		dg_buf_clear(line);
		dg_buf_clear(key);
		rc = dg_canon_item(canon, keys,
				   dg_slice_of(text.ptr + at, text.len - at),
				   &used, line, key, err);
		if (rc < 0)
			return rc;
		at += used;
		while (at < text.len && text.ptr[at] == '\n')
			at++;
		items++;
	}
	return items;
}

static int measure(struct dg_slice text, double megabytes)
{
	static const struct dg_key_schema keys = {1, {{"id", 'S'}}};
	struct dg_buf line = DG_BUF_INIT(64u << 20);
	struct dg_buf key = DG_BUF_INIT(64u << 20);
	struct dg_error err = {0};
	struct dg_canon *canon;
	double begin, best = 1e9, done = 0;
	long items = 0;

	if (dg_canon_new(&canon, &err) < 0)
		return 1;
	while (done < megabytes && items >= 0) {
		begin = seconds();
		items = pass(canon, &keys, text, &line, &key, &err);
		begin = seconds() - begin;
		best = begin < best ? begin : best;
		done += (double)text.len / 1e6;
	}
	if (items < 0)
		fprintf(stderr, "%s\n", err.message);
	else
		printf("%ld items of %.0f bytes: %.0f MB/s, %.0f ns an item\n",
		       items, (double)text.len / (double)items,
		       (double)text.len / 1e6 / best,
		       best * 1e9 / (double)items);
	dg_canon_free(canon);
	dg_buf_free(&line);
	dg_buf_free(&key);
	return items < 0;
}

int main(int argc, char **argv)
{
	double megabytes = argc > 1 ? strtod(argv[1], NULL) : 1000;
	struct dg_buf text = DG_BUF_INIT(1u << 30);
	unsigned int i;
	int status = 1;

	if (argc > 2 && read_file(&text, argv[2]) < 0)
		fprintf(stderr, "cannot read %s\n", argv[2]);
	/* Fits the processor's caches: it is not memory that is measured. */
	for (i = 0; argc <= 2 && text.len < 500000; i++)
		add_item(&text, i);
	if (text.len > 0)
		status = measure(dg_buf_slice(&text), megabytes);
	dg_buf_free(&text);
	return status;
}
