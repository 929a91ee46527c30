/*
 * A scratch folder for a test, with a Git repository in it made by the `git`
 * command, and the steps of a backup in one call.
 */
#ifndef DG_TEST_REPO_FIXTURE_H
#define DG_TEST_REPO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "repo/commit.h"

#define NOW 1737972000 /* 2025-01-27T10:00:00Z */
#define PROD "backups/dynamodb/prod"

extern const char *const owned[];

struct fixture {
	char *dir;  /* the scratch folder */
	char *work; /* dir/work: the repository */
	struct dg_repo *repo;
	struct dg_log log;
	char said[8192];       /* what was logged */
	struct dg_clock clock; /* waits in no time */
	int64_t waited_ms;
	struct dg_error err;
};

/* An isolated Git: no user's or system's configuration. */
int group_setup(void **state);
int group_teardown(void **state);

/* A repository with a branch main and one commit of README. */
int setup(void **state);
int teardown(void **state);

/* Opens work (or a folder below dir) anew. */
void open_repo(struct fixture *f, const char *folder);

/* Runs a command line in dir/work; it must succeed. */
void run(struct fixture *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Its standard output without the last newline; the caller frees it. */
char *output(struct fixture *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void assert_output(struct fixture *f, const char *expected, const char *format,
		   ...) __attribute__((format(printf, 3, 4)));

/* The repository is sound, the path clean, and nothing is left behind. */
void assert_sound(struct fixture *f);
/* Fails with the error's words. */
void assert_ok(struct fixture *f, int rc);
/* The error's code, with these words in its message or hint. */
void assert_error(struct fixture *f, int rc, enum dg_code code,
		  const char *words);

void write_file(struct fixture *f, const char *path, const char *text);

struct dg_commit_options options_for(struct fixture *f, const char *branch);

/* One whole backup of two files to PROD: 0 or the error of the first step
 * that failed. */
int backup(struct fixture *f, const char *branch, const char *data,
	   char id[DG_OID_HEX_SIZE]);

/* The steps of it. */
int add_data(struct dg_commit *commit, const char *data, struct dg_error *err);
int prepare(struct dg_commit *commit, struct dg_error *err);
void place(struct fixture *f, const char *data);

#endif
