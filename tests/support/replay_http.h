/*
 * The replay server's side of HTTP/1.1 on loopback: a thread a connection,
 * kept alive, whole requests in, whole answers with their CRC out. Only what
 * clients of DynamoDB send is understood.
 */
#ifndef REPLAY_HTTP_H
#define REPLAY_HTTP_H

#include "replay_json.h"

#include <stdint.h>

/* One connection, owned by its thread. */
struct replay_connection {
	int fd;
	char *input;
	size_t have; /* bytes in input */
	size_t used; /* by the request that is being answered */
	char path[64];
	char operation[64];      /* of x-amz-target; empty: none */
	struct replay_json body; /* borrows input */

	/* The answer, which the handler writes. */
	int status;
	char *output; /* output_size bytes */
	size_t output_size;
	size_t len;
};

/* Listens on 127.0.0.1 (port 0: any free one), prints the URL, and serves
 * until the process ends. Returns 1 if it cannot. */
int replay_http_serve(uint16_t port, size_t output_size,
		      void (*handle)(struct replay_connection *c));

#endif
