/*
 * Whatever stands in an environment file: a value that is accepted is a part
 * of the file's own text on one line, and an error names a line of it.
 */
#include "aws/env_file.h"
#include "fuzz_target.h"
#include <stdlib.h>

static size_t count_lines(struct dg_slice text)
{
	size_t lines = 1, i;

	for (i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	return lines;
}

static void check_error(const struct dg_error *err, struct dg_slice text)
{
	check(err->code == DG_EINVALID);
	check(strncmp(err->message, "line ", 5) == 0);
	check(strtoul(err->message + 5, NULL, 10) <= count_lines(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice text = dg_slice_of((const char *)data, size);
	struct dg_env_file file;
	struct dg_error err;
	int rc, i;

	if (memchr(data, '\0', size)) /* dg_env_file_read refuses it */
		return 0;
	rc = dg_env_file_parse(&file, text, &err);
	for (i = 0; i < DG_ENV_KEY_COUNT; i++) {
		const char *value = file.value[i];

		if (!value)
			continue;
		check(rc == 0);
		check(*value && strlen(value) < size && !strchr(value, '\n'));
	}
	if (rc < 0)
		check_error(&err, text);
	dg_env_file_free(&file);
	return 0;
}
