#include "fake_library.h"

struct fake_library fake_library;

int fake_library_reset(void **state)
{
	(void)state;
	memset(&fake_library, 0, sizeof(fake_library));
	fake_library.dump = (struct dg_dump_result){
		.environment = (char *)"prod",
		.table = (char *)"prod-media",
		.path = (char *)"backups/dynamodb/prod",
		.items = 1234,
		.bytes = 5678,
		.sha256 = SHA256,
	};
	fake_library.restore = (struct dg_restore_result){
		.source = (char *)"prod-20250127",
		.environment = (char *)"local",
		.table = (char *)"local-media",
		.items = 1234,
		.written = 1234,
		.verification = {.done = true,
				 .full = true,
				 .expected = 1234,
				 .equal = 1234,
				 .extra = 3},
	};
	return 0;
}

struct dg_backup_list {
	size_t next;
};

static int answer(const struct dg_run *run, struct dg_error *err)
{
	fake_library.calls++;
	fake_library.run = *run;
	if (fake_library.warning)
		dg_warning(run->log, "%s", fake_library.warning);
	if (fake_library.rc < 0)
		dg_error_set(err, (enum dg_code)fake_library.rc, "%s",
			     fake_library.message);
	if (fake_library.rc < 0 && fake_library.hint)
		dg_error_hint(err, "%s", fake_library.hint);
	return fake_library.rc;
}

int dg_init(struct dg_error *err)
{
	(void)err;
	return 0;
}

void dg_shutdown(void)
{
}

const char *dg_version(void)
{
	return DG_VERSION;
}

int dg_dump(const struct dg_run *run, const struct dg_dump_options *options,
	    struct dg_dump_result *result, struct dg_error *err)
{
	fake_library.dump_options = *options;
	*result = fake_library.dump;
	return answer(run, err);
}

void dg_dump_result_free(struct dg_dump_result *result)
{
	(void)result;
}

int dg_restore(const struct dg_run *run,
	       const struct dg_restore_options *options,
	       struct dg_restore_result *result, struct dg_error *err)
{
	fake_library.restore_options = *options;
	*result = fake_library.restore;
	return answer(run, err);
}

void dg_restore_result_free(struct dg_restore_result *result)
{
	(void)result;
}

int dg_backup_list_open(struct dg_backup_list **out, const struct dg_run *run,
			const struct dg_backup_list_options *options,
			struct dg_error *err)
{
	static struct dg_backup_list list;

	list.next = 0;
	*out = &list;
	fake_library.list_options = *options;
	return answer(run, err);
}

int dg_backup_list_next(struct dg_backup_list *list, struct dg_backup *backup,
			struct dg_error *err)
{
	(void)err;
	if (list->next == fake_library.backup_count)
		return 0;
	*backup = fake_library.backups[list->next++];
	return 1;
}

void dg_backup_list_close(struct dg_backup_list *list)
{
	(void)list;
}

int dg_git_setting(char **out, const char *name, struct dg_error *err)
{
	(void)name;
	(void)err;
	*out = fake_library.git_setting ? strdup(fake_library.git_setting)
					: NULL;
	return 0;
}

int dg_status(const struct dg_run *run, const struct dg_status_options *options,
	      struct dg_status_result *result, struct dg_error *err)
{
	int rc = answer(run, err);

	fake_library.status_options = *options;
	*result = (struct dg_status_result){0};
	if (rc == 0 && fake_library.status) {
		result->snapshots = 1;
		result->differing = fake_library.status->differs;
		rc = options->visit(options->context, fake_library.status, err);
	}
	return rc;
}

int dg_key_history(const struct dg_run *run,
		   const struct dg_key_history_options *options,
		   const struct dg_key_history_visitor *visitor,
		   struct dg_key_history_result *result, struct dg_error *err)
{
	int rc = answer(run, err);

	fake_library.key_options = *options;
	*result = (struct dg_key_history_result){0};
	if (rc == 0 && fake_library.backup_count > 0)
		rc = visitor->backup(visitor->change.context,
				     fake_library.backups, err);
	if (rc == 0 && fake_library.visit_diff)
		rc = fake_library.visit_diff(&visitor->change, err);
	return rc;
}

int dg_cat(const struct dg_run *run, const struct dg_cat_options *options,
	   uint64_t *items, struct dg_error *err)
{
	static const char line[] = "{\"id\":{\"S\":\"a\"}}\n";
	int rc = answer(run, err);

	fake_library.cat_options = *options;
	*items = 1;
	if (rc == 0)
		rc = options->write(options->context, line, strlen(line), err);
	return rc;
}

int dg_diff(const struct dg_run *run, const struct dg_diff_options *options,
	    const struct dg_diff_visitor *visitor,
	    struct dg_diff_result *result, struct dg_error *err)
{
	int rc = answer(run, err);

	fake_library.diff_options = *options;
	*result = fake_library.diff;
	if (rc == 0 && fake_library.visit_diff)
		rc = fake_library.visit_diff(visitor, err);
	return rc;
}

int dg_verify_backups(const struct dg_run *run,
		      const struct dg_verify_backups_options *options,
		      struct dg_verify_backups_result *result,
		      struct dg_error *err)
{
	int rc = answer(run, err);

	fake_library.verify_options = *options;
	*result = fake_library.verify;
	if (fake_library.visit_verify)
		fake_library.visit_verify(options, err);
	return rc;
}

void dg_verify_backups_result_free(struct dg_verify_backups_result *result)
{
	(void)result;
}

int dg_show(const struct dg_run *run, const struct dg_show_options *options,
	    struct dg_backup_details *details, struct dg_error *err)
{
	fake_library.show_options = *options;
	*details = fake_library.details;
	return answer(run, err);
}

void dg_backup_details_free(struct dg_backup_details *details)
{
	(void)details;
}

int dg_tag_backup(const struct dg_run *run, const char *name,
		  const char *revision, char commit_id[41],
		  struct dg_error *err)
{
	fake_library.tag_name = name;
	fake_library.tag_revision = revision;
	strcpy(commit_id, "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b");
	return answer(run, err);
}

int dg_doctor(const struct dg_run *run, const struct dg_doctor_options *options,
	      struct dg_doctor_result *result, struct dg_error *err)
{
	const int rc = answer(run, err);
	size_t i;

	memset(result, 0, sizeof(*result));
	fake_library.target_options = options->target;
	for (i = 0; i < fake_library.check_count; i++) {
		options->report(options->context, &fake_library.checks[i]);
		result->count[fake_library.checks[i].state]++;
	}
	return rc;
}

int dg_init_project(const struct dg_run *run,
		    const struct dg_init_options *options,
		    struct dg_init_result *result, struct dg_error *err)
{
	size_t i;

	memset(result, 0, sizeof(*result));
	for (i = 0; i < fake_library.step_count; i++) {
		options->report(options->context, &fake_library.steps[i]);
		result->count[fake_library.steps[i].action]++;
	}
	result->root = (char *)"/srv/app";
	return answer(run, err);
}

void dg_init_result_free(struct dg_init_result *result)
{
	(void)result;
}

static int report_hooks(const struct dg_run *run,
			const struct dg_hooks_options *options,
			struct dg_error *err)
{
	size_t i;

	fake_library.hooks_program[0] = '\0';
	strncat(fake_library.hooks_program, options->program,
		sizeof(fake_library.hooks_program) - 1);
	for (i = 0; i < fake_library.hook_count; i++)
		options->report(options->context, &fake_library.hooks[i]);
	return answer(run, err);
}

int dg_hooks_install(const struct dg_run *run,
		     const struct dg_hooks_options *options,
		     struct dg_error *err)
{
	return report_hooks(run, options, err);
}

int dg_hooks_remove(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err)
{
	return report_hooks(run, options, err);
}

int dg_hooks_status(const struct dg_run *run,
		    const struct dg_hooks_options *options,
		    struct dg_error *err)
{
	return report_hooks(run, options, err);
}

int dg_hooks_run(const struct dg_run *run, const struct dg_hook_event *event,
		 struct dg_error *err)
{
	fake_library.hook_name = event->name;
	fake_library.hook_argument = event->arguments[0];
	return answer(run, err);
}
