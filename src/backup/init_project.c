#include "backup/embedded.h"
#include "backup/init_files.h"
#include "backup/root.h"
#include "base/dir.h"
#include "base/text.h"
#include "repo/repo.h"
#include <ddbgit/init.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DATA_FILE DG_ROOT_SNAPSHOTS "/prod/table-data.json"
#define SECRETS_RULE "/scripts/.env.*"
#define BYTES_RULE "backups/** -text"

struct project {
	const struct dg_init_options *options;
	struct dg_init_result *result;
	struct dg_repo *repo;
	char *prefix; /* of the root in the work tree: "" or "app/" */
	int root;
};

static const char head[] = "# The environment '%s', as ddbgit and its scripts "
			   "read it. Nothing here "
			   "is\n"
			   "# executed. Keep this file out of Git.\n";

static const char local_values[] =
	"# An emulator, such as LocalStack or DynamoDB Local.\n"
	"AWS_ACCESS_KEY_ID=test\n"
	"AWS_SECRET_ACCESS_KEY=test\n"
	"AWS_REGION=us-east-1\n"
	"LOCAL_AWS_ENDPOINT=http://localhost:4566\n"
	"DYNAMODB_TABLE=\n";

static const char remote_values[] =
	"# Without keys here, those of the process and of ~/.aws are used; or "
	"name a\n"
	"# profile with AWS_PROFILE.\n"
	"AWS_ACCESS_KEY_ID=your-aws-access-key-id\n"
	"AWS_SECRET_ACCESS_KEY=your-aws-secret-access-key\n"
	"AWS_REGION=us-east-1\n"
	"DYNAMODB_TABLE=\n";

static const char *const environments[] = {"local", "dev", "staging", "prod"};
#define ENVIRONMENTS (sizeof(environments) / sizeof(*environments))

static void report(struct project *p, enum dg_init_action action,
		   const char *path, const char *detail, const char *advice)
{
	const struct dg_init_step step = {action, path, detail, advice};

	p->result->count[action]++;
	p->options->report(p->options->context, &step);
}

/* A file that is not there; `differs` tells one that is from ours. */
static int make(struct project *p, const char *path, struct dg_slice text,
		unsigned int mode, const char *detail, struct dg_error *err)
{
	bool made;
	int rc = dg_init_make_file(p->root, path, text, mode, &made, err);

	if (rc < 0)
		return rc;
	if (made)
		report(p, DG_INIT_CREATED, path, detail, NULL);
	else if (dg_init_file_is(p->root, path, text))
		report(p, DG_INIT_KEPT, path, "is there already", NULL);
	else
		report(p, DG_INIT_KEPT, path,
		       "is there already, with other content", NULL);
	return 0;
}

static int make_environment(struct project *p, const char *name,
			    struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(4096);
	char *path = NULL;
	int rc = dg_asprintf(&path, err, "scripts/.env.%s", name);

	if (rc == 0)
		rc = dg_buf_addf(&text, err, head, name);
	if (rc == 0)
		rc = dg_buf_add_str(&text,
				    strcmp(name, "local") == 0 ? local_values
							       : remote_values,
				    err);
	if (rc == 0)
		rc = make(p, path, dg_buf_slice(&text), 0600,
			  "mode 600; fill in DYNAMODB_TABLE", err);
	free(path);
	dg_buf_free(&text);
	return rc;
}

static int make_files(struct project *p, struct dg_error *err)
{
	int rc = 0;
	size_t i;

	for (i = 0; rc == 0 && i < ENVIRONMENTS; i++)
		rc = make_environment(p, environments[i], err);
	if (rc == 0)
		rc = make(p, "scripts/dump-dynamodb-table.sh",
			  dg_embedded_dump_script, 0777, "runs ddbgit dump",
			  err);
	if (rc == 0)
		rc = make(p, "scripts/restore-dynamodb-table.sh",
			  dg_embedded_restore_script, 0777,
			  "runs ddbgit restore", err);
	return rc;
}

/* A file of rules that is not ours to write: the line is for people. */
static int add_rule(struct project *p, const char *path, const char *comment,
		    const char *line, struct dg_error *err)
{
	struct dg_error why = {.code = DG_OK};
	bool added;
	int rc = dg_init_add_line(p->root, path, comment, line, &added, &why);
	char advice[128];

	if (rc == DG_EINVALID) {
		snprintf(advice, sizeof(advice), "Add this line by hand: %s",
			 line);
		report(p, DG_INIT_TODO, path, why.message, advice);
		return 0;
	}
	if (rc < 0)
		return dg_error_pass(err, &why);
	report(p, added ? DG_INIT_ADDED : DG_INIT_KEPT, path,
	       added ? line : "has its line already", NULL);
	return 0;
}

/* The path in the work tree of a file below the root. */
static int in_tree(char **out, const struct project *p, const char *path,
		   struct dg_error *err)
{
	return dg_asprintf(out, err, "%s%s", p->prefix, path);
}

/* 1: Git ignores it; 0: it would take it in. why gets the rule. */
static int is_ignored(struct project *p, const char *path, struct dg_error *why,
		      struct dg_error *err)
{
	char *full = NULL;
	int rc = in_tree(&full, p, path, err);

	if (rc == 0)
		rc = dg_repo_check_ignored(p->repo, full, why);
	free(full);
	if (rc == DG_EREFUSED)
		return 1;
	return rc < 0 ? dg_error_pass(err, why) : rc;
}

static int count_exposed(struct project *p, size_t *exposed,
			 struct dg_error *err)
{
	struct dg_error why = {.code = DG_OK};
	char path[64];
	size_t i;
	int rc = 0;

	*exposed = 0;
	for (i = 0; rc >= 0 && i < ENVIRONMENTS; i++) {
		snprintf(path, sizeof(path), "scripts/.env.%s",
			 environments[i]);
		rc = is_ignored(p, path, &why, err);
		*exposed += rc == 0;
	}
	return rc < 0 ? rc : 0;
}

/* What is tracked already no rule keeps out. */
static int warn_of_tracked(struct project *p, struct dg_error *err)
{
	char path[64], advice[160];
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < ENVIRONMENTS; i++) {
		bool tracked = false;
		char *full = NULL;

		snprintf(path, sizeof(path), "scripts/.env.%s",
			 environments[i]);
		rc = in_tree(&full, p, path, err);
		if (rc == 0)
			rc = dg_repo_tracks(&tracked, p->repo, full, err);
		free(full);
		if (!tracked)
			continue;
		snprintf(advice, sizeof(advice),
			 "git rm --cached %s; whoever has the repository has "
			 "what is in it: change its keys",
			 path);
		report(p, DG_INIT_TODO, path, "is tracked by Git", advice);
	}
	return rc;
}

static int keep_secrets_out(struct project *p, struct dg_error *err)
{
	size_t exposed;
	int rc = count_exposed(p, &exposed, err);

	if (rc == 0 && exposed == 0)
		report(p, DG_INIT_KEPT, ".gitignore",
		       "environment files are ignored already", NULL);
	else if (rc == 0)
		rc = add_rule(p, ".gitignore", "Secrets", SECRETS_RULE, err);
	if (rc == 0)
		rc = warn_of_tracked(p, err);
	return rc;
}

static int let_backups_in(struct project *p, struct dg_error *err)
{
	struct dg_error why = {.code = DG_OK};
	int rc = is_ignored(p, DATA_FILE, &why, err);

	if (rc == 1)
		report(p, DG_INIT_TODO, "backups/", why.message, why.hint);
	return rc < 0 ? rc : 0;
}

static int keep_bytes(struct project *p, struct dg_error *err)
{
	char *full = NULL;
	bool kept = false;
	int rc = in_tree(&full, p, DATA_FILE, err);

	if (rc == 0)
		rc = dg_repo_keeps_bytes(&kept, p->repo, full, err);
	free(full);
	if (rc == 0 && kept)
		report(p, DG_INIT_KEPT, ".gitattributes",
		       "the bytes of backups are kept already", NULL);
	else if (rc == 0)
		rc = add_rule(p, ".gitattributes",
			      "No checkout changes a byte of a backup",
			      BYTES_RULE, err);
	return rc;
}

static int find_prefix(struct project *p, struct dg_error *err)
{
	char *relative = NULL;
	int rc = dg_repo_relative(&relative, p->repo, p->result->root, err);

	if (rc == 0)
		rc = dg_asprintf(&p->prefix, err, "%s%s", relative,
				 *relative ? "/" : "");
	free(relative);
	return rc;
}

static int open_repository(struct project *p, const struct dg_log *log,
			   struct dg_error *err)
{
	const char *root = p->result->root;
	int rc = dg_repo_open(&p->repo, root, log, err);

	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		rc = dg_repo_create(root, err);
		if (rc == 0)
			rc = dg_repo_open(&p->repo, root, log, err);
		if (rc == 0)
			report(p, DG_INIT_CREATED, ".git", "a Git repository",
			       NULL);
	} else if (rc == 0 && !dg_repo_workdir(p->repo)) {
		dg_error_set(err, DG_EREFUSED, "%s is a bare repository",
			     dg_repo_gitdir(p->repo));
		return dg_error_hint(err, "Run ddbgit init in the project, and "
					  "name it in DDBGIT_ROOT");
	} else if (rc == 0) {
		report(p, DG_INIT_KEPT, ".git", dg_repo_workdir(p->repo), NULL);
	}
	return rc == 0 ? find_prefix(p, err) : rc;
}

int dg_init_project(const struct dg_run *run,
		    const struct dg_init_options *options,
		    struct dg_init_result *result, struct dg_error *err)
{
	struct project p = {.options = options, .result = result, .root = -1};
	int rc;

	memset(result, 0, sizeof(*result));
	rc = dg_root_find(&result->root, "local", err);
	if (rc == 0)
		rc = open_repository(&p, run->log, err);
	if (rc == 0) {
		p.root = open(result->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (p.root < 0)
			rc = dg_error_errno(err, errno, "cannot open '%s'",
					    result->root);
	}
	/* The rules come first: no secret is there before they are. */
	if (rc == 0)
		rc = keep_secrets_out(&p, err);
	if (rc == 0)
		rc = let_backups_in(&p, err);
	if (rc == 0)
		rc = keep_bytes(&p, err);
	if (rc == 0)
		rc = make_files(&p, err);
	if (p.root >= 0)
		close(p.root);
	dg_repo_close(p.repo);
	free(p.prefix);
	return rc;
}

void dg_init_result_free(struct dg_init_result *result)
{
	free(result->root);
	result->root = NULL;
}
