/*
 * The settings of one file in ~/.aws, by profile, in the file's order. Words
 * and rules: see aws/profile.h.
 */
#ifndef DG_AWS_PROFILE_SETTINGS_H
#define DG_AWS_PROFILE_SETTINGS_H

#include "base/buf.h"

struct dg_setting {
	char *profile;
	char *key; /* NULL: says only that the profile exists */
	char *value;
};

struct dg_settings {
	struct dg_setting *list;
	size_t count;
	size_t room;
};

/*
 * Appends what text holds. is_config: sections are [default] and
 * [profile NAME], others are no profiles; else every section is one.
 * DG_EINVALID names the line.
 */
int dg_settings_parse(struct dg_settings *out, struct dg_slice text,
		      bool is_config, struct dg_error *err);

/* The last value given, or NULL; "" counts as absent. */
const char *dg_settings_get(const struct dg_settings *settings,
			    const char *profile, const char *key);
bool dg_settings_has(const struct dg_settings *settings, const char *profile);

void dg_settings_free(struct dg_settings *settings);

#endif
