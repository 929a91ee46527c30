#include <ddbgit/log.h>

#include "base/text.h"
#include <stdio.h>

#define MESSAGE_MAX 4096

void dg_log(const struct dg_log *log, enum dg_log_level level,
	    const char *format, ...)
{
	char message[MESSAGE_MAX];
	va_list args;
	int len;

	if (!log || !log->write)
		return;
	va_start(args, format);
	len = vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	if (len >= MESSAGE_MAX)
		message[dg_utf8_whole(message, MESSAGE_MAX - 1)] = '\0';
	log->write(log->context, level, message);
}
