#include "aws/profile_settings.h"
#include "aws/config_file.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include <ini.h>

/*
 * inih reads lines of 200 bytes and sections of 50, and takes " ;" for a
 * comment anywhere. So it never sees the file's own words: the reader keeps
 * them aside and hands inih a number in their place, "[3]" for a section,
 * "4=4" for a setting and " 5" for more of its value.
 */
struct reader {
	struct dg_slice rest;
	bool is_config;       /* else the credentials file */
	size_t number;        /* of the last line that is no comment */
	struct dg_slice name; /* what that number stands for */
	struct dg_slice value;
	struct dg_slice profile; /* of the section; empty: it has none */
	bool in_setting;         /* a line indented deeper goes on with it */
	size_t indent;           /* of that setting */
	struct dg_settings *settings;
	struct dg_error *err;
	int rc;
};

static int add_setting(struct reader *reader, struct dg_slice key,
		       struct dg_slice value)
{
	struct dg_settings *all = reader->settings;
	struct dg_setting *setting;
	int rc;

	if (all->count == all->room) {
		size_t room = all->room * 2 + 16;
		void *list = realloc(all->list, room * sizeof(*all->list));

		if (!list)
			return dg_error_nomem(reader->err);
		all->list = list;
		all->room = room;
	}
	setting = &all->list[all->count++];
	*setting = (struct dg_setting){0};
	rc = dg_slice_dup(&setting->profile, reader->profile, reader->err);
	if (rc == 0 && key.len > 0)
		rc = dg_slice_dup(&setting->key, key, reader->err);
	if (rc == 0)
		rc = dg_slice_dup(&setting->value, value, reader->err);
	return rc;
}

static struct dg_slice unquote(struct dg_slice s)
{
	if (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') &&
	    s.ptr[s.len - 1] == s.ptr[0])
		return dg_slice_of(s.ptr + 1, s.len - 2);
	return s;
}

/* In the config file [default] and [profile NAME] are profiles, and other
 * sections are not; in the credentials file every section is one. */
static struct dg_slice section_profile(bool is_config, struct dg_slice name)
{
	const struct dg_slice word = DG_SLICE("profile");

	if (!is_config || dg_slice_equal(name, DG_SLICE("default")))
		return name;
	if (!dg_slice_starts_with(name, word) || name.len == word.len ||
	    (name.ptr[word.len] != ' ' && name.ptr[word.len] != '\t'))
		return DG_SLICE("");
	return unquote(dg_slice_trim(
		dg_slice_of(name.ptr + word.len, name.len - word.len)));
}

static void open_section(struct reader *reader, struct dg_slice name)
{
	reader->profile = section_profile(reader->is_config, name);
	reader->in_setting = false;
	if (reader->rc == 0 && reader->profile.len > 0)
		reader->rc = add_setting(reader, DG_SLICE(""), DG_SLICE(""));
}

/* False if the line has neither '=' nor ':', or no name before it. */
static bool split_setting(struct reader *reader, struct dg_slice text)
{
	size_t n = 0;

	while (n < text.len && text.ptr[n] != '=' && text.ptr[n] != ':')
		n++;
	reader->name = dg_slice_trim(dg_slice_of(text.ptr, n));
	if (n == text.len || reader->name.len == 0)
		return false;
	reader->value =
		dg_slice_trim(dg_slice_of(text.ptr + n + 1, text.len - n - 1));
	return true;
}

static void translate(struct reader *reader, struct dg_slice line, char *out,
		      size_t size)
{
	struct dg_slice text = dg_slice_trim(line);
	size_t indent = (size_t)(text.ptr - line.ptr);
	size_t n = ++reader->number;
	const char *close;

	if (text.len == 0 || text.ptr[0] == '#' || text.ptr[0] == ';') {
		snprintf(out, size, "\n");
		return;
	}
	close = text.ptr[0] == '[' ? memchr(text.ptr, ']', text.len) : NULL;
	if (reader->in_setting && indent > reader->indent) {
		reader->value = text;
		snprintf(out, size, " %zu\n", n);
	} else if (close) {
		open_section(reader, dg_slice_trim(dg_slice_of(
					     text.ptr + 1,
					     (size_t)(close - text.ptr) - 1)));
		snprintf(out, size, "[%zu]\n", n);
	} else if (text.ptr[0] != '[' && split_setting(reader, text)) {
		reader->in_setting = true;
		reader->indent = indent;
		snprintf(out, size, "%zu=%zu\n", n, n);
	} else {
		snprintf(out, size, "%zu\n", n); /* inih refuses it */
	}
}

/* inih's fgets: one line a call, so that its line numbers are the file's. */
static char *read_line(char *out, int size, void *stream)
{
	struct reader *reader = stream;
	struct dg_slice line;

	if (reader->rc < 0 || !dg_config_next_line(&reader->rest, &line))
		return NULL;
	translate(reader, line, out, (size_t)size);
	return out;
}

/* More of the last setting's value; without a value of its own the setting
 * holds nested ones, which nobody here wants. */
static int add_more(struct reader *reader)
{
	struct dg_setting *last =
		&reader->settings->list[reader->settings->count - 1];
	char *longer;
	int rc;

	if (!last->key || !*last->value)
		return 0;
	rc = dg_asprintf(&longer, reader->err, "%s\n%.*s", last->value,
			 (int)reader->value.len, reader->value.ptr);
	if (rc < 0)
		return rc;
	dg_free_secret(last->value);
	last->value = longer;
	return 0;
}

/* section, name and value are numbers; a value's own number beside another
 * one's name is a line that goes on. */
static int on_setting(void *context, const char *section, const char *name,
		      const char *value)
{
	struct reader *reader = context;

	(void)section;
	if (reader->rc < 0 || reader->profile.len == 0)
		return reader->rc == 0;
	if (strcmp(name, value) != 0)
		reader->rc = add_more(reader);
	else
		reader->rc = add_setting(reader, reader->name, reader->value);
	return reader->rc == 0;
}

int dg_settings_parse(struct dg_settings *out, struct dg_slice text,
		      bool is_config, struct dg_error *err)
{
	struct reader reader = {
		.rest = dg_config_text(text),
		.is_config = is_config,
		.settings = out,
		.err = err,
	};
	int line = ini_parse_stream(read_line, &reader, on_setting, &reader);

	if (reader.rc < 0)
		return reader.rc;
	if (line < 0)
		return dg_error_nomem(err);
	if (line > 0)
		return dg_error_set(err, DG_EINVALID,
				    "line %d: neither a [section] nor "
				    "'name = value'",
				    line);
	return 0;
}

const char *dg_settings_get(const struct dg_settings *settings,
			    const char *profile, const char *key)
{
	size_t i;

	for (i = settings->count; i-- > 0;) {
		const struct dg_setting *s = &settings->list[i];

		if (s->key && strcasecmp(s->key, key) == 0 &&
		    strcmp(s->profile, profile) == 0)
			return *s->value ? s->value : NULL;
	}
	return NULL;
}

bool dg_settings_has(const struct dg_settings *settings, const char *profile)
{
	size_t i = 0;

	while (i < settings->count &&
	       strcmp(settings->list[i].profile, profile) != 0)
		i++;
	return i < settings->count;
}

void dg_settings_free(struct dg_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->count; i++) {
		free(settings->list[i].profile);
		free(settings->list[i].key);
		dg_free_secret(settings->list[i].value);
	}
	free(settings->list);
}
