/*
 * Configuration files that a user wrote by hand, read whole: scripts/.env.ENV
 * and those in ~/.aws. They are small, may be symlinks or pipes, and hold
 * text: a zero byte is an error, a byte order mark is dropped.
 */
#ifndef DG_AWS_CONFIG_FILE_H
#define DG_AWS_CONFIG_FILE_H

#include "base/buf.h"

#define DG_CONFIG_FILE_MAX ((size_t)4 * 1024 * 1024)

/*
 * Appends the text to out (made with DG_CONFIG_FILE_MAX); *mode, if not NULL,
 * gets st_mode. DG_ENOTFOUND, DG_EIO, DG_EINVALID, DG_ELIMIT; the messages
 * name the file.
 */
int dg_config_file_read(struct dg_buf *out, const char *path,
			unsigned int *mode, struct dg_error *err);

/* text without a byte order mark. */
struct dg_slice dg_config_text(struct dg_slice text);

/*
 * Takes the next line, without its LF or CRLF, off the front of *text.
 * False at the end.
 */
bool dg_config_next_line(struct dg_slice *text, struct dg_slice *line);

#endif
