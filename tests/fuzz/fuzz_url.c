/*
 * An endpoint of any spelling: what is accepted has all its parts, and none
 * that a header could not hold; a region that is accepted makes an endpoint
 * which is accepted.
 */
#include "aws/endpoint.h"
#include "fuzz_target.h"
#include <stdlib.h>

static void parse(const char *text)
{
	struct dg_buf host = DG_BUF_INIT((size_t)1 << 20);
	struct dg_error err = {0};
	struct dg_url url;

	if (dg_url_parse(&url, text, &err) < 0) {
		check(err.code == DG_EUSAGE && err.message[0]);
		return;
	}
	check(strcmp(url.scheme, "http") == 0 ||
	      strcmp(url.scheme, "https") == 0);
	check(url.host[0] && !strpbrk(url.host, "/?#@ \r\n"));
	check(url.port > 0 && url.port < 65536);
	check(url.path[0] == '/' && !strpbrk(url.path, "?#\r\n"));
	check(dg_url_host_header(&url, &host, NULL) == 0 && host.len > 0);
	check(!dg_url_is_aws(&url) || !dg_url_is_loopback(&url));
	dg_buf_free(&host);
	dg_url_free(&url);
}

static void use_region(const char *region)
{
	struct dg_error err = {0};
	struct dg_url url;
	char *text = NULL;

	if (dg_endpoint_default(&text, "dynamodb", region, &err) < 0) {
		check(err.code == DG_EUSAGE && err.message[0]);
		return;
	}
	check(dg_url_parse(&url, text, NULL) == 0);
	check(dg_url_is_aws(&url));
	dg_url_free(&url);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_string(data, size);

	parse(text);
	use_region(text);
	free(text);
	return 0;
}
