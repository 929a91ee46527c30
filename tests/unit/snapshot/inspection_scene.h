/* A snapshot in memory, as ddbgit writes it, and what an inspection says of
 * it. */
#ifndef DG_TEST_INSPECTION_SCENE_H
#define DG_TEST_INSPECTION_SCENE_H

#include "memory_store.h"
#include "snapshot/inspection.h"
#include "unit.h"

#define ITEMS 300 /* of 700 bytes each */

struct scene {
	struct memory_store *store;
	struct dg_digest_set *known;
	struct dg_cancel *cancel;
	struct dg_inspection result;
	struct dg_error err;
	int findings;
	int stop_at; /* of findings; 0: never */
	char problems[4096];
	char notes[4096];
	char chunk[3][64];
};

/* cmocka's setups and teardown: *state is a struct scene. */
int scene_single(void **state);
int scene_chunked(void **state);
int scene_teardown(void **state);

/* Inspects it anew: what dg_snapshot_inspect returned. */
int inspect(struct scene *scene);

/* A file with the first `from` replaced. */
void edit(struct scene *scene, const char *path, const char *from,
	  const char *to);

/* The path of the n-th chunk by names, of three. */
const char *chunk_path(struct scene *scene, size_t n);

#define SINGLE_TEST(test)                                                      \
	cmocka_unit_test_setup_teardown(test, scene_single, scene_teardown)
#define CHUNKED_TEST(test)                                                     \
	cmocka_unit_test_setup_teardown(test, scene_chunked, scene_teardown)

#endif
