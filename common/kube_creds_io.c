/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube_creds_io.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube_config.h"
#include "common/yaml.h"

#define FILE_MOST (1u << 20) /* bytes */
#define POD_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

static bool
file_read(const char *name, struct kube_blob *blob, struct err *err)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	char *bytes = xcalloc(1, FILE_MOST + 1);
	size_t n = 0;
	ssize_t got = fd < 0 ? -1 : 1;

	while (got > 0 && n < FILE_MOST) {
		got = read(fd, bytes + n, FILE_MOST - n);
		n += got > 0 ? (size_t)got : 0;
	}
	int why = errno;

	if (fd >= 0)
		close(fd);
	if (got != 0) {
		free(bytes);
		return err_set(
		    err, "%s: %s", name, got < 0 ? strerror(why) : "too large");
	}
	blob->bytes = xrealloc(bytes, n + 1, 1);
	blob->n = n;
	return true;
}

/* A kubeconfig is one document; it may start with a separator. */
static json_t *
document_parse(const struct kube_blob *blob, struct err *err)
{
	const char *text = blob->bytes;
	unsigned line = 1;

	if (yaml_is_separator(text)) {
		text += strcspn(text, "\n");
		line = 2;
	}
	return yaml_parse(
	    text, blob->n - (size_t)(text - blob->bytes), line, err);
}

static bool
kubeconfig_read(const char *name, struct kube_config *c, struct err *err)
{
	struct kube_blob blob = { 0 };
	char *copy = xstrdup(name);
	bool good = file_read(name, &blob, err);

	if (good) {
		json_t *doc = document_parse(&blob, err);

		good = doc != NULL &&
		    kube_config_decode(doc, dirname(copy), c, err);
		if (!good)
			err_prefix(err, "%s: ", name);
		json_decref(doc);
	}
	free(blob.bytes);
	free(copy);
	return good;
}

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

bool
kube_config_read(const char *file, struct kube_config *c, struct err *err)
{
	if (file == NULL && env("KUBECONFIG")[0] != '\0')
		file = env("KUBECONFIG");
	if (file != NULL)
		return kubeconfig_read(file, c, err);
	if (!kube_config_in_cluster(env("KUBERNETES_SERVICE_HOST"),
		env("KUBERNETES_SERVICE_PORT"), POD_DIR, c, err))
		return err_set(err,
		    "no API server: no --kubeconfig, no KUBECONFIG, and this "
		    "is not a pod");
	return true;
}

static bool
material_read(
    const struct kube_material *m, struct kube_blob *blob, struct err *err)
{
	if (m->file != NULL)
		return file_read(m->file, blob, err);
	if (m->bytes == NULL)
		return true;
	blob->bytes = xcalloc(1, m->n + 1);
	blob->n = m->n;
	memcpy(blob->bytes, m->bytes, m->n);
	return true;
}

/* The bytes go into a header: they end before the first control character. */
static void
token_trim(struct kube_blob *token)
{
	if (token->bytes == NULL)
		return;
	for (token->n = 0; (unsigned char)token->bytes[token->n] > ' ';)
		token->n++;
	token->bytes[token->n] = '\0';
}

bool
kube_creds_read(
    const struct kube_config *c, struct kube_creds *creds, struct err *err)
{
	*creds = (struct kube_creds){ 0 };
	if (!material_read(&c->ca, &creds->ca, err) ||
	    !material_read(&c->cert, &creds->cert, err) ||
	    !material_read(&c->key, &creds->key, err) ||
	    !material_read(&c->token, &creds->token, err)) {
		kube_creds_fini(creds);
		return false;
	}
	token_trim(&creds->token);
	return true;
}

static void
blob_fini(struct kube_blob *blob)
{
	if (blob->bytes != NULL)
		explicit_bzero(blob->bytes, blob->n);
	free(blob->bytes);
}

void
kube_creds_fini(struct kube_creds *creds)
{
	blob_fini(&creds->ca);
	blob_fini(&creds->cert);
	blob_fini(&creds->key);
	blob_fini(&creds->token);
	*creds = (struct kube_creds){ 0 };
}

static bool
blob_eq(const struct kube_blob *a, const struct kube_blob *b)
{
	return a->n == b->n &&
	    (a->n == 0 || memcmp(a->bytes, b->bytes, a->n) == 0);
}

bool
kube_creds_tls_eq(const struct kube_creds *a, const struct kube_creds *b)
{
	return blob_eq(&a->ca, &b->ca) && blob_eq(&a->cert, &b->cert) &&
	    blob_eq(&a->key, &b->key);
}
