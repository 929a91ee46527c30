/* SHA-256, SHA-1 and HMAC-SHA-256 (OpenSSL). The only user of OpenSSL. */
#ifndef DG_BASE_DIGEST_H
#define DG_BASE_DIGEST_H

#include <ddbgit/error.h>
#include <ddbgit/slice.h>

#define DG_SHA256_SIZE 32
#define DG_SHA1_SIZE 20
#define DG_SHA256_HEX_SIZE 65 /* with the final zero */

enum dg_digest_kind { DG_SHA256, DG_SHA1 };

struct dg_digest; /* a computation under way */

int dg_digest_open(struct dg_digest **out, enum dg_digest_kind kind,
		   struct dg_error *err);
int dg_digest_update(struct dg_digest *digest, const void *bytes, size_t len,
		     struct dg_error *err);
/* out takes 32 or 20 bytes by kind. The digest can be used anew after it. */
int dg_digest_finish(struct dg_digest *digest, unsigned char *out,
		     struct dg_error *err);
void dg_digest_free(struct dg_digest *digest);

/* In one call. */
int dg_sha256(struct dg_slice bytes, unsigned char out[DG_SHA256_SIZE],
	      struct dg_error *err);
int dg_hmac_sha256(struct dg_slice key, struct dg_slice bytes,
		   unsigned char out[DG_SHA256_SIZE], struct dg_error *err);

/* Lower-case hexadecimal with a final zero; out takes 2 * len + 1. */
void dg_hex(const unsigned char *bytes, size_t len, char *out);

#endif
