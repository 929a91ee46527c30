#include "snapshot/metadata.h"
#include "base/text.h"
#include <stddef.h>
#include <stdlib.h>

#define FORMAT_VERSION_MAX 1

/* The members that are strings, in the order in which they are written. */
struct string_member {
	const char *name;
	size_t offset; /* of the char * in struct dg_metadata */
};

#define MEMBER(json, field)                                                    \
	{                                                                      \
		json, offsetof(struct dg_metadata, field)                      \
	}

static const struct string_member script_strings[] = {
	MEMBER("tableName", table_name),     MEMBER("environment", environment),
	MEMBER("dumpDate", dump_date),       MEMBER("awsRegion", region),
	MEMBER("endpointUrl", endpoint_url),
};

static const struct string_member own_strings[] = {
	MEMBER("toolVersion", tool_version),
	MEMBER("layout", layout),
	MEMBER("scanStarted", scan_started),
	MEMBER("scanFinished", scan_finished),
	MEMBER("tableArn", table_arn),
	MEMBER("tableId", table_id),
	MEMBER("tableCreated", table_created),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char **field_of(struct dg_metadata *metadata,
		       const struct string_member *member)
{
	return (char **)((char *)metadata + member->offset);
}

static const char *value_of(const struct dg_metadata *metadata,
			    const struct string_member *member)
{
	return *(char *const *)((const char *)metadata + member->offset);
}

static bool is_null(const struct dg_json *node)
{
	struct dg_buf text = DG_BUF_INIT(64);
	bool is = dg_json_print(node, false, &text, NULL) == 0 &&
		  strcmp(dg_buf_str(&text), "null") == 0;

	dg_buf_free(&text);
	return is;
}

/* NULL if the member is absent or null. */
static const struct dg_json *get(const struct dg_json *root, const char *name)
{
	const struct dg_json *node = dg_json_get(root, name);

	return node && !is_null(node) ? node : NULL;
}

static int read_strings(struct dg_metadata *out, const struct dg_json *root,
			const struct string_member *members, size_t count,
			struct dg_error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct dg_json *node = get(root, members[i].name);
		int rc;

		if (!node)
			continue;
		if (!dg_json_is_string(node))
			return dg_error_set(err, DG_EINVALID,
					    "\"%s\" is no string",
					    members[i].name);
		rc = dg_strdup(field_of(out, &members[i]), dg_json_text(node),
			       err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A whole number; scripts may have written it as a string. */
static int read_number(const struct dg_json *root, const char *name,
		       uint64_t *out, bool *present, struct dg_error *err)
{
	const struct dg_json *node = get(root, name);

	*present = node != NULL;
	if (!node || dg_json_get_u64(root, name, out))
		return 0;
	/* Above that it could not be written again. */
	if (dg_json_is_string(node) &&
	    dg_parse_u64(dg_slice_trim(dg_slice_str(dg_json_text(node))), out,
			 NULL) == 0 &&
	    *out <= DG_JSON_U64_MAX)
		return 0;
	return dg_error_set(err, DG_EINVALID, "\"%s\" is no whole number",
			    name);
}

static int read_sha256(const struct dg_json *root, const char *name,
		       char out[DG_SHA256_HEX_SIZE], struct dg_error *err)
{
	const struct dg_json *node = get(root, name);
	const char *text;

	if (!node)
		return 0;
	text = dg_json_is_string(node) ? dg_json_text(node) : "";
	if (strlen(text) != DG_SHA256_HEX_SIZE - 1 ||
	    strspn(text, "0123456789abcdef") != DG_SHA256_HEX_SIZE - 1)
		return dg_error_set(err, DG_EINVALID,
				    "\"%s\" is no SHA-256 in lower-case "
				    "hexadecimal",
				    name);
	memcpy(out, text, DG_SHA256_HEX_SIZE);
	return 0;
}

static int check_version(uint64_t version, struct dg_error *err)
{
	if (version <= FORMAT_VERSION_MAX)
		return 0;
	dg_error_set(err, DG_EUNSUPPORTED,
		     "formatVersion %llu, but this ddbgit reads up to %d",
		     (unsigned long long)version, FORMAT_VERSION_MAX);
	return dg_error_hint(err, "Use a newer ddbgit");
}

static int read_own(struct dg_metadata *out, const struct dg_json *root,
		    struct dg_error *err)
{
	const struct dg_json *names = get(root, "settingsNotRead");
	bool present;
	int rc = read_strings(out, root, own_strings, COUNT(own_strings), err);

	if (rc == 0)
		rc = read_number(root, "dataBytes", &out->data_bytes, &present,
				 err);
	if (rc == 0)
		rc = read_sha256(root, "dataSha256", out->data_sha256, err);
	if (rc == 0)
		rc = read_sha256(root, "schemaSha256", out->schema_sha256, err);
	if (rc < 0)
		return rc;
	out->consistent_read = dg_json_get_bool(root, "consistentRead", false);
	if (!names)
		return 0;
	if (!dg_json_is_array(names))
		return dg_error_set(err, DG_EINVALID,
				    "\"settingsNotRead\" is no list");
	return dg_json_copy(&out->settings_not_read, names, err);
}

static int read_all(struct dg_metadata *out, const struct dg_json *root,
		    struct dg_error *err)
{
	bool present;
	int rc;

	if (!dg_json_is_object(root))
		return dg_error_set(err, DG_EINVALID, "no JSON object");
	rc = read_number(root, "formatVersion", &out->format_version, &present,
			 err);
	if (rc == 0)
		rc = check_version(out->format_version, err);
	if (rc == 0)
		rc = read_strings(out, root, script_strings,
				  COUNT(script_strings), err);
	if (rc == 0)
		rc = read_number(root, "itemCount", &out->item_count,
				 &out->has_item_count, err);
	/* Members of the same names in foreign metadata mean what they mean
	 * there. */
	if (rc == 0 && out->format_version > 0)
		rc = read_own(out, root, err);
	return rc;
}

int dg_metadata_parse(struct dg_metadata *out, struct dg_slice text,
		      struct dg_error *err)
{
	struct dg_json *root = NULL;
	int rc;

	memset(out, 0, sizeof(*out));
	if (dg_slice_starts_with(text, DG_SLICE("\xef\xbb\xbf")))
		text = dg_slice_of(text.ptr + 3, text.len - 3);
	rc = dg_json_parse(&root, text, err);
	if (rc == 0)
		rc = read_all(out, root, err);
	dg_json_free(root);
	if (rc < 0)
		dg_metadata_free(out);
	return rc;
}

int dg_metadata_endpoint(const struct dg_metadata *metadata, struct dg_buf *out,
			 struct dg_error *err)
{
	const char *url = metadata->endpoint_url ? metadata->endpoint_url : "";
	const char *host = strstr(url, "://");
	size_t rest, authority;
	const char *at = NULL;
	int rc;

	host = host ? host + 3 : url;
	authority = strcspn(host, "/?#");
	for (size_t i = 0; i < authority; i++) {
		if (host[i] == '@')
			at = host + i + 1;
	}
	rest = strcspn(host, "?#");
	rc = dg_buf_add(out, url, (size_t)(host - url), err);
	if (rc == 0 && at)
		rc = dg_buf_add(out, at, rest - (size_t)(at - host), err);
	else if (rc == 0)
		rc = dg_buf_add(out, host, rest, err);
	return rc;
}

static int write_strings(const struct dg_metadata *metadata,
			 struct dg_json *root,
			 const struct string_member *members, size_t count,
			 struct dg_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < count; i++) {
		const char *value = value_of(metadata, &members[i]);

		if (value)
			rc = dg_json_set_string(root, members[i].name, value,
						err);
	}
	return rc;
}

static int write_script_members(const struct dg_metadata *metadata,
				struct dg_json *root, struct dg_error *err)
{
	struct dg_buf endpoint = DG_BUF_INIT(64 * 1024);
	int rc = write_strings(metadata, root, script_strings,
			       COUNT(script_strings), err);

	if (rc == 0 && metadata->endpoint_url)
		rc = dg_metadata_endpoint(metadata, &endpoint, err);
	if (rc == 0 && metadata->endpoint_url)
		rc = dg_json_set_string(root, "endpointUrl",
					dg_buf_str(&endpoint), err);
	if (rc == 0 && metadata->has_item_count)
		rc = dg_json_set_u64(root, "itemCount", metadata->item_count,
				     err);
	dg_buf_free(&endpoint);
	return rc;
}

static int write_own_members(const struct dg_metadata *metadata,
			     struct dg_json *root, struct dg_error *err)
{
	struct dg_json *names = NULL;
	int rc = dg_json_set_u64(root, "formatVersion",
				 metadata->format_version, err);

	if (rc == 0)
		rc = write_strings(metadata, root, own_strings,
				   COUNT(own_strings), err);
	if (rc == 0)
		rc = dg_json_set_u64(root, "dataBytes", metadata->data_bytes,
				     err);
	if (rc == 0 && metadata->data_sha256[0])
		rc = dg_json_set_string(root, "dataSha256",
					metadata->data_sha256, err);
	if (rc == 0 && metadata->schema_sha256[0])
		rc = dg_json_set_string(root, "schemaSha256",
					metadata->schema_sha256, err);
	if (rc == 0)
		rc = dg_json_set_bool(root, "consistentRead",
				      metadata->consistent_read, err);
	if (rc == 0 && metadata->settings_not_read)
		rc = dg_json_copy(&names, metadata->settings_not_read, err);
	if (rc == 0 && names)
		rc = dg_json_set(root, "settingsNotRead", names, err);
	return rc;
}

int dg_metadata_print(const struct dg_metadata *metadata, struct dg_buf *out,
		      struct dg_error *err)
{
	struct dg_json *root = NULL;
	int rc = dg_json_new_object(&root, err);

	if (rc == 0)
		rc = write_script_members(metadata, root, err);
	if (rc == 0 && metadata->format_version > 0)
		rc = write_own_members(metadata, root, err);
	if (rc == 0)
		rc = dg_json_print(root, true, out, err);
	if (rc == 0 && (out->len == 0 || out->ptr[out->len - 1] != '\n'))
		rc = dg_buf_add_char(out, '\n', err);
	dg_json_free(root);
	return rc;
}

void dg_metadata_free(struct dg_metadata *metadata)
{
	if (!metadata)
		return;
	for (size_t i = 0; i < COUNT(script_strings); i++)
		free(*field_of(metadata, &script_strings[i]));
	for (size_t i = 0; i < COUNT(own_strings); i++)
		free(*field_of(metadata, &own_strings[i]));
	dg_json_free(metadata->settings_not_read);
	memset(metadata, 0, sizeof(*metadata));
}
