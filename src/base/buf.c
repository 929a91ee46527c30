#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define BUF_CAP_MIN 64

void dg_buf_init(struct dg_buf *buf, size_t max)
{
	*buf = (struct dg_buf)DG_BUF_INIT(max);
}

void dg_buf_free(struct dg_buf *buf)
{
	if (!buf)
		return;
	free(buf->ptr);
	dg_buf_init(buf, buf->max);
}

void dg_buf_clear(struct dg_buf *buf)
{
	buf->len = 0;
	if (buf->ptr)
		buf->ptr[0] = '\0';
}

/* Doubles, but neither below what is needed nor above what is allowed. */
static size_t grown_cap(const struct dg_buf *buf, size_t needed)
{
	size_t cap = buf->cap > SIZE_MAX / 2 ? SIZE_MAX : buf->cap * 2;

	if (cap < BUF_CAP_MIN)
		cap = BUF_CAP_MIN;
	if (buf->max < SIZE_MAX && cap > buf->max + 1)
		cap = buf->max + 1;
	return cap < needed ? needed : cap;
}

int dg_buf_reserve(struct dg_buf *buf, size_t more, struct dg_error *err)
{
	size_t cap;
	char *ptr;

	if (more > buf->max - buf->len)
		return dg_error_set(err, DG_ELIMIT,
				    "more than the %zu bytes allowed",
				    buf->max);
	if (more > SIZE_MAX - 1 - buf->len)
		return dg_error_nomem(err);
	if (buf->len + more + 1 <= buf->cap)
		return 0;
	cap = grown_cap(buf, buf->len + more + 1);
	ptr = realloc(buf->ptr, cap);
	if (!ptr)
		return dg_error_nomem(err);
	ptr[buf->len] = '\0';
	buf->ptr = ptr;
	buf->cap = cap;
	return 0;
}

int dg_buf_add(struct dg_buf *buf, const void *bytes, size_t len,
	       struct dg_error *err)
{
	int rc = dg_buf_reserve(buf, len, err);

	if (rc < 0)
		return rc;
	if (len > 0)
		memcpy(buf->ptr + buf->len, bytes, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
	return 0;
}

int dg_buf_add_slice(struct dg_buf *buf, struct dg_slice s,
		     struct dg_error *err)
{
	return dg_buf_add(buf, s.ptr, s.len, err);
}

int dg_buf_add_str(struct dg_buf *buf, const char *string, struct dg_error *err)
{
	return dg_buf_add_slice(buf, dg_slice_str(string), err);
}

int dg_buf_add_char(struct dg_buf *buf, char c, struct dg_error *err)
{
	return dg_buf_add(buf, &c, 1, err);
}

int dg_buf_vaddf(struct dg_buf *buf, struct dg_error *err, const char *format,
		 va_list args)
{
	va_list again;
	int len, rc;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return dg_error_set(err, DG_EFAILED, "cannot format text");
	rc = dg_buf_reserve(buf, (size_t)len, err);
	if (rc < 0)
		return rc;
	vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
	buf->len += (size_t)len;
	return 0;
}

int dg_buf_addf(struct dg_buf *buf, struct dg_error *err, const char *format,
		...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = dg_buf_vaddf(buf, err, format, args);
	va_end(args);
	return rc;
}

void dg_buf_consume(struct dg_buf *buf, size_t len)
{
	if (len == 0 || buf->len == 0)
		return;
	if (len > buf->len)
		len = buf->len;
	buf->len -= len;
	memmove(buf->ptr, buf->ptr + len, buf->len);
	buf->ptr[buf->len] = '\0';
}

int dg_buf_json_sink(void *context, const char *bytes, size_t len)
{
	return dg_buf_add(context, bytes, len, NULL);
}

const char *dg_buf_str(const struct dg_buf *buf)
{
	return buf->ptr ? buf->ptr : "";
}

char *dg_buf_detach(struct dg_buf *buf, struct dg_error *err)
{
	char *string;

	if (dg_buf_reserve(buf, 0, err) < 0)
		return NULL;
	string = buf->ptr;
	dg_buf_init(buf, buf->max);
	return string;
}
