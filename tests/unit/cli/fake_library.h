/*
 * The use cases as a fake: they keep what they were given and answer what the
 * test put here.
 */
#ifndef DG_TEST_FAKE_LIBRARY_H
#define DG_TEST_FAKE_LIBRARY_H

#include <ddbgit/ddbgit.h>

#define SHA256                                                                 \
	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct fake_library {
	/* Answers. */
	int rc;
	const char *message; /* of the error, where rc is negative */
	const char *hint;
	const char *warning; /* logged before the answer */
	struct dg_dump_result dump;
	struct dg_restore_result restore;
	const struct dg_backup *backups;
	size_t backup_count;
	struct dg_backup_details details;
	const struct dg_check *checks;
	size_t check_count;
	const struct dg_init_step *steps;
	size_t step_count;
	const struct dg_status_entry *status;
	struct dg_diff_result diff;
	int (*visit_diff)(const struct dg_diff_visitor *visitor,
			  struct dg_error *err);
	int (*visit_verify)(const struct dg_verify_backups_options *options,
			    struct dg_error *err);
	struct dg_verify_backups_result verify;
	const char *git_setting; /* of every name */
	const struct dg_hook *hooks;
	size_t hook_count;

	/* What was asked. */
	unsigned int calls;
	struct dg_run run;
	struct dg_dump_options dump_options;
	struct dg_restore_options restore_options;
	struct dg_backup_list_options list_options;
	struct dg_show_options show_options;
	struct dg_target_options target_options;
	struct dg_diff_options diff_options;
	struct dg_cat_options cat_options;
	struct dg_key_history_options key_options;
	struct dg_status_options status_options;
	struct dg_verify_backups_options verify_options;
	char hooks_program[256];
	const char *hook_name;
	const char *hook_argument;
	const char *tag_name;
	const char *tag_revision;
};

extern struct fake_library fake_library;

/* A dump and a restore that succeed, and no backups. A cmocka setup. */
int fake_library_reset(void **state);

#endif
