/*
 * Unnamed temporary files of mode 600: nothing is left behind however the
 * process ends (O_TMPFILE, or a file unlinked at once).
 */
#ifndef DG_BASE_TEMP_FILE_H
#define DG_BASE_TEMP_FILE_H

#include <ddbgit/error.h>

/* Where they go: directory, else $TMPDIR, else /var/tmp. Borrowed. */
const char *dg_temp_dir(const char *directory);

/*
 * directory: from --temp-dir, or NULL for $TMPDIR, else /var/tmp.
 * *fd_out is open for reading and writing.
 */
int dg_temp_file_open(int *fd_out, const char *directory, struct dg_error *err);

#endif
