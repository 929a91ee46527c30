/*
 * What is read out of commits and trees without libgit2 takes anything: the
 * message lies within the object, each parent has an id, and a tree that is
 * valid ends where its last entry ends.
 */
#include "fuzz_target.h"
#include "repo/raw_commit.h"
#include "repo/raw_tree.h"

static void read_commit(struct dg_slice bytes)
{
	struct dg_raw_commit commit;
	size_t i;

	if (!dg_raw_commit_parse(&commit, bytes))
		return;
	for (i = 0; i < commit.parent_count; i++)
		(void)dg_raw_commit_parent(&commit, i);
	check(commit.message.ptr + commit.message.len == bytes.ptr + bytes.len);
	check(!commit.message.len || *commit.message.ptr != '\n');
}

static void read_tree(struct dg_slice bytes)
{
	struct dg_slice rest = bytes;
	struct dg_raw_entry entry, found, before = {.name = {"", 0}};
	bool valid = dg_raw_tree_is_valid(bytes);

	while (dg_raw_tree_next(&rest, &entry)) {
		check(entry.name.len > 0);
		check(dg_raw_tree_find(bytes, entry.name, &found));
		check(dg_raw_folder_order(&entry, &entry) == 0);
		check(dg_raw_folder_order(&entry, &before) ==
		      -dg_raw_folder_order(&before, &entry));
		before = entry;
	}
	check(valid == (rest.len == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dg_slice bytes = dg_slice_of((const char *)data, size);
	read_commit(bytes);
	read_tree(bytes);
	return 0;
}
