/*
 * Where libddbgit says what it does. The library never prints: it hands each
 * message to the writer that the caller gave. A writer may be called from any
 * thread and must be safe for that.
 */
#ifndef DDBGIT_LOG_H
#define DDBGIT_LOG_H

#ifdef __cplusplus
extern "C" {
#endif

enum dg_log_level {
	DG_LOG_DEBUG, /* each request and retry; shown with -v */
	DG_LOG_INFO,
	DG_LOG_SUCCESS,
	DG_LOG_WARNING,
	DG_LOG_ERROR,
};

struct dg_log {
	/* message: UTF-8, one line, no newline at its end. */
	void (*write)(void *context, enum dg_log_level level,
		      const char *message);
	void *context;
};

/* log may be NULL: then nothing is said. A message is cut at 4 KiB. */
void dg_log(const struct dg_log *log, enum dg_log_level level,
	    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same at the level of the name. */
void dg_debug(const struct dg_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void dg_info(const struct dg_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void dg_success(const struct dg_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void dg_warning(const struct dg_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#ifdef __cplusplus
}
#endif

#endif
