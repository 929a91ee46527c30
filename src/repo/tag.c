#include "repo/tag.h"
#include "base/text.h"
#include "repo/git.h"
#include "repo/intent.h"
#include "repo/tag_map.h"
#include <stdlib.h>

static int check_name(char **ref, const char *name, struct dg_error *err)
{
	int rc = dg_asprintf(ref, err, "refs/tags/%s", name);

	if (rc < 0)
		return rc;
	/* Git takes "-x" for an option. */
	if (*name && *name != '-' && git_reference_is_valid_name(*ref) == 1)
		return 0;
	free(*ref);
	*ref = NULL;
	return dg_error_set(err, DG_EUSAGE, "'%s' cannot be the name of a tag",
			    name);
}

int dg_tag_lookup(struct dg_repo *repo, const char *name,
		  char id[DG_OID_HEX_SIZE], struct dg_error *err)
{
	git_reference *tag = NULL;
	git_object *commit = NULL;
	char *ref = NULL;
	int rc = check_name(&ref, name, err);

	id[0] = '\0';
	if (rc < 0)
		return rc;
	rc = git_reference_lookup(&tag, repo->git, ref);
	if (rc == GIT_ENOTFOUND) {
		rc = 0;
		goto done;
	}
	if (!rc)
		rc = git_reference_peel(&commit, tag, GIT_OBJECT_COMMIT);
	if (!rc)
		git_oid_tostr(id, DG_OID_HEX_SIZE, git_object_id(commit));
	else
		rc = dg_git_error(err, rc, "the tag '%s' names no commit",
				  name);
done:
	git_object_free(commit);
	git_reference_free(tag);
	free(ref);
	return rc;
}

/* The reference, with its lock announced: a run that is killed while it holds
 * the lock is cleaned up after. */
static int create_reference(struct dg_repo *repo, const char *ref,
			    const git_oid *tag, int64_t now,
			    struct dg_error *err)
{
	char now_iso[DG_TIME_ISO_SIZE];
	struct dg_intent intent = {.now_iso = now_iso, .ref = ref};
	struct dg_clock clock;
	git_reference *made = NULL;
	char *lock = NULL;
	int rc;

	dg_clock_init(&clock);
	dg_time_iso(now, now_iso);
	rc = dg_intent_take(&intent, repo, &clock, err);
	if (rc < 0)
		return rc;
	intent.now_iso = now_iso;
	intent.ref = ref;
	intent.commit = *tag;
	rc = dg_asprintf(&lock, err, "%s.lock", ref);
	if (!rc)
		rc = dg_intent_add_lock(&intent, repo->commondir, lock, err);
	if (!rc)
		rc = dg_intent_write(&intent, err);
	if (!rc) {
		rc = git_reference_create(&made, repo->git, ref, tag, 0, NULL);
		if (rc < 0)
			rc = dg_git_error(err, rc, "cannot make '%s'", ref);
	}
	git_reference_free(made);
	dg_intent_release(&intent);
	free(lock);
	return rc;
}

static int create(struct dg_repo *repo, const char *ref,
		  const git_object *target, const git_signature *tagger,
		  const char *message, struct dg_error *err)
{
	const char *name = ref + strlen("refs/tags/");
	git_oid id;
	int rc = git_tag_annotation_create(&id, repo->git, name, target, tagger,
					   message);

	if (rc < 0)
		return dg_git_error(err, rc, "cannot make the tag '%s'", name);
	/* The caller stops where there is no tagger.
	 * NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	return create_reference(repo, ref, &id, tagger->when.time, err);
}

/* Git ends messages with a newline. */
static int print_message(char **out, const char *message, struct dg_error *err)
{
	size_t len = strlen(message);

	return dg_asprintf(out, err, "%s%s", message,
			   len && message[len - 1] == '\n' ? "" : "\n");
}

int dg_tag_create(struct dg_repo *repo, const char *name, const char *commit_id,
		  const char *message, int64_t now, struct dg_error *err)
{
	git_signature *author = NULL, *tagger = NULL;
	git_object *commit = NULL;
	char *ref = NULL, *text = NULL;
	git_oid id;
	int rc = check_name(&ref, name, err);

	if (!rc)
		rc = print_message(&text, message, err);
	if (!rc)
		rc = dg_git_identity(&author, &tagger, repo, now, err);
	if (rc < 0)
		goto done;
	rc = git_oid_fromstr(&id, commit_id);
	if (!rc)
		rc = git_object_lookup(&commit, repo->git, &id,
				       GIT_OBJECT_COMMIT);
	if (rc < 0)
		rc = dg_git_error(err, rc, "cannot make the tag '%s'", name);
	else
		rc = create(repo, ref, commit, tagger, text, err);
	if (rc == DG_EEXISTS)
		rc = dg_error_set(err, rc, "the tag '%s' exists", name);
done:
	git_object_free(commit);
	git_signature_free(author);
	git_signature_free(tagger);
	free(ref);
	free(text);
	return rc;
}

int dg_tag_each(struct dg_repo *repo, const char *commit_id,
		int (*visit)(void *context, const char *name,
			     struct dg_error *err),
		void *context, struct dg_error *err)
{
	struct dg_tag_map *map = NULL;
	const char *const *name;
	git_oid id;
	int rc = git_oid_fromstr(&id, commit_id);

	if (rc < 0)
		return dg_git_error(err, rc, "'%s'", commit_id);
	rc = dg_tag_map_open(&map, repo, err);
	if (rc < 0)
		return rc;
	for (name = dg_tag_map_find(map, &id); !rc && *name; name++)
		rc = visit(context, *name, err);
	dg_tag_map_close(map);
	return rc;
}
