/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/kube_creds_io.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube_config.h"
#include "common/yaml.h"

#define FILE_MOST (1u << 20) /* bytes */
#define FILES_MOST 32
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

/* Those of one list; names and documents owned. */
struct files {
	struct kube_config_file at[FILES_MOST];
	size_t n;
};

static void
files_fini(struct files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free((char *)files->at[i].name);
		json_decref((json_t *)files->at[i].doc);
	}
}

/* Takes the name. An empty file, as after `touch`, says nothing. */
static bool
files_add(struct files *files, char *name, struct err *err)
{
	struct kube_config_file *file = &files->at[files->n++];
	struct kube_blob blob = { 0 };

	*file = (struct kube_config_file){ .name = name };
	if (!file_read(name, &blob, err))
		return false;
	if (strspn(blob.bytes, " \t\r\n") == blob.n)
		file->doc = json_object();
	else
		file->doc = document_parse(&blob, err);
	free(blob.bytes);
	return file->doc != NULL || err_prefix(err, "%s: ", name);
}

/* "a:b"; those that are not there are passed over, as by kubectl. */
static bool
files_read(const char *list, struct files *files, struct err *err)
{
	for (size_t n; *list != '\0'; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		char *name = xasprintf("%.*s", (int)n, list);

		if (n == 0 || (access(name, F_OK) != 0 && errno == ENOENT)) {
			free(name);
			continue;
		}
		if (files->n == FILES_MOST) {
			free(name);
			return err_set(
			    err, "KUBECONFIG: more than %d files", FILES_MOST);
		}
		if (!files_add(files, name, err))
			return false;
	}
	return true;
}

static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value != NULL ? value : "";
}

/* Its own namespace is no person's: who works in it has come by kubectl exec. */
static bool
pod_read(
    const struct kube_person *person, struct kube_config *c, struct err *err)
{
	return kube_config_in_cluster(env("KUBERNETES_SERVICE_HOST"),
	    env("KUBERNETES_SERVICE_PORT"), POD_DIR, person, c, err);
}

static bool
refuse_nothing(
    const char *list, const struct files *files, bool person, struct err *err)
{
	if (list[0] == '\0')
		return err_set(err,
		    "no API server: no --kubeconfig, no KUBECONFIG, and this "
		    "is not a pod");
	if (files->n == 0 && person)
		return err_set(err,
		    "no API server: there is no %s (--kubeconfig and KUBECONFIG "
		    "name other files), and this is not a pod; --source "
		    "dir:PATH reads a folder of manifests",
		    list);
	if (files->n == 0)
		return err_set(err, "%s: %s", list, strerror(ENOENT));
	return err_set(err, "%s: current-context: missing%s", list,
	    person ? "; --context names one" : "");
}

/* What is to be read when no file has been named; owned. */
static char *
default_list(const struct kube_person *person)
{
	if (env("KUBECONFIG")[0] != '\0')
		return xstrdup(env("KUBECONFIG"));
	if (person != NULL && env("HOME")[0] != '\0')
		return xasprintf("%s/.kube/config", env("HOME"));
	return xstrdup("");
}

/* Not as from a list: a name may hold a colon, and has to be there. */
static bool
one_read(const char *name, const struct kube_person *person,
    struct kube_config *c, struct err *err)
{
	struct files files = { 0 };
	bool good = files_add(&files, xstrdup(name), err);

	if (good && kube_config_is_empty(files.at, files.n, person))
		good = refuse_nothing(name, &files, person != NULL, err);
	good = good && kube_config_decode(files.at, files.n, person, c, err);
	files_fini(&files);
	return good;
}

/* A daemon is not led elsewhere when the file that it is to have is not there. */
static bool
may_be_pod(const char *list, const struct kube_person *person)
{
	return env("KUBERNETES_SERVICE_HOST")[0] != '\0' &&
	    (person != NULL ? person->context == NULL : list[0] == '\0');
}

bool
kube_config_read(const char *file, const struct kube_person *person,
    struct kube_config *c, struct err *err)
{
	struct files files = { 0 };

	if (file != NULL)
		return one_read(file, person, c, err);
	char *list = default_list(person);
	bool good = files_read(list, &files, err);

	if (good && files.n > 0 &&
	    !kube_config_is_empty(files.at, files.n, person))
		good = kube_config_decode(files.at, files.n, person, c, err);
	else if (good && may_be_pod(list, person))
		good = pod_read(person, c, err);
	else if (good)
		good = refuse_nothing(list, &files, person != NULL, err);
	files_fini(&files);
	free(list);
	return good;
}

char *
kube_namespace_read(const char *file, const struct kube_person *person)
{
	struct kube_config c;
	struct stat st;
	struct err err;

	if (file != NULL && (stat(file, &st) != 0 || !S_ISREG(st.st_mode)))
		return NULL; /* a pipe can be read once, by who asks the server */
	if (!kube_config_read(file, person, &c, &err))
		return NULL;
	char *ns = xstrdup(c.ns);

	kube_config_fini(&c);
	return ns;
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
void
kube_creds_trim(struct kube_creds *creds)
{
	struct kube_blob *token = &creds->token;

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
	kube_creds_trim(creds);
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
