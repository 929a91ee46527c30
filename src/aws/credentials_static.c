#include "aws/credentials_provider.h"
#include "base/text.h"

#include <stdlib.h>

struct static_provider {
	struct dg_credentials_provider base;
	struct dg_credentials set;
};

void dg_credentials_free(struct dg_credentials *credentials)
{
	if (!credentials)
		return;
	dg_free_secret(credentials->access_key_id);
	dg_free_secret(credentials->secret_access_key);
	dg_free_secret(credentials->session_token);
	*credentials = (struct dg_credentials){0};
}

int dg_credentials_copy(struct dg_credentials *out,
			const struct dg_credentials *from, struct dg_error *err)
{
	int rc;

	*out = (struct dg_credentials){.expires = from->expires,
				       .serial = from->serial};
	rc = dg_strdup(&out->access_key_id, from->access_key_id, err);
	if (rc == 0)
		rc = dg_strdup(&out->secret_access_key, from->secret_access_key,
			       err);
	if (rc == 0 && from->session_token)
		rc = dg_strdup(&out->session_token, from->session_token, err);
	if (rc < 0)
		dg_credentials_free(out);
	return rc;
}

static int fetch(struct dg_credentials_provider *self,
		 struct dg_credentials *out, struct dg_error *err)
{
	struct static_provider *provider = (struct static_provider *)self;

	return dg_credentials_copy(out, &provider->set, err);
}

static void close_static(struct dg_credentials_provider *self)
{
	struct static_provider *provider = (struct static_provider *)self;

	dg_credentials_free(&provider->set);
	free(provider);
}

int dg_credentials_static_open(struct dg_credentials_provider **out,
			       const struct dg_credentials *set,
			       struct dg_error *err)
{
	struct static_provider *provider = calloc(1, sizeof(*provider));
	int rc;

	*out = NULL;
	if (!provider)
		return dg_error_nomem(err);
	provider->base = (struct dg_credentials_provider){
		.fetch = fetch, .close = close_static, .fixed = true};
	rc = dg_credentials_copy(&provider->set, set, err);
	if (rc < 0)
		free(provider);
	else
		*out = &provider->base;
	return rc;
}
