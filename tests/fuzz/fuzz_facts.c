/*
 * What a commit's message says of a backup, whoever wrote it: facts are read
 * or left unknown, and never an error.
 */
#include "backup/changes.h"
#include "backup/facts.h"
#include "fuzz_target.h"
#include "repo/repo.h"
#include <stdlib.h>

static bool is_one_line(const char *text)
{
	return !text || !strchr(text, '\n');
}

static void check_facts(const struct dg_facts *facts)
{
	struct dg_changes again;
	char text[128];

	check(facts->subject && facts->date);
	check(is_one_line(facts->subject) && is_one_line(facts->environment) &&
	      is_one_line(facts->table) && is_one_line(facts->region) &&
	      is_one_line(facts->date) && is_one_line(facts->sha256));
	if (!facts->has_changes)
		return;
	dg_changes_short(&facts->changes, text, sizeof(text));
	check(dg_changes_parse(&again, text));
	check(again.added == facts->changes.added &&
	      again.changed == facts->changes.changed &&
	      again.removed == facts->changes.removed);
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
	struct dg_facts facts;

	check(dg_facts_read(&facts, text, 0, NULL, "backups/dynamodb/prod",
			    NULL) == 0);
	check_facts(&facts);
	dg_facts_free(&facts);
	free(text);
	return 0;
}
