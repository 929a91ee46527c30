#include "backup/environment.h"

#include "aws/endpoint.h"
#include "backup/guard.h"
#include "backup/root.h"
#include "base/text.h"
#include <stdlib.h>

#define LOCAL_ENDPOINT "http://localhost:4566"

uint64_t dg_run_memory(const struct dg_run *run)
{
	return run->memory ? run->memory : DG_MEMORY_DEFAULT;
}

void dg_run_clock(struct dg_clock *out, const struct dg_run *run)
{
	if (run->clock_speed > 0 || run->clock_start_ms > 0)
		dg_clock_init_test(
			out, run->clock_speed > 0 ? run->clock_speed : 1,
			run->clock_start_ms > 0 ? run->clock_start_ms : -1);
	else
		dg_clock_init(out);
}

/* The first that is neither NULL nor empty, else NULL. */
static const char *first_of(const char *const *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i] && *candidates[i])
			return candidates[i];
	return NULL;
}

static int read_file(struct dg_environment *env, struct dg_error *err)
{
	char *relative = NULL;
	int rc = dg_asprintf(&relative, err, "scripts/.env.%s", env->name);

	if (rc == 0)
		rc = dg_root_path(&env->file_path, env->root, relative, err);
	if (rc == 0)
		rc = dg_env_file_read(&env->file, env->file_path, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_set(err, rc, "Environment file not found: %s",
			     env->file_path);
		dg_error_hint(err,
			      "Create it with DYNAMODB_TABLE, AWS_REGION and "
			      "credentials, or name another environment with "
			      "--env");
	}
	free(relative);
	return rc;
}

static int table_check(const char *name, const char *where,
		       struct dg_error *err)
{
	size_t len = strlen(name);

	if (strchr(name, ',')) {
		dg_error_set(err, DG_EUSAGE, "%s names more than one table",
			     where);
		return dg_error_hint(err, "Make one environment file a table, "
					  "such as scripts/.env.prod-users");
	}
	if (len < 3 || len > 255 ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789_.-") != len)
		return dg_error_set(err, DG_EUSAGE,
				    "%s: '%s' is no table name (3 to 255 of "
				    "a-z, A-Z, 0-9, '_', '.' and '-')",
				    where, name);
	return 0;
}

static int resolve_table(struct dg_environment *env, const char *given,
			 struct dg_error *err)
{
	const char *own = env->file.value[DG_ENV_TABLE];
	char *where = NULL;
	int rc = 0;

	if (own) {
		rc = dg_asprintf(&where, err, "DYNAMODB_TABLE in %s",
				 env->file_path);
		if (rc == 0)
			rc = table_check(own, where, err);
		if (rc == 0)
			rc = dg_strdup(&env->own_table, own, err);
		free(where);
	} else if (!given) {
		rc = dg_error_set(err, DG_EUSAGE,
				  "DYNAMODB_TABLE is not set in %s",
				  env->file_path);
	}
	if (rc == 0 && given)
		rc = table_check(given, "--table", err);
	if (rc == 0)
		rc = dg_strdup(&env->table, given ? given : own, err);
	return rc;
}

static int resolve_region(struct dg_environment *env,
			  const struct dg_target_options *options,
			  struct dg_error *err)
{
	const char *profile = dg_profile_in_force(options->profile, &env->file);
	const char *const candidates[] = {
		options->region,
		env->file.value[DG_ENV_REGION],
		options->profile || env->file.value[DG_ENV_PROFILE]
			? dg_profiles_get(env->profiles, profile, "region")
			: NULL,
		getenv("AWS_REGION"),
		getenv("AWS_DEFAULT_REGION"),
		dg_profiles_get(env->profiles, profile, "region"),
	};
	const char *region =
		first_of(candidates, sizeof(candidates) / sizeof(*candidates));

	if (!region) {
		dg_error_set(err, DG_EUSAGE, "no region for environment '%s'",
			     env->name);
		return dg_error_hint(err,
				     "Set AWS_REGION in %s, or give --region",
				     env->file_path);
	}
	if (dg_region_check(region, err) < 0)
		return DG_EUSAGE;
	return dg_strdup(&env->region, region, err);
}

/* --env=prod must never be the emulator by accident: an exported
 * AWS_ENDPOINT_URL counts for `local` alone. */
static const char *process_endpoint(const struct dg_environment *env,
				    bool counts)
{
	const char *url = getenv("AWS_ENDPOINT_URL");

	if (!url || !*url)
		return NULL;
	if (env->is_local)
		return url;
	if (!counts)
		dg_warning(env->run->log,
			   "AWS_ENDPOINT_URL is exported and ignored: only the "
			   "environment 'local' uses it");
	return NULL;
}

static int resolve_endpoint(struct dg_environment *env,
			    const struct dg_target_options *options,
			    struct dg_error *err)
{
	const char *profile = dg_profile_in_force(options->profile, &env->file);
	const char *const chosen[] = {
		options->endpoint_url,
		env->is_local ? env->file.value[DG_ENV_LOCAL_ENDPOINT] : NULL,
		env->file.value[DG_ENV_ENDPOINT_URL],
		dg_profiles_get(env->profiles, profile, "endpoint_url"),
	};
	const char *url = first_of(chosen, 4);
	const char *exported = process_endpoint(env, url != NULL);

	if (!url)
		url = exported;
	if (!url && env->is_local)
		url = LOCAL_ENDPOINT;
	if (!url)
		return dg_endpoint_default(&env->endpoint, "dynamodb",
					   env->region, err);
	return dg_strdup(&env->endpoint, url, err);
}

static int check_endpoint(const struct dg_environment *env,
			  struct dg_error *err)
{
	struct dg_url url = {0};
	int rc = dg_url_parse(&url, env->endpoint, err);

	if (rc == 0 && env->is_local && dg_url_is_aws(&url)) {
		rc = dg_error_set(err, DG_EREFUSED,
				  "environment 'local' points at AWS itself "
				  "(%s)",
				  env->endpoint);
		dg_error_hint(err, "Give the table an environment of its own, "
				   "such as scripts/.env.dev");
	} else if (rc == 0 && strcmp(url.scheme, "http") == 0 &&
		   !dg_url_is_loopback(&url)) {
		dg_warning(env->run->log,
			   "%s is not encrypted: what travels can be read on "
			   "the way",
			   env->endpoint);
	}
	dg_url_free(&url);
	return rc;
}

static int resolve(struct dg_environment *env, const struct dg_run *run,
		   const struct dg_target_options *options,
		   struct dg_error *err)
{
	const char *name =
		options->environment ? options->environment : "local";
	int rc;

	memset(env, 0, sizeof(*env));
	env->run = run;
	rc = dg_env_name_check(name, err);
	if (rc == 0)
		rc = dg_strdup(&env->name, name, err);
	if (rc == 0 && options->profile)
		rc = dg_strdup(&env->profile, options->profile, err);
	if (rc == 0) {
		env->is_local = strcmp(name, "local") == 0;
		rc = dg_root_find(&env->root, name, err);
	}
	if (rc == 0)
		rc = read_file(env, err);
	if (rc == 0)
		rc = dg_profiles_load(&env->profiles, err);
	if (rc == 0)
		rc = resolve_table(env, options->table, err);
	if (rc == 0)
		rc = resolve_region(env, options, err);
	if (rc == 0)
		rc = resolve_endpoint(env, options, err);
	return rc;
}

/* What another environment file means, without a word to the user. */
int dg_environment_peek(struct dg_environment *env, const struct dg_run *quiet,
			const char *name, struct dg_error *err)
{
	const struct dg_target_options options = {.environment = name};

	return resolve(env, quiet, &options, err);
}

int dg_environment_open(struct dg_environment *env, const struct dg_run *run,
			const struct dg_target_options *options,
			struct dg_error *err)
{
	int rc = resolve(env, run, options, err);

	if (rc == 0)
		rc = check_endpoint(env, err);
	if (rc < 0)
		return rc;
	dg_run_clock(&env->clock, run);
	if (env->file.readable_by_others)
		dg_warning(run->log,
			   "%s holds a secret and others can read it: "
			   "chmod 600 %s",
			   env->file_path, env->file_path);
	return dg_guard_find_protection(env, err);
}

int dg_environment_connect(struct dg_environment *env, struct dg_error *err)
{
	const struct dg_run *run = env->run;
	const struct dg_credentials_options chain = {
		.profile = env->profile,
		.env_file = &env->file,
		.profiles = env->profiles,
		.clock = &env->clock,
		.log = run->log,
		.cancel = run->cancel,
	};
	int rc = dg_credentials_open(&env->credentials, &chain, err);

	if (rc == 0) {
		const struct dg_dynamodb_options client = {
			.endpoint = env->endpoint,
			.region = env->region,
			.credentials = env->credentials,
			.clock = &env->clock,
			.log = run->log,
			.cancel = run->cancel,
			.answered = env->answered,
		};

		rc = dg_dynamodb_open(&env->db, &client, err);
	}
	if (rc == 0)
		rc = dg_connection_open(&env->connection, env->db, NULL, err);
	return rc;
}

int dg_environment_explain(const struct dg_environment *env, int rc,
			   struct dg_error *err)
{
	char cause[DG_ERROR_MESSAGE_MAX];

	if (rc != DG_EUNREACHABLE || !env->is_local || !err)
		return rc;
	memcpy(cause, err->message, sizeof(cause));
	dg_error_set(err, DG_EUNREACHABLE,
		     "LocalStack is not running! Please start LocalStack "
		     "first.");
	return dg_error_hint(err, "%.900s", cause);
}

int dg_environment_blame(const struct dg_environment *env, int rc,
			 const char *verb, struct dg_error *err)
{
	switch (rc) {
	case DG_EUSAGE:
	case DG_EREFUSED:
	case DG_EINCOMPLETE:
	case DG_ENOTFOUND:
		return rc;
	case DG_EUNREACHABLE:
		if (env->is_local)
			return rc;
		break;
	default:
		break;
	}
	if (env->table)
		dg_error_prefix(err, "cannot %s '%s'", verb, env->table);
	return rc;
}

void dg_environment_close(struct dg_environment *env)
{
	dg_connection_close(env->connection);
	dg_dynamodb_close(env->db);
	dg_credentials_close(env->credentials);
	dg_profiles_free(env->profiles);
	dg_env_file_free(&env->file);
	free(env->name);
	free(env->root);
	free(env->file_path);
	free(env->table);
	free(env->own_table);
	free(env->region);
	free(env->endpoint);
	free(env->profile);
	free(env->protected_as);
	memset(env, 0, sizeof(*env));
}

bool dg_environment_same_target(const struct dg_environment *a,
				const struct dg_environment *b)
{
	return strcmp(a->table, b->table) == 0 &&
	       strcmp(a->region, b->region) == 0 &&
	       strcmp(a->endpoint, b->endpoint) == 0;
}

int dg_environment_label(char **out, const struct dg_environment *env,
			 struct dg_error *err)
{
	if (env->own_table && strcmp(env->own_table, env->table) == 0)
		return dg_strdup(out, env->name, err);
	return dg_asprintf(out, err, "%s@%s", env->name, env->table);
}
