#include "backup/drill_table.h"

#include "aws/endpoint.h"
#include "base/random.h"
#include "base/text.h"
#include "dynamodb/table.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define PREFIX "ddbgit-drill-"
#define DATE "20250127T101500Z"
#define RANDOM_DIGITS 8
#define COMMAND_MAX ((size_t)64 * 1024)

/* ---- names --------------------------------------------------------- */

/* "2025-01-27T10:15:00Z" without what a table's name may not have. */
static void compact(int64_t seconds, char out[sizeof(DATE)])
{
	char iso[DG_TIME_ISO_SIZE];
	size_t n = 0;

	dg_time_iso(seconds, iso);
	for (const char *p = iso; *p && n < sizeof(DATE) - 1; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	out[n] = '\0';
}

int dg_drill_table_name(char **out, struct dg_environment *env,
			struct dg_error *err)
{
	char date[sizeof(DATE)];

	compact(dg_clock_wall_ms(&env->clock) / 1000, date);
	return dg_asprintf(out, err, PREFIX "%s-%s-%08" PRIx32, env->name, date,
			   (uint32_t)dg_random_u64());
}

/* What follows `prefix` in text, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
	const size_t len = strlen(prefix);

	return text && strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool parse_date(const char *date, int64_t *seconds)
{
	char iso[DG_TIME_ISO_SIZE];

	for (size_t i = 0; i < sizeof(DATE) - 1; i++)
		if (is_digit(DATE[i]) ? !is_digit(date[i]) : date[i] != DATE[i])
			return false;
	snprintf(iso, sizeof(iso), "%.4s-%.2s-%.5s:%.2s:%.3s", date, date + 4,
		 date + 6, date + 11, date + 13);
	return dg_time_parse_iso(iso, seconds, NULL) == 0;
}

bool dg_drill_table_parse(const char *name, const char *environment,
			  int64_t *made)
{
	const char *rest = behind(behind(name, PREFIX), environment);

	/* The environment "dev-x" is not "dev" with something behind it. */
	rest = behind(rest, "-");
	return rest && strlen(rest) == sizeof(DATE) + RANDOM_DIGITS &&
	       parse_date(rest, made) && rest[sizeof(DATE) - 1] == '-' &&
	       strspn(rest + sizeof(DATE), "0123456789abcdef") == RANDOM_DIGITS;
}

/* ---- finding ------------------------------------------------------- */

static int add_quoted(struct dg_buf *command, const char *option,
		      const char *value, struct dg_error *err)
{
	int rc = dg_buf_addf(command, err, " --%s ", option);

	return rc == 0 ? dg_shell_quote(command, value, err) : rc;
}

static bool is_at_aws(const struct dg_environment *env)
{
	struct dg_url url = {0};
	const bool at_aws = dg_url_parse(&url, env->endpoint, NULL) == 0 &&
			    dg_url_is_aws(&url);

	dg_url_free(&url);
	return at_aws;
}

/* Region and endpoint as the environment has them: whoever pastes it may have
 * other settings. What of them is not known, after a failure, is left out. Keys
 * of the environment file are not told. */
int dg_drill_table_removal(char **out, const struct dg_environment *env,
			   const char *name, struct dg_error *err)
{
	struct dg_buf command = DG_BUF_INIT(COMMAND_MAX);
	int rc = dg_buf_addf(&command, err,
			     "aws dynamodb delete-table --table-name %s", name);

	if (rc == 0 && env->region)
		rc = dg_buf_addf(&command, err, " --region %s", env->region);
	if (rc == 0 && env->endpoint && !is_at_aws(env))
		rc = add_quoted(&command, "endpoint-url", env->endpoint, err);
	if (rc == 0 && env->profile)
		rc = add_quoted(&command, "profile", env->profile, err);
	if (rc == 0)
		rc = dg_slice_dup(out, dg_buf_slice(&command), err);
	dg_buf_free(&command);
	return rc;
}

struct search {
	struct dg_environment *env;
	int (*visit)(void *context, const struct dg_drill_table *table,
		     struct dg_error *err);
	void *context;
};

static int visit_name(void *context, const char *name, struct dg_error *err)
{
	const struct search *search = context;
	struct dg_environment *env = search->env;
	const int64_t now = dg_clock_wall_ms(&env->clock) / 1000;
	struct dg_drill_table table = {.name = name};
	char *removal = NULL;
	int64_t made;
	int rc;

	if (!dg_drill_table_parse(name, env->name, &made))
		return 0;
	table.age = now > made ? (uint64_t)(now - made) : 0;
	rc = dg_drill_table_removal(&removal, env, name, err);
	table.removal = removal;
	if (rc == 0)
		rc = search->visit(search->context, &table, err);
	free(removal);
	return rc;
}

int dg_drill_table_list(struct dg_environment *env,
			int (*visit)(void *context,
				     const struct dg_drill_table *table,
				     struct dg_error *err),
			void *context, struct dg_error *err)
{
	struct search search = {env, visit, context};
	char *prefix = NULL;
	int rc = dg_asprintf(&prefix, err, PREFIX "%s-", env->name);

	if (rc == 0)
		rc = dg_table_list(env->connection, prefix, visit_name, &search,
				   err);
	free(prefix);
	return rc;
}
