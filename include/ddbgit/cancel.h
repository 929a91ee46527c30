/*
 * A flag that asks a long call to stop. It may be set from a signal handler
 * or another thread; whoever holds it polls it. Once set it stays set.
 */
#ifndef DDBGIT_CANCEL_H
#define DDBGIT_CANCEL_H

#include <ddbgit/error.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_cancel {
	int flag; /* accessed atomically, through the functions below only */
	/* Set as well when this one is; may be NULL. It outlives its child. */
	const struct dg_cancel *parent;
};

#define DG_CANCEL_INIT                                                         \
	{                                                                      \
		0, NULL                                                        \
	}

/* Async-signal-safe. */
void dg_cancel_set(struct dg_cancel *cancel);

/* Async-signal-safe. False for NULL. */
bool dg_cancelled(const struct dg_cancel *cancel);

/* 0, or DG_ECANCELLED with "interrupted". */
int dg_cancel_check(const struct dg_cancel *cancel, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
