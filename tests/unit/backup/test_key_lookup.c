#include "repo/fixture.h"

#include "backup/key_lookup.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA(name, type)                                                     \
	"{\"Table\":{\"KeySchema\":[{\"AttributeName\":\"" name                \
	"\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{"                \
	"\"AttributeName\":\"" name "\",\"AttributeType\":\"" type "\"}]}}\n"
#define DATA(items) "{\"Items\":[" items "],\"Count\":1}\n"
#define KEY "{\"id\":{\"S\":\"b\"}}"

struct scene {
	struct fixture *f;
	struct dg_key_lookup lookup;
	const struct dg_key_entry *found;
};

static void begin(struct scene *scene, struct fixture *f)
{
	const struct dg_snapshot_options reading = {.memory = 8 << 20,
						    .log = &f->log};

	scene->f = f;
	dg_key_lookup_init(&scene->lookup, KEY, &reading);
}

/* Each text is committed as table-data.json; the schema once. */
static void commit(struct fixture *f, const char *data)
{
	write_file(f, PROD "/table-data.json", data);
	run(f, "[ -e " PROD "/table-schema.json ] || cat >" PROD
	       "/table-schema.json <<'EOF'\n" SCHEMA(
		       "id", "S") "EOF\n"
				  "git add -f backups && git commit -q "
				  "--allow-empty -m x");
}

static enum dg_key_answer look(struct scene *scene, const char *name,
			       const char *path)
{
	struct fixture *f = scene->f;
	struct dg_revision *revision = NULL;

	if (name)
		assert_ok(f,
			  dg_revision_open(&revision, f->repo, name, &f->err));
	assert_ok(f, dg_key_lookup_find(&scene->lookup, revision, path,
					&scene->found, &f->err));
	dg_revision_close(revision);
	return scene->found->answer;
}

static const char *line(const struct scene *scene)
{
	return dg_buf_str(&scene->found->line);
}

struct order_case {
	const char *items;
	const char *line; /* NULL: there is no such item */
};

static const struct order_case orders[] = {
	{"", NULL},
	{"{\"id\":{\"S\":\"a\"}},{\"id\":{\"S\":\"c\"}}", NULL},
	{"{\"id\":{\"S\":\"a\"}}," KEY ",{\"id\":{\"S\":\"c\"}}", KEY},
	/* Behind others that come after it, as scripts and people write. */
	{"{\"id\":{\"S\":\"c\"}},{\"id\":{\"S\":\"a\"}}," KEY, KEY},
	{"{\"id\":{\"S\":\"a\"}},{\"id\":{\"S\":\"c\"}}," KEY, KEY},
	{KEY ",{\"id\":{\"S\":\"c\"}},{\"id\":{\"S\":\"a\"}}", KEY},
	/* Of several the last counts. */
	{"{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}},"
	 "{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"2.0\"}}",
	 "{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"2\"}}"},
	{"{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"1\"}},{\"id\":{\"S\":\"c\"}},"
	 "{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"2.0\"}}",
	 "{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"2\"}}"},
};

static void find_in_each_order(struct fixture *f)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		const struct order_case *c = &orders[i];
		struct scene scene;
		char data[1024];

		begin(&scene, f);
		snprintf(data, sizeof(data), "{\"Items\":[%s]}", c->items);
		commit(f, data);
		if (look(&scene, "HEAD", PROD) !=
		    (c->line ? DG_KEY_FOUND : DG_KEY_ABSENT))
			fail_msg("case %zu", i);
		assert_string_equal(line(&scene), c->line ? c->line : "");
		assert_true(scene.lookup.accepted);
		dg_key_lookup_free(&scene.lookup);
	}
}

static void test_an_item_is_found_wherever_it_stands(void **state)
{
	find_in_each_order(*state);
}

/* ddbgit wrote it, but somebody may have edited it since. */
static void test_an_item_is_found_wherever_it_was_moved(void **state)
{
	struct fixture *f = *state;

	write_file(f, PROD "/table-metadata.json",
		   "{\"formatVersion\":1,\"layout\":\"chunked\"}");
	find_in_each_order(f);
}

static void test_where_there_is_no_snapshot_there_is_no_item(void **state)
{
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	commit(f, DATA(KEY));
	run(f, "mkdir backups/notes && touch backups/notes/x && "
	       "mkdir backups/linked && ln -s x backups/linked/table-data.json "
	       "&& git add -f backups && git commit -q -m more");
	assert_int_equal(look(&scene, NULL, PROD), DG_KEY_ABSENT);
	assert_int_equal(look(&scene, "HEAD~2", PROD), DG_KEY_ABSENT);
	assert_int_equal(look(&scene, "HEAD", "backups/none"), DG_KEY_ABSENT);
	assert_int_equal(look(&scene, "HEAD", "backups/notes"), DG_KEY_ABSENT);
	assert_int_equal(look(&scene, "HEAD", "backups/linked"), DG_KEY_ABSENT);
	assert_false(scene.lookup.accepted);
	assert_string_equal(f->said, "");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_FOUND);
	dg_key_lookup_free(&scene.lookup);
}

static void test_a_key_of_another_schema_is_foreign(void **state)
{
	static const char *const schemas[] = {SCHEMA("pk", "S"),
					      SCHEMA("id", "N")};
	struct fixture *f = *state;
	struct scene scene;

	begin(&scene, f);
	for (size_t i = 0; i < 2; i++) {
		write_file(f, PROD "/table-schema.json", schemas[i]);
		commit(f, "{\"Items\":[]}");
		assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_FOREIGN);
		assert_false(scene.lookup.accepted);
		assert_int_equal(scene.lookup.refused_by.code, DG_EUSAGE);
	}
	/* The same items under another schema are other objects. */
	run(f, "rm " PROD "/table-schema.json");
	commit(f, "{\"Items\":[]}");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_ABSENT);
	assert_true(scene.lookup.accepted);
	dg_key_lookup_free(&scene.lookup);
}

static void test_what_cannot_be_read_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct scene scene;
	char *blob;

	begin(&scene, f);
	commit(f, "{\"Items\":[");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_UNREADABLE);
	assert_non_null(strstr(f->said, "passed over"));
	f->said[0] = '\0';
	run(f, "git commit -q --allow-empty -m again");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_UNREADABLE);
	assert_string_equal(f->said, "");
	run(f, "git rm -q " PROD "/table-schema.json && git commit -q -m none");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_UNREADABLE);
	assert_non_null(strstr(f->said, "passed over"));
	/* An object that is lost. */
	f->said[0] = '\0';
	commit(f, DATA(KEY));
	blob = output(f, "git rev-parse HEAD:" PROD "/table-data.json");
	run(f, "rm -f .git/objects/%.2s/%s", blob, blob + 2);
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_UNREADABLE);
	assert_non_null(strstr(f->said, "passed over"));
	free(blob);
	dg_key_lookup_free(&scene.lookup);
}

/* What three objects said is remembered: the object can go meanwhile. */
static void test_what_was_read_is_remembered_and_forgotten(void **state)
{
	struct fixture *f = *state;
	struct scene scene;
	char data[256];
	char *blob;

	begin(&scene, f);
	commit(f, DATA(KEY));
	run(f, "git tag first");
	blob = output(f, "git rev-parse HEAD:" PROD "/table-data.json");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_FOUND);
	run(f, "mv .git/objects/%.2s/%s ../kept", blob, blob + 2);
	open_repo(f, "work");
	run(f, "git commit -q --allow-empty -m again");
	assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_FOUND);
	assert_string_equal(line(&scene), KEY);
	for (int i = 0; i < DG_KEY_MEMORY; i++) {
		snprintf(data, sizeof(data),
			 DATA("{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"%d\"}}"),
			 i);
		commit(f, data);
		assert_int_equal(look(&scene, "HEAD", PROD), DG_KEY_FOUND);
		assert_string_equal(f->said, "");
	}
	assert_string_equal(line(&scene),
			    "{\"id\":{\"S\":\"b\"},\"n\":{\"N\":\"7\"}}");
	assert_int_equal(look(&scene, "first", PROD), DG_KEY_UNREADABLE);
	free(blob);
	dg_key_lookup_free(&scene.lookup);
}

#define REPO_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_an_item_is_found_wherever_it_stands),
		REPO_TEST(test_an_item_is_found_wherever_it_was_moved),
		REPO_TEST(test_where_there_is_no_snapshot_there_is_no_item),
		REPO_TEST(test_a_key_of_another_schema_is_foreign),
		REPO_TEST(test_what_cannot_be_read_is_told_once),
		REPO_TEST(test_what_was_read_is_remembered_and_forgotten),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
