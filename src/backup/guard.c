#include "backup/guard.h"

#include "base/dir.h"
#include "base/text.h"
#include <dirent.h>
#include <stdlib.h>
#include <strings.h>

#define ENV_PREFIX ".env."

bool dg_guard_is_protected_name(const char *environment)
{
	static const char *const words[] = {"prod", "production", "prd",
					    "live"};
	size_t len = strcspn(environment, "-_.");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(environment, words[i], len) == 0)
			return true;
	return false;
}

/* By its own name and file. DG_EUSAGE if DDBGIT_PROTECTED says neither. */
static int protected_by_itself(const struct dg_environment *env, bool *out,
			       struct dg_error *err)
{
	const char *value = env->file.value[DG_ENV_PROTECTED];

	*out = dg_guard_is_protected_name(env->name);
	if (!value)
		return 0;
	if (strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*out = true;
	else if (strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*out = false;
	else
		return dg_error_set(err, DG_EUSAGE,
				    "DDBGIT_PROTECTED in %s must be true or "
				    "false",
				    env->file_path);
	return 0;
}

/* Is `name` a protected environment with env's target? A file that cannot be
 * read protects nothing: its own environment will say so when it is used. */
static bool is_protected_twin(const struct dg_environment *env,
			      const char *name)
{
	const struct dg_run quiet = {0};
	struct dg_environment other;
	bool is_protected = false;
	bool twin;

	twin = dg_environment_peek(&other, &quiet, name, NULL) == 0 &&
	       protected_by_itself(&other, &is_protected, NULL) == 0 &&
	       is_protected && dg_environment_same_target(env, &other);
	dg_environment_close(&other);
	return twin;
}

static int find_twin(struct dg_environment *env, struct dg_error *err)
{
	char *path = NULL;
	DIR *dir = NULL;
	struct dirent *entry;
	int rc = dg_asprintf(&path, err, "%s/scripts", env->root);

	if (rc == 0)
		dir = opendir(path);
	while (rc == 0 && dir && !env->is_protected && (entry = readdir(dir))) {
		const char *name = entry->d_name + strlen(ENV_PREFIX);

		if (strncmp(entry->d_name, ENV_PREFIX, strlen(ENV_PREFIX)) !=
			    0 ||
		    strcmp(name, env->name) == 0 ||
		    dg_env_name_check(name, NULL) < 0 ||
		    !is_protected_twin(env, name))
			continue;
		env->is_protected = true;
		rc = dg_strdup(&env->protected_as, name, err);
	}
	if (dir)
		closedir(dir);
	free(path);
	return rc;
}

int dg_guard_find_protection(struct dg_environment *env, struct dg_error *err)
{
	int rc = protected_by_itself(env, &env->is_protected, err);

	if (rc == 0 && env->is_protected)
		return dg_strdup(&env->protected_as, env->name, err);
	return rc == 0 ? find_twin(env, err) : rc;
}

static int not_confirmed(const struct dg_environment *env,
			 const struct dg_restore_options *options,
			 struct dg_error *err)
{
	if (env->is_protected)
		dg_error_set(err, DG_EREFUSED,
			     "environment '%s' is protected: restoring into "
			     "'%s' needs a confirmation; nothing was written",
			     env->protected_as, env->table);
	else
		dg_error_set(err, DG_EREFUSED,
			     "--mirror deletes what '%s' has in %s beyond the "
			     "snapshot, which needs a confirmation; nothing "
			     "was written",
			     env->name, env->table);
	return dg_error_hint(err, options->mirror
					  ? "Look at it with --dry-run; run it "
					    "in a terminal and type the "
					    "table's name, or give --yes"
					  : "Run it in a terminal and type the "
					    "table's name, or give --yes");
}

int dg_guard_confirm(const struct dg_environment *env,
		     const struct dg_restore_options *options, uint64_t items,
		     uint64_t deletes, struct dg_error *err)
{
	const struct dg_confirmation question = {
		.environment =
			env->is_protected ? env->protected_as : env->name,
		.is_protected = env->is_protected,
		.table = env->table,
		.region = env->region,
		.endpoint = env->endpoint,
		.items = items,
		.deletes = deletes,
	};
	const bool asks =
		env->is_protected || (options->mirror && !env->is_local);
	int answer;

	if (!asks || options->yes)
		return 0;
	answer = options->confirm
			 ? options->confirm(options->context, &question, err)
			 : DG_EREFUSED;
	if (answer == 1)
		return 0;
	if (answer < 0 && answer != DG_EREFUSED)
		return answer;
	if (answer == 0)
		return dg_error_set(err, DG_EREFUSED,
				    "not confirmed: nothing was written to "
				    "'%s'",
				    env->table);
	return not_confirmed(env, options, err);
}

int dg_guard_same_table(const struct dg_environment *env,
			const struct dg_metadata *earlier, const char *path,
			struct dg_error *err)
{
	if (!earlier)
		return 0;
	if (earlier->table_name &&
	    strcmp(earlier->table_name, env->table) != 0) {
		dg_error_set(err, DG_EREFUSED,
			     "%s holds a snapshot of table '%s', not of '%s'",
			     path, earlier->table_name, env->table);
		return dg_error_hint(err, "Dump to another --output, or give "
					  "--replace to replace it");
	}
	if (earlier->region && strcmp(earlier->region, env->region) != 0) {
		dg_error_set(err, DG_EREFUSED,
			     "%s holds a snapshot of '%s' in %s, not in %s",
			     path, env->table, earlier->region, env->region);
		return dg_error_hint(err, "Dump to another --output, or give "
					  "--replace to replace it");
	}
	return 0;
}

int dg_guard_not_emptied(const struct dg_metadata *earlier, uint64_t items,
			 const char *path, struct dg_error *err)
{
	char count[DG_QUANTITY_SIZE];

	if (!earlier || items > 0 || !earlier->has_item_count ||
	    earlier->item_count == 0)
		return 0;
	dg_error_set(err, DG_EREFUSED,
		     "the table is empty, and the snapshot in %s holds %s",
		     path,
		     dg_format_quantity(earlier->item_count, "item", count));
	return dg_error_hint(err, "If the table is meant to be empty, give "
				  "--replace");
}
