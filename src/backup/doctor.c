#include "backup/doctor.h"

#include "backup/root.h"
#include <stdlib.h>

#define WARNINGS_MAX ((size_t)16 * 1024)

/* Keeps warnings for the check under way, a line each. */
static void collect(void *context, enum dg_log_level level, const char *message)
{
	struct dg_doctor *doctor = context;

	if (level == DG_LOG_DEBUG)
		dg_log(doctor->outer_log, level, "%s", message);
	if (level != DG_LOG_WARNING)
		return;
	/* What does not fit is lost: it is said by the dump itself too. */
	(void)dg_buf_addf(&doctor->warnings, NULL, "%s%s",
			  doctor->warnings.len ? "\n" : "", message);
}

/* What to do where nothing more is known than what failed. */
static const struct {
	const char *name;
	const char *advice;
} advices[] = {
	{"environment", "Mend the environment file: ddbgit init writes a "
			"template where there is none"},
	{"credentials", "Look at the environment file and at ~/.aws"},
	{"endpoint", "Check the network and the endpoint: --endpoint-url, or "
		     "AWS_ENDPOINT_URL in the environment file"},
	{"table", "Check DYNAMODB_TABLE and AWS_REGION in the environment "
		  "file, or create the table"},
	{"repository", "git status may tell more"},
	{"index", "git status may tell more"},
	{"branch", "git status may tell more"},
	{"attributes", "git check-attr -a backups may tell more"},
	{"snapshot", "Look at the folder: git status, ls -l"},
	{"author", "git config user.name 'Your Name'; "
		   "git config user.email you@example.com"},
};

static const char *usual_advice(const char *name)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(*advices); i++)
		if (strcmp(advices[i].name, name) == 0)
			return advices[i].advice;
	return "Try again later";
}

static void report(struct dg_doctor *doctor, const struct dg_check *check)
{
	struct dg_check shown = *check;

	if (check->state == DG_CHECK_FAILED && !check->advice)
		shown.advice = usual_advice(check->name);
	doctor->result->count[check->state]++;
	doctor->options->report(doctor->options->context, &shown);
	dg_buf_clear(&doctor->warnings);
}

static void vsay(struct dg_doctor *doctor, struct dg_check *check,
		 const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

static void vsay(struct dg_doctor *doctor, struct dg_check *check,
		 const char *format, va_list args)
{
	struct dg_buf detail = DG_BUF_INIT(WARNINGS_MAX);

	if (dg_buf_vaddf(&detail, NULL, format, args) < 0)
		dg_buf_clear(&detail);
	check->detail = dg_buf_str(&detail);
	report(doctor, check);
	dg_buf_free(&detail);
}

void dg_doctor_ok(struct dg_doctor *doctor, const char *name,
		  const char *format, ...)
{
	const bool warned = doctor->warnings.len > 0;
	struct dg_check check = {
		.name = name,
		.state = warned ? DG_CHECK_WARNING : DG_CHECK_OK,
		.advice = warned ? dg_buf_str(&doctor->warnings) : NULL,
	};
	va_list args;

	va_start(args, format);
	vsay(doctor, &check, format, args);
	va_end(args);
}

void dg_doctor_say(struct dg_doctor *doctor, const char *name,
		   enum dg_check_state state, const char *advice,
		   const char *format, ...)
{
	struct dg_check check = {name, state, NULL, advice};
	va_list args;

	va_start(args, format);
	vsay(doctor, &check, format, args);
	va_end(args);
}

void dg_doctor_error(struct dg_doctor *doctor, const char *name,
		     enum dg_check_state state, const struct dg_error *why)
{
	const struct dg_check check = {name, state, why->message,
				       *why->hint ? why->hint : NULL};

	report(doctor, &check);
}

/* Where the environment file is not what it should be, the rest is still
 * looked at as far as a name alone leads. */
static int find_paths(struct dg_doctor *doctor, struct dg_error *err)
{
	struct dg_dump_job *job = &doctor->job;
	struct dg_environment *env = &job->env;

	if (doctor->has_environment)
		return dg_dump_choose_path(job, err);
	if (!env->root || !env->name)
		return DG_ENOTFOUND;
	if (dg_root_snapshot(&job->below_root, env->name, err) < 0)
		return DG_ENOMEM;
	return dg_root_path(&job->path, env->root, job->below_root, err);
}

static void examine_environment(struct dg_doctor *doctor)
{
	struct dg_environment *env = &doctor->job.env;
	struct dg_error why = {.code = DG_OK};
	int rc = dg_environment_open(env, &doctor->run,
				     &doctor->options->target, &why);

	doctor->has_environment = rc == 0;
	if (rc == 0)
		dg_doctor_ok(doctor, "environment", "%s: %s in %s%s",
			     env->file_path, env->table, env->region,
			     env->is_protected ? ", protected" : "");
	else
		dg_doctor_error(doctor, "environment", DG_CHECK_FAILED, &why);
	dg_error_clear(&why);
	doctor->has_paths = find_paths(doctor, &why) == 0;
}

static void begin(struct dg_doctor *doctor)
{
	struct dg_dump_job *job = &doctor->job;

	doctor->outer_log = doctor->run.log;
	doctor->log.write = collect;
	doctor->log.context = doctor;
	doctor->run.log = &doctor->log;
	doctor->dump_options.target = doctor->options->target;
	doctor->dump_options.commit = true;
	job->run = &doctor->run;
	job->options = &doctor->dump_options;
	job->result = &doctor->dump_result;
	job->commits = true;
	job->reading.memory = dg_run_memory(&doctor->run);
	job->reading.temp_dir = doctor->run.temp_dir;
	job->reading.cancel = doctor->run.cancel;
	job->reading.log = &doctor->log;
}

int dg_doctor(const struct dg_run *run, const struct dg_doctor_options *options,
	      struct dg_doctor_result *result, struct dg_error *err)
{
	struct dg_doctor doctor = {
		.options = options,
		.result = result,
		.run = *run,
		.warnings = DG_BUF_INIT(WARNINGS_MAX),
	};

	memset(result, 0, sizeof(*result));
	begin(&doctor);
	examine_environment(&doctor);
	if (!dg_cancelled(run->cancel))
		dg_doctor_service(&doctor);
	if (!dg_cancelled(run->cancel))
		dg_doctor_repository(&doctor);
	if (!dg_cancelled(run->cancel))
		dg_doctor_machine(&doctor);
	dg_dump_job_close(&doctor.job);
	dg_buf_free(&doctor.warnings);
	return dg_cancel_check(run->cancel, err);
}
