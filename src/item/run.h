/*
 * Runs: sorted sequences of records in unnamed temporary files. A file holds
 * many runs, one after another; its one writer appends, and readers, each
 * with its own buffer, read with pread. Nothing of it outlives the process,
 * so numbers stand in the machine's byte order.
 */
#ifndef DG_ITEM_RUN_H
#define DG_ITEM_RUN_H

#include "base/buf.h"
#include <stdint.h>

/* The longest encoded key: DynamoDB takes 2048 + 1024 bytes, of which each
 * may be escaped, and 4 end the parts. */
#define DG_RECORD_KEY_MAX 6152

/* Lengths take 32 bits here; canonical items are far shorter. */
#define DG_RECORD_LINE_MAX (1u << 30)

/* A reader's buffer has to take a head and a key. */
#define DG_RUN_BUFFER_MIN (16u * 1024)

/* What stands before the key and the line of a record. */
struct dg_record_head {
	uint64_t sequence;
	uint32_t key_len;
	uint32_t line_len;
};

struct dg_record {
	uint64_t sequence;
	struct dg_slice key;
	struct dg_slice line;
};

/* The first eight bytes of a key, as a number of the same order. */
uint64_t dg_key_prefix(struct dg_slice key);

/* <0, 0, >0: by key; of equal keys the highest sequence comes first. */
static inline int dg_record_compare(const struct dg_record *a,
				    const struct dg_record *b)
{
	int order = dg_slice_compare(a->key, b->key);

	if (order != 0)
		return order;
	return (a->sequence < b->sequence) - (a->sequence > b->sequence);
}

/* A temporary file that runs are written into. */
struct dg_run_file {
	const char *temp_dir; /* as dg_temp_file_open takes it; borrowed */
	int fd;               /* -1 until the first run */
	uint64_t size;        /* what was written */
	char *buffer;
	size_t buffer_size;
	size_t buffered;
};

struct dg_run {
	int fd; /* the file's */
	uint64_t offset;
	uint64_t size;
};

/* buffer_size: for writing, allocated while runs are written. */
void dg_run_file_init(struct dg_run_file *file, const char *temp_dir,
		      size_t buffer_size);
void dg_run_file_close(struct dg_run_file *file);

/* A run begins where the file ends; the file is made by the first one. */
int dg_run_begin(struct dg_run_file *file, struct dg_run *run,
		 struct dg_error *err);
int dg_run_add(struct dg_run_file *file, const struct dg_record *record,
	       struct dg_error *err);
/* Writes what is buffered and fills in the run's size. */
int dg_run_end(struct dg_run_file *file, struct dg_run *run,
	       struct dg_error *err);
/* Frees the buffer: no more runs for now. */
void dg_run_file_rest(struct dg_run_file *file);

/* Reads a run. The buffer is the caller's, at least DG_RUN_BUFFER_MIN. */
struct dg_run_reader {
	struct dg_run run;
	uint64_t next; /* offset in the file of the first byte not buffered */
	char *buffer;
	size_t buffer_size;
	size_t pos;  /* of the current record in the buffer */
	size_t have; /* end of what is buffered */
	struct dg_record_head head;
	bool has_record;
};

void dg_run_reader_init(struct dg_run_reader *reader, const struct dg_run *run,
			char *buffer, size_t buffer_size);

/* Back to before the first record. */
void dg_run_reader_rewind(struct dg_run_reader *reader);

/*
 * Steps to the next record: 1, or 0 at the end. record->line.ptr is NULL
 * where the line is longer than the buffer: dg_run_reader_line gets it. The
 * record borrows the buffer until the next step.
 */
int dg_run_reader_next(struct dg_run_reader *reader, struct dg_record *record,
		       struct dg_error *err);

/* Reads the current record's long line into space; once a record. */
int dg_run_reader_line(struct dg_run_reader *reader, struct dg_buf *space,
		       struct dg_slice *line, struct dg_error *err);

#endif
