#include "backup/doctor.h"
#include "backup/drill_table.h"

#include "aws/caller_identity.h"
#include "aws/endpoint.h"
#include "dynamodb/table.h"
#include "dynamodb/table_probe.h"
#include <inttypes.h>
#include <stdlib.h>

/* SigV4 allows five minutes; a clock that is a minute off will get there. */
#define SKEW_WORTH_A_WORD_S 60
#define ADVICE_MAX ((size_t)64 * 1024)

/* Asked for AWS itself, and where the user says where STS is. */
static int sts_endpoint(char **out, const struct dg_environment *env,
			struct dg_error *err)
{
	const char *given = getenv("AWS_ENDPOINT_URL_STS");
	struct dg_url url = {0};
	int rc;

	*out = NULL;
	if (given && *given)
		return dg_strdup(out, given, err);
	rc = dg_url_parse(&url, env->endpoint, err);
	if (rc == 0 && dg_url_is_aws(&url))
		rc = dg_endpoint_default(out, "sts", env->region, err);
	dg_url_free(&url);
	return rc;
}

/* Only for information: a policy or a firewall may keep STS away from a dump
 * that works all the same. */
static void examine_identity(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	struct dg_error why = {.code = DG_OK};
	char *endpoint = NULL, *arn = NULL;
	int rc = sts_endpoint(&endpoint, env, &why);
	const struct dg_caller_options options = {
		.endpoint = endpoint,
		.region = env->region,
		.credentials = env->credentials,
		.clock = &env->clock,
		.cancel = doctor->run.cancel,
	};

	if (rc == 0 && !endpoint)
		dg_doctor_say(doctor, "who am I", DG_CHECK_SKIPPED, NULL,
			      "not asked: %s is not AWS", env->endpoint);
	else if (rc == 0)
		rc = dg_caller_identity(&arn, &options, &why);
	if (arn)
		dg_doctor_ok(doctor, "who am I", "%s", arn);
	else if (rc < 0)
		dg_doctor_error(doctor, "who am I", DG_CHECK_WARNING, &why);
	free(endpoint);
	free(arn);
}

/* The chain, and a set from it: a profile's command may fail. */
static bool examine_credentials(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	struct dg_error why = {.code = DG_OK};
	struct dg_credentials set = {0};
	int rc = dg_environment_connect(env, &why);

	if (rc == 0)
		rc = dg_credentials_get(env->credentials, NULL, &set, &why);
	dg_credentials_free(&set);
	if (rc < 0)
		dg_doctor_error(doctor, "credentials", DG_CHECK_FAILED, &why);
	else
		dg_doctor_ok(doctor, "credentials", "from the %s",
			     dg_credentials_source(env->credentials));
	return rc == 0;
}

static void examine_clock(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	const int64_t date = dg_connection_date(env->connection);
	int64_t skew;

	if (date < 0) {
		dg_doctor_say(doctor, "clock", DG_CHECK_SKIPPED, NULL,
			      "the endpoint does not say what time it is");
		return;
	}
	skew = dg_clock_wall_ms(&env->clock) / 1000 - date;
	if (skew > SKEW_WORTH_A_WORD_S || skew < -SKEW_WORTH_A_WORD_S)
		dg_doctor_say(doctor, "clock", DG_CHECK_WARNING,
			      "Set this machine's clock: backups and tags are "
			      "dated by it",
			      "%" PRId64 " s %s the service's",
			      skew < 0 ? -skew : skew,
			      skew < 0 ? "behind" : "ahead of");
	else
		dg_doctor_ok(doctor, "clock", "agrees with the service's");
}

/* Can it be read? */
static bool report_table(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	char items[DG_QUANTITY_SIZE], bytes[DG_COUNT_SIZE];
	struct dg_error why = {.code = DG_OK};
	uint64_t count = 0;

	if (dg_table_check_usable(job->describe, &why) < 0) {
		dg_doctor_error(doctor, "table", DG_CHECK_FAILED, &why);
		return false;
	}
	(void)dg_json_get_u64(job->describe, "ItemCount", &count);
	(void)dg_json_get_u64(job->describe, "TableSizeBytes",
			      &doctor->table_bytes);
	dg_doctor_ok(doctor, "table", "%s exists, about %s, %s", job->env.table,
		     dg_format_quantity(count, "item", items),
		     dg_format_bytes(doctor->table_bytes, bytes));
	return true;
}

/* One of the calls that a dump makes: may these credentials? */
static void report_permission(struct dg_doctor *doctor, const char *name,
			      enum dg_check_state without, int rc,
			      const struct dg_error *why)
{
	if (rc == 0)
		dg_doctor_ok(doctor, name, "allowed");
	else
		dg_doctor_error(doctor, name, without, why);
}

static void examine_permissions(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	struct dg_error why = {.code = DG_OK};
	int rc = dg_table_probe_scan(env->connection, env->table, &why);

	report_permission(doctor, "dynamodb:Scan", DG_CHECK_FAILED, rc, &why);
	rc = dg_table_probe_time_to_live(env->connection, env->table, &why);
	report_permission(doctor, "dynamodb:DescribeTimeToLive",
			  DG_CHECK_WARNING, rc, &why);
	dg_doctor_say(doctor, "dynamodb:BatchWriteItem", DG_CHECK_SKIPPED, NULL,
		      "cannot be tried without writing; a restore needs it, "
		      "and dynamodb:BatchGetItem for single items");
}

/* A line of advice for each that a drill has left. */
static int note_drill_table(void *context, const struct dg_drill_table *table,
			    struct dg_error *err)
{
	struct dg_buf *advice = context;
	char age[DG_COUNT_SIZE];

	/* Of some hundred the last are told when the first are gone. */
	(void)err;
	(void)dg_buf_addf(advice, NULL, "%s%s  # made %s",
			  advice->len ? "\n" : "", table->removal,
			  dg_format_age(table->age, age));
	return 0;
}

/* What a drill leaves that is killed costs money, and nobody knows of it. */
static void examine_drills(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	struct dg_buf advice = DG_BUF_INIT(ADVICE_MAX);
	struct dg_error why = {.code = DG_OK};
	int rc = dg_drill_table_list(env, note_drill_table, &advice, &why);

	if (rc < 0)
		dg_doctor_say(doctor, "drill tables", DG_CHECK_SKIPPED, NULL,
			      "not looked for: %s", why.message);
	else if (advice.len == 0)
		dg_doctor_ok(doctor, "drill tables", "none left");
	else
		dg_doctor_say(doctor, "drill tables", DG_CHECK_WARNING,
			      dg_buf_str(&advice),
			      "left by ddbgit verify --drill, unless one is "
			      "running now");
	dg_buf_free(&advice);
}

/* DescribeTable tells of the endpoint, the clock, the table and itself. */
static void examine_table(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;
	struct dg_environment *env = &job->env;
	struct dg_error why = {.code = DG_OK};
	int rc = dg_table_describe(env->connection, env->table, &job->describe,
				   &why);
	const bool reached = rc != DG_EUNREACHABLE && rc != DG_ECANCELLED;
	bool usable = false;

	rc = dg_environment_explain(env, rc, &why);
	if (!reached || (rc == DG_ESERVICE &&
			 !*dg_connection_error_type(env->connection))) {
		dg_doctor_error(doctor, "endpoint", DG_CHECK_FAILED, &why);
		return;
	}
	dg_doctor_ok(doctor, "endpoint", "%s answers", env->endpoint);
	examine_clock(doctor);
	if (rc == 0 || rc == DG_ENOTFOUND)
		dg_doctor_ok(doctor, "dynamodb:DescribeTable", "allowed");
	else
		dg_doctor_error(doctor, "dynamodb:DescribeTable",
				DG_CHECK_FAILED, &why);
	if (rc == 0)
		usable = report_table(doctor);
	else if (rc == DG_ENOTFOUND)
		dg_doctor_error(doctor, "table", DG_CHECK_FAILED, &why);
	/* Of a table that is no more, or not yet, nothing is allowed. */
	if (usable || rc == DG_EDENIED)
		examine_permissions(doctor);
	/* Who waited five minutes in vain does not ask for more. */
	if (rc == 0 || rc == DG_ENOTFOUND || rc == DG_EDENIED)
		examine_drills(doctor);
}

void dg_doctor_service(struct dg_doctor *doctor)
{
	if (!doctor->has_environment) {
		dg_doctor_say(doctor, "service", DG_CHECK_SKIPPED, NULL,
			      "not asked: which table is not known");
		return;
	}
	if (!examine_credentials(doctor))
		return;
	examine_identity(doctor);
	examine_table(doctor);
}
