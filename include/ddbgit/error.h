/*
 * Every function of libddbgit that can fail returns 0 or a negative dg_code
 * and fills the dg_error that its caller owns. The message is finished where
 * the cause is known and gains context on the way up: each caller that knows
 * more prefixes it ("cannot restore 'media': batch 12: ..."). The hint is the
 * way out, shown on a line of its own. There are no thread-local errors: each
 * thread has its own dg_error.
 */
#ifndef DDBGIT_ERROR_H
#define DDBGIT_ERROR_H

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_code {
	DG_OK = 0,
	DG_EFAILED = -1,     /* what no other code describes */
	DG_EUSAGE = -2,      /* the caller's arguments or configuration */
	DG_EINCOMPLETE = -3, /* items not written, or verification differs */
	DG_EDIFFERENT = -4,  /* differences found where equality was asked */
	DG_EREFUSED = -5,    /* a guard refused; nothing was changed */
	DG_ENOMEM = -6,
	DG_EIO = -7,      /* the operating system refused a file operation */
	DG_EINVALID = -8, /* malformed input */
	DG_ENOTFOUND = -9,
	DG_EEXISTS = -10,
	DG_ELOCKED = -11,      /* somebody else holds the lock */
	DG_EMODIFIED = -12,    /* what was read has changed meanwhile */
	DG_ECANCELLED = -13,   /* dg_cancel was set */
	DG_EUNREACHABLE = -14, /* refused, unresolved, TLS, time-out */
	DG_EDENIED = -15,      /* credentials or permissions */
	DG_ESERVICE = -16,     /* the service answered with another error */
	DG_EUNSUPPORTED = -17, /* not offered here, by service or library */
	DG_ELIMIT = -18,       /* a stated maximum would be passed */
};

#define DG_ERROR_MESSAGE_MAX 2048
#define DG_ERROR_HINT_MAX 1024

struct dg_error {
	enum dg_code code;
	char message[DG_ERROR_MESSAGE_MAX]; /* UTF-8, one line, no full stop */
	char hint[DG_ERROR_HINT_MAX];       /* UTF-8, lines, or empty */
};

/*
 * Sets code and message (cut at its maximum, never inside a character; line
 * breaks become blanks) and clears the hint. The arguments may point into err
 * itself. Returns code, so that a caller can `return dg_error_set`. err may be
 * NULL in all of these.
 */
int dg_error_set(struct dg_error *err, enum dg_code code, const char *format,
		 ...) __attribute__((format(printf, 3, 4)));

/*
 * The same for a failed system call: "<what>: <strerror(errno_value)>". The
 * code is DG_ENOTFOUND for ENOENT, DG_EEXISTS for EEXIST, DG_ENOMEM for
 * ENOMEM, else DG_EIO.
 */
int dg_error_errno(struct dg_error *err, int errno_value, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));

/* The one message for exhausted memory. Returns DG_ENOMEM; here, so that
 * whoever analyses a caller sees that it does. */
static inline int dg_error_nomem(struct dg_error *err)
{
	dg_error_set(err, DG_ENOMEM, "out of memory");
	return DG_ENOMEM;
}

/* Puts "<context>: " before the message, but for an interruption: where it
 * came is of no interest. Returns the error's code. */
int dg_error_prefix(struct dg_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets the hint: what the user can do about it. Returns the error's code. */
int dg_error_hint(struct dg_error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Forgets an error that was handled. */
void dg_error_clear(struct dg_error *err);

/* Passes an error on that was kept apart until it was known to be one. Returns
 * its code. */
static inline int dg_error_pass(struct dg_error *err,
				const struct dg_error *cause)
{
	if (err)
		*err = *cause;
	return cause->code;
}

#ifdef __cplusplus
}
#endif

#endif
