/*
 * How far a long call has come. The library reports often and cheaply; the
 * receiver decides what to show and when. Reports come from one thread at a
 * time.
 */
#ifndef DDBGIT_PROGRESS_H
#define DDBGIT_PROGRESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct dg_progress_state {
	const char *phase;       /* "Reading", "Writing", "Verifying", ... */
	uint64_t items;          /* done so far */
	uint64_t bytes;          /* of canonical data, done so far */
	uint64_t expected_items; /* 0: unknown; an estimate, may be passed */
	uint64_t expected_bytes; /* 0: unknown */
	double capacity_rate;    /* consumed units a second, 0: unknown */
	double capacity_limit;   /* of it; 0: none */
};

struct dg_progress {
	void (*update)(void *context, const struct dg_progress_state *state);
	void *context;
};

/* progress may be NULL. */
void dg_progress_update(const struct dg_progress *progress,
			const struct dg_progress_state *state);

#ifdef __cplusplus
}
#endif

#endif
