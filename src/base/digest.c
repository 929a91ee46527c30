#include "base/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

struct dg_digest {
	EVP_MD_CTX *context;
};

static int failed(struct dg_error *err, const char *what)
{
	return dg_error_set(err, DG_EFAILED, "OpenSSL cannot compute %s", what);
}

int dg_digest_open(struct dg_digest **out, enum dg_digest_kind kind,
		   struct dg_error *err)
{
	struct dg_digest *digest = calloc(1, sizeof(*digest));
	const EVP_MD *md = kind == DG_SHA1 ? EVP_sha1() : EVP_sha256();

	if (!digest)
		return dg_error_nomem(err);
	digest->context = EVP_MD_CTX_new();
	if (!digest->context) {
		dg_digest_free(digest);
		return dg_error_nomem(err);
	}
	if (!EVP_DigestInit_ex(digest->context, md, NULL)) {
		dg_digest_free(digest);
		return failed(err, kind == DG_SHA1 ? "SHA-1" : "SHA-256");
	}
	*out = digest;
	return 0;
}

int dg_digest_update(struct dg_digest *digest, const void *bytes, size_t len,
		     struct dg_error *err)
{
	if (!EVP_DigestUpdate(digest->context, bytes, len))
		return failed(err, "a digest");
	return 0;
}

int dg_digest_finish(struct dg_digest *digest, unsigned char *out,
		     struct dg_error *err)
{
	if (!EVP_DigestFinal_ex(digest->context, out, NULL) ||
	    !EVP_DigestInit_ex(digest->context, NULL, NULL))
		return failed(err, "a digest");
	return 0;
}

void dg_digest_free(struct dg_digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	free(digest);
}

int dg_sha256(struct dg_slice bytes, unsigned char out[DG_SHA256_SIZE],
	      struct dg_error *err)
{
	if (!EVP_Digest(bytes.ptr, bytes.len, out, NULL, EVP_sha256(), NULL))
		return failed(err, "SHA-256");
	return 0;
}

int dg_hmac_sha256(struct dg_slice key, struct dg_slice bytes,
		   unsigned char out[DG_SHA256_SIZE], struct dg_error *err)
{
	/* OpenSSL takes a NULL key as "the key of before". */
	const char *key_ptr = key.len > 0 ? key.ptr : "";

	if (key.len > INT_MAX ||
	    !HMAC(EVP_sha256(), key_ptr, (int)key.len,
		  (const unsigned char *)bytes.ptr, bytes.len, out, NULL))
		return failed(err, "HMAC-SHA-256");
	return 0;
}

void dg_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}
