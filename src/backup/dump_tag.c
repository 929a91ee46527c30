#include "backup/dump_job.h"

#include "base/text.h"
#include "repo/tag.h"
#include <stdlib.h>

/* How often a default name may be taken on one day. */
#define DEFAULT_TAG_TRIES 1000

struct name_search {
	const char *stem; /* "prod-" is liked best */
	char *found;
	bool liked;
};

static int look_at_name(void *context, const char *name, struct dg_error *err)
{
	struct name_search *search = context;
	bool liked = search->stem &&
		     strncmp(name, search->stem, strlen(search->stem)) == 0;

	if (search->found && (search->liked || !liked))
		return 0;
	free(search->found);
	search->liked = liked;
	return dg_strdup(&search->found, name, err);
}

int dg_dump_commit_name(char **out, struct dg_repo *repo, const char *id,
			struct dg_error *err)
{
	struct name_search search = {0};
	int rc = dg_tag_each(repo, id, look_at_name, &search, err);

	*out = NULL;
	if (rc < 0) {
		free(search.found);
		return rc;
	}
	if (search.found) {
		*out = search.found;
		return 0;
	}
	return dg_asprintf(out, err, "%.7s", id);
}

static int default_stem(char **out, struct dg_dump_job *job,
			struct dg_error *err)
{
	char now[DG_TIME_ISO_SIZE];

	dg_time_iso(dg_clock_wall_ms(&job->env.clock) / 1000, now);
	return dg_asprintf(out, err, "%s-%.4s%.2s%.2s", job->label, now,
			   now + 5, now + 8);
}

/* prod-20250127, .2, .3 … : the first that is free or on the commit that
 * last wrote the snapshot. */
static int plan_default(struct dg_dump_job *job, struct dg_error *err)
{
	char *stem = NULL;
	char id[DG_OID_HEX_SIZE];
	int rc = default_stem(&stem, job, err);

	for (int i = 1; rc == 0 && i <= DEFAULT_TAG_TRIES && !job->tag; i++) {
		char *name = NULL;

		rc = i == 1 ? dg_strdup(&name, stem, err)
			    : dg_asprintf(&name, err, "%s.%d", stem, i);
		if (rc == 0)
			rc = dg_tag_lookup(job->repo, name, id, err);
		if (rc == 0 && !id[0])
			job->tag = name;
		else
			free(name);
	}
	if (rc == 0 && !job->tag)
		rc = dg_error_set(err, DG_EEXISTS,
				  "more than %d tags '%s' exist",
				  DEFAULT_TAG_TRIES, stem);
	free(stem);
	return rc;
}

static int plan_given(struct dg_dump_job *job, struct dg_error *err)
{
	const char *name = job->options->tag_name;
	char id[DG_OID_HEX_SIZE];
	int rc = dg_tag_lookup(job->repo, name, id, err);

	if (rc < 0)
		return rc;
	if (id[0] && strcmp(id, job->last_id) != 0) {
		dg_error_set(err, DG_EEXISTS,
			     "tag '%s' exists already, on commit %.7s", name,
			     id);
		return dg_error_hint(err,
				     "Give another name, or delete the "
				     "tag: git tag -d %s",
				     name);
	}
	job->tag_exists = id[0] != '\0';
	return dg_strdup(&job->tag, name, err);
}

int dg_dump_tag_plan(struct dg_dump_job *job, struct dg_error *err)
{
	if (job->options->tag_name)
		return plan_given(job, err);
	if (job->options->tag)
		return plan_default(job, err);
	return 0;
}

/* The default name of an unchanged table: one of today that is on the commit
 * already serves. */
static int find_todays(struct dg_dump_job *job, const char *commit_id,
		       bool *found, struct dg_error *err)
{
	struct name_search search = {0};
	int rc = default_stem((char **)&search.stem, job, err);

	*found = false;
	if (rc == 0)
		rc = dg_tag_each(job->repo, commit_id, look_at_name, &search,
				 err);
	if (rc == 0 && search.found && search.liked) {
		free(job->tag);
		job->tag = search.found;
		search.found = NULL;
		*found = true;
	}
	free(search.found);
	free((char *)search.stem);
	return rc;
}

/* A default name that was taken since it was planned gives way to the next. */
static int create(struct dg_dump_job *job, const char *commit_id,
		  const char *text, struct dg_error *err)
{
	int64_t now = dg_clock_wall_ms(&job->env.clock) / 1000;
	int rc = dg_tag_create(job->repo, job->tag, commit_id, text, now, err);

	if (rc != DG_EEXISTS || job->options->tag_name)
		return rc;
	dg_error_clear(err);
	free(job->tag);
	job->tag = NULL;
	rc = plan_default(job, err);
	return rc < 0 ? rc
		      : dg_tag_create(job->repo, job->tag, commit_id, text, now,
				      err);
}

int dg_dump_tag(struct dg_dump_job *job, const char *commit_id,
		struct dg_error *err)
{
	bool found = job->tag_exists;
	char *text = NULL;
	int rc = 0;

	if (!job->tag)
		return 0;
	if (!job->options->tag_name)
		rc = find_todays(job, commit_id, &found, err);
	if (rc == 0 && !found) {
		rc = dg_asprintf(&text, err, "Backup of %s (%s)",
				 job->env.table, job->env.name);
		if (rc == 0)
			rc = create(job, commit_id, text, err);
	}
	free(text);
	if (rc == 0)
		rc = dg_strdup(&job->result->tag, job->tag, err);
	return rc;
}
