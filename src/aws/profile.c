#include "aws/profile.h"
#include "aws/config_file.h"
#include "aws/profile_settings.h"
#include "aws/secret.h"
#include "base/text.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

struct dg_profiles {
	struct dg_settings config;
	struct dg_settings credentials;
};

static int home_directory(char **out, struct dg_error *err)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home && *home)
		return dg_strdup(out, home, err);
	user = getpwuid(getuid());
	return dg_strdup(out, user && user->pw_dir ? user->pw_dir : "/", err);
}

/* The variable's value, or usual below the home directory. */
static int find_path(char **out, const char *variable, const char *usual,
		     struct dg_error *err)
{
	const char *path = getenv(variable);
	char *home = NULL;
	int rc;

	if (path && *path && strncmp(path, "~/", 2) != 0)
		return dg_strdup(out, path, err);
	rc = home_directory(&home, err);
	if (rc == 0)
		rc = dg_asprintf(out, err, "%s/%s", home,
				 path && *path ? path + 2 : usual);
	free(home);
	return rc;
}

static int load(struct dg_settings *out, const char *variable,
		const char *usual, bool is_config, struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	char *path = NULL;
	int rc = find_path(&path, variable, usual, err);

	if (rc < 0)
		return rc;
	rc = dg_config_file_read(&text, path, NULL, err);
	if (rc == DG_ENOTFOUND) {
		dg_error_clear(err);
		rc = 0;
	} else if (rc == 0) {
		rc = dg_settings_parse(out, dg_buf_slice(&text), is_config,
				       err);
		if (rc < 0)
			dg_error_prefix(err, "%s", path);
	}
	dg_secret_buf_free(&text);
	free(path);
	return rc;
}

int dg_profiles_load(struct dg_profiles **out, struct dg_error *err)
{
	struct dg_profiles *profiles = calloc(1, sizeof(*profiles));
	int rc;

	*out = NULL;
	if (!profiles)
		return dg_error_nomem(err);
	rc = load(&profiles->config, "AWS_CONFIG_FILE", ".aws/config", true,
		  err);
	if (rc == 0)
		rc = load(&profiles->credentials, "AWS_SHARED_CREDENTIALS_FILE",
			  ".aws/credentials", false, err);
	if (rc < 0)
		dg_profiles_free(profiles);
	else
		*out = profiles;
	return rc;
}

int dg_profiles_parse(struct dg_profiles **out, struct dg_slice config,
		      struct dg_slice credentials, struct dg_error *err)
{
	struct dg_profiles *profiles = calloc(1, sizeof(*profiles));
	int rc;

	*out = NULL;
	if (!profiles)
		return dg_error_nomem(err);
	rc = dg_settings_parse(&profiles->config, config, true, err);
	if (rc == 0)
		rc = dg_settings_parse(&profiles->credentials, credentials,
				       false, err);
	if (rc < 0)
		dg_profiles_free(profiles);
	else
		*out = profiles;
	return rc;
}

void dg_profiles_free(struct dg_profiles *profiles)
{
	if (!profiles)
		return;
	dg_settings_free(&profiles->config);
	dg_settings_free(&profiles->credentials);
	free(profiles);
}

const char *dg_profiles_get(const struct dg_profiles *profiles,
			    const char *profile, const char *key)
{
	const char *value =
		dg_settings_get(&profiles->credentials, profile, key);

	return value ? value : dg_settings_get(&profiles->config, profile, key);
}

const char *dg_profiles_get_config(const struct dg_profiles *profiles,
				   const char *profile, const char *key)
{
	return dg_settings_get(&profiles->config, profile, key);
}

const char *dg_profiles_get_credentials(const struct dg_profiles *profiles,
					const char *profile, const char *key)
{
	return dg_settings_get(&profiles->credentials, profile, key);
}

int dg_profiles_has(const struct dg_profiles *profiles, const char *profile)
{
	return dg_settings_has(&profiles->config, profile) ||
	       dg_settings_has(&profiles->credentials, profile);
}
