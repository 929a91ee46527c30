#include "backup/hooks_run.h"

#include "backup/facts.h"
#include "base/text.h"
#include "repo/arrival.h"
#include "snapshot/snapshot.h"
#include <stdlib.h>

/* More would not be read. */
#define TOLD_MAX 8

struct arrivals {
	const struct dg_run *run;
	size_t count;
};

/* A path of the repository goes into a command line that people copy. */
static int add_word(struct dg_buf *out, const char *word, struct dg_error *err)
{
	const bool plain =
		strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789_@%+:,./-") ==
		strlen(word);

	return plain ? dg_buf_add_str(out, word, err)
		     : dg_shell_quote(out, word, err);
}

static int tell(void *context, const char *path, struct dg_revision *to,
		struct dg_error *err)
{
	struct arrivals *arrivals = context;
	const struct dg_log *log = arrivals->run->log;
	struct dg_buf command = DG_BUF_INIT(64 * 1024);
	struct dg_facts facts = {0};
	char items[DG_QUANTITY_SIZE] = "unknown items";
	int rc;

	if (++arrivals->count > TOLD_MAX)
		return 0;
	rc = dg_facts_read(&facts, dg_revision_message(to),
			   dg_revision_time(to), to, path, err);
	if (rc == 0)
		rc = dg_buf_add_str(&command,
				    "ddbgit restore --env=local --rev=HEAD "
				    "--path=",
				    err);
	if (rc == 0)
		rc = add_word(&command, path, err);
	if (rc == 0 && facts.has_items)
		dg_format_quantity(facts.items, "item", items);
	if (rc == 0) {
		dg_info(log, "New backup in %s: %s (%s), %s, %s",
			*path ? path : ".",
			facts.table ? facts.table : "unknown table",
			facts.environment ? facts.environment
					  : "unknown environment",
			items, facts.date ? facts.date : "unknown date");
		dg_info(log, "  %s", command.ptr);
	}
	dg_facts_free(&facts);
	dg_buf_free(&command);
	return rc;
}

int dg_hook_tell_arrivals(const struct dg_run *run, struct dg_repo *repo,
			  const char *from, const char *to,
			  struct dg_error *err)
{
	struct arrivals arrivals = {.run = run};
	const struct dg_arrival arrival = {
		.from = from,
		.to = to,
		.marker = DG_DATA_FILE,
		.owned = dg_snapshot_entries,
	};
	int rc = dg_arrival_find(repo, &arrival, tell, &arrivals, err);

	if (rc == 0 && arrivals.count > TOLD_MAX)
		dg_info(run->log, "And %zu more: ddbgit log",
			arrivals.count - TOLD_MAX);
	return rc;
}
