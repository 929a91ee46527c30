/* Init: what a project needs to be backed up, where it is not there yet. */
#ifndef DDBGIT_INIT_H
#define DDBGIT_INIT_H

#include <ddbgit/error.h>
#include <ddbgit/run.h>

#ifdef __cplusplus
extern "C" {
#endif

enum dg_init_action {
	DG_INIT_CREATED, /* was not there */
	DG_INIT_ADDED,   /* lines at the end of a file that is kept */
	DG_INIT_KEPT,    /* is there, and was left as it is */
	DG_INIT_TODO,    /* stands in the way: what to do by hand */
};

struct dg_init_step {
	enum dg_init_action action;
	const char *path;   /* below the root */
	const char *detail; /* one line */
	const char *advice; /* for TODO, lines; else NULL */
};

struct dg_init_options {
	/* Called for each step; the strings are borrowed for the call. */
	void (*report)(void *context, const struct dg_init_step *step);
	void *context;
};

struct dg_init_result {
	char *root; /* of the project, absolute */
	unsigned int count[DG_INIT_TODO + 1];
};

/*
 * Sets up the project around the current directory (docs/operations.md, "The
 * project's root"): a Git repository, environment files with placeholders,
 * rules for Git, and the two scripts. Overwrites nothing and follows no
 * symlink below the root; run again it does what is left. DG_EREFUSED in a
 * bare repository. The result must be freed also after a failure.
 */
int dg_init_project(const struct dg_run *run,
		    const struct dg_init_options *options,
		    struct dg_init_result *result, struct dg_error *err);
void dg_init_result_free(struct dg_init_result *result);

#ifdef __cplusplus
}
#endif

#endif
