#include "aws/http_failure.h"

#include <stdio.h>

static int fail(struct dg_error *err, const struct dg_http_cause *cause,
		const char *what)
{
	return dg_error_set(err, DG_EUNREACHABLE, "cannot connect to %s: %s",
			    cause->target, what);
}

static int explain_tls(const struct dg_http_cause *cause, struct dg_error *err)
{
	if (cause->bad_ca_file) {
		dg_error_set(err, DG_EUNREACHABLE,
			     "cannot connect to %s: TLS: the CA bundle '%s' "
			     "cannot be read",
			     cause->target, cause->bad_ca_file);
		return dg_error_hint(err, "%s names it", cause->ca_source);
	}
	dg_error_set(err, DG_EUNREACHABLE, "cannot connect to %s: TLS: %s",
		     cause->target, cause->reason);
	if (cause->untrusted)
		return dg_error_hint(err,
				     "If your organisation has its own "
				     "certificate authority, name its file in "
				     "AWS_CA_BUNDLE");
	return dg_error_hint(err, "Does the endpoint speak plain http?");
}

/* "Failed to connect to HOST port …" with another host than ours. */
static bool names_proxy(const struct dg_http_cause *cause)
{
	static const char begin[] = "Failed to connect to ";
	const char *host = cause->target + (cause->target[0] == '[');
	size_t len = strcspn(host, host > cause->target ? "]" : ":");
	const char *named = cause->reason + sizeof(begin) - 1;

	return strncmp(cause->reason, begin, sizeof(begin) - 1) == 0 &&
	       (strncmp(named, host, len) != 0 || named[len] != ' ');
}

static int explain_proxy(const struct dg_http_cause *cause,
			 struct dg_error *err)
{
	dg_error_set(err, DG_EUNREACHABLE,
		     "cannot connect to %s through the proxy: %s",
		     cause->target, cause->reason);
	return dg_error_hint(err, "The variables http_proxy, https_proxy and "
				  "no_proxy say which proxy is asked for which "
				  "host");
}

static int explain_timeout(const struct dg_http_cause *cause,
			   struct dg_error *err)
{
	int64_t ms = cause->connected ? cause->stall_timeout_ms
				      : cause->connect_timeout_ms;
	char span[32];

	if (ms % 1000 == 0)
		snprintf(span, sizeof(span), "%lld s", (long long)(ms / 1000));
	else
		snprintf(span, sizeof(span), "%lld ms", (long long)ms);
	if (cause->connected)
		return dg_error_set(err, DG_EUNREACHABLE,
				    "%s: no answer within %s", cause->target,
				    span);
	return dg_error_set(err, DG_EUNREACHABLE,
			    "cannot connect to %s: no answer within %s",
			    cause->target, span);
}

static int explain_dropped(const struct dg_http_cause *cause,
			   struct dg_error *err)
{
	if (strstr(cause->reason, "proxy"))
		return explain_proxy(cause, err);
	return dg_error_set(err, DG_EUNREACHABLE, "%s closed the connection %s",
			    cause->target,
			    cause->answered ? "before its answer was complete"
					    : "without an answer");
}

static int explain_unresolved(const struct dg_http_cause *cause,
			      struct dg_error *err)
{
	size_t len = strlen(cause->target);

	if (strstr(cause->reason, "proxy"))
		return explain_proxy(cause, err);
	while (len > 0 && cause->target[len - 1] != ':')
		len--;
	return dg_error_set(err, DG_EUNREACHABLE, "cannot resolve '%.*s'",
			    len > 0 ? (int)len - 1 : 0, cause->target);
}

int dg_http_explain(const struct dg_http_cause *cause, struct dg_error *err)
{
	if (!cause->connected && names_proxy(cause))
		return explain_proxy(cause, err);
	switch (cause->failure) {
	case DG_HTTP_REFUSED:
		return fail(err, cause, "connection refused");
	case DG_HTTP_UNRESOLVED:
		return explain_unresolved(cause, err);
	case DG_HTTP_TLS:
		return explain_tls(cause, err);
	case DG_HTTP_TIMEOUT:
		return explain_timeout(cause, err);
	case DG_HTTP_DROPPED:
		return explain_dropped(cause, err);
	default:
		break;
	}
	if (!cause->connected && cause->os_error != 0)
		return fail(err, cause, strerror((int)cause->os_error));
	return dg_error_set(err, DG_EUNREACHABLE, "%s: %s", cause->target,
			    cause->reason);
}
