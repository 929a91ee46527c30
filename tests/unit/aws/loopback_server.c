#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/loopback_server.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listen_somewhere(unsigned int *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

unsigned int loopback_unused_port(void)
{
	unsigned int port;

	close(listen_somewhere(&port));
	return port;
}

/* text: what was kept of the request; len: of all that came. */
static bool is_whole(const char *text, size_t len)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strstr(text, "Content-Length: ");

	if (len > 0 && text[0] == 0x16) /* TLS instead of HTTP */
		return true;
	if (!end)
		return false;
	if (!length)
		return true;
	return len - (size_t)(end + 4 - text) >=
	       strtoul(length + strlen("Content-Length: "), NULL, 10);
}

/* False when the client went away. */
static bool read_request(struct loopback_server *server, int fd)
{
	const size_t room = sizeof(server->last) - 1;
	char bytes[4096];
	size_t len = 0, kept;

	while (len == 0 || !is_whole(server->last, len)) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n <= 0)
			return false;
		kept = len < room ? room - len : 0;
		kept = (size_t)n < kept ? (size_t)n : kept;
		memcpy(server->last + (len < room ? len : room), bytes, kept);
		len += (size_t)n;
		server->last[len < room ? len : room] = '\0';
	}
	return true;
}

static void serve(struct loopback_server *server, int fd)
{
	while (read_request(server, fd)) {
		const struct answer *answer;
		char rest[256];

		if (server->requests == server->count)
			return;
		answer = &server->answers[server->requests++];
		if (server->cancel)
			dg_cancel_set(server->cancel);
		if (answer->bytes)
			send(fd, answer->bytes, strlen(answer->bytes),
			     MSG_NOSIGNAL);
		while (!answer->bytes && recv(fd, rest, sizeof(rest), 0) > 0)
			;
		if (answer->close || !answer->bytes)
			return;
	}
}

static void *run(void *context)
{
	struct loopback_server *server = context;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		server->connections++;
		serve(server, fd);
		close(fd);
	}
	return NULL;
}

void loopback_server_start(struct loopback_server *server,
			   const struct answer *answers, size_t count,
			   struct dg_cancel *cancel)
{
	memset(server, 0, sizeof(*server));
	server->answers = answers;
	server->count = count;
	server->cancel = cancel;
	server->fd = listen_somewhere(&server->port);
	assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

void loopback_server_stop(struct loopback_server *server)
{
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
}
