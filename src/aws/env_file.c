#include "aws/env_file.h"
#include "aws/config_file.h"
#include "aws/secret.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>

#define NAME_MAX_BYTES 64

/* Names in the file. Where two mean the same, the one further up counts. */
static const struct env_name {
	const char *name;
	enum dg_env_key key;
} names[] = {
	{"AWS_ACCESS_KEY_ID", DG_ENV_ACCESS_KEY_ID},
	{"AWS_SECRET_ACCESS_KEY", DG_ENV_SECRET_ACCESS_KEY},
	{"AWS_SESSION_TOKEN", DG_ENV_SESSION_TOKEN},
	{"AWS_REGION", DG_ENV_REGION},
	{"AWS_DEFAULT_REGION", DG_ENV_REGION},
	{"AWS_PROFILE", DG_ENV_PROFILE},
	{"AWS_ENDPOINT_URL", DG_ENV_ENDPOINT_URL},
	{"LOCAL_AWS_ENDPOINT", DG_ENV_LOCAL_ENDPOINT},
	{"DYNAMODB_TABLE", DG_ENV_TABLE},
	{"DDBGIT_PROTECTED", DG_ENV_PROTECTED},
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* What the seed's examples print where a user's own value belongs. */
static const char *const placeholders[] = {
	"your-aws-access-key-id",
	"your-aws-secret-access-key",
};

struct parser {
	struct dg_slice rest; /* after the present line */
	size_t line;          /* the present line's number, from 1 */
	char *found[NAME_COUNT];
};

static int bad_line(size_t line, struct dg_error *err, const char *why)
{
	return dg_error_set(err, DG_EINVALID, "line %zu: %s", line, why);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct dg_slice skip(struct dg_slice s, size_t n)
{
	return dg_slice_of(s.ptr + n, s.len - n);
}

static bool next_line(struct parser *parser, struct dg_slice *line)
{
	bool more = dg_config_next_line(&parser->rest, line);

	parser->line += more;
	return more;
}

/* Up to " #", or the end; without blanks at the end. */
static int read_plain(struct dg_slice raw, struct dg_buf *out,
		      struct dg_error *err)
{
	size_t i;

	for (i = 0; i < raw.len; i++) {
		if (raw.ptr[i] == '#' && i > 0 && is_blank(raw.ptr[i - 1]))
			break;
	}
	return dg_buf_add_slice(out, dg_slice_trim(dg_slice_of(raw.ptr, i)),
				err);
}

/* After a closing quote there is nothing or a comment. */
static bool is_tail(struct dg_slice tail)
{
	struct dg_slice text = dg_slice_trim(tail);

	return text.len == 0 || (is_blank(tail.ptr[0]) && text.ptr[0] == '#');
}

/*
 * raw begins after the opening quote. A value may go on over lines, as in a
 * shell. Within double quotes a backslash takes their meaning from " \ $ `.
 */
static int read_quoted(struct parser *parser, struct dg_slice raw, char quote,
		       struct dg_buf *out, struct dg_error *err)
{
	size_t first = parser->line, i;
	int rc = 0;

	for (;;) {
		for (i = 0; rc == 0 && i < raw.len && raw.ptr[i] != quote;
		     i++) {
			if (quote == '"' && raw.ptr[i] == '\\' &&
			    i + 1 < raw.len && strchr("\"\\$`", raw.ptr[i + 1]))
				i++;
			rc = dg_buf_add_char(out, raw.ptr[i], err);
		}
		if (rc < 0 || i < raw.len)
			break;
		if (!next_line(parser, &raw))
			return bad_line(first, err, "a quote is not closed");
		rc = dg_buf_add_char(out, '\n', err);
	}
	if (rc == 0 && !is_tail(skip(raw, i + 1)))
		rc = bad_line(parser->line, err,
			      "text follows the closing quote");
	return rc;
}

/* True where a shell would put something else in, up to the closing quote. */
static bool has_expansion(struct dg_slice raw, char quote)
{
	size_t i;

	for (i = 0; i < raw.len && (!quote || raw.ptr[i] != quote); i++) {
		char next = i + 1 < raw.len ? raw.ptr[i + 1] : '\0';

		if (raw.ptr[i] == '\\')
			i++;
		else if (raw.ptr[i] == '`' ||
			 (raw.ptr[i] == '$' && (next == '(' || next == '{')))
			return true;
	}
	return false;
}

static int check_value(size_t line, const char *name, char quote,
		       struct dg_slice raw, const struct dg_buf *value,
		       struct dg_error *err)
{
	if (quote != '\'' && has_expansion(raw, quote)) {
		dg_error_set(err, DG_EINVALID,
			     "line %zu: %s holds a shell expansion, which is "
			     "not carried out",
			     line, name);
		return dg_error_hint(err, "Write the value itself: the file "
					  "is read, never executed");
	}
	if (memchr(dg_buf_str(value), '\n', value->len))
		return dg_error_set(err, DG_EINVALID,
				    "line %zu: %s goes on over several lines",
				    line, name);
	return 0;
}

static size_t find_name(struct dg_slice key)
{
	size_t i = 0;

	while (i < NAME_COUNT &&
	       !dg_slice_equal(key, dg_slice_str(names[i].name)))
		i++;
	return i;
}

static int keep_value(struct parser *parser, size_t name,
		      const struct dg_buf *value, struct dg_error *err)
{
	dg_free_secret(parser->found[name]);
	parser->found[name] = NULL;
	return dg_strdup(&parser->found[name], dg_buf_str(value), err);
}

static int read_value(struct parser *parser, size_t name, struct dg_slice raw,
		      struct dg_error *err)
{
	struct dg_buf value = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	size_t line = parser->line;
	struct dg_slice inner;
	char quote = '\0';
	int rc;

	if (raw.len > 0 && (raw.ptr[0] == '"' || raw.ptr[0] == '\'')) {
		quote = raw.ptr[0];
		inner = skip(raw, 1);
		rc = read_quoted(parser, inner, quote, &value, err);
	} else {
		rc = read_plain(raw, &value, err);
		inner = dg_buf_slice(&value);
	}
	if (rc == 0 && name < NAME_COUNT)
		rc = check_value(line, names[name].name, quote, inner, &value,
				 err);
	if (rc == 0 && name < NAME_COUNT)
		rc = keep_value(parser, name, &value, err);
	dg_secret_buf_free(&value);
	return rc;
}

/* "[export ]KEY=value"; blanks round '=' are taken as not meant. */
static int parse_line(struct parser *parser, struct dg_slice line,
		      struct dg_error *err)
{
	const struct dg_slice export = DG_SLICE("export");
	struct dg_slice text = dg_slice_trim(line), key;
	const char *equals;

	if (text.len == 0 || text.ptr[0] == '#')
		return 0;
	if (dg_slice_starts_with(text, export) && text.len > export.len &&
	    is_blank(text.ptr[export.len]))
		text = dg_slice_trim(skip(text, export.len));
	equals = memchr(text.ptr, '=', text.len);
	if (!equals)
		return bad_line(parser->line, err, "no '=' in it");
	key = dg_slice_trim(dg_slice_of(text.ptr, (size_t)(equals - text.ptr)));
	if (key.len == 0)
		return bad_line(parser->line, err, "no name before '='");
	text = skip(text, (size_t)(equals - text.ptr) + 1);
	while (text.len > 0 && is_blank(text.ptr[0]))
		text = skip(text, 1);
	return read_value(parser, find_name(key), text, err);
}

static bool is_absent(const char *value)
{
	size_t i;

	if (!value || !*value)
		return true;
	for (i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		if (strcmp(value, placeholders[i]) == 0)
			return true;
	}
	return false;
}

/* Moves what was found into out, the first name of a key before others. */
static void take_found(struct dg_env_file *out, struct parser *parser)
{
	size_t i;

	for (i = 0; i < NAME_COUNT; i++) {
		char **value = &out->value[names[i].key];

		if (*value || is_absent(parser->found[i]))
			continue;
		*value = parser->found[i];
		parser->found[i] = NULL;
	}
}

int dg_env_file_parse(struct dg_env_file *out, struct dg_slice text,
		      struct dg_error *err)
{
	struct parser parser = {.rest = dg_config_text(text)};
	struct dg_slice line;
	size_t i;
	int rc = 0;

	*out = (struct dg_env_file){0};
	while (rc == 0 && next_line(&parser, &line))
		rc = parse_line(&parser, line, err);
	if (rc == 0)
		take_found(out, &parser);
	for (i = 0; i < NAME_COUNT; i++)
		dg_free_secret(parser.found[i]);
	return rc;
}

int dg_env_file_read(struct dg_env_file *out, const char *path,
		     struct dg_error *err)
{
	struct dg_buf text = DG_BUF_INIT(DG_CONFIG_FILE_MAX);
	unsigned int mode = 0;
	int rc;

	*out = (struct dg_env_file){0};
	rc = dg_config_file_read(&text, path, &mode, err);
	if (rc == DG_ENOTFOUND)
		dg_error_set(err, rc, "Environment file not found: %s", path);
	if (rc == 0) {
		rc = dg_env_file_parse(out, dg_buf_slice(&text), err);
		if (rc < 0)
			dg_error_prefix(err, "%s", path);
	}
	if (rc == 0)
		out->readable_by_others =
			(mode & S_IROTH) &&
			(out->value[DG_ENV_SECRET_ACCESS_KEY] ||
			 out->value[DG_ENV_SESSION_TOKEN]);
	dg_secret_buf_free(&text);
	return rc;
}

void dg_env_file_free(struct dg_env_file *file)
{
	size_t i;

	if (!file)
		return;
	for (i = 0; i < DG_ENV_KEY_COUNT; i++) {
		dg_free_secret(file->value[i]);
		file->value[i] = NULL;
	}
}

static bool is_env_name(const char *name)
{
	size_t len = strlen(name), i;

	if (len == 0 || len > NAME_MAX_BYTES ||
	    !isalnum((unsigned char)name[0]) || name[len - 1] == '.')
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] == '.' && name[i + 1] == '.')
			return false;
		if (!isalnum((unsigned char)name[i]) && !strchr("_-.", name[i]))
			return false;
	}
	return len < 5 || strcmp(name + len - 5, ".lock") != 0;
}

int dg_env_name_check(const char *name, struct dg_error *err)
{
	if (is_env_name(name))
		return 0;
	dg_error_set(err, DG_EUSAGE, "'%.80s' is not an environment name",
		     name);
	return dg_error_hint(err,
			     "Letters, digits, '-', '_' and single dots, "
			     "beginning with a letter or digit, at most "
			     "%d bytes, not ending in '.lock'",
			     NAME_MAX_BYTES);
}
