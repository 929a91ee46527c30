#include "aws/sigv4.h"
#include "aws/secret.h"
#include "aws/sigv4_canonical.h"
#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#define CANONICAL_MAX ((size_t)256 * 1024)
#define DATE_LEN 8 /* "20150830" */

void dg_sigv4_date(int64_t unix_seconds, char out[DG_AMZ_DATE_SIZE])
{
	time_t seconds = (time_t)unix_seconds;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    strftime(out, DG_AMZ_DATE_SIZE, "%Y%m%dT%H%M%SZ", &tm) == 0)
		memcpy(out, "19700101T000000Z", DG_AMZ_DATE_SIZE);
}

static int add_scope(struct dg_buf *out, const struct dg_sigv4_scope *scope,
		     struct dg_error *err)
{
	return dg_buf_addf(out, err, "%.*s/%s/%s/aws4_request", DATE_LEN,
			   scope->amz_date, scope->region, scope->service);
}

static int build_string_to_sign(struct dg_buf *out,
				const struct dg_sigv4_scope *scope,
				struct dg_slice canonical, struct dg_error *err)
{
	unsigned char hash[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];
	int rc = dg_sha256(canonical, hash, err);

	if (rc < 0)
		return rc;
	dg_hex(hash, sizeof(hash), hex);
	rc = dg_buf_addf(out, err, "AWS4-HMAC-SHA256\n%s\n", scope->amz_date);
	if (rc == 0)
		rc = add_scope(out, scope, err);
	if (rc == 0)
		rc = dg_buf_addf(out, err, "\n%s", hex);
	return rc;
}

/* The signing key: a chain of HMACs over the scope's parts. */
static int derive_key(const char *secret, const struct dg_sigv4_scope *scope,
		      unsigned char key[DG_SHA256_SIZE], struct dg_error *err)
{
	const struct dg_slice parts[] = {
		dg_slice_of(scope->amz_date, DATE_LEN),
		dg_slice_str(scope->region),
		dg_slice_str(scope->service),
		DG_SLICE("aws4_request"),
	};
	struct dg_buf first = DG_BUF_INIT(CANONICAL_MAX);
	struct dg_slice link;
	size_t i;
	int rc = dg_buf_addf(&first, err, "AWS4%s", secret);

	link = dg_buf_slice(&first);
	for (i = 0; rc == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		rc = dg_hmac_sha256(link, parts[i], key, err);
		link = dg_slice_of((const char *)key, DG_SHA256_SIZE);
	}
	dg_secret_buf_free(&first);
	return rc;
}

static int add_signature(struct dg_buf *out, const char *secret,
			 const struct dg_sigv4_scope *scope,
			 struct dg_slice string_to_sign, struct dg_error *err)
{
	unsigned char key[DG_SHA256_SIZE];
	unsigned char signature[DG_SHA256_SIZE];
	char hex[DG_SHA256_HEX_SIZE];
	int rc = derive_key(secret, scope, key, err);

	if (rc == 0)
		rc = dg_hmac_sha256(dg_slice_of((const char *)key, sizeof(key)),
				    string_to_sign, signature, err);
	dg_secret_wipe(key, sizeof(key));
	if (rc < 0)
		return rc;
	dg_hex(signature, sizeof(signature), hex);
	return dg_buf_addf(out, err, ", Signature=%s", hex);
}

static int check_date(const char *amz_date, struct dg_error *err)
{
	if (strlen(amz_date) + 1 == DG_AMZ_DATE_SIZE)
		return 0;
	return dg_error_set(err, DG_EINVALID,
			    "'%s' is not a date as X-Amz-Date wants it",
			    amz_date);
}

int dg_sigv4_sign(const struct dg_sigv4_request *request,
		  const struct dg_sigv4_credentials *credentials,
		  const struct dg_sigv4_scope *scope,
		  struct dg_sigv4_result *result, struct dg_error *err)
{
	struct dg_buf own_canonical = DG_BUF_INIT(CANONICAL_MAX);
	struct dg_buf own_to_sign = DG_BUF_INIT(CANONICAL_MAX);
	struct dg_buf signed_headers = DG_BUF_INIT(CANONICAL_MAX);
	struct dg_buf *canonical = result->canonical_request;
	struct dg_buf *to_sign = result->string_to_sign;
	struct dg_buf *out = result->authorization;
	int rc;

	canonical = canonical ? canonical : &own_canonical;
	to_sign = to_sign ? to_sign : &own_to_sign;
	dg_buf_clear(canonical);
	dg_buf_clear(to_sign);
	dg_buf_clear(out);
	rc = check_date(scope->amz_date, err);
	if (rc == 0)
		rc = dg_sigv4_canonical_request(request, canonical,
						&signed_headers, err);
	if (rc == 0)
		rc = build_string_to_sign(to_sign, scope,
					  dg_buf_slice(canonical), err);
	if (rc == 0)
		rc = dg_buf_addf(out, err, "AWS4-HMAC-SHA256 Credential=%s/",
				 credentials->access_key_id);
	if (rc == 0)
		rc = add_scope(out, scope, err);
	if (rc == 0)
		rc = dg_buf_addf(out, err, ", SignedHeaders=%s",
				 dg_buf_str(&signed_headers));
	if (rc == 0)
		rc = add_signature(out, credentials->secret_access_key, scope,
				   dg_buf_slice(to_sign), err);
	dg_buf_free(&signed_headers);
	dg_buf_free(&own_to_sign);
	dg_buf_free(&own_canonical);
	return rc;
}
