#include "fixture.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const owned[] = {"table-data.json",     "table-schema.json",
			     "table-metadata.json", "dump-summary.txt",
			     "table-data",          NULL};

static char home[64];

int group_setup(void **state)
{
	static const char *const cleared[] = {
		"GIT_DIR",
		"GIT_WORK_TREE",
		"GIT_INDEX_FILE",
		"GIT_AUTHOR_NAME",
		"GIT_AUTHOR_EMAIL",
		"EMAIL",
		"GIT_COMMITTER_EMAIL",
		"XDG_CONFIG_HOME",
		"GIT_CONFIG",
		"GIT_COMMITTER_NAME",
		"GIT_AUTHOR_DATE",
		"GIT_EDITOR",
		"GIT_COMMITTER_DATE",
		"GIT_CONFIG_GLOBAL",
		"SUDO_UID",
		"GIT_CONFIG_SYSTEM",
		"GIT_CEILING_DIRECTORIES",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cleared) / sizeof(*cleared); i++)
		unsetenv(cleared[i]);
	strcpy(home, "/tmp/ddbgit-home-XXXXXX");
	assert_non_null(mkdtemp(home));
	setenv("HOME", home, 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("TZ", "UTC", 1);
	return dg_repo_init(NULL);
}

int group_teardown(void **state)
{
	char line[128];

	(void)state;
	dg_repo_shutdown();
	snprintf(line, sizeof(line), "rm -rf %s", home);
	return system(line);
}

static void note(void *context, enum dg_log_level level, const char *message)
{
	struct fixture *f = context;
	size_t len = strlen(f->said);

	snprintf(f->said + len, sizeof(f->said) - len, "%d %s\n", (int)level,
		 message);
}

static int64_t fast_now(struct dg_clock *clock)
{
	struct fixture *f = (struct fixture *)((char *)clock -
					       offsetof(struct fixture, clock));

	return f->waited_ms;
}

static int fast_sleep(struct dg_clock *clock, int64_t ms,
		      const struct dg_cancel *cancel)
{
	struct fixture *f = (struct fixture *)((char *)clock -
					       offsetof(struct fixture, clock));

	(void)cancel;
	f->waited_ms += ms;
	return 0;
}

int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->dir = strdup("/tmp/ddbgit-repo-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(dg_asprintf(&f->work, NULL, "%s/work", f->dir), 0);
	f->log.write = note;
	f->log.context = f;
	f->clock.now_ms = fast_now;
	f->clock.wall_ms = fast_now;
	f->clock.sleep_ms = fast_sleep;
	f->clock.speed = 1;
	*state = f;
	assert_int_equal(mkdir(f->work, 0777), 0);
	run(f, "git init -q -b main && git config user.name Ann && "
	       "git config user.email ann@example.com && "
	       "echo hello >README && git add README && "
	       "git commit -q -m start");
	open_repo(f, "work");
	return 0;
}

int teardown(void **state)
{
	struct fixture *f = *state;
	char line[256];

	dg_repo_close(f->repo);
	snprintf(line, sizeof(line), "chmod -R u+w %s; rm -rf %s", f->dir,
		 f->dir);
	assert_int_equal(system(line), 0);
	free(f->dir);
	free(f->work);
	free(f);
	return 0;
}

void open_repo(struct fixture *f, const char *folder)
{
	char path[256];

	dg_repo_close(f->repo);
	f->repo = NULL;
	snprintf(path, sizeof(path), "%s/%s", f->dir, folder);
	if (dg_repo_open(&f->repo, path, &f->log, &f->err) < 0)
		fail_msg("%s", f->err.message);
}

static __attribute__((format(printf, 2, 0))) char *command_line(
	struct fixture *f, const char *format, va_list args)
{
	struct dg_buf line = DG_BUF_INIT(16384);

	assert_int_equal(dg_buf_addf(&line, NULL, "cd %s && { ", f->work), 0);
	assert_int_equal(dg_buf_vaddf(&line, NULL, format, args), 0);
	assert_int_equal(dg_buf_add_str(&line, "\n}", NULL), 0);
	return dg_buf_detach(&line, NULL);
}

void run(struct fixture *f, const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	line = command_line(f, format, args);
	va_end(args);
	if (system(line) != 0)
		fail_msg("failed: %s", line);
	free(line);
}

static char *output_of(char *line)
{
	struct dg_buf text = DG_BUF_INIT(1 << 20);
	char part[4096];
	FILE *pipe = popen(line, "r");
	size_t n;

	assert_non_null(pipe);
	while ((n = fread(part, 1, sizeof(part), pipe)) > 0)
		assert_int_equal(dg_buf_add(&text, part, n, NULL), 0);
	pclose(pipe);
	while (text.len && text.ptr[text.len - 1] == '\n')
		text.ptr[--text.len] = '\0';
	free(line);
	if (!text.len)
		dg_buf_free(&text);
	return text.len ? dg_buf_detach(&text, NULL) : strdup("");
}

char *output(struct fixture *f, const char *format, ...)
{
	va_list args;
	char *line;

	va_start(args, format);
	line = command_line(f, format, args);
	va_end(args);
	return output_of(line);
}

void assert_output(struct fixture *f, const char *expected, const char *format,
		   ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = output_of(command_line(f, format, args));
	va_end(args);
	assert_string_equal(text, expected);
	free(text);
}

void assert_sound(struct fixture *f)
{
	assert_output(f, "", "git fsck --strict --full --no-dangling 2>&1");
	assert_output(f, "", "git status --porcelain -- " PROD);
	assert_output(f, "",
		      "find .git -name '*.lock' -o -name 'ddbgit.*' "
		      "-o -name 'tmp_*' -o -path '*/ddbgit/intent' "
		      "-o -path '*/locks/*'");
}

void assert_ok(struct fixture *f, int rc)
{
	if (rc < 0)
		fail_msg("%s (%s)", f->err.message, f->err.hint);
}

void assert_error(struct fixture *f, int rc, enum dg_code code,
		  const char *words)
{
	assert_int_equal(rc, code);
	if (!strstr(f->err.message, words) && !strstr(f->err.hint, words))
		fail_msg("no '%s' in: %s (%s)", words, f->err.message,
			 f->err.hint);
}

void write_file(struct fixture *f, const char *path, const char *text)
{
	char full[512];
	FILE *file;

	run(f, "mkdir -p \"$(dirname '%s')\"", path);
	snprintf(full, sizeof(full), "%s/%s", f->work, path);
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

struct dg_commit_options options_for(struct fixture *f, const char *branch)
{
	struct dg_commit_options options = {
		.path = PROD,
		.branch = branch,
		.owned = owned,
		.log = &f->log,
		.now_iso = "2025-01-27T10:00:00Z",
		.now = NOW,
		.clock = &f->clock,
		.memory = 64 << 20,
	};

	return options;
}

int add_data(struct dg_commit *commit, const char *data, struct dg_error *err)
{
	struct dg_sink *sink = dg_commit_sink(commit);
	int rc =
		dg_sink_write(sink, "table-data.json", dg_slice_str(data), err);

	if (!rc)
		rc = dg_sink_write(sink, "table-schema.json",
				   DG_SLICE("{\"Table\":{}}\n"), err);
	return rc;
}

int prepare(struct dg_commit *commit, struct dg_error *err)
{
	struct dg_message message = {.subject = "Dump prod-media (prod)"};

	dg_message_add(&message, "Ddbgit-Environment", "prod");
	dg_message_add(&message, "Ddbgit-Path", PROD);
	return dg_commit_prepare(commit, &message, err);
}

void place(struct fixture *f, const char *data)
{
	write_file(f, PROD "/table-data.json.new", data);
	write_file(f, PROD "/table-schema.json.new", "{\"Table\":{}}\n");
	run(f, "for n in table-data table-schema; do "
	       "mv " PROD "/$n.json.new " PROD "/$n.json; done");
}

int backup(struct fixture *f, const char *branch, const char *data,
	   char id[DG_OID_HEX_SIZE])
{
	struct dg_commit_options options = options_for(f, branch);
	struct dg_commit *commit = NULL;
	char ignored[DG_OID_HEX_SIZE];
	int rc = dg_commit_open(&commit, f->repo, &options, &f->err);

	if (!rc)
		rc = add_data(commit, data, &f->err);
	if (!rc)
		rc = prepare(commit, &f->err);
	if (!rc && dg_commit_uses_worktree(commit))
		place(f, data);
	if (!rc)
		rc = dg_commit_finish(commit, id ? id : ignored, &f->err);
	dg_commit_close(commit);
	return rc;
}
