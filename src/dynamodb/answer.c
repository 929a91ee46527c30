#include "dynamodb/answer.h"

#include "base/json.h"
#include "base/text.h"

/* Copies as much as fits, never half a character. */
static void copy_text(char *out, size_t size, struct dg_slice text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len < text.len)
		len = dg_utf8_whole(text.ptr, len);
	if (len > 0)
		memcpy(out, text.ptr, len);
	out[len] = '\0';
}

static const char *after_prefix(const char *type)
{
	const char *hash = strchr(type, '#');

	return hash ? hash + 1 : type;
}

static void read_json(const struct dg_json *body, struct dg_answer_error *out)
{
	const char *type = dg_json_get_string(body, "__type");
	const char *words = dg_json_get_string(body, "message");

	if (!words)
		words = dg_json_get_string(body, "Message");
	if (type)
		copy_text(out->type, sizeof(out->type),
			  dg_slice_str(after_prefix(type)));
	copy_text(out->words, sizeof(out->words), dg_slice_str(words));
}

static const char *find(const char *p, const char *end, const char *text)
{
	return end > p ? memmem(p, (size_t)(end - p), text, strlen(text))
		       : NULL;
}

/* What stands between <name> and the next '<'. */
static struct dg_slice element(struct dg_slice xml, const char *tag)
{
	const char *end = xml.ptr + xml.len;
	const char *p = xml.len ? find(xml.ptr, end, tag) : NULL;
	const char *close;

	if (!p)
		return DG_SLICE("");
	p += strlen(tag);
	close = find(p, end, "<");
	if (!close)
		return DG_SLICE("");
	return dg_slice_trim(dg_slice_of(p, (size_t)(close - p)));
}

void dg_answer_error_read(struct dg_slice body, struct dg_answer_error *out)
{
	struct dg_json *json = NULL;

	out->type[0] = '\0';
	out->words[0] = '\0';
	if (dg_json_parse(&json, body, NULL) == 0) {
		if (dg_json_is_object(json))
			read_json(json, out);
		dg_json_free(json);
		return;
	}
	copy_text(out->type, sizeof(out->type), element(body, "<Code>"));
	copy_text(out->words, sizeof(out->words), element(body, "<Message>"));
}

bool dg_answer_is_foreign(long status, struct dg_slice body,
			  const struct dg_answer_error *error)
{
	struct dg_slice trimmed = dg_slice_trim(body);

	if (status == 200)
		return trimmed.len == 0 || trimmed.ptr[0] != '{';
	if (error->type[0])
		return false;
	switch (status) {
	case 408: /* these may come from a gateway before the service */
	case 413:
	case 429:
		return false;
	case 501: /* "Unsupported method" of a plain web server */
	case 505:
		return true;
	default:
		return status < 500;
	}
}

struct type_code {
	const char *type;
	enum dg_code code;
};

static const struct type_code type_codes[] = {
	{"ResourceNotFoundException", DG_ENOTFOUND},
	{"TableNotFoundException", DG_ENOTFOUND},
	{"ResourceInUseException", DG_EEXISTS},
	{"ValidationException", DG_EINVALID},
	{"SerializationException", DG_EINVALID},
	{"ItemCollectionSizeLimitExceededException", DG_EINVALID},
	{"UnknownOperationException", DG_EUNSUPPORTED},
	{"AccessDeniedException", DG_EDENIED},
	{"AccessDenied", DG_EDENIED},
	{"UnrecognizedClientException", DG_EDENIED},
	{"InvalidClientTokenId", DG_EDENIED},
	{"InvalidAccessKeyId", DG_EDENIED},
	{"MissingAuthenticationToken", DG_EDENIED},
	{"MissingAuthenticationTokenException", DG_EDENIED},
	{"IncompleteSignature", DG_EDENIED},
	{"IncompleteSignatureException", DG_EDENIED},
	{"InvalidSignatureException", DG_EDENIED},
	{"SignatureDoesNotMatch", DG_EDENIED},
	{"RequestTimeTooSkewed", DG_EDENIED},
	{"ExpiredToken", DG_EDENIED},
	{"ExpiredTokenException", DG_EDENIED},
	{"OptInRequired", DG_EDENIED},
};

enum dg_code dg_answer_code(long status, const char *type)
{
	for (size_t i = 0; i < sizeof(type_codes) / sizeof(*type_codes); i++)
		if (strcmp(type, type_codes[i].type) == 0)
			return type_codes[i].code;
	return status == 413 ? DG_ELIMIT : DG_ESERVICE;
}
