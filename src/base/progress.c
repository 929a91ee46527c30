#include <ddbgit/progress.h>

#include <stddef.h>

void dg_progress_update(const struct dg_progress *progress,
			const struct dg_progress_state *state)
{
	if (progress && progress->update)
		progress->update(progress->context, state);
}
