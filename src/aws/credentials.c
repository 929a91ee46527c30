#include "aws/credentials.h"
#include "aws/credentials_provider.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>

#define REFRESH_BEFORE_S 300
#define FRESH_MS 10000

struct dg_credentials_chain {
	struct dg_credentials_provider *provider;
	char *source;
	struct dg_clock *clock;
	const struct dg_log *log;
	pthread_mutex_t lock;      /* protects what follows, and the provider */
	struct dg_credentials set; /* of serial 0: none yet */
	int64_t asked_ms;          /* when the provider was last asked */
};

/* The three names of one set, wherever they stand. */
struct keys {
	const char *id;
	const char *secret;
	const char *token;
};

static const char *from_process(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static const char *from_file(const struct dg_credentials_options *options,
			     enum dg_env_key key)
{
	return options->env_file ? options->env_file->value[key] : NULL;
}

static bool has_keys(const struct keys *keys)
{
	return keys->id || keys->secret;
}

static int no_credentials(struct dg_error *err)
{
	dg_error_set(err, DG_EDENIED, "there are no AWS credentials");
	return dg_error_hint(
		err, "Put AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY into the "
		     "environment file or the environment, or name a profile "
		     "with --profile or AWS_PROFILE");
}

static int use_keys(struct dg_credentials_chain *chain, const struct keys *keys,
		    struct dg_error *err)
{
	/* The copies are what is kept, so these are not written to. */
	const struct dg_credentials set = {
		.access_key_id = (char *)keys->id,
		.secret_access_key = (char *)keys->secret,
		.session_token = (char *)keys->token,
	};

	if (keys->id && keys->secret)
		return dg_credentials_static_open(&chain->provider, &set, err);
	dg_error_set(err, DG_EDENIED, "%s: %s", chain->source,
		     keys->id ? "an access key id without its secret key"
			      : "a secret key without its access key id");
	return dg_error_hint(err, "One source has to give both "
				  "AWS_ACCESS_KEY_ID and "
				  "AWS_SECRET_ACCESS_KEY");
}

typedef const char *(*profile_getter)(const struct dg_profiles *, const char *,
				      const char *);

static struct keys profile_keys(const struct dg_profiles *profiles,
				const char *profile, profile_getter get)
{
	return (struct keys){get(profiles, profile, "aws_access_key_id"),
			     get(profiles, profile, "aws_secret_access_key"),
			     get(profiles, profile, "aws_session_token")};
}

/* The setting that makes a profile one for the aws command, or NULL. */
static const char *other_kind(const struct dg_profiles *profiles,
			      const char *profile)
{
	static const char *const settings[] = {
		"role_arn",      "web_identity_token_file", "sso_session",
		"sso_start_url", "login_session",           NULL};
	size_t i = 0;

	while (settings[i] && !dg_profiles_get(profiles, profile, settings[i]))
		i++;
	return settings[i];
}

static bool holds_any(const struct dg_profiles *profiles, const char *profile)
{
	struct keys keys = profile_keys(profiles, profile, dg_profiles_get);

	return has_keys(&keys) || other_kind(profiles, profile) ||
	       dg_profiles_get_config(profiles, profile, "credential_process");
}

static int empty_profile(const struct dg_profiles *profiles,
			 const char *profile, struct dg_error *err)
{
	if (!dg_profiles_has(profiles, profile)) {
		dg_error_set(err, DG_EDENIED, "there is no profile '%s'",
			     profile);
		return dg_error_hint(err, "Profiles stand in ~/.aws/config and "
					  "~/.aws/credentials; aws configure "
					  "list-profiles shows them");
	}
	dg_error_set(err, DG_EDENIED, "profile '%s' holds no credentials",
		     profile);
	if (dg_profiles_get(profiles, profile, "credential_process"))
		return dg_error_hint(err, "A credential_process is run only "
					  "from ~/.aws/config");
	return DG_EDENIED;
}

/* In the order in which the aws command looks at a profile. */
static int use_profile(struct dg_credentials_chain *chain, const char *profile,
		       const struct dg_credentials_options *options,
		       struct dg_error *err)
{
	const struct dg_profiles *profiles = options->profiles;
	const char *kind = other_kind(profiles, profile);
	const char *process =
		dg_profiles_get_config(profiles, profile, "credential_process");
	struct keys keys =
		profile_keys(profiles, profile, dg_profiles_get_credentials);
	int rc = dg_asprintf(&chain->source, err, "profile '%s'", profile);

	if (rc < 0)
		return rc;
	if (kind)
		return dg_credentials_aws_command_open(
			&chain->provider, profile, kind, options, err);
	if (has_keys(&keys))
		return use_keys(chain, &keys, err);
	if (process)
		return dg_credentials_process_open(&chain->provider, profile,
						   process, options, err);
	keys = profile_keys(profiles, profile, dg_profiles_get_config);
	if (has_keys(&keys))
		return use_keys(chain, &keys, err);
	return empty_profile(profiles, profile, err);
}

/* What the aws command resolves without any profile: roles that a container
 * or a cluster gives to its programs. NULL where there are none. */
static const char *container_role(void)
{
	static const char *const variables[] = {
		"AWS_WEB_IDENTITY_TOKEN_FILE",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", NULL};
	size_t i = 0;

	while (variables[i] && !from_process(variables[i]))
		i++;
	return variables[i];
}

static int use_default(struct dg_credentials_chain *chain,
		       const struct dg_credentials_options *options,
		       struct dg_error *err)
{
	const char *role = container_role();
	int rc;

	/* [default] often holds a region and nothing else. */
	if (holds_any(options->profiles, "default"))
		return use_profile(chain, "default", options, err);
	if (!role)
		return no_credentials(err);
	rc = dg_strdup(&chain->source, role, err);
	if (rc == 0)
		rc = dg_credentials_aws_command_open(&chain->provider, NULL,
						     role, options, err);
	return rc;
}

static int choose(struct dg_credentials_chain *chain,
		  const struct dg_credentials_options *options,
		  struct dg_error *err)
{
	const struct keys file = {from_file(options, DG_ENV_ACCESS_KEY_ID),
				  from_file(options, DG_ENV_SECRET_ACCESS_KEY),
				  from_file(options, DG_ENV_SESSION_TOKEN)};
	const struct keys process = {from_process("AWS_ACCESS_KEY_ID"),
				     from_process("AWS_SECRET_ACCESS_KEY"),
				     from_process("AWS_SESSION_TOKEN")};
	const char *file_profile = from_file(options, DG_ENV_PROFILE);
	const struct keys *keys = has_keys(&file) ? &file : &process;
	int rc;

	if (options->profile)
		return use_profile(chain, options->profile, options, err);
	if (!has_keys(&file) && file_profile)
		return use_profile(chain, file_profile, options, err);
	if (has_keys(keys)) {
		rc = dg_strdup(&chain->source,
			       keys == &file ? "environment file"
					     : "environment variables",
			       err);
		return rc < 0 ? rc : use_keys(chain, keys, err);
	}
	if (from_process("AWS_PROFILE"))
		return use_profile(chain, from_process("AWS_PROFILE"), options,
				   err);
	return use_default(chain, options, err);
}

int dg_credentials_open(struct dg_credentials_chain **out,
			const struct dg_credentials_options *options,
			struct dg_error *err)
{
	struct dg_credentials_chain *chain = calloc(1, sizeof(*chain));
	int rc;

	*out = NULL;
	if (!chain)
		return dg_error_nomem(err);
	chain->clock = options->clock;
	chain->log = options->log;
	pthread_mutex_init(&chain->lock, NULL);
	rc = choose(chain, options, err);
	if (rc < 0) {
		dg_credentials_close(chain);
		return rc;
	}
	dg_debug(chain->log, "credentials: %s", chain->source);
	*out = chain;
	return 0;
}

void dg_credentials_close(struct dg_credentials_chain *chain)
{
	if (!chain)
		return;
	if (chain->provider)
		chain->provider->close(chain->provider);
	dg_credentials_free(&chain->set);
	free(chain->source);
	pthread_mutex_destroy(&chain->lock);
	free(chain);
}

/* Both go into headers, where a line end would begin another one. */
static int check_text(const char *text, const char *what, const char *source,
		      struct dg_error *err)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == '\x7f')
			return dg_error_set(err, DG_EDENIED,
					    "%s: its %s holds a control "
					    "character",
					    source, what);
	return 0;
}

static int check_set(const struct dg_credentials *set, const char *source,
		     struct dg_error *err)
{
	int rc = check_text(set->access_key_id, "access key id", source, err);

	return rc < 0 ? rc
		      : check_text(set->session_token, "session token", source,
				   err);
}

/* With the lock held. Keeps the old set if there is no new one. */
static int refresh(struct dg_credentials_chain *chain, struct dg_error *err)
{
	struct dg_credentials set = {0};
	int64_t now_s = dg_clock_wall_ms(chain->clock) / 1000;
	int rc = chain->provider->fetch(chain->provider, &set, err);

	chain->asked_ms = dg_clock_now_ms(chain->clock);
	if (rc < 0)
		return rc;
	rc = check_set(&set, chain->source, err);
	if (rc == 0 && set.expires != 0 && set.expires <= now_s)
		rc = dg_error_set(err, DG_EDENIED,
				  "the credentials of the %s have expired",
				  chain->source);
	if (rc < 0) {
		dg_credentials_free(&set);
		return rc;
	}
	set.serial = chain->set.serial + 1;
	dg_credentials_free(&chain->set);
	chain->set = set;
	return 0;
}

/* With the lock held. called: the set that the service called expired. */
static int refresh_if_due(struct dg_credentials_chain *chain,
			  const struct dg_credentials *called,
			  struct dg_error *err)
{
	int64_t now_s = dg_clock_wall_ms(chain->clock) / 1000;
	int64_t left_s = chain->set.expires - now_s;
	bool dying = chain->set.expires != 0 && left_s < REFRESH_BEFORE_S;
	bool dead = chain->set.expires != 0 && left_s <= 0;
	bool expired = called && called->serial == chain->set.serial;
	int rc;

	if (chain->set.serial == 0)
		return refresh(chain, err);
	if (!expired && !dying)
		return 0;
	if (chain->provider->fixed) {
		dg_error_set(err, DG_EDENIED,
			     "the credentials of the %s have expired",
			     chain->source);
		return dg_error_hint(err, "Renew them there and try again");
	}
	if (!expired && !dead &&
	    dg_clock_now_ms(chain->clock) - chain->asked_ms < FRESH_MS)
		return 0;
	rc = refresh(chain, err);
	if (rc < 0 && rc != DG_ECANCELLED && !expired && !dead) {
		dg_warning(chain->log, "Credentials are not renewed yet: %s",
			   err ? err->message : chain->source);
		dg_error_clear(err);
		return 0;
	}
	return rc;
}

int dg_credentials_get(struct dg_credentials_chain *chain,
		       const struct dg_credentials *expired,
		       struct dg_credentials *out, struct dg_error *err)
{
	int rc;

	*out = (struct dg_credentials){0};
	pthread_mutex_lock(&chain->lock);
	rc = refresh_if_due(chain, expired, err);
	if (rc == 0)
		rc = dg_credentials_copy(out, &chain->set, err);
	pthread_mutex_unlock(&chain->lock);
	return rc;
}

const char *dg_credentials_source(const struct dg_credentials_chain *chain)
{
	return chain->source;
}

const char *dg_profile_in_force(const char *option,
				const struct dg_env_file *env_file)
{
	const char *process = from_process("AWS_PROFILE");

	if (option)
		return option;
	if (env_file && env_file->value[DG_ENV_PROFILE])
		return env_file->value[DG_ENV_PROFILE];
	return process ? process : "default";
}
