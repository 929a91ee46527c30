#include <ddbgit/slice.h>

bool dg_slice_equal(struct dg_slice a, struct dg_slice b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int dg_slice_compare(struct dg_slice a, struct dg_slice b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common > 0 ? memcmp(a.ptr, b.ptr, common) : 0;

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool dg_slice_starts_with(struct dg_slice s, struct dg_slice prefix)
{
	return s.len >= prefix.len &&
	       dg_slice_equal(dg_slice_of(s.ptr, prefix.len), prefix);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct dg_slice dg_slice_trim(struct dg_slice s)
{
	while (s.len > 0 && is_blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}
