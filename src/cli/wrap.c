#include "cli/wrap.h"

#include <ddbgit/text.h>
#include <stdbool.h>
#include <string.h>

/* Does a command begin here, as our messages write them? */
static bool is_command(const char *text)
{
	static const char *const programs[] = {"ddbgit ", "git ", "aws "};
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++)
		if (strncmp(text, programs[i], strlen(programs[i])) == 0)
			return true;
	return false;
}

/* What must stay on one line: a word, or a command up to a comma or semicolon
 * with a blank behind it. */
static size_t length_of_unit(const char *text)
{
	const bool command = is_command(text);
	size_t len = strcspn(text, " ");

	while (command && text[len] && text[len - 1] != ',' &&
	       text[len - 1] != ';')
		len += 1 + strcspn(text + len + 1, " ");
	return len;
}

void dg_wrap_print(FILE *out, const char *text, size_t indent, size_t width)
{
	size_t at = indent;

	while (*text) {
		const size_t blanks = strspn(text, " ");
		const char *unit = text + blanks;
		const size_t len = length_of_unit(unit);
		const size_t columns = dg_text_columns(dg_slice_of(unit, len));

		if (width > 0 && at > indent && at + blanks + columns > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else {
			fprintf(out, "%*s", (int)blanks, "");
			at += blanks;
		}
		fwrite(unit, 1, len, out);
		at += columns;
		text = unit + len;
	}
}
