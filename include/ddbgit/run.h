/*
 * What every use case is given: whom to tell, when to stop, how much memory,
 * and which environment is meant.
 */
#ifndef DDBGIT_RUN_H
#define DDBGIT_RUN_H

#include <ddbgit/cancel.h>
#include <ddbgit/log.h>
#include <ddbgit/progress.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DG_MEMORY_DEFAULT (256ull * 1024 * 1024)
#define DG_MEMORY_MIN (8ull * 1024 * 1024)

/* A borrowed view; all pointers may be NULL. */
struct dg_run {
	const struct dg_log *log;
	const struct dg_progress *progress;
	const struct dg_cancel *cancel;
	uint64_t memory;      /* bytes; 0: DG_MEMORY_DEFAULT */
	const char *temp_dir; /* NULL: $TMPDIR, else /var/tmp */
	/* For tests: how many times faster waiting runs (0: 1), and the wall
	 * time at the start in milliseconds since 1970 (0: the system's). */
	double clock_speed;
	int64_t clock_start_ms;
};

/*
 * Which table: the environment file scripts/.env.<environment> under the root
 * (see docs/operations.md), and what the command line puts over it.
 */
struct dg_target_options {
	const char *environment; /* NULL: "local" */
	const char *table;       /* --table, or NULL: the file's */
	const char *endpoint_url;
	const char *region;
	const char *profile;
};

#ifdef __cplusplus
}
#endif

#endif
