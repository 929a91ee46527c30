/*
 * The floor under a dump: asks for the same pages as a parallel Scan, over as
 * many connections, and throws them away. Of each page only the last bytes are
 * looked at, for the key that the next one begins after. Unsigned, unchecked.
 *
 *	bench_fetch URL TABLE [CONNECTIONS]
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS_MAX 64
#define TAIL 1024

struct segment {
	const char *url, *table;
	unsigned int number, total;
	unsigned long long bytes;
	char tail[TAIL + 1]; /* the end of the page so far */
	size_t tail_len;
	pthread_t thread;
	int failed;
};

static size_t take(char *bytes, size_t size, size_t count, void *context)
{
	struct segment *segment = context;
	size_t len = size * count, keep = len < TAIL ? len : TAIL;
	size_t old = segment->tail_len;

	segment->bytes += len;
	if (old + keep > TAIL) {
		memmove(segment->tail, segment->tail + (old + keep - TAIL),
			TAIL - keep);
		old = TAIL - keep;
	}
	memcpy(segment->tail + old, bytes + len - keep, keep);
	segment->tail_len = old + keep;
	return len;
}

/* The page's last key, an object without nesting but for its one value; NULL
 * on the last page. */
static const char *last_key(struct segment *segment, size_t *len)
{
	static const char name[] = "\"LastEvaluatedKey\":";
	const char *at, *end;

	segment->tail[segment->tail_len] = '\0';
	at = strstr(segment->tail, name);
	if (!at)
		return NULL;
	at += sizeof(name) - 1;
	end = strstr(at, "}}");
	if (!end)
		return NULL;
	*len = (size_t)(end - at) + 2;
	return at;
}

/* Returns 1 if there is a next page, 0 at the end, -1 on failure. */
static int fetch_page(struct segment *segment, CURL *curl, char *body,
		      size_t size)
{
	const char *key;
	long status = 0;
	size_t len = 0;

	segment->tail_len = 0;
	if (curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body) != CURLE_OK ||
	    curl_easy_perform(curl) != CURLE_OK ||
	    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) !=
		    CURLE_OK ||
	    status != 200)
		return -1;
	key = last_key(segment, &len);
	(void)snprintf(body, size,
		       "{\"TableName\":\"%s\",\"Segment\":%u,"
		       "\"TotalSegments\":%u%s%.*s}",
		       segment->table, segment->number, segment->total,
		       key ? ",\"ExclusiveStartKey\":" : "", (int)len,
		       key ? key : "");
	return key ? 1 : 0;
}

static void *fetch(void *context)
{
	struct segment *segment = context;
	CURL *curl = curl_easy_init();
	struct curl_slist *headers =
		curl_slist_append(NULL, "X-Amz-Target: DynamoDB_20120810.Scan");
	char body[TAIL + 512];
	int more = curl && headers ? 1 : -1;

	(void)snprintf(body, sizeof(body),
		       "{\"TableName\":\"%s\",\"Segment\":%u,"
		       "\"TotalSegments\":%u}",
		       segment->table, segment->number, segment->total);
	if (more > 0) {
		curl_easy_setopt(curl, CURLOPT_URL, segment->url);
		curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, 512L * 1024);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, segment);
	}
	while (more > 0)
		more = fetch_page(segment, curl, body, sizeof(body));
	segment->failed = more < 0;
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct segment segments[CONNECTIONS_MAX];
	unsigned int i, count = argc > 3 ? (unsigned int)atoi(argv[3]) : 4;
	unsigned long long bytes = 0;
	int failed = 0;

	if (argc < 3 || count < 1 || count > CONNECTIONS_MAX)
		return 2;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	for (i = 0; i < count; i++) {
		segments[i] = (struct segment){.url = argv[1],
					       .table = argv[2],
					       .number = i,
					       .total = count};
		if (pthread_create(&segments[i].thread, NULL, fetch,
				   &segments[i]) != 0)
			return 1;
	}
	for (i = 0; i < count; i++) {
		(void)pthread_join(segments[i].thread, NULL);
		bytes += segments[i].bytes;
		failed |= segments[i].failed;
	}
	printf("%llu\n", bytes);
	curl_global_cleanup();
	return failed;
}
