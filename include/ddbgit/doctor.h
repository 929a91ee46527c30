/* Doctor: would a dump that commits go through, and if not, why? */
#ifndef DDBGIT_DOCTOR_H
#define DDBGIT_DOCTOR_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_check_state {
	DG_CHECK_OK,
	DG_CHECK_WARNING, /* a dump goes through, but look at it */
	DG_CHECK_FAILED,  /* a dump would fail of it */
	DG_CHECK_SKIPPED, /* could not be checked, or must not be */
};

struct dg_check {
	const char *name; /* "credentials" */
	enum dg_check_state state;
	const char *detail; /* what was found, one line */
	const char *advice; /* what to do about it, lines; NULL: nothing */
};

struct dg_doctor_options {
	struct dg_target_options target;
	/* Called for each check as it is made; the strings are borrowed for
	 * the call. */
	void (*report)(void *context, const struct dg_check *check);
	void *context;
};

struct dg_doctor_result {
	unsigned int count[DG_CHECK_SKIPPED + 1]; /* by state */
};

/*
 * Checks the environment file, credentials, endpoint, clock, table and
 * permissions, then repository, paths, identity, disk, memory and temporary
 * space. Reads at most one item and writes nothing. 0 whatever the checks
 * found; an error only where it could not go on itself (memory, interrupted).
 */
int dg_doctor(const struct dg_run *run, const struct dg_doctor_options *options,
	      struct dg_doctor_result *result, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
