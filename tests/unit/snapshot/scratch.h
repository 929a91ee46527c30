/* A folder for one test, and shell-like calls in it. They fail the test
 * rather than report. */
#ifndef DG_TEST_SCRATCH_H
#define DG_TEST_SCRATCH_H

#include "base/buf.h"
#include "base/fileset.h"
#include "item/source.h"

struct scratch {
	char root[256];
};

/* cmocka's setup and teardown; *state is a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

/* root/path; good until the eighth call after it. */
const char *scratch_path(const struct scratch *scratch, const char *path);

/* With the folders above it. */
void scratch_write(const struct scratch *scratch, const char *path,
		   const char *text);
void scratch_mkdir(const struct scratch *scratch, const char *path);
void scratch_remove(const struct scratch *scratch, const char *path);
bool scratch_exists(const struct scratch *scratch, const char *path);

/* The file's text, to be freed; NULL if there is none. */
char *scratch_read(const struct scratch *scratch, const char *path);
/* Every path below `path`, sorted, one a line; to be freed. */
char *scratch_list(const struct scratch *scratch, const char *path);

struct dg_fileset *scratch_fileset(const struct scratch *scratch,
				   const char *path);

/* Items {"id":{"S":"<name>"}} of the given names (ends with NULL), keyed by
 * id, in the given order. */
struct dg_item_source *scratch_items(const char *const *names);

#endif
