#include "aws/endpoint.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#define HOST_MAX 253
#define REGION_MAX 63

static int bad_url(struct dg_error *err, const char *text, const char *why)
{
	dg_error_set(err, DG_EUSAGE, "'%s' is not an endpoint URL: %s", text,
		     why);
	return dg_error_hint(err, "It looks like http://localhost:4566 or "
				  "https://dynamodb.eu-west-1.amazonaws.com");
}

static bool is_host_name(struct dg_slice host)
{
	size_t i;

	if (host.len == 0 || host.len > HOST_MAX || host.ptr[0] == '.')
		return false;
	for (i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.ptr[i];

		if (!isalnum(c) && c != '-' && c != '.' && c != '_')
			return false;
	}
	return true;
}

/* "host…" or "[address]…": *end gets what follows. */
static int parse_host(struct dg_url *out, const char *at, const char **end,
		      const char *text, struct dg_error *err)
{
	struct in6_addr address;
	struct dg_slice host;
	bool bracketed = *at == '[';
	int rc;

	at += bracketed;
	host = dg_slice_of(at, strcspn(at, bracketed ? "]" : ":/"));
	*end = at + host.len;
	if (bracketed && **end != ']')
		return bad_url(err, text, "']' is missing");
	*end += bracketed;
	if (!bracketed && !is_host_name(host))
		return bad_url(err, text, "no valid host name");
	rc = dg_slice_dup(&out->host, host, err);
	if (rc < 0)
		return rc;
	if (bracketed && inet_pton(AF_INET6, out->host, &address) != 1)
		return bad_url(err, text, "no IPv6 address in the brackets");
	return 0;
}

/* ":port" or nothing: *end gets what follows. */
static int parse_port(struct dg_url *out, const char *at, const char **end,
		      const char *text, struct dg_error *err)
{
	struct dg_slice digits;
	uint64_t port;

	*end = at;
	if (*at != ':')
		return 0;
	digits = dg_slice_of(at + 1, strcspn(at + 1, "/"));
	*end = at + 1 + digits.len;
	if (dg_parse_u64(digits, &port, NULL) < 0 || port == 0 || port > 65535)
		return bad_url(err, text, "the port is no number up to 65535");
	out->port = (unsigned int)port;
	return 0;
}

static int parse_scheme(struct dg_url *out, const char **at, const char *text,
			struct dg_error *err)
{
	bool https = strncasecmp(text, "https://", 8) == 0;

	if (!https && strncasecmp(text, "http://", 7) != 0)
		return bad_url(err, text,
			       "it begins with neither http:// nor https://");
	*at = text + (https ? 8 : 7);
	out->port = https ? 443 : 80;
	return dg_strdup(&out->scheme, https ? "https" : "http", err);
}

static int check_characters(const char *text, struct dg_error *err)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++) {
		if (*c <= ' ' || *c >= 0x7f || *c == '\\')
			return bad_url(err, text,
				       "a character that no URL contains");
	}
	if (strchr(text, '@'))
		return dg_error_set(
			err, DG_EUSAGE,
			"an endpoint URL takes no user name or password");
	if (strpbrk(text, "?#"))
		return bad_url(err, text, "it has a query or fragment");
	return 0;
}

int dg_url_parse(struct dg_url *out, const char *text, struct dg_error *err)
{
	const char *at = text;
	int rc;

	*out = (struct dg_url){0};
	rc = check_characters(text, err);
	if (rc == 0)
		rc = parse_scheme(out, &at, text, err);
	if (rc == 0)
		rc = parse_host(out, at, &at, text, err);
	if (rc == 0)
		rc = parse_port(out, at, &at, text, err);
	if (rc == 0 && *at && *at != '/')
		rc = bad_url(err, text, "something follows the host");
	if (rc == 0)
		rc = dg_strdup(&out->path, *at ? at : "/", err);
	if (rc < 0)
		dg_url_free(out);
	return rc;
}

void dg_url_free(struct dg_url *url)
{
	if (!url)
		return;
	free(url->scheme);
	free(url->host);
	free(url->path);
	*url = (struct dg_url){0};
}

int dg_url_host_header(const struct dg_url *url, struct dg_buf *out,
		       struct dg_error *err)
{
	bool v6 = strchr(url->host, ':') != NULL;
	unsigned int usual = strcmp(url->scheme, "https") == 0 ? 443 : 80;
	int rc = dg_buf_addf(out, err, v6 ? "[%s]" : "%s", url->host);

	if (rc == 0 && url->port != usual)
		rc = dg_buf_addf(out, err, ":%u", url->port);
	return rc;
}

/* The partitions' domains: for regions that begin so, the first that fits. */
static const struct partition {
	const char *region_prefix;
	const char *domain;
} partitions[] = {
	{"cn-", "amazonaws.com.cn"},    {"us-iso-", "c2s.ic.gov"},
	{"us-isob-", "sc2s.sgov.gov"},  {"us-isof-", "csp.hci.ic.gov"},
	{"eu-isoe-", "cloud.adc-e.uk"}, {"eusc-", "amazonaws.eu"},
	{"", "amazonaws.com"},
};

/* Those of dual-stack endpoints. */
static const char *const other_domains[] = {
	"api.aws",
	"api.amazonwebservices.com.cn",
	"api.amazonwebservices.eu",
};

static bool is_below(const char *host, const char *domain)
{
	size_t len = strlen(host), tail = strlen(domain);

	if (len > 0 && host[len - 1] == '.')
		len--;
	return len > tail && host[len - tail - 1] == '.' &&
	       strncasecmp(host + len - tail, domain, tail) == 0;
}

bool dg_url_is_aws(const struct dg_url *url)
{
	size_t i;

	for (i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
		if (is_below(url->host, partitions[i].domain))
			return true;
	}
	for (i = 0; i < sizeof(other_domains) / sizeof(other_domains[0]); i++) {
		if (is_below(url->host, other_domains[i]))
			return true;
	}
	return false;
}

bool dg_url_is_loopback(const struct dg_url *url)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcasecmp(url->host, "localhost") == 0 ||
	    strcasecmp(url->host, "localhost.") == 0)
		return true;
	if (inet_pton(AF_INET, url->host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, url->host, &v6) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_region(const char *region)
{
	size_t len = strlen(region), i;

	if (len == 0 || len > REGION_MAX || region[0] == '-' ||
	    region[len - 1] == '-')
		return false;
	for (i = 0; i < len; i++) {
		if (!islower((unsigned char)region[i]) &&
		    !isdigit((unsigned char)region[i]) && region[i] != '-')
			return false;
	}
	return true;
}

static int refuse_region(const char *region, struct dg_error *err)
{
	dg_error_set(err, DG_EUSAGE, "'%.64s' is not an AWS region", region);
	return dg_error_hint(err, "A region looks like eu-west-1");
}

int dg_region_check(const char *region, struct dg_error *err)
{
	const size_t len = strlen(region);
	size_t i;

	for (i = 0; i < len && (isalnum((unsigned char)region[i]) ||
				region[i] == '-' || region[i] == '_');
	     i++)
		;
	return i == len && len > 0 && len <= REGION_MAX
		       ? 0
		       : refuse_region(region, err);
}

int dg_endpoint_default(char **out, const char *service, const char *region,
			struct dg_error *err)
{
	const struct partition *p = partitions;

	*out = NULL;
	if (!is_region(region))
		return refuse_region(region, err);
	while (strncmp(region, p->region_prefix, strlen(p->region_prefix)) != 0)
		p++;
	return dg_asprintf(out, err, "https://%s.%s.%s", service, region,
			   p->domain);
}
