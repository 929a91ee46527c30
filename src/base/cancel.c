#include <ddbgit/cancel.h>

void dg_cancel_set(struct dg_cancel *cancel)
{
	__atomic_store_n(&cancel->flag, 1, __ATOMIC_RELEASE);
}

bool dg_cancelled(const struct dg_cancel *cancel)
{
	for (; cancel; cancel = cancel->parent)
		if (__atomic_load_n(&cancel->flag, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

int dg_cancel_check(const struct dg_cancel *cancel, struct dg_error *err)
{
	if (dg_cancelled(cancel))
		return dg_error_set(err, DG_ECANCELLED, "interrupted");
	return 0;
}
