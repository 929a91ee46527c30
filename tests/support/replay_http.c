#include "replay_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define REQUEST_MAX ((size_t)17 * 1024 * 1024)
#define HEAD_MAX 16384

/* What every connection needs; set before the first is accepted. */
static struct {
	size_t output_size;
	void (*handle)(struct replay_connection *c);
} server;

/* More bytes behind those that are there; false at the end. */
static bool receive(struct replay_connection *c)
{
	ssize_t got;

	if (c->have == REQUEST_MAX)
		return false;
	do
		got = read(c->fd, c->input + c->have, REQUEST_MAX - c->have);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	c->have += (size_t)got;
	return true;
}

/* A header's value, which ends before '\r'; NULL: none. */
static const char *header(const char *head, const char *end, const char *name)
{
	size_t len = strlen(name);
	const char *line;

	for (line = memchr(head, '\n', (size_t)(end - head)); line;
	     line = memchr(line, '\n', (size_t)(end - line))) {
		line++;
		if ((size_t)(end - line) > len &&
		    strncasecmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " ");
	}
	return NULL;
}

/* Copies up to the next of `stops`, cut to 63 bytes; NULL gives "". */
static void copy_word(char out[64], const char *word, const char *stops)
{
	size_t len = word ? strcspn(word, stops) : 0;

	len = len < 63 ? len : 63;
	if (len > 0)
		memcpy(out, word, len);
	out[len] = '\0';
}

static void read_head(struct replay_connection *c, const char *end)
{
	const char *target = header(c->input, end, "x-amz-target");
	const char *dot = target ? strpbrk(target, ".\r") : NULL;
	const char *blank = memchr(c->input, ' ', (size_t)(end - c->input));

	copy_word(c->operation, dot && *dot == '.' ? dot + 1 : NULL, "\r");
	copy_word(c->path, blank ? blank + 1 : NULL, " \r");
}

static bool receive_request(struct replay_connection *c)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const char *end, *length;
	size_t head, body;

	while (!(end = memmem(c->input, c->have, "\r\n\r\n", 4))) {
		if (c->have > HEAD_MAX || !receive(c))
			return false;
	}
	head = (size_t)(end - c->input) + 4;
	length = header(c->input, end, "content-length");
	body = length ? strtoull(length, NULL, 10) : 0;
	if (body > REQUEST_MAX - head)
		return false;
	read_head(c, end);
	if (header(c->input, end, "expect") &&
	    write(c->fd, go_on, sizeof(go_on) - 1) < 0)
		return false;
	while (c->have < head + body) {
		if (!receive(c))
			return false;
	}
	c->body = (struct replay_json){c->input + head, body};
	c->used = head + body;
	return true;
}

static bool send_all(int fd, struct iovec *parts, int left)
{
	while (left > 0) {
		ssize_t sent = writev(fd, parts, left);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return false;
		for (; left > 0 && (size_t)sent >= parts->iov_len; left--)
			sent -= (ssize_t)(parts++)->iov_len;
		if (left > 0) {
			parts->iov_base = (char *)parts->iov_base + sent;
			parts->iov_len -= (size_t)sent;
		}
	}
	return true;
}

static bool send_answer(struct replay_connection *c)
{
	char head[256];
	struct iovec parts[2] = {{head, 0}, {c->output, c->len}};

	parts[0].iov_len = (size_t)snprintf(
		head, sizeof(head),
		"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\n"
		"Content-Length: %zu\r\nx-amz-crc32: %" PRIu32 "\r\n\r\n",
		c->status, c->len, libdeflate_crc32(0, c->output, c->len));
	return send_all(c->fd, parts, 2);
}

static void *serve(void *argument)
{
	struct replay_connection c = {.fd = (int)(intptr_t)argument};
	int on = 1;

	(void)setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c.input = malloc(REQUEST_MAX);
	c.output_size = server.output_size;
	c.output = malloc(c.output_size);
	while (c.input && c.output && receive_request(&c)) {
		server.handle(&c);
		if (!send_answer(&c))
			break;
		c.have -= c.used;
		memmove(c.input, c.input + c.used, c.have);
	}
	free(c.input);
	free(c.output);
	(void)close(c.fd);
	return NULL;
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 128) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0) {
		perror("replay_server");
		return -1;
	}
	printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
	(void)fflush(stdout);
	return fd;
}

int replay_http_serve(uint16_t port, size_t output_size,
		      void (*handle)(struct replay_connection *c))
{
	int fd, listener = listen_on(port);
	pthread_t thread;

	if (listener < 0)
		return 1;
	server.output_size = output_size;
	server.handle = handle;
	(void)signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) >= 0 || errno == EINTR) {
		if (fd >= 0 && pthread_create(&thread, NULL, serve,
					      (void *)(intptr_t)fd) == 0)
			(void)pthread_detach(thread);
	}
	perror("replay_server");
	return 1;
}
