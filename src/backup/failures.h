/*
 * restore-failures-ENV-UTC.jsonl: the items that a service refused, a line of
 * JSON each with key, code and message and no other attribute. In
 * <git dir>/ddbgit/, outside Git in $XDG_STATE_HOME/ddbgit/; mode 600. Made
 * with the first failure.
 */
#ifndef DG_BACKUP_FAILURES_H
#define DG_BACKUP_FAILURES_H

#include "backup/environment.h"
#include <ddbgit/slice.h>

struct dg_failures {
	struct dg_environment *env;
	char *path; /* NULL until the first failure */
	int fd;
	uint64_t count;
};

void dg_failures_init(struct dg_failures *failures, struct dg_environment *env);

/* key_json: {"id":{"S":"a"}}. */
int dg_failures_add(struct dg_failures *failures, struct dg_slice key_json,
		    const char *code, const char *message,
		    struct dg_error *err);

/* Flushes and closes; the path stays readable until _free. */
int dg_failures_finish(struct dg_failures *failures, struct dg_error *err);
void dg_failures_free(struct dg_failures *failures);

#endif
