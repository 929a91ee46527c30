/*
 * Writes JSON text, a token at a time, into a sink that the caller gives.
 * Commas, colons and escapes are its business, and so is indentation where it
 * is asked for. The caller keeps begin and end in balance; members and values
 * in the right places are asserted in debug builds. Failures of the sink are
 * remembered: check dg_json_writer_finish once, at the end.
 */
#ifndef DDBGIT_JSON_WRITER_H
#define DDBGIT_JSON_WRITER_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DG_JSON_DEPTH_MAX 64

struct dg_json_writer {
	/* Takes len bytes; 0 or a negative dg_code. */
	int (*sink)(void *context, const char *bytes, size_t len);
	void *context;
	int indent; /* blanks a level; 0: compact, on one line */

	/* Private. */
	int depth;
	int status;
	char needs_comma[DG_JSON_DEPTH_MAX];
	char after_name;
};

#define DG_JSON_WRITER_INIT(sink_fn, sink_context, indent_by)                  \
	{                                                                      \
		(sink_fn), (sink_context), (indent_by), 0, 0, {0}, 0           \
	}

void dg_json_begin_object(struct dg_json_writer *w);
void dg_json_end_object(struct dg_json_writer *w);
void dg_json_begin_array(struct dg_json_writer *w);
void dg_json_end_array(struct dg_json_writer *w);
void dg_json_name(struct dg_json_writer *w, const char *name);
void dg_json_string(struct dg_json_writer *w, const char *string);
void dg_json_slice(struct dg_json_writer *w, struct dg_slice string);
void dg_json_int(struct dg_json_writer *w, int64_t value);
void dg_json_uint(struct dg_json_writer *w, uint64_t value);
void dg_json_double(struct dg_json_writer *w, double value);
void dg_json_bool(struct dg_json_writer *w, int value);
void dg_json_null(struct dg_json_writer *w);

/* Puts text that is JSON already where a value belongs. */
void dg_json_raw(struct dg_json_writer *w, struct dg_slice json);

/* Name and value in one; a NULL string is written as null. */
void dg_json_member_string(struct dg_json_writer *w, const char *name,
			   const char *value);
void dg_json_member_uint(struct dg_json_writer *w, const char *name,
			 uint64_t value);
void dg_json_member_bool(struct dg_json_writer *w, const char *name, int value);

/* 0, or the first failure of the sink. */
int dg_json_writer_finish(const struct dg_json_writer *w);

#ifdef __cplusplus
}
#endif

#endif
