/*
 * Files of the source tree that the program carries along and writes into
 * projects. embed.cmake makes embedded.c of the files themselves.
 */
#ifndef DG_BACKUP_EMBEDDED_H
#define DG_BACKUP_EMBEDDED_H

#include <ddbgit/slice.h>

extern const struct dg_slice dg_embedded_dump_script;
extern const struct dg_slice dg_embedded_restore_script;
extern const struct dg_slice dg_embedded_hook;

#endif
