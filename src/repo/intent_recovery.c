#include "repo/intent_recovery.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/branch.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A lock comes at most this long after its announcement: we wait five
 * seconds for each. */
#define TAKING_S 30

struct dead_run {
	struct dg_repo *repo;
	char holder[256];
	struct stat announced; /* the intent file itself */
	char *ref;
	char *head; /* NULL: it did not matter */
	git_oid old_tip;
	git_oid commit;
	git_oid token;
	bool unchanged; /* HEAD and the branch since */
};

/* The next line of the text, cut off; NULL at the end. */
static char *next_line(char **text)
{
	char *line = *text;
	char *end = strchr(line, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	*text = end + 1;
	return line;
}

static const char *after(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || line[len] != ' ')
		return NULL;
	return line + len + 1;
}

static int read_ref(struct dead_run *run, const char *words,
		    struct dg_error *err)
{
	size_t id_len = strcspn(words, " ");

	if (!words[id_len] || git_oid_fromstrn(&run->old_tip, words, id_len))
		return 0;
	free(run->ref);
	return dg_strdup(&run->ref, words + id_len + 1, err);
}

static int read_fact(struct dead_run *run, const char *line,
		     struct dg_error *err)
{
	const char *words;

	if ((words = after(line, "ref")))
		return read_ref(run, words, err);
	if ((words = after(line, "commit")))
		(void)git_oid_fromstr(&run->commit, words);
	else if ((words = after(line, "token")))
		(void)git_oid_fromstr(&run->token, words);
	else if ((words = after(line, "head")) && !run->head)
		return dg_strdup(&run->head, words, err);
	return 0;
}

/* Has nobody moved HEAD or the branch since the run died? */
static int look_at_refs(struct dead_run *run, struct dg_error *err)
{
	char *head = NULL;
	git_oid now;
	int rc;

	run->unchanged = false;
	if (!run->ref)
		return 0;
	rc = dg_branch_tip(&now, run->repo, run->ref, err);
	if (rc < 0)
		return rc;
	if (!git_oid_equal(&now, &run->old_tip) &&
	    !git_oid_equal(&now, &run->commit))
		return 0;
	if (run->head) {
		rc = dg_branch_of_head(&head, run->repo, err);
		if (rc < 0)
			return rc;
	}
	run->unchanged = !run->head || (head && !strcmp(head, run->head));
	free(head);
	return 0;
}

static bool is_its_own(const struct dead_run *run, const char *path,
		       const struct dg_lock_trace *trace, const struct stat *st)
{
	int64_t age;

	/* Nobody else knows the token. */
	if (dg_lock_holds(path, &run->token))
		return true;
	if (!run->unchanged)
		return false;
	if (st->st_size > 0)
		return dg_lock_holds(path, &run->commit);
	if (trace->ino)
		return dg_lock_trace_fits(trace, st);
	age = (int64_t)DG_CTIME(st).tv_sec -
	      (int64_t)DG_MTIME(&run->announced).tv_sec;
	return age >= 0 && age <= TAKING_S;
}

/* Cuts "dev ino seconds nanoseconds path": the path, or NULL. */
static const char *read_trace(struct dg_lock_trace *trace, const char *words)
{
	unsigned long long number[4];
	size_t i;

	for (i = 0; i < 4; i++) {
		char *end;

		number[i] = strtoull(words, &end, 10);
		if (end == words || *end != ' ')
			return NULL;
		words = end + 1;
	}
	trace->dev = number[0];
	trace->ino = number[1];
	trace->ctime_s = (long long)number[2];
	trace->ctime_ns = (long)number[3];
	return words;
}

static int undo_lock(struct dead_run *run, const char *words,
		     struct dg_error *err)
{
	struct dg_lock_trace trace;
	struct stat st;
	const char *path = read_trace(&trace, words);

	if (!path)
		return 0;
	if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (!is_its_own(run, path, &trace, &st)) {
		dg_warning(run->repo->log,
			   "'%s' is somebody else's lock: left alone", path);
		return 0;
	}
	if (unlink(path) < 0)
		return dg_error_errno(err, errno,
				      "cannot remove '%s', left by an earlier "
				      "run",
				      path);
	dg_info(run->repo->log, "Removed '%s', left by an earlier run (%s)",
		path, run->holder);
	return 0;
}

/* The intent is only a file: no other name is ever removed for it. */
static void remove_temp(const char *path)
{
	const char *name = strrchr(path, '/');

	if (name && !strncmp(name + 1, "ddbgit.", strlen("ddbgit.")))
		unlink(path);
}

static int undo_lines(struct dead_run *run, char *text, struct dg_error *err)
{
	const char *words;
	char *line;
	int rc = 0;

	while (!rc && (line = next_line(&text)) && strcmp(line, "end") != 0) {
		if ((words = after(line, "lock")))
			rc = undo_lock(run, words, err);
		else if ((words = after(line, "temp")))
			remove_temp(words);
	}
	return rc;
}

static int read_facts(struct dead_run *run, char *text, bool *complete,
		      struct dg_error *err)
{
	char *line = next_line(&text);
	int rc = 0;

	*complete = false;
	if (line)
		snprintf(run->holder, sizeof(run->holder), "%s", line);
	while (!rc && (line = next_line(&text)) && !*complete) {
		*complete = !strcmp(line, "end");
		rc = read_fact(run, line, err);
	}
	return rc;
}

int dg_intent_undo(struct dg_repo *repo, const struct dg_lock_file *file,
		   const char *text, struct dg_error *err)
{
	struct dead_run run = {.repo = repo};
	char *first = NULL, *second = NULL;
	bool complete = false;
	int rc = dg_strdup(&first, text, err);

	if (!rc)
		rc = dg_strdup(&second, text, err);
	if (!rc && fstat(file->fd, &run.announced) < 0)
		rc = dg_error_set(err, DG_EIO, "cannot read '%s'", file->path);
	if (!rc)
		rc = read_facts(&run, first, &complete, err);
	if (!rc && complete)
		rc = look_at_refs(&run, err);
	if (!rc && complete)
		rc = undo_lines(&run, second, err);
	free(run.ref);
	free(run.head);
	free(first);
	free(second);
	return rc;
}
