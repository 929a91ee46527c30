/*
 * A program of somebody else, built against the installed library: what the
 * command line does, it can do. Needs no network: there is no backup here.
 */
#include <ddbgit/ddbgit.h>
#include <ddbgit/json_writer.h>
#include <ddbgit/text.h>
#include <stdio.h>
#include <string.h>

static void say(void *context, enum dg_log_level level, const char *message)
{
	(void)level;
	fprintf(context, "%s\n", message);
}

static int expect(const char *what, int rc, int expected,
		  const struct dg_error *err)
{
	if (rc == expected && *err->message)
		return 0;
	fprintf(stderr, "%s: %d, not %d: %s\n", what, rc, expected,
		err->message);
	return 1;
}

int main(void)
{
	struct dg_log log = {say, stderr};
	struct dg_cancel cancel = DG_CANCEL_INIT;
	struct dg_run run = {.log = &log, .cancel = &cancel};
	struct dg_dump_options dump = {.target = {.environment = "none"}};
	struct dg_restore_options restore = {.source = ".", .revision = "HEAD"};
	struct dg_show_options show = {.revision = "nonesuch"};
	struct dg_dump_result dumped;
	struct dg_restore_result restored;
	struct dg_backup_details details;
	struct dg_error err = {.code = DG_OK};
	int failed = 0;

	if (dg_init(&err) < 0 || strcmp(dg_version(), EXPECTED_VERSION) != 0) {
		fprintf(stderr, "ddbgit %s: %s\n", dg_version(), err.message);
		return 1;
	}
	failed += expect("dump", dg_dump(&run, &dump, &dumped, &err),
			 DG_ENOTFOUND, &err);
	dg_dump_result_free(&dumped);
	restore.target.environment = "none";
	failed += expect("restore", dg_restore(&run, &restore, &restored, &err),
			 DG_ENOTFOUND, &err);
	dg_restore_result_free(&restored);
	failed += expect("show", dg_show(&run, &show, &details, &err),
			 DG_ENOTFOUND, &err);
	dg_backup_details_free(&details);
	dg_shutdown();
	return failed;
}
