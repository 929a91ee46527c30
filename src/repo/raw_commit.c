#include "repo/raw_commit.h"

#define PARENT_LINE (sizeof("parent \n") - 1 + GIT_OID_HEXSZ)
#define TIME_MAX (INT64_MAX / 10 - 1) /* more digits than that say nothing */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_id(git_oid *out, const char *hex)
{
	size_t i;

	for (i = 0; i < GIT_OID_RAWSZ; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->id[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* "<name> ", an id and a newline. */
static bool take_id(git_oid *out, struct dg_slice *rest, struct dg_slice name)
{
	size_t len = name.len + GIT_OID_HEXSZ + 1;

	if (rest->len < len || !dg_slice_starts_with(*rest, name) ||
	    rest->ptr[len - 1] != '\n' || !read_id(out, rest->ptr + name.len))
		return false;
	*rest = dg_slice_of(rest->ptr + len, rest->len - len);
	return true;
}

/* What stands behind the last '>' of "committer A <a@b> 1737972000 +0100". */
static int64_t time_of(struct dg_slice line)
{
	size_t at = line.len;
	bool negative;
	int64_t time = 0;

	while (at && line.ptr[at - 1] != '>')
		at--;
	if (!at)
		return 0;
	while (at < line.len && line.ptr[at] == ' ')
		at++;
	negative = at < line.len && line.ptr[at] == '-';
	at += negative;
	for (; at < line.len && time < TIME_MAX; at++) {
		if (line.ptr[at] < '0' || line.ptr[at] > '9')
			break;
		time = time * 10 + (line.ptr[at] - '0');
	}
	return negative ? -time : time;
}

bool dg_raw_commit_parse(struct dg_raw_commit *out, struct dg_slice bytes)
{
	struct dg_slice rest = bytes, line;
	git_oid ignored;
	bool timed = false;

	memset(out, 0, sizeof(*out));
	if (!take_id(&out->tree, &rest, DG_SLICE("tree ")))
		return false;
	out->parents = rest.ptr;
	while (take_id(&ignored, &rest, DG_SLICE("parent ")))
		out->parent_count++;
	if (!dg_slice_starts_with(rest, DG_SLICE("author ")))
		return false;
	while (rest.len && (line = dg_slice_take_line(&rest)).len) {
		if (timed ||
		    !dg_slice_starts_with(line, DG_SLICE("committer ")))
			continue;
		out->time = time_of(line);
		timed = true;
	}
	while (rest.len && *rest.ptr == '\n')
		dg_slice_take_line(&rest);
	out->message = rest;
	return true;
}

git_oid dg_raw_commit_parent(const struct dg_raw_commit *commit, size_t at)
{
	const char *line = commit->parents + at * PARENT_LINE;
	git_oid id;

	read_id(&id, line + strlen("parent "));
	return id;
}
