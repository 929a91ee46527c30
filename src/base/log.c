#include <ddbgit/log.h>

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>

#define MESSAGE_MAX 4096

__attribute__((format(printf, 3, 0))) static void say(const struct dg_log *log,
						      enum dg_log_level level,
						      const char *format,
						      va_list args)
{
	char message[MESSAGE_MAX];
	int len;

	if (!log || !log->write)
		return;
	len = vsnprintf(message, sizeof(message), format, args);
	if (len < 0)
		return;
	if (len >= MESSAGE_MAX)
		message[dg_utf8_whole(message, MESSAGE_MAX - 1)] = '\0';
	log->write(log->context, level, message);
}

void dg_log(const struct dg_log *log, enum dg_log_level level,
	    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, level, format, args);
	va_end(args);
}

void dg_debug(const struct dg_log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, DG_LOG_DEBUG, format, args);
	va_end(args);
}

void dg_info(const struct dg_log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, DG_LOG_INFO, format, args);
	va_end(args);
}

void dg_success(const struct dg_log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, DG_LOG_SUCCESS, format, args);
	va_end(args);
}

void dg_warning(const struct dg_log *log, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(log, DG_LOG_WARNING, format, args);
	va_end(args);
}
