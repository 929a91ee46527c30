/*
 * The canonical request of Signature Version 4: the one spelling of a request
 * that both sides hash. Everything that is a matter of spelling (escapes,
 * order, blanks, dot segments) is decided here.
 */
#ifndef DG_AWS_SIGV4_CANONICAL_H
#define DG_AWS_SIGV4_CANONICAL_H

#include "aws/sigv4.h"

/*
 * Appends the canonical request to out and the signed headers' names,
 * separated by ';', to signed_headers. DG_ELIMIT past a buffer's maximum,
 * DG_ENOMEM.
 */
int dg_sigv4_canonical_request(const struct dg_sigv4_request *request,
			       struct dg_buf *out,
			       struct dg_buf *signed_headers,
			       struct dg_error *err);

#endif
