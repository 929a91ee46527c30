/*
 * A visit of the doctor, shared by the files that examine: the service
 * (doctor_service.c), the repository (doctor_repository.c), the machine
 * (doctor_machine.c). Each looks with the code that a dump itself would use,
 * and reports one check after the other. What a dump would only warn of is
 * collected while it is looked at, and makes the check a warning.
 */
#ifndef DG_BACKUP_DOCTOR_H
#define DG_BACKUP_DOCTOR_H

#include "backup/dump_job.h"
#include <ddbgit/doctor.h>

struct dg_doctor {
	const struct dg_doctor_options *options;
	struct dg_doctor_result *result;
	struct dg_run run; /* its log collects warnings */
	struct dg_log log;
	const struct dg_log *outer_log; /* for what is no warning */
	struct dg_buf warnings;
	struct dg_dump_options dump_options;
	struct dg_dump_result dump_result;
	struct dg_dump_job job; /* of the dump that is thought of */
	bool has_environment;
	bool has_paths;
	uint64_t table_bytes; /* by DescribeTable's estimate; 0: unknown */
};

/* A check that found nothing wrong; a warning if one was collected. */
void dg_doctor_ok(struct dg_doctor *doctor, const char *name,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* advice may be NULL. */
void dg_doctor_say(struct dg_doctor *doctor, const char *name,
		   enum dg_check_state state, const char *advice,
		   const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* What an error says, with its hint as the advice. */
void dg_doctor_error(struct dg_doctor *doctor, const char *name,
		     enum dg_check_state state, const struct dg_error *why);

void dg_doctor_service(struct dg_doctor *doctor);
void dg_doctor_repository(struct dg_doctor *doctor);
void dg_doctor_machine(struct dg_doctor *doctor);

#endif
