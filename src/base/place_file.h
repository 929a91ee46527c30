/*
 * A whole file under its name, or none, whenever the process ends: it is
 * written and flushed under a second name, and then gets its own.
 */
#ifndef DG_BASE_PLACE_FILE_H
#define DG_BASE_PLACE_FILE_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>

struct dg_placing {
	unsigned int mode; /* less the umask */
	bool replace; /* what stands there; else it is left, and *made false */
};

/* name: one component, in the folder of that descriptor. DG_EIO; DG_ENOTFOUND
 * if the folder is gone. */
int dg_place_file(int folder, const char *name, struct dg_slice text,
		  const struct dg_placing *how, bool *made,
		  struct dg_error *err);

#endif
