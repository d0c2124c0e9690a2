/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three layers, each read from the one above: the configuration (kubeconfigs, or the
 * facts of a pod), the credentials (files that it names, and what its plugin gave), the
 * options of one call. A reload reads all of it; a refresh the credentials. Either
 * replaces all or nothing, and tells when connections of before are no longer right.
 *
 * A plugin is run once, and what it gave is kept: again only when that is about to
 * expire, or the server has refused it (kube_io.c repeats the call then).
 */
#include "common/kube/kube_access_io.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/fnv.h"
#include "common/kube/kube.h"
#include "common/kube/kube_config.h"
#include "common/kube/kube_creds_io.h"
#include "common/log.h"
#include "common/text.h"

#define CONNECT_S 10
#define UNACKED_MS 30000 /* TCP_USER_TIMEOUT, when nobody asks for another */
#define BUFFER 16384     /* bytes that libcurl reads at once */
#define EXPIRY_S 10      /* before a credential expires it is old */

/*
 * What paths are put behind. A certificate with another name than the server's
 * (tls-server-name) takes that name as the URL's, and the address apart.
 */
struct address {
	char *url;        /* owned */
	char *connect_to; /* owned; as CURLOPT_CONNECT_TO has it, or NULL */
};

struct kube_access {
	char *kubeconfig; /* owned; or NULL */
	char *agent;      /* owned */
	unsigned unacked_ms;
	const struct kube_person *person; /* borrowed; NULL: a daemon */
	struct kube_config config;
	struct kube_creds creds;
	struct kube_plugin_answer given; /* by its plugin, in creds as well */
	struct address address;
};

static void
address_fini(struct address *a)
{
	free(a->url);
	free(a->connect_to);
}

static void
address_connect_to(struct address *a, CURLU *u)
{
	char *host = NULL, *port = NULL;

	curl_url_get(u, CURLUPART_HOST, &host, 0);
	curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	a->connect_to = xasprintf("::%s:%s", host, port);
	curl_free(host);
	curl_free(port);
}

static bool
address_make(const struct kube_config *c, struct address *a, struct err *err)
{
	CURLU *u = curl_url();
	char *url = NULL;
	bool good = curl_url_set(u, CURLUPART_URL, c->server, 0) == CURLUE_OK;

	if (good && c->server_name != NULL) {
		address_connect_to(a, u);
		good = curl_url_set(u, CURLUPART_HOST, c->server_name, 0) ==
		    CURLUE_OK;
	}
	if (good && curl_url_get(u, CURLUPART_URL, &url, 0) == CURLUE_OK) {
		a->url = xstrdup(url);
		a->url[strlen(url) - (url[strlen(url) - 1] == '/')] = '\0';
	} else {
		good = err_set(err, "%s: not a URL", c->server);
	}
	curl_free(url);
	curl_url_cleanup(u);
	return good;
}

static void
creds_take(struct kube_access *ka, const struct kube_creds *creds, bool *renew)
{
	*renew |= !kube_creds_tls_eq(&ka->creds, creds);
	kube_creds_fini(&ka->creds);
	ka->creds = *creds;
}

bool
kube_access_has_plugin(const struct kube_access *ka)
{
	return ka->config.plugin != NULL;
}

static bool
answer_is_old(const struct kube_plugin_answer *given)
{
	return given->expires != 0 && time(NULL) + EXPIRY_S >= given->expires;
}

bool
kube_access_is_old(const struct kube_access *ka)
{
	return kube_access_has_plugin(ka) && answer_is_old(&ka->given);
}

static bool
plugin_run(const struct kube_access *ka, const struct kube_config *config,
    const struct kube_creds *creds, struct kube_plugin_answer *given,
    struct err *err)
{
	const struct kube_plugin *plugin = config->plugin;
	const struct kube_plugin_server server = { config->server,
		config->server_name, config->proxy, creds->ca.bytes,
		creds->ca.n, config->insecure };
	bool interactive = plugin->mode != PLUGIN_NEVER && isatty(STDIN_FILENO);
	char *info = kube_plugin_info(plugin, &server, interactive);
	char *text = NULL;
	bool good = ka->person->run(plugin, info, &text, err) &&
	    kube_plugin_answer_decode(plugin, text, given, err);

	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
	free(info);
	return good;
}

static void
blob_replace(struct kube_blob *blob, const char *text)
{
	if (text == NULL)
		return;
	free(blob->bytes);
	blob->bytes = xstrdup(text);
	blob->n = strlen(text);
}

/*
 * The files that the configuration names, and what its plugin gives: what it gave
 * before as long as that is in *given. False: nothing has been read.
 */
static bool
creds_get(const struct kube_access *ka, const struct kube_config *config,
    struct kube_plugin_answer *given, struct kube_creds *creds, struct err *err)
{
	if (!kube_creds_read(config, creds, err))
		return false;
	if (config->plugin == NULL)
		return true;
	if (given->token == NULL && given->cert == NULL &&
	    !plugin_run(ka, config, creds, given, err)) {
		kube_creds_fini(creds);
		return false;
	}
	blob_replace(&creds->token, given->token);
	blob_replace(&creds->cert, given->cert);
	blob_replace(&creds->key, given->key);
	kube_creds_trim(creds);
	return true;
}

bool
kube_access_refresh(
    struct kube_access *ka, bool refused, bool *renew, struct err *err)
{
	bool again = refused || answer_is_old(&ka->given);
	struct kube_plugin_answer given = { 0 };
	struct kube_creds creds;

	if (!creds_get(
		ka, &ka->config, again ? &given : &ka->given, &creds, err))
		return false;
	if (again) {
		kube_plugin_answer_fini(&ka->given);
		ka->given = given;
	}
	creds_take(ka, &creds, renew);
	return true;
}

/* Does it lead to the server by the way that connections have gone until now? */
static bool
way_eq(const struct kube_access *ka, const struct kube_config *config,
    const struct address *address)
{
	return text_eq(ka->address.url, address->url) &&
	    text_eq(ka->address.connect_to, address->connect_to) &&
	    text_eq(ka->config.proxy, config->proxy) &&
	    ka->config.insecure == config->insecure;
}

static void
config_take(struct kube_access *ka, const struct kube_config *config,
    const struct address *address, bool *renew)
{
	*renew |= !way_eq(ka, config, address);
	kube_config_fini(&ka->config);
	address_fini(&ka->address);
	ka->config = *config;
	ka->address = *address;
	if (config->insecure)
		log_warn("kube: the certificate of %s is not verified "
			 "(insecure-skip-tls-verify)",
		    config->server);
}

bool
kube_access_reload(struct kube_access *ka, bool *renew, struct err *err)
{
	struct kube_config config;
	struct kube_creds creds;
	struct kube_plugin_answer given = { 0 };
	struct address address = { 0 };

	if (!kube_config_read(ka->kubeconfig, ka->person, &config, err))
		return false;
	if (!address_make(&config, &address, err) ||
	    !creds_get(ka, &config, &given, &creds, err)) {
		address_fini(&address);
		kube_config_fini(&config);
		return false;
	}
	config_take(ka, &config, &address, renew);
	creds_take(ka, &creds, renew);
	kube_plugin_answer_fini(&ka->given);
	ka->given = given;
	return true;
}

struct kube_access *
kube_access_new(const struct kube_access_options *o, struct err *err)
{
	struct kube_access *ka = xcalloc(1, sizeof(*ka));
	bool renew = false; /* there are none yet */

	ka->kubeconfig = xstrdup(o->kubeconfig);
	ka->agent = xstrdup(o->agent);
	ka->unacked_ms = o->unacked_ms != 0 ? o->unacked_ms : UNACKED_MS;
	ka->person = o->person;
	if (kube_access_reload(ka, &renew, err))
		return ka;
	kube_access_free(ka);
	return NULL;
}

void
kube_access_free(struct kube_access *ka)
{
	if (ka == NULL)
		return;
	kube_creds_fini(&ka->creds);
	kube_plugin_answer_fini(&ka->given);
	kube_config_fini(&ka->config);
	address_fini(&ka->address);
	free(ka->kubeconfig);
	free(ka->agent);
	free(ka);
}

const char *
kube_access_server(const struct kube_access *ka)
{
	return ka->address.url;
}

char *
kube_access_identity(const struct kube_access *ka)
{
	const struct kube_blob *ca = &ka->creds.ca;

	if (ca->bytes == NULL)
		return xstrdup(ka->address.url);
	return xasprintf("%s, authority %016" PRIx64, ka->address.url,
	    fnv_add(FNV_START, ca->bytes, ca->n));
}

/* libcurl's own errors here are our mistakes. */
static void
must(CURLcode code)
{
	if (code != CURLE_OK)
		log_error("kube: libcurl: %s", curl_easy_strerror(code));
}

/* CURLOPT_SOCKOPTFUNCTION: libcurl has keepalive, but neither of these. */
static int
socket_opened(void *arg, curl_socket_t fd, curlsocktype type)
{
	const struct kube_access *ka = arg;
	int probes = 3, unacked = (int)ka->unacked_ms;

	(void)type;
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(
	    fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked, sizeof(unacked));
	return CURL_SOCKOPT_OK;
}

static void
blob_set(CURL *easy, CURLoption option, const struct kube_blob *from)
{
	struct curl_blob blob = {
		.data = from->bytes, .len = from->n, .flags = CURL_BLOB_COPY
	};

	if (from->bytes != NULL)
		must(curl_easy_setopt(easy, option, &blob));
}

static void
tls_set(CURL *easy, const struct kube_access *ka)
{
	bool verify = !ka->config.insecure;

	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L));
	must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L));
	must(curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2));
	/* never the system's authorities, but where kube_config.c lets a person */
	if (ka->creds.ca.bytes != NULL || ka->person == NULL) {
		must(curl_easy_setopt(easy, CURLOPT_CAINFO, NULL));
		must(curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
	}
	blob_set(easy, CURLOPT_CAINFO_BLOB, &ka->creds.ca);
	blob_set(easy, CURLOPT_SSLCERT_BLOB, &ka->creds.cert);
	blob_set(easy, CURLOPT_SSLKEY_BLOB, &ka->creds.key);
}

static void
connection_set(CURL *easy, const struct kube_access *ka)
{
	const char *proxy = ka->config.proxy;

	must(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
	must(curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS));
	must(curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L));
	must(curl_easy_setopt(easy, CURLOPT_PROXY, proxy != NULL ? proxy : ""));
	must(curl_easy_setopt(easy, CURLOPT_NOPROXY, ""));
	must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S));
	must(curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L));
	must(curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 15L));
	must(curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L));
	must(curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, socket_opened));
	must(curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, ka));
	must(curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)BUFFER));
	must(curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER));
}

static void
line_add(struct curl_slist **lines, const char *name, const char *value)
{
	char *line = xasprintf("%s%s", name, value);

	*lines = curl_slist_append(*lines, line);
	free(line);
}

static struct curl_slist *
headers_make(const struct kube_access *ka, const struct kube_request *r)
{
	struct curl_slist *headers = NULL;

	line_add(&headers, "Accept: application/json", "");
	line_add(&headers, "Expect:", "");
	line_add(&headers, "User-Agent: ", ka->agent);
	if (ka->creds.token.n > 0)
		line_add(
		    &headers, "Authorization: Bearer ", ka->creds.token.bytes);
	if (r->type != NULL)
		line_add(&headers, "Content-Type: ", r->type);
	for (size_t i = 0; i < ka->config.headers.n; i++)
		line_add(&headers, ka->config.headers.at[i], "");
	return headers;
}

static bool
has_gzip(void)
{
	return (curl_version_info(CURLVERSION_NOW)->features &
		   CURL_VERSION_LIBZ) != 0;
}

void
kube_access_set(const struct kube_access *ka, void *easy,
    const struct kube_request *r, struct kube_access_lists *lists)
{
	char *url = xasprintf("%s%s", ka->address.url, r->path);

	lists->headers = headers_make(ka, r);
	if (ka->address.connect_to != NULL)
		line_add(&lists->connect_to, ka->address.connect_to, "");
	connection_set(easy, ka);
	tls_set(easy, ka);
	if (r->type != NULL)
		must(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body));
	/*
	 * A server packs what is large, a list: to a tenth. What comes of a watch is
	 * small, and whoever packed it would hold it back.
	 */
	if (!r->endless && has_gzip())
		must(curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip"));
	must(curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method));
	must(curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lists->headers));
	must(curl_easy_setopt(easy, CURLOPT_CONNECT_TO, lists->connect_to));
	must(curl_easy_setopt(easy, CURLOPT_URL, url));
	free(url);
}

void
kube_access_lists_fini(struct kube_access_lists *lists)
{
	curl_slist_free_all(lists->headers);
	curl_slist_free_all(lists->connect_to);
}
