/*
 * What killer_calls.c asks of killer.c at each call that it stands in front
 * of: is this the one, and what shall become of it?
 */
#ifndef DG_TESTS_KILLER_H
#define DG_TESTS_KILLER_H

#include <stdbool.h>
#include <stddef.h>

/* Which calls count: those that change the file system, or those that read. */
enum killer_calls { CALLS_WRITE, CALLS_READ };

enum killer_fate {
	FATE_NONE,
	FATE_FAIL,      /* errno is set: return the failure */
	FATE_SHORT,     /* do part of it */
	FATE_DIE_AFTER, /* do it, then killer_die() */
};

/* Counts a call of that kind. Dies or pauses in here where that is due. */
enum killer_fate killer_count(enum killer_calls kind, const char *what,
			      const char *a, const char *b);

void killer_die(void) __attribute__((noreturn));

/* The real function of that name, below this library. */
void *killer_next(const char *name);

#endif
