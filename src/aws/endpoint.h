/* Service endpoints: AWS's own for a region, and what a URL points at. */
#ifndef DG_AWS_ENDPOINT_H
#define DG_AWS_ENDPOINT_H

#include "base/buf.h"

struct dg_url {
	char *scheme; /* "http" or "https" */
	char *host;   /* without brackets */
	unsigned int port;
	char *path; /* "/" at least */
};

/* DG_EUSAGE for anything but http(s)://host[:port][/path]; user names,
 * queries and fragments are refused. */
int dg_url_parse(struct dg_url *out, const char *text, struct dg_error *err);
void dg_url_free(struct dg_url *url);

/* The value of the Host header: no default port. */
int dg_url_host_header(const struct dg_url *url, struct dg_buf *out,
		       struct dg_error *err);

/* Belongs to AWS: amazonaws.com, amazonaws.com.cn, api.aws, … */
bool dg_url_is_aws(const struct dg_url *url);
/* localhost, 127.0.0.0/8, ::1. */
bool dg_url_is_loopback(const struct dg_url *url);

/*
 * Letters, digits, '-' and '_', as an emulator may be asked for. AWS's regions
 * are fewer: dg_endpoint_default. DG_EUSAGE.
 */
int dg_region_check(const char *region, struct dg_error *err);

/* "https://dynamodb.<region>.amazonaws.com", by the region's partition.
 * DG_EUSAGE for what cannot be a region. */
int dg_endpoint_default(char **out, const char *service, const char *region,
			struct dg_error *err);

#endif
