/*
 * Credentials that programs print: small scripts in a folder of their own,
 * which is on PATH, and a clock that a test moves.
 */
#ifndef DG_TEST_CREDENTIAL_SCRIPT_H
#define DG_TEST_CREDENTIAL_SCRIPT_H

#include "aws/credentials.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define T0_MS 1737972000000 /* 2025-01-27T10:00:00Z */
#define LABEL "credential_process of profile 'p': "

/* A clock that stands still but where a test moves it. */
struct still_clock {
	struct dg_clock clock;
	int64_t ms; /* since T0 */
	int64_t step;
};

struct warnings {
	char last[512];
	int count;
};

struct script_fixture {
	char folder[64];
	struct still_clock clock;
	struct dg_cancel cancel;
	struct warnings warnings;
	struct dg_log log;
	struct dg_profiles *profiles;
	struct dg_credentials_chain *chain;
	struct dg_credentials set;
	struct dg_error err;
};

/* Makes the folder with the script "give" in it. */
void script_begin(struct script_fixture *f, const char *script);
/* A further script, or another text for one. */
void script_write(const struct script_fixture *f, const char *name,
		  const char *body);
int script_open_chain(struct script_fixture *f, const char *config,
		      const char *profile);
/* The profile "p", whose credential_process is the script "give". */
void script_open_process(struct script_fixture *f);
/* The present set into f->set; expired: that one has. */
int script_get(struct script_fixture *f, bool expired);
/* How often scripts ran. */
size_t script_count_calls(const struct script_fixture *f);
void script_end(struct script_fixture *f);

/* For the group: nothing of the environment's own credentials. */
int script_set_up(void **state);

#endif
