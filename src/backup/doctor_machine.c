#include "backup/doctor.h"

#include "base/temp_file.h"
#include <errno.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The files, their staged successors and Git's objects, as JSON: about three
 * times what DescribeTable states, until it is packed. */
#define COPIES 3

static void examine_disk(struct dg_doctor *doctor)
{
	const struct dg_repo *repo = doctor->job.repo;
	const char *where = repo ? dg_repo_commondir(repo) : NULL;
	char free_text[DG_COUNT_SIZE], need_text[DG_COUNT_SIZE];
	const uint64_t need = COPIES * doctor->table_bytes;
	struct statvfs fs;
	uint64_t available;

	if (!where)
		where = doctor->job.env.root ? doctor->job.env.root : ".";
	if (statvfs(where, &fs) < 0) {
		dg_doctor_say(doctor, "disk", DG_CHECK_SKIPPED, NULL, "%s: %s",
			      where, strerror(errno));
		return;
	}
	available = (uint64_t)fs.f_bavail * fs.f_frsize;
	dg_format_bytes(available, free_text);
	dg_format_bytes(need, need_text);
	if (available < doctor->table_bytes || available == 0)
		dg_doctor_say(doctor, "disk", DG_CHECK_FAILED,
			      "Make room, or dump to another disk with "
			      "--output",
			      "%s free at %s; a dump takes up to %s", free_text,
			      where, need_text);
	else if (available < need)
		dg_doctor_say(doctor, "disk", DG_CHECK_WARNING,
			      "Make room before the table grows",
			      "%s free at %s; a dump takes up to %s", free_text,
			      where, need_text);
	else
		dg_doctor_ok(doctor, "disk", "%s free at %s", free_text, where);
}

/* In MiB, as --memory takes it. */
static void examine_memory(struct dg_doctor *doctor)
{
	const uint64_t wanted = dg_run_memory(&doctor->run);
	const long pages = sysconf(_SC_PHYS_PAGES);
	const long page_size = sysconf(_SC_PAGESIZE);
	char all_text[DG_COUNT_SIZE], wanted_text[DG_COUNT_SIZE];
	uint64_t all;

	dg_format_count(wanted >> 20, wanted_text);
	if (pages <= 0 || page_size <= 0) {
		dg_doctor_ok(doctor, "memory", "%s MiB to work in",
			     wanted_text);
		return;
	}
	all = (uint64_t)pages * (uint64_t)page_size;
	dg_format_count(all >> 20, all_text);
	if (wanted > all / 2)
		dg_doctor_say(doctor, "memory", DG_CHECK_WARNING,
			      "Give less with --memory: larger tables go "
			      "through temporary files",
			      "%s MiB to work in, of %s MiB", wanted_text,
			      all_text);
	else
		dg_doctor_ok(doctor, "memory", "%s MiB to work in, of %s MiB",
			     wanted_text, all_text);
}

/* Needed only by a table that is larger than the memory to work in. */
static void examine_temporary(struct dg_doctor *doctor)
{
	const char *where = dg_temp_dir(doctor->run.temp_dir);
	const bool spills =
		COPIES * doctor->table_bytes > dg_run_memory(&doctor->run);
	struct dg_error why = {.code = DG_OK};
	char text[DG_COUNT_SIZE];
	struct statvfs fs;
	int fd;

	if (dg_temp_file_open(&fd, doctor->run.temp_dir, &why) < 0) {
		dg_doctor_error(doctor, "temporary space",
				spills ? DG_CHECK_FAILED : DG_CHECK_WARNING,
				&why);
		return;
	}
	if (fstatvfs(fd, &fs) == 0)
		dg_doctor_ok(doctor, "temporary space", "%s free in %s",
			     dg_format_bytes(
				     (uint64_t)fs.f_bavail * fs.f_frsize, text),
			     where);
	else
		dg_doctor_ok(doctor, "temporary space", "%s", where);
	close(fd);
}

void dg_doctor_machine(struct dg_doctor *doctor)
{
	examine_disk(doctor);
	examine_memory(doctor);
	examine_temporary(doctor);
}
