#include "cli/exit_status.h"

#include "cli/signals.h"
#include <ddbgit/error.h>
#include <signal.h>
#include <stddef.h>

int dg_exit_status(int rc)
{
	switch (rc) {
	case DG_OK:
		return DG_EXIT_DONE;
	case DG_EUSAGE:
		return DG_EXIT_USAGE;
	case DG_EINCOMPLETE:
		return DG_EXIT_INCOMPLETE;
	case DG_EDIFFERENT:
		return DG_EXIT_DIFFERENT;
	case DG_EREFUSED:
		return DG_EXIT_REFUSED;
	case DG_ECANCELLED:
		return DG_EXIT_SIGNAL +
		       (dg_signals_caught() ? dg_signals_caught() : SIGINT);
	default:
		return DG_EXIT_FAILED;
	}
}

const char *dg_exit_meaning(int status)
{
	static const char *const meanings[] = {
		[DG_EXIT_DONE] = "done",
		[DG_EXIT_FAILED] = "failed",
		[DG_EXIT_USAGE] = "wrong usage; nothing was done",
		[DG_EXIT_INCOMPLETE] =
			"incomplete: items not written or not verified",
		[DG_EXIT_DIFFERENT] = "differences found",
		[DG_EXIT_REFUSED] = "refused by a guard; nothing was changed",
	};

	return meanings[status];
}

const char *dg_exit_code_name(int rc)
{
	static const char *const names[] = {
		[-DG_OK] = "ok",
		[-DG_EFAILED] = "failed",
		[-DG_EUSAGE] = "usage",
		[-DG_EINCOMPLETE] = "incomplete",
		[-DG_EDIFFERENT] = "different",
		[-DG_EREFUSED] = "refused",
		[-DG_ENOMEM] = "no-memory",
		[-DG_EIO] = "io",
		[-DG_EINVALID] = "invalid",
		[-DG_ENOTFOUND] = "not-found",
		[-DG_EEXISTS] = "exists",
		[-DG_ELOCKED] = "locked",
		[-DG_EMODIFIED] = "modified",
		[-DG_ECANCELLED] = "cancelled",
		[-DG_EUNREACHABLE] = "unreachable",
		[-DG_EDENIED] = "denied",
		[-DG_ESERVICE] = "service",
		[-DG_EUNSUPPORTED] = "unsupported",
		[-DG_ELIMIT] = "limit",
	};
	const size_t at = (size_t)-rc;

	return rc <= 0 && at < sizeof(names) / sizeof(names[0]) ? names[at]
								: "failed";
}
