/* Git's configuration, for programs that want to look like Git. */
#ifndef DDBGIT_GIT_SETTING_H
#define DDBGIT_GIT_SETTING_H

#include <ddbgit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The value of a setting ("color.ui") as the repository around the current
 * directory has it, else the user's or the system's; *out is NULL where it is
 * set nowhere, else the caller's to free.
 */
int dg_git_setting(char **out, const char *name, struct dg_error *err);

#ifdef __cplusplus
}
#endif

#endif
