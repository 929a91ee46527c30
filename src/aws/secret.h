/* Memory that held a secret is overwritten before it goes back. */
#ifndef DG_AWS_SECRET_H
#define DG_AWS_SECRET_H

#include "base/buf.h"

/* Through volatile, so that no compiler takes it for a dead store. */
static inline void dg_secret_wipe(void *bytes, size_t len)
{
	volatile unsigned char *p = bytes;

	while (len-- > 0)
		*p++ = 0;
}

/* Overwrites what buf holds and frees it. */
static inline void dg_secret_buf_free(struct dg_buf *buf)
{
	if (buf->ptr)
		dg_secret_wipe(buf->ptr, buf->cap);
	dg_buf_free(buf);
}

#endif
