#include "dynamodb/gate.h"

#include <pthread.h>
#include <stdlib.h>

/* About so much more room once all of it was used without throttling. */
#define STEP 0.5

struct dg_gate {
	pthread_mutex_t lock; /* of everything below */
	pthread_cond_t room;
	size_t active;
	size_t max;
	double limit;      /* between 1 and max */
	uint64_t halvings; /* so far: the ticket */
};

int dg_gate_open(struct dg_gate **out, size_t max, struct dg_error *err)
{
	struct dg_gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return dg_error_nomem(err);
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->room, NULL);
	gate->max = max > 0 ? max : 1;
	gate->limit = (double)gate->max;
	*out = gate;
	return 0;
}

void dg_gate_close(struct dg_gate *gate)
{
	if (!gate)
		return;
	pthread_cond_destroy(&gate->room);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

uint64_t dg_gate_enter(struct dg_gate *gate)
{
	uint64_t ticket;

	pthread_mutex_lock(&gate->lock);
	while (gate->active >= (size_t)gate->limit)
		pthread_cond_wait(&gate->room, &gate->lock);
	gate->active++;
	ticket = gate->halvings;
	pthread_mutex_unlock(&gate->lock);
	return ticket;
}

static void adapt(struct dg_gate *gate, uint64_t ticket,
		  enum dg_gate_result result)
{
	if (result == DG_GATE_TAKEN) {
		gate->limit += STEP / gate->limit;
	} else if (result == DG_GATE_THROTTLED && ticket == gate->halvings) {
		gate->limit /= 2;
		gate->halvings++;
	}
	if (gate->limit > (double)gate->max)
		gate->limit = (double)gate->max;
	if (gate->limit < 1)
		gate->limit = 1;
}

void dg_gate_leave(struct dg_gate *gate, uint64_t ticket,
		   enum dg_gate_result result)
{
	pthread_mutex_lock(&gate->lock);
	gate->active--;
	adapt(gate, ticket, result);
	pthread_cond_broadcast(&gate->room);
	pthread_mutex_unlock(&gate->lock);
}

uint64_t dg_gate_throttled(struct dg_gate *gate, uint64_t ticket)
{
	pthread_mutex_lock(&gate->lock);
	adapt(gate, ticket, DG_GATE_THROTTLED);
	ticket = gate->halvings;
	pthread_mutex_unlock(&gate->lock);
	return ticket;
}

void dg_gate_lower(struct dg_gate *gate, size_t max)
{
	pthread_mutex_lock(&gate->lock);
	if (max < 1)
		max = 1;
	if (max < gate->max)
		gate->max = max;
	if (gate->limit > (double)gate->max)
		gate->limit = (double)gate->max;
	pthread_mutex_unlock(&gate->lock);
}

size_t dg_gate_room(struct dg_gate *gate)
{
	size_t room;

	pthread_mutex_lock(&gate->lock);
	room = (size_t)gate->limit;
	pthread_mutex_unlock(&gate->lock);
	return room;
}
