/*
 * Whatever stands in ~/.aws/config and ~/.aws/credentials: settings that are
 * found are no longer than the text and not empty, and an error names a line.
 */
#include "aws/profile.h"
#include "fuzz_target.h"
#include <stdlib.h>

static void check_found(const char *value, size_t size)
{
	check(!value || (*value && strlen(value) < size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const profiles[] = {"default", "a", "a b"};
	static const char *const keys[] = {"region", "credential_process",
					   "aws_secret_access_key"};
	struct dg_slice credentials = dg_slice_of((const char *)data, size);
	struct dg_slice config;
	struct dg_profiles *found;
	struct dg_error err;
	size_t i;

	if (size == 0 || memchr(data, '\0', size))
		return 0; /* dg_profiles_load refuses zero bytes */
	config = input_cut(&credentials);
	if (dg_profiles_parse(&found, config, credentials, &err) < 0) {
		check(err.code == DG_EINVALID);
		check(strncmp(err.message, "line ", 5) == 0);
		return 0;
	}
	for (i = 0; i < 9; i++)
		check_found(
			dg_profiles_get(found, profiles[i / 3], keys[i % 3]),
			size);
	dg_profiles_free(found);
	return 0;
}
