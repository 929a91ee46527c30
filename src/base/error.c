#include <ddbgit/error.h>

#include "base/text.h"
#include <errno.h>
#include <stdio.h>

/* Copies what vsnprintf made into out: whole characters, one line. */
static void store(char *out, size_t out_size, const char *text, bool one_line)
{
	size_t len = strlen(text);
	size_t i;

	if (len >= out_size)
		len = dg_utf8_whole(text, out_size - 1);
	memcpy(out, text, len);
	out[len] = '\0';
	for (i = 0; one_line && i < len; i++)
		if (out[i] == '\n' || out[i] == '\r')
			out[i] = ' ';
}

static void set_message(struct dg_error *err, enum dg_code code,
			const char *text)
{
	err->code = code;
	store(err->message, sizeof(err->message), text, true);
	err->hint[0] = '\0';
}

int dg_error_set(struct dg_error *err, enum dg_code code, const char *format,
		 ...)
{
	/* One more than fits, so that store() sees where a cut falls. */
	char text[DG_ERROR_MESSAGE_MAX + 4];
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	set_message(err, code, text);
	return code;
}

static enum dg_code code_of_errno(int errno_value)
{
	switch (errno_value) {
	case ENOENT:
		return DG_ENOTFOUND;
	case EEXIST:
		return DG_EEXISTS;
	case ENOMEM:
		return DG_ENOMEM;
	default:
		return DG_EIO;
	}
}

/* strerror() for threads; glibc's and POSIX's strerror_r differ. */
static const char *errno_text(int errno_value, char *space, size_t size)
{
#ifdef __GLIBC__
	return strerror_r(errno_value, space, size);
#else
	if (strerror_r(errno_value, space, size) != 0)
		snprintf(space, size, "error %d", errno_value);
	return space;
#endif
}

int dg_error_errno(struct dg_error *err, int errno_value, const char *format,
		   ...)
{
	enum dg_code code = code_of_errno(errno_value);
	char what[DG_ERROR_MESSAGE_MAX];
	char text[DG_ERROR_MESSAGE_MAX + 4];
	char space[128];
	va_list args;

	if (!err)
		return code;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	/* The reason must survive a long name. */
	what[dg_utf8_whole(what, strnlen(what, sizeof(what) - 256))] = '\0';
	snprintf(text, sizeof(text), "%s: %s", what,
		 errno_text(errno_value, space, sizeof(space)));
	set_message(err, code, text);
	return code;
}

int dg_error_prefix(struct dg_error *err, const char *format, ...)
{
	char context[DG_ERROR_MESSAGE_MAX];
	char text[2 * DG_ERROR_MESSAGE_MAX + 4];
	va_list args;

	if (!err)
		return DG_EFAILED;
	if (err->code == DG_ECANCELLED)
		return err->code;
	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s: %s", context, err->message);
	store(err->message, sizeof(err->message), text, true);
	return err->code;
}

int dg_error_hint(struct dg_error *err, const char *format, ...)
{
	char text[DG_ERROR_HINT_MAX + 4];
	va_list args;

	if (!err)
		return DG_EFAILED;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	store(err->hint, sizeof(err->hint), text, false);
	return err->code;
}

void dg_error_clear(struct dg_error *err)
{
	if (!err)
		return;
	err->code = DG_OK;
	err->message[0] = '\0';
	err->hint[0] = '\0';
}
