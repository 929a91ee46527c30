/* A file in memory that gives at most `piece` bytes a read, so that tests
 * meet every place where a file can be cut between two reads. */
#ifndef DG_TEST_MEMORY_FILE_H
#define DG_TEST_MEMORY_FILE_H

#include "base/fileset.h"

/* bytes is borrowed. */
struct dg_file *memory_file_open(struct dg_slice bytes, size_t piece);

#endif
