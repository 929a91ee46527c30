/*
 * How many requests may be under way at once: halved when the service
 * throttles, raised slowly while it does not, and never above a maximum that
 * memory sets. There is always room for one, so nobody waits for ever.
 */
#ifndef DG_DYNAMODB_GATE_H
#define DG_DYNAMODB_GATE_H

#include <ddbgit/error.h>
#include <stddef.h>
#include <stdint.h>

struct dg_gate;

int dg_gate_open(struct dg_gate **out, size_t max, struct dg_error *err);
void dg_gate_close(struct dg_gate *gate);

/* Waits for room. The ticket goes to dg_gate_leave. There is no cancelling it:
 * those who hold a place are cancelled and give it back at once, and a run
 * waits for them anyway. */
uint64_t dg_gate_enter(struct dg_gate *gate);

enum dg_gate_result {
	DG_GATE_TAKEN,     /* the service took all of it: a little more room */
	DG_GATE_PARTLY,    /* most of it: that is the room there is */
	DG_GATE_THROTTLED, /* little or nothing: half the room */
};

/* The room is not halved once more for a request that was under way already
 * when it was halved. */
void dg_gate_leave(struct dg_gate *gate, uint64_t ticket,
		   enum dg_gate_result result);

/* Throttled, and about to try again after a pause: the room is halved at once,
 * and the caller keeps its place, so that few keep trying. Returns the ticket
 * that holds from now on. */
uint64_t dg_gate_throttled(struct dg_gate *gate, uint64_t ticket);

/* Lowers the maximum (at least 1); a higher one is ignored. */
void dg_gate_lower(struct dg_gate *gate, size_t max);

/* The present room, for tests and -v. */
size_t dg_gate_room(struct dg_gate *gate);

#endif
