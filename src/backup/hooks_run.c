#include "backup/hooks_run.h"

#include "base/text.h"
#include "repo/arrival.h"
#include "repo/staged.h"
#include <stdlib.h>

/* GitHub refuses files over 100 MiB and warns from 50 MiB. */
#define REFUSED_SIZE ((uint64_t)100 << 20)
#define WARNED_SIZE ((uint64_t)50 << 20)

#define ID_LENGTH ((size_t)40)

static bool is_zero(struct dg_slice id)
{
	size_t i;

	for (i = 0; i < id.len && id.ptr[i] == '0'; i++)
		;
	return i == id.len;
}

static int tell_large(void *context, const struct dg_large_file *file,
		      struct dg_error *err)
{
	const struct dg_run *run = context;
	char size[DG_COUNT_SIZE];

	(void)err;
	dg_format_bytes(file->size, size);
	if (file->size > REFUSED_SIZE)
		dg_warning(run->log,
			   "%s in %.7s has %s: hosts refuse files over 100 "
			   "MB. For a backup: ddbgit dump --layout=chunked",
			   file->path, file->commit_id, size);
	else
		dg_warning(run->log,
			   "%s in %.7s has %s: hosts warn from 50 MB and "
			   "refuse over 100 MB",
			   file->path, file->commit_id, size);
	return 0;
}

/* The next blank-separated word of *line. */
static struct dg_slice next_word(struct dg_slice *line)
{
	size_t len = 0;
	struct dg_slice word;

	while (len < line->len && line->ptr[len] != ' ')
		len++;
	word = dg_slice_of(line->ptr, len);
	len += len < line->len;
	*line = dg_slice_of(line->ptr + len, line->len - len);
	return word;
}

/* "<local ref> <local id> <remote ref> <remote id>", githooks(5). */
static int look_at_push(const struct dg_run *run, struct dg_repo *repo,
			struct dg_slice line, const char *remote,
			struct dg_error *err)
{
	struct dg_departure departure = {.remote = remote,
					 .above = WARNED_SIZE};
	char tip[ID_LENGTH + 1], known[ID_LENGTH + 1];
	struct dg_slice local, theirs;

	(void)next_word(&line);
	local = next_word(&line);
	(void)next_word(&line);
	theirs = next_word(&line);
	if (local.len != ID_LENGTH || theirs.len != ID_LENGTH || is_zero(local))
		return 0;
	memcpy(tip, local.ptr, ID_LENGTH);
	memcpy(known, theirs.ptr, ID_LENGTH);
	tip[ID_LENGTH] = known[ID_LENGTH] = '\0';
	departure.tip = tip;
	departure.known = is_zero(theirs) ? NULL : known;
	return dg_departure_large(repo, &departure, tell_large, (void *)run,
				  err);
}

static int pre_push(const struct dg_run *run, struct dg_repo *repo,
		    const struct dg_hook_event *event, struct dg_error *err)
{
	struct dg_slice rest = dg_slice_str(event->input);
	int rc = 0;

	while (rc == 0 && rest.len > 0)
		rc = look_at_push(run, repo, dg_slice_take_line(&rest),
				  event->arguments[0], err);
	return rc;
}

static size_t count_of(const char *const *arguments)
{
	size_t count = 0;

	while (arguments[count])
		count++;
	return count;
}

/* <previous HEAD> <new HEAD> <1 for a branch, 0 for files> */
static int post_checkout(const struct dg_run *run, struct dg_repo *repo,
			 const struct dg_hook_event *event,
			 struct dg_error *err)
{
	const char *const *arguments = event->arguments;

	if (count_of(arguments) < 3 || strcmp(arguments[2], "1") != 0 ||
	    strcmp(arguments[0], arguments[1]) == 0)
		return 0;
	return dg_hook_tell_arrivals(
		run, repo,
		is_zero(dg_slice_str(arguments[0])) ? NULL : arguments[0],
		arguments[1], err);
}

/* <1 for a squash, which commits nothing> */
static int post_merge(const struct dg_run *run, struct dg_repo *repo,
		      const struct dg_hook_event *event, struct dg_error *err)
{
	if (event->arguments[0] && strcmp(event->arguments[0], "1") == 0)
		return 0;
	return dg_hook_tell_arrivals(run, repo, "ORIG_HEAD", "HEAD", err);
}

static int pre_commit(const struct dg_run *run, struct dg_repo *repo,
		      const struct dg_hook_event *event, struct dg_error *err)
{
	(void)event;
	return dg_hook_pre_commit(run, repo, err);
}

struct kind {
	const char *name;
	int (*run)(const struct dg_run *run, struct dg_repo *repo,
		   const struct dg_hook_event *event, struct dg_error *err);
	bool may_refuse; /* what Git is about to do */
};

static const struct kind kinds[] = {
	{"pre-commit", pre_commit, true},
	{"post-merge", post_merge, false},
	{"post-checkout", post_checkout, false},
	{"pre-push", pre_push, false},
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

const char *dg_hook_name(size_t i)
{
	return i < KINDS ? kinds[i].name : NULL;
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(name, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

int dg_hooks_run(const struct dg_run *run, const struct dg_hook_event *event,
		 struct dg_error *err)
{
	const struct kind *kind = find_kind(event->name);
	struct dg_error why = {.code = DG_OK};
	struct dg_repo *repo = NULL;
	bool refused = false;
	int rc;

	if (!kind)
		return dg_error_set(err, DG_EUSAGE,
				    "'%s' is no hook of ddbgit's", event->name);
	rc = dg_repo_open_hook(&repo, run->log, &why);
	if (rc == 0) {
		rc = kind->run(run, repo, event, &why);
		refused = rc == DG_EREFUSED && kind->may_refuse;
	}
	dg_repo_close(repo);
	if (rc == DG_ECANCELLED || refused)
		return dg_error_pass(err, &why);
	/* Git goes on: a hook that cannot look must not stand in the way. */
	if (rc < 0)
		dg_warning(run->log, "%s: backups were not looked at: %s",
			   event->name, why.message);
	return 0;
}
