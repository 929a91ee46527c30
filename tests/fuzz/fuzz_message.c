/*
 * A commit message of any content: a trailer's value is one line, trimmed. And
 * as the subject of a backup's message: what ddbgit says of the backup is read
 * back whatever the subject claims, or the subject is refused.
 */
#include "fuzz_target.h"
#include "repo/message.h"
#include "repo/repo.h"
#include <stdlib.h>

#define TRAILERS 3

static const char *const names[TRAILERS] = {"Ddbgit-Format", "Ddbgit-Items",
					    "Ddbgit-Path"};
static const char *const values[TRAILERS] = {"1", "1234",
					     "backups/dynamodb/prod"};

static void read_any(const char *text)
{
	char *found[TRAILERS];

	check(dg_message_trailers(text, names, found, TRAILERS, NULL) == 0);
	for (size_t i = 0; i < TRAILERS; i++) {
		const struct dg_slice value = dg_slice_str(found[i]);

		check(!found[i] || !strchr(found[i], '\n'));
		check(dg_slice_equal(value, dg_slice_trim(value)));
		free(found[i]);
	}
}

/* A comment at the end says nothing, but a plain paragraph of trailers is left
 * to libgit2 then, which takes more lines for the beginning of a patch. */
static void read_in_both_ways(const char *text)
{
	char *found[TRAILERS], *others[TRAILERS];
	struct dg_buf more = DG_BUF_INIT((size_t)1 << 24);

	if (strstr(text, "---"))
		return;
	check(dg_buf_addf(&more, NULL, "%s\n", text) == 0);
	check(dg_message_trailers(dg_buf_str(&more), names, found, TRAILERS,
				  NULL) == 0);
	check(dg_buf_add_str(&more, "# note\n", NULL) == 0);
	check(dg_message_trailers(dg_buf_str(&more), names, others, TRAILERS,
				  NULL) == 0);
	for (size_t i = 0; i < TRAILERS; i++) {
		check(!found[i] == !others[i]);
		check(!found[i] || strcmp(found[i], others[i]) == 0);
		free(found[i]);
		free(others[i]);
	}
	dg_buf_free(&more);
}

static void print_and_read(const char *subject)
{
	struct dg_message message = {.subject = subject, .body = "12 added"};
	struct dg_buf text = DG_BUF_INIT((size_t)1 << 24);
	char *found[TRAILERS];

	for (size_t i = 0; i < TRAILERS; i++)
		dg_message_add(&message, names[i], values[i]);
	if (dg_message_print(&message, &text, NULL) == 0) {
		check(dg_message_trailers(dg_buf_str(&text), names, found,
					  TRAILERS, NULL) == 0);
		for (size_t i = 0; i < TRAILERS; i++) {
			check(found[i] && strcmp(found[i], values[i]) == 0);
			free(found[i]);
		}
	}
	dg_buf_free(&text);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return dg_repo_init(NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = input_string(data, size);

	read_any(text);
	read_in_both_ways(text);
	print_and_read(text);
	free(text);
	return 0;
}
