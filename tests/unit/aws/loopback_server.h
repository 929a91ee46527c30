/*
 * A server on a loopback port that answers the n-th request with the n-th of
 * the answers it was given, byte by byte as they stand.
 */
#ifndef DG_TEST_LOOPBACK_SERVER_H
#define DG_TEST_LOOPBACK_SERVER_H

#include <ddbgit/cancel.h>
#include <pthread.h>

struct answer {
	const char *bytes; /* NULL: nothing until the client goes away */
	bool close;        /* the connection, after it */
};

struct loopback_server {
	int fd;
	unsigned int port;
	pthread_t thread;
	const struct answer *answers;
	size_t count;
	struct dg_cancel *cancel; /* set when a request came, or NULL */

	/* Read these after loopback_server_stop. */
	size_t connections;
	size_t requests;
	char last[8192]; /* the last request, as far as it fits */
};

/* Fails the test if it cannot listen. answers and cancel are borrowed. */
void loopback_server_start(struct loopback_server *server,
			   const struct answer *answers, size_t count,
			   struct dg_cancel *cancel);
void loopback_server_stop(struct loopback_server *server);

/* A port of 127.0.0.1 that nobody listens on. */
unsigned int loopback_unused_port(void);

#endif
