#include "repo/fixture.h"

#include "backup/dataset.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEV "backups/dynamodb/dev"

static const struct dg_run run_of_test;

struct scene {
	struct fixture *f;
	struct dg_target_options target;
	struct dg_dataset_scope scope;
	struct dg_dataset a, b;
};

/* In the work tree, where a user stands. */
static void begin(struct scene *scene, struct fixture *f)
{
	*scene = (struct scene){.f = f};
	scene->scope = (struct dg_dataset_scope){.run = &run_of_test,
						 .target = &scene->target};
	unsetenv("DDBGIT_ROOT");
	assert_int_equal(chdir(f->work), 0);
}

static void end(struct scene *scene)
{
	dg_dataset_close(&scene->a);
	dg_dataset_close(&scene->b);
	dg_dataset_scope_close(&scene->scope);
	assert_int_equal(chdir("/"), 0);
}

static int find(struct scene *scene, const char *operand)
{
	dg_dataset_close(&scene->a);
	return dg_dataset_find(&scene->a, &scene->scope, operand,
			       &scene->f->err);
}

static void snapshot(struct fixture *f, const char *folder, const char *data)
{
	run(f, "mkdir -p %s && echo '%s' >%s/table-data.json", folder, data,
	    folder);
}

static void commit(struct fixture *f, const char *message)
{
	write_file(f, "../message", message);
	run(f, "git add -f -A && git commit -q --allow-empty -F ../message");
}

/* ---- which kind ---------------------------------------------------- */

struct operand_case {
	const char *operand;
	enum dg_code code;
	enum dg_dataset_kind kind;
	const char *is; /* operand and path, the directory, or the words */
};

static const struct operand_case operands[] = {
	{"live", DG_OK, DG_DATASET_LIVE, NULL},
	{"HEAD", DG_OK, DG_DATASET_REVISION, "HEAD "},
	{"main:" PROD, DG_OK, DG_DATASET_REVISION, "main " PROD},
	{"HEAD:" PROD "/", DG_OK, DG_DATASET_REVISION, "HEAD " PROD},
	{"HEAD:backups", DG_OK, DG_DATASET_REVISION, "HEAD backups"},
	{"here", DG_OK, DG_DATASET_DIRECTORY, "here"},
	{"./here", DG_OK, DG_DATASET_DIRECTORY, "./here"},
	{"./none", DG_OK, DG_DATASET_DIRECTORY, "./none"},
	{"/none", DG_OK, DG_DATASET_DIRECTORY, "/none"},
	{"..", DG_OK, DG_DATASET_DIRECTORY, ".."},
	/* A branch and a folder: which one depends on what is in it. */
	{"both", DG_EUSAGE, 0, "a revision and a directory"},
	{"./both", DG_OK, DG_DATASET_DIRECTORY, "./both"},
	{"plain", DG_OK, DG_DATASET_REVISION, "plain "},
	{"none", DG_ENOTFOUND, 0, "none"},
	{"none:" PROD, DG_ENOTFOUND, 0, "unknown revision"},
	{"HEAD:", DG_EUSAGE, 0, "names"},
};

static void assert_found(const struct scene *scene,
			 const struct operand_case *c)
{
	const struct dg_dataset *d = &scene->a;
	char text[256] = "";

	assert_int_equal(d->kind, c->kind);
	if (d->kind == DG_DATASET_REVISION)
		snprintf(text, sizeof(text), "%s %s", d->operand,
			 d->path ? d->path : "");
	else if (d->kind == DG_DATASET_DIRECTORY)
		snprintf(text, sizeof(text), "%s", d->directory);
	if (c->is)
		assert_string_equal(text, c->is);
}

static void test_what_an_operand_names(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, PROD, "{}");
	commit(scene.f, "By hand");
	run(scene.f, "git branch both && git branch plain && "
		     "mkdir here both plain && touch both/table-data.json");
	for (size_t i = 0; i < sizeof(operands) / sizeof(*operands); i++) {
		const struct operand_case *c = &operands[i];
		const int rc = find(&scene, c->operand);

		if (rc != (int)c->code)
			fail_msg("%s: %d %s", c->operand, rc,
				 scene.f->err.message);
		if (c->code)
			assert_error(scene.f, rc, c->code, c->is);
		else
			assert_found(&scene, c);
	}
	end(&scene);
}

static void test_outside_a_repository_there_are_directories(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	run(scene.f, "mkdir -p ../apart/x");
	assert_int_equal(chdir("../apart"), 0);
	assert_ok(scene.f, find(&scene, "x"));
	assert_int_equal(scene.a.kind, DG_DATASET_DIRECTORY);
	assert_error(scene.f, find(&scene, "HEAD"), DG_ENOTFOUND,
		     "revisions come from the Git repository");
	end(&scene);
}

/* ---- which snapshot of a revision ---------------------------------- */

struct choice_case {
	const char *what;
	const char *a, *b; /* operands; b may be NULL */
	const char *from, *path, *env;
	enum dg_code code;
	const char *path_a, *path_b; /* or the words */
};

/* own: the message names prod; other: it names what is not there. */
static const struct choice_case choices[] = {
	{"the commit's own", "own", NULL, NULL, NULL, NULL, DG_OK, PROD, NULL},
	{"--from goes before it", "own", NULL, "dev", NULL, NULL, DG_OK, DEV,
	 NULL},
	{"and --path", "own", NULL, NULL, DEV "/", NULL, DG_OK, DEV, NULL},
	{"--env stands for --from", "own", NULL, NULL, NULL, "dev", DG_OK, DEV,
	 NULL},
	{"but not beside a table", "own", "live", NULL, NULL, "dev", DG_OK,
	 PROD, NULL},
	{"there it names what nobody tells", "many", "live", NULL, NULL, "dev",
	 DG_OK, DEV, NULL},
	{"and no other than local by itself", "many", "live", NULL, NULL, NULL,
	 DG_EUSAGE, "holds 2 snapshots", NULL},
	{"the only one", "one", NULL, NULL, NULL, NULL, DG_OK, DEV, NULL},
	{"one of many", "many", NULL, NULL, NULL, NULL, DG_EUSAGE,
	 "holds 2 snapshots", NULL},
	{"what the other has", "many", "own", NULL, NULL, NULL, DG_OK, PROD,
	 PROD},
	{"in either order", "one", "many", NULL, NULL, NULL, DG_OK, DEV, DEV},
	{"what only the other has", "one", "own", NULL, NULL, NULL, DG_OK, DEV,
	 PROD},
	{"a path of the message that is not there", "other", NULL, NULL, NULL,
	 "dev", DG_OK, DEV, NULL},
	{"a path that was given stays", "many:" DEV, "own", "prod", NULL, NULL,
	 DG_OK, DEV, PROD},
	{"an environment without a snapshot", "own", NULL, "stage", NULL, NULL,
	 DG_ENOTFOUND, "stage", NULL},
	{"no path", "own", NULL, NULL, "../x", NULL, DG_EUSAGE, "no path",
	 NULL},
};

static void make_revisions(struct fixture *f)
{
	snapshot(f, DEV, "{}");
	commit(f, "One");
	run(f, "git tag one");
	snapshot(f, PROD, "{}");
	commit(f, "Dump\n\nDdbgit-Path: " PROD "\n");
	run(f, "git tag own");
	commit(f, "Dump\n\nDdbgit-Path: backups/dynamodb/none\n");
	run(f, "git tag other");
	commit(f, "Many");
	run(f, "git tag many");
}

static void check_choice(struct scene *scene, const struct choice_case *c)
{
	int rc;

	scene->scope.from = c->from;
	scene->scope.path = c->path;
	scene->target.environment = c->env;
	dg_dataset_close(&scene->b);
	assert_ok(scene->f, find(scene, c->a));
	if (c->b)
		assert_ok(scene->f, dg_dataset_find(&scene->b, &scene->scope,
						    c->b, &scene->f->err));
	rc = dg_dataset_settle(&scene->a, c->b ? &scene->b : NULL,
			       &scene->f->err);
	if (rc != (int)c->code)
		fail_msg("%s: %d %s", c->what, rc, scene->f->err.message);
	if (rc < 0 && c->path_a && !strstr(scene->f->err.message, c->path_a))
		fail_msg("%s: %s", c->what, scene->f->err.message);
	if (rc == 0 && strcmp(scene->a.path, c->path_a) != 0)
		fail_msg("%s: %s", c->what, scene->a.path);
	if (rc == 0 && c->path_b && strcmp(scene->b.path, c->path_b) != 0)
		fail_msg("%s: %s", c->what, scene->b.path);
}

static void test_which_snapshot_of_a_revision_is_meant(void **state)
{
	struct scene scene;

	begin(&scene, *state);
	make_revisions(scene.f);
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		check_choice(&scene, &choices[i]);
	end(&scene);
}

/* ---- equal objects ------------------------------------------------- */

#define SCHEMA(type)                                                           \
	"{\"Table\":{\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":"    \
	"\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"id\","      \
	"\"AttributeType\":\"" type "\"}]}}"

static bool same(struct scene *scene, const char *a, const char *b)
{
	bool is_same;

	dg_dataset_close(&scene->b);
	assert_ok(scene->f, find(scene, a));
	assert_ok(scene->f,
		  dg_dataset_find(&scene->b, &scene->scope, b, &scene->f->err));
	assert_ok(scene->f, dg_dataset_open(&scene->a, NULL, &scene->f->err));
	assert_ok(scene->f, dg_dataset_open(&scene->b, NULL, &scene->f->err));
	is_same = dg_dataset_same_items(&scene->a, &scene->b);
	assert_int_equal(dg_dataset_same_items(&scene->b, &scene->a), is_same);
	return is_same;
}

static void test_which_items_need_not_be_read(void **state)
{
	static const struct {
		const char *command;
		bool same;
	} cases[] = {
		{"true", true},
		{"echo x >" PROD "/dump-summary.txt", true},
		{"mkdir -p " PROD "/table-data/ab && "
		 "echo x >" PROD "/table-data/ab/c.json",
		 false},
		{"git rm -q -r " PROD "/table-data", true},
		{"echo '" SCHEMA("N") "' >" PROD "/table-schema.json", false},
		{"echo '" SCHEMA("S") " ' >" PROD "/table-schema.json", true},
		{"echo '{\"Items\":[],\"x\":1}' >" PROD "/table-data.json",
		 false},
	};
	struct scene scene;

	begin(&scene, *state);
	snapshot(scene.f, PROD, "{\"Items\":[]}");
	write_file(scene.f, PROD "/table-schema.json", SCHEMA("S"));
	commit(scene.f, "First");
	run(scene.f, "git tag first");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		run(scene.f, "%s", cases[i].command);
		commit(scene.f, "Next");
		if (same(&scene, "first:" PROD, "HEAD:" PROD) != cases[i].same)
			fail_msg("%s", cases[i].command);
	}
	/* A directory has no objects. */
	run(scene.f, "git checkout -q first");
	assert_false(same(&scene, "first:" PROD, "./" PROD));
	/* Without a schema nothing tells one item from another. */
	run(scene.f, "git rm -q " PROD "/table-schema.json");
	commit(scene.f, "Without");
	assert_false(same(&scene, "HEAD:" PROD, "HEAD:" PROD));
	end(&scene);
}

/* ---- keys ---------------------------------------------------------- */

struct key_case {
	const char *text;
	const char *json; /* NULL: refused */
};

static const struct key_case keys[] = {
	{"{\"t\":{\"N\":\"1.50\"},\"id\":{\"S\":\"\\u00e9\"}}",
	 "{\"id\":{\"S\":\"\xc3\xa9\"},\"t\":{\"N\":\"1.5\"}}"},
	{" {\"id\":{\"S\":\"\"},\"t\":{\"N\":\"-0\"}}",
	 "{\"id\":{\"S\":\"\"},\"t\":{\"N\":\"0\"}}"},
	{"{\"id\":{\"S\":\"a\"}}", NULL},
	{"{\"id\":{\"N\":\"1\"},\"t\":{\"N\":\"1\"}}", NULL},
	{"{\"id\":{\"S\":\"a\"},\"t\":{\"N\":\"1\"},\"x\":{\"S\":\"\"}}", NULL},
	{"{\"id\":{\"S\":\"a\"},\"t\":{\"N\":\"1\"}} x", NULL},
	{"a", NULL},
	{"", NULL},
};

static void test_a_key_is_exactly_its_attributes(void **state)
{
	static const struct dg_key_schema schema = {2,
						    {{"id", 'S'}, {"t", 'N'}}};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct dg_dataset_key key;
		struct dg_error err = {0};
		const int rc =
			dg_dataset_key_parse(&key, &schema, keys[i].text, &err);

		assert_int_equal(rc, keys[i].json ? 0 : DG_EUSAGE);
		if (keys[i].json)
			assert_string_equal(dg_buf_str(&key.json),
					    keys[i].json);
		else
			assert_non_null(strstr(err.hint, "id (S), t (N)"));
		dg_dataset_key_free(&key);
	}
}

#define REPO_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REPO_TEST(test_what_an_operand_names),
		REPO_TEST(test_outside_a_repository_there_are_directories),
		REPO_TEST(test_which_snapshot_of_a_revision_is_meant),
		REPO_TEST(test_which_items_need_not_be_read),
		cmocka_unit_test(test_a_key_is_exactly_its_attributes),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
