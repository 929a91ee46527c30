/*
 * A buffer owns bytes and grows up to a hard maximum given at init, so that
 * hostile input ends in an error and never in exhausted memory. What it holds
 * is followed by a zero byte that does not count.
 */
#ifndef DG_BASE_BUF_H
#define DG_BASE_BUF_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>
#include <stdarg.h>
#include <stdint.h>

struct dg_buf {
	char *ptr; /* NULL until the first byte */
	size_t len;
	size_t cap;
	size_t max; /* len never passes it */
};

#define DG_BUF_INIT(maximum)                                                   \
	{                                                                      \
		NULL, 0, 0, (maximum)                                          \
	}

/* Frees nothing: for a buffer that is not initialised yet. */
void dg_buf_init(struct dg_buf *buf, size_t max);

/* Back to empty and without memory; it can be used again. */
void dg_buf_free(struct dg_buf *buf);

/* Empty, keeping the memory. */
void dg_buf_clear(struct dg_buf *buf);

/* Makes room for `more` bytes after len. DG_ELIMIT past max, DG_ENOMEM. */
int dg_buf_reserve(struct dg_buf *buf, size_t more, struct dg_error *err);

int dg_buf_add(struct dg_buf *buf, const void *bytes, size_t len,
	       struct dg_error *err);
int dg_buf_add_slice(struct dg_buf *buf, struct dg_slice s,
		     struct dg_error *err);
int dg_buf_add_str(struct dg_buf *buf, const char *string,
		   struct dg_error *err);
int dg_buf_add_char(struct dg_buf *buf, char c, struct dg_error *err);
int dg_buf_addf(struct dg_buf *buf, struct dg_error *err, const char *format,
		...) __attribute__((format(printf, 3, 4)));
int dg_buf_vaddf(struct dg_buf *buf, struct dg_error *err, const char *format,
		 va_list args) __attribute__((format(printf, 3, 0)));

/* Removes the first len bytes and moves the rest to the front. */
void dg_buf_consume(struct dg_buf *buf, size_t len);

/* A sink for dg_json_writer: context is the buffer. */
int dg_buf_json_sink(void *context, const char *bytes, size_t len);

static inline struct dg_slice dg_buf_slice(const struct dg_buf *buf)
{
	return dg_slice_of(buf->ptr, buf->len);
}

/* The bytes as a string; "" for an empty buffer. Borrowed. */
const char *dg_buf_str(const struct dg_buf *buf);

/* Hands the bytes over as a malloc'ed string; the buffer is empty then. */
char *dg_buf_detach(struct dg_buf *buf, struct dg_error *err);

#endif
