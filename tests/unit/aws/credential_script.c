#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aws/config_file.h"
#include "aws/credential_script.h"
#include <sys/stat.h>
#include <unistd.h>

static int64_t still_now(struct dg_clock *clock)
{
	struct still_clock *still = (struct still_clock *)clock;

	still->ms += still->step;
	return still->ms;
}

static int64_t still_wall(struct dg_clock *clock)
{
	return T0_MS + ((struct still_clock *)clock)->ms;
}

static void note_warning(void *context, enum dg_log_level level,
			 const char *message)
{
	struct warnings *warnings = context;

	if (level != DG_LOG_WARNING)
		return;
	snprintf(warnings->last, sizeof(warnings->last), "%s", message);
	warnings->count++;
}

void script_write(const struct script_fixture *f, const char *name,
		  const char *body)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho x >> '%s/calls'\n%s\n", f->folder, body);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
}

size_t script_count_calls(const struct script_fixture *f)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char path[128];
	size_t calls = 0;

	snprintf(path, sizeof(path), "%s/calls", f->folder);
	if (dg_config_file_read(&text, path, NULL, NULL) == 0)
		calls = text.len / 2;
	dg_buf_free(&text);
	return calls;
}

void script_begin(struct script_fixture *f, const char *script)
{
	char path[128];

	memset(f, 0, sizeof(*f));
	strcpy(f->folder, "/tmp/ddbgit-cred-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", f->folder);
	setenv("PATH", path, 1);
	script_write(f, "give", script);
	dg_clock_init(&f->clock.clock);
	f->clock.clock.now_ms = still_now;
	f->clock.clock.wall_ms = still_wall;
	f->log = (struct dg_log){note_warning, &f->warnings};
}

int script_open_chain(struct script_fixture *f, const char *config,
		      const char *profile)
{
	struct dg_credentials_options options = {
		.profile = profile,
		.clock = &f->clock.clock,
		.log = &f->log,
		.cancel = &f->cancel,
	};
	int rc = dg_profiles_parse(&f->profiles, dg_slice_str(config),
				   DG_SLICE(""), &f->err);

	assert_int_equal(rc, 0);
	options.profiles = f->profiles;
	return dg_credentials_open(&f->chain, &options, &f->err);
}

void script_open_process(struct script_fixture *f)
{
	assert_int_equal(
		script_open_chain(f,
				  "[profile p]\n"
				  "credential_process = give 'a b' $HOME\n",
				  "p"),
		0);
}

int script_get(struct script_fixture *f, bool expired)
{
	struct dg_credentials old = f->set;
	int rc = dg_credentials_get(f->chain, expired ? &old : NULL, &f->set,
				    &f->err);

	dg_credentials_free(&old);
	return rc;
}

static void remove_folder(const struct script_fixture *f)
{
	static const char *const names[] = {"give", "aws", "calls", "pid"};
	char path[128];
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", f->folder, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
}

void script_end(struct script_fixture *f)
{
	dg_credentials_free(&f->set);
	dg_credentials_close(f->chain);
	dg_profiles_free(f->profiles);
	remove_folder(f);
}

int script_set_up(void **state)
{
	static const char *const variables[] = {
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
		"AWS_PROFILE",
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(variables); i++)
		unsetenv(variables[i]);
	return 0;
}
