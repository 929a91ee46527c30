/*
 * A table of any size for benchmarks and the million-item run, without the
 * memory for it: Scan pages are made from item numbers as fast as a client
 * takes them, and BatchWriteItem keeps a bit an item.
 *
 *	replay_server [--items N] [--port N] [--table NAME] [--dump]
 *
 * prints its URL, then serves until it is ended. Two tables: NAME (default
 * "replay") holds the items from the start; one more may be created, and
 * holds what is written to it, if it is one of the items: a Scan of it
 * returns those. A put that is not the item's canonical text counts as
 * foreign. GET / returns the counts. --dump prints the items as `aws dynamodb
 * scan` would, and ends.
 */
#include "replay_item.h"
#include "replay_json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <libdeflate.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE_BYTES 1048576
#define BODY_SIZE (PAGE_BYTES + 4 * REPLAY_ITEM_MAX)
#define REQUEST_MAX ((size_t)17 * 1024 * 1024)
#define HEAD_MAX 16384
#define BATCH_MAX 25
#define TABLE_NAME_MAX 256

static struct {
	uint64_t items;
	char table[TABLE_NAME_MAX];
	/* Held for made, the name of the created table. */
	pthread_mutex_t lock;
	char made[TABLE_NAME_MAX];
	/* The rest is accessed atomically. */
	unsigned char *present; /* a bit an item of the created table */
	uint64_t pages, puts, distinct, foreign, batches, oversized;
} replay = {
	.items = 100000,
	.table = "replay",
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

static uint64_t count(uint64_t *counter, uint64_t add)
{
	return __atomic_fetch_add(counter, add, __ATOMIC_RELAXED);
}

/* One connection, owned by its thread. */
struct connection {
	int fd;
	char *input; /* REQUEST_MAX */
	size_t have;
	size_t used; /* by the request that is being answered */
	char operation[64];
	struct replay_json body; /* borrows input */
	int status;
	char *output; /* BODY_SIZE */
	size_t len;
};

static void answer(struct connection *c, int status, const char *text)
{
	c->status = status;
	c->len = strlen(text);
	memcpy(c->output, text, c->len);
}

static void refuse(struct connection *c, const char *type)
{
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "{\"__type\":\"com.amazonaws.dynamodb.v20120810#%s\","
		       "\"message\":\"%s\"}",
		       type, type);
	answer(c, 400, text);
}

/* Which table a request is about. */
enum table { TABLE_NONE, TABLE_SOURCE, TABLE_MADE };

static enum table table_named(struct replay_json name)
{
	enum table table = TABLE_NONE;

	if (name.len == strlen(replay.table) &&
	    memcmp(name.at, replay.table, name.len) == 0)
		return TABLE_SOURCE;
	(void)pthread_mutex_lock(&replay.lock);
	if (name.len > 0 && name.len == strlen(replay.made) &&
	    memcmp(name.at, replay.made, name.len) == 0)
		table = TABLE_MADE;
	(void)pthread_mutex_unlock(&replay.lock);
	return table;
}

static enum table table_of_request(const struct connection *c,
				   struct replay_json *name)
{
	struct replay_json value;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(name, value))
		return TABLE_NONE;
	return table_named(*name);
}

static bool holds(enum table table, uint64_t number)
{
	unsigned char byte;

	if (table == TABLE_SOURCE)
		return true;
	byte = __atomic_load_n(&replay.present[number / 8], __ATOMIC_RELAXED);
	return byte & (1u << number % 8);
}

/* True if the item is new in the created table. */
static bool add(uint64_t number)
{
	unsigned char bit = (unsigned char)(1u << number % 8);

	return !(__atomic_fetch_or(&replay.present[number / 8], bit,
				   __ATOMIC_RELAXED) &
		 bit);
}

/* ---- Scan ---- */

struct scan {
	enum table table;
	uint64_t next; /* item number */
	uint64_t end;
	uint64_t limit;
	bool consistent;
	struct replay_json name;
};

static uint64_t uint_member(struct replay_json object, const char *name,
			    uint64_t fallback)
{
	struct replay_json value;
	uint64_t number;

	return replay_json_member(&value, object, name) &&
			       replay_json_uint(&number, value)
		       ? number
		       : fallback;
}

static bool key_of(uint64_t *number, struct replay_json item)
{
	struct replay_json value, text;

	return replay_json_member(&value, item, "id") &&
	       replay_json_first(&text, value) &&
	       replay_json_string(&value, text) &&
	       replay_key_number(number, value.at, value.len) &&
	       *number < replay.items;
}

static bool parse_scan(struct scan *scan, const struct connection *c)
{
	uint64_t total = uint_member(c->body, "TotalSegments", 1);
	uint64_t segment = uint_member(c->body, "Segment", 0);
	struct replay_json value;
	uint64_t last;

	if (total == 0 || segment >= total)
		return false;
	scan->next = replay.items * segment / total;
	scan->end = replay.items * (segment + 1) / total;
	scan->limit = uint_member(c->body, "Limit", UINT64_MAX);
	scan->consistent =
		replay_json_member(&value, c->body, "ConsistentRead") &&
		value.at[0] == 't';
	if (replay_json_member(&value, c->body, "ExclusiveStartKey")) {
		if (!key_of(&last, value))
			return false;
		scan->next = last + 1;
	}
	return true;
}

/* Fills the page up to its limits. Returns the number of items. */
static uint64_t write_items(struct connection *c, struct scan *scan)
{
	uint64_t items = 0;

	while (scan->next < scan->end && items < scan->limit &&
	       c->len < PAGE_BYTES) {
		uint64_t number = scan->next++;

		if (!holds(scan->table, number))
			continue;
		if (items++ > 0)
			c->output[c->len++] = ',';
		c->len += replay_item_write(c->output + c->len, number, false);
	}
	return items;
}

static void answer_scan(struct connection *c)
{
	struct scan scan;
	char key[REPLAY_KEY_SIZE];
	uint64_t items;
	size_t blocks;

	scan.table = table_of_request(c, &scan.name);
	if (scan.table == TABLE_NONE) {
		refuse(c, "ResourceNotFoundException");
		return;
	}
	if (!parse_scan(&scan, c)) {
		refuse(c, "ValidationException");
		return;
	}
	answer(c, 200, "{\"Items\":[");
	items = write_items(c, &scan);
	blocks = (c->len + 4095) / 4096;
	c->len += (size_t)snprintf(
		c->output + c->len, BODY_SIZE - c->len,
		"],\"Count\":%" PRIu64 ",\"ScannedCount\":%" PRIu64
		",\"ConsumedCapacity\":{\"TableName\":\"%.*s\","
		"\"CapacityUnits\":%.1f}",
		items, items, (int)scan.name.len, scan.name.at,
		(double)blocks / (scan.consistent ? 1 : 2));
	if (scan.next < scan.end) {
		replay_key_write(key, scan.next - 1);
		c->len +=
			(size_t)snprintf(c->output + c->len, BODY_SIZE - c->len,
					 ",\"LastEvaluatedKey\":"
					 "{\"id\":{\"S\":\"%s\"}}",
					 key);
	}
	c->output[c->len++] = '}';
	count(&replay.pages, 1);
}

/* ---- BatchWriteItem ---- */

static void take_put(struct replay_json item)
{
	char expected[REPLAY_ITEM_MAX];
	uint64_t number;

	count(&replay.puts, 1);
	if (!key_of(&number, item) ||
	    replay_item_write(expected, number, true) != item.len ||
	    memcmp(expected, item.at, item.len) != 0) {
		count(&replay.foreign, 1);
		return;
	}
	if (add(number))
		count(&replay.distinct, 1);
}

static void answer_batch_write(struct connection *c)
{
	struct replay_json requests, writes, write, put, item;
	size_t cursor = 0;
	unsigned int size = 0;

	if (!replay_json_member(&requests, c->body, "RequestItems") ||
	    !replay_json_first(&writes, requests)) {
		refuse(c, "ValidationException");
		return;
	}
	for (; replay_json_element(&write, writes, &cursor); size++) {
		if (replay_json_member(&put, write, "PutRequest") &&
		    replay_json_member(&item, put, "Item"))
			take_put(item);
	}
	count(&replay.batches, 1);
	if (size > BATCH_MAX)
		count(&replay.oversized, 1);
	answer(c, 200, "{\"UnprocessedItems\":{}}");
}

/* ---- Control plane ---- */

static void describe(struct connection *c, struct replay_json name,
		     enum table table, const char *member)
{
	uint64_t items =
		table == TABLE_SOURCE
			? replay.items
			: __atomic_load_n(&replay.distinct, __ATOMIC_RELAXED);

	c->status = 200;
	c->len = (size_t)snprintf(
		c->output, BODY_SIZE,
		"{\"%s\":{\"TableName\":\"%.*s\",\"TableStatus\":\"ACTIVE\","
		"\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"
		"\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":"
		"\"id\",\"AttributeType\":\"S\"}],\"CreationDateTime\":"
		"1737972000.5,\"BillingModeSummary\":{\"BillingMode\":"
		"\"PAY_PER_REQUEST\"},\"ProvisionedThroughput\":{"
		"\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":0},"
		"\"ItemCount\":%" PRIu64 ",\"TableSizeBytes\":%" PRIu64 "}}",
		member, (int)name.len, name.at, items, items * 650);
}

static void answer_describe(struct connection *c)
{
	struct replay_json name;
	enum table table = table_of_request(c, &name);

	if (table == TABLE_NONE)
		refuse(c, "ResourceNotFoundException");
	else
		describe(c, name, table, "Table");
}

static void answer_create(struct connection *c)
{
	struct replay_json value, name;
	bool free_name;

	if (!replay_json_member(&value, c->body, "TableName") ||
	    !replay_json_string(&name, value) || name.len >= TABLE_NAME_MAX) {
		refuse(c, "ValidationException");
		return;
	}
	(void)pthread_mutex_lock(&replay.lock);
	free_name = !replay.made[0];
	if (free_name)
		memcpy(replay.made, name.at, name.len);
	(void)pthread_mutex_unlock(&replay.lock);
	if (free_name)
		describe(c, name, TABLE_MADE, "TableDescription");
	else
		refuse(c, "ResourceInUseException");
}

static void answer_time_to_live(struct connection *c)
{
	answer(c, 200,
	       "{\"TimeToLiveDescription\":"
	       "{\"TimeToLiveStatus\":\"DISABLED\"}}");
}

static void answer_counts(struct connection *c)
{
	c->status = 200;
	c->len = (size_t)snprintf(
		c->output, BODY_SIZE,
		"{\"items\":%" PRIu64 ",\"pages\":%" PRIu64 ",\"puts\":%" PRIu64
		",\"distinct\":%" PRIu64 ",\"foreign\":%" PRIu64
		",\"batches\":%" PRIu64 ",\"oversized\":%" PRIu64 "}\n",
		replay.items, count(&replay.pages, 0), count(&replay.puts, 0),
		count(&replay.distinct, 0), count(&replay.foreign, 0),
		count(&replay.batches, 0), count(&replay.oversized, 0));
}

static void answer_operation(struct connection *c)
{
	static const struct {
		const char *name;
		void (*answer)(struct connection *c);
	} operations[] = {
		{"", answer_counts},
		{"Scan", answer_scan},
		{"BatchWriteItem", answer_batch_write},
		{"DescribeTable", answer_describe},
		{"CreateTable", answer_create},
		{"DescribeTimeToLive", answer_time_to_live},
	};
	size_t i;

	for (i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(operations[i].name, c->operation) == 0) {
			operations[i].answer(c);
			return;
		}
	}
	refuse(c, "UnknownOperationException");
}

/* ---- HTTP ---- */

/* More bytes behind those that are there; false at the end. */
static bool receive(struct connection *c)
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

static void read_operation(struct connection *c, const char *target)
{
	const char *dot = target ? strpbrk(target, ".\r") : NULL;
	size_t len = 0;

	if (dot && *dot == '.') {
		len = strcspn(dot + 1, "\r");
		len = len < sizeof(c->operation) ? len
						 : sizeof(c->operation) - 1;
		memcpy(c->operation, dot + 1, len);
	}
	c->operation[len] = '\0';
}

static bool receive_request(struct connection *c)
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
	read_operation(c, header(c->input, end, "x-amz-target"));
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

static bool send_answer(struct connection *c)
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
	struct connection c = {.fd = (int)(intptr_t)argument};
	int on = 1;

	(void)setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c.input = malloc(REQUEST_MAX);
	c.output = malloc(BODY_SIZE);
	while (c.input && c.output && receive_request(&c)) {
		answer_operation(&c);
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

/* ---- The program ---- */

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

static int run(uint16_t port)
{
	pthread_t thread;
	int fd, listener = listen_on(port);

	replay.present = calloc(replay.items / 8 + 1, 1);
	if (listener < 0 || !replay.present)
		return 1;
	(void)signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(listener, NULL, NULL)) >= 0 || errno == EINTR) {
		if (fd >= 0 && pthread_create(&thread, NULL, serve,
					      (void *)(intptr_t)fd) == 0)
			(void)pthread_detach(thread);
	}
	perror("replay_server");
	return 1;
}

static int dump(void)
{
	char item[REPLAY_ITEM_MAX];
	uint64_t i;

	printf("{\n    \"Items\": [\n");
	for (i = 0; i < replay.items; i++) {
		size_t len = replay_item_write(item, i, false);

		printf("        %.*s%s\n", (int)len, item,
		       i + 1 < replay.items ? "," : "");
	}
	printf("    ],\n    \"Count\": %" PRIu64 ",\n    \"ScannedCount\": "
	       "%" PRIu64 ",\n    \"ConsumedCapacity\": null\n}\n",
	       replay.items, replay.items);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"items", required_argument, NULL, 'i'},
		{"port", required_argument, NULL, 'p'},
		{"table", required_argument, NULL, 't'},
		{"dump", no_argument, NULL, 'd'},
		{0},
	};
	unsigned long port = 0;
	bool dumps = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'i')
			replay.items = strtoull(optarg, NULL, 10);
		else if (option == 'p')
			port = strtoul(optarg, NULL, 10);
		else if (option == 't')
			(void)snprintf(replay.table, sizeof(replay.table), "%s",
				       optarg);
		else if (option == 'd')
			dumps = true;
		else
			return 2;
	}
	return dumps ? dump() : run((uint16_t)port);
}
