/* SPDX-License-Identifier: Apache-2.0 */
#include "common/tls_io.h"

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define MADE_DAYS 3650 /* longer than any process lives */
/*
 * A handshake takes 3 ms with an RSA key of 4096 bits, and eight times as long with one
 * of twice as many; in which the program does nothing else. P-256 takes hardly any.
 */
#define KEY_BITS_MOST 4096

struct tls {
	SSL_CTX *ctx;     /* owned; connections have references of their own */
	char *cert, *key; /* owned; the files, NULL: it was made */
	struct stat cert_was, key_was; /* when they were read last */
};

/* With the first cause that libcrypto tells; false. */
static bool
fail(struct err *err, const char *what)
{
	unsigned long code = ERR_peek_error();
	const char *why = ERR_reason_error_string(code);

	if (code != 0 && ERR_SYSTEM_ERROR(code))
		why = strerror(ERR_GET_REASON(code));
	ERR_clear_error();
	return err_set(err, "%.300s: %s", what, why != NULL ? why : "no use");
}

/* Nobody is there to type one. */
static int
no_password(char *text, int n, int writing, void *arg)
{
	(void)text;
	(void)n;
	(void)writing;
	(void)arg;
	return -1;
}

/*
 * TLS 1.2 and 1.3 with forward secrecy and authenticated encryption (RFC 9325 3.1 and
 * 4.2). A scrape has a connection of its own, so there is nothing to resume.
 *
 * Whoever reaches the port chooses what we compute: so only groups that are fast,
 * without ffdhe8192 (RFC 7919), which takes us 10 ms. And without AUTO_RETRY one record
 * is read at a time: else whoever sends KeyUpdates (RFC 8446 4.6.3) as fast as we take
 * them would keep us in SSL_read(), and the loop from everything else.
 */
static SSL_CTX *
context_new(void)
{
	SSL_CTX *ctx;

	ERR_clear_error();
	ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL)
		abort(); /* out of memory */
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
	SSL_CTX_set1_groups_list(ctx, "X25519:P-256:P-384");
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	return ctx;
}

/* ---- from files ---- */

/* Is a handshake by it over soon? */
static bool
key_is_fast(const SSL_CTX *ctx, const char *name, struct err *err)
{
	int bits = EVP_PKEY_get_bits(SSL_CTX_get0_privatekey(ctx));

	return bits <= KEY_BITS_MOST ||
	    err_set(err,
		"%.300s: a key of %d bits makes each handshake too slow: %d at "
		"most, or ECDSA",
		name, bits, KEY_BITS_MOST);
}

static SSL_CTX *
context_read(const struct tls *t, struct err *err)
{
	SSL_CTX *ctx = context_new();
	bool good = false;

	if (SSL_CTX_use_certificate_chain_file(ctx, t->cert) != 1)
		fail(err, t->cert);
	else if (SSL_CTX_use_PrivateKey_file(ctx, t->key, SSL_FILETYPE_PEM) !=
		1 ||
	    SSL_CTX_check_private_key(ctx) != 1) /* of another kind, too */
		fail(err, t->key);
	else
		good = key_is_fast(ctx, t->key, err);
	if (good)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

static bool
is_as_it_was(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Once for each state of the files: a bad one is told once. */
static void
refresh(struct tls *t)
{
	struct stat cert = { 0 }, key = { 0 };
	struct err err;

	if (t->cert == NULL)
		return;
	(void)stat(t->cert, &cert);
	(void)stat(t->key, &key);
	if (is_as_it_was(&cert, &t->cert_was) &&
	    is_as_it_was(&key, &t->key_was))
		return;
	t->cert_was = cert;
	t->key_was = key;
	SSL_CTX *ctx = context_read(t, &err);

	if (ctx == NULL) {
		log_warn(
		    "tls: %s; the certificate of before is shown", err.text);
		return;
	}
	SSL_CTX_free(t->ctx);
	t->ctx = ctx;
	log_info("tls: %s: read again", t->cert);
}

/* ---- made here ---- */

/* RFC 5280 4.2.1.6; a name that is an IP address is taken as any other. */
static void
name_add(X509 *x, const char *name)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *one = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	ASN1_STRING_set(text, name, -1);
	GENERAL_NAME_set0_value(one, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, one);
	X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
	GENERAL_NAMES_free(names);
}

static X509 *
certificate_make(EVP_PKEY *key, const char *name)
{
	X509 *x = X509_new();
	X509_NAME *subject = X509_get_subject_name(x);
	uint64_t serial = 0;

	if (getrandom(&serial, sizeof(serial), 0) != sizeof(serial))
		serial = 0;
	ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), (serial >> 1) + 1);
	X509_set_version(x, X509_VERSION_3);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_time_adj_ex(X509_getm_notAfter(x), MADE_DAYS, 0, NULL);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)"lbbgp", -1, -1, 0);
	X509_set_issuer_name(x, subject);
	name_add(x, name);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	return x;
}

static SSL_CTX *
context_make(const char *name, struct err *err)
{
	SSL_CTX *ctx = context_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key != NULL ? certificate_make(key, name) : NULL;
	bool good = x != NULL && SSL_CTX_use_certificate(ctx, x) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, key) == 1;

	X509_free(x);
	EVP_PKEY_free(key);
	if (good)
		return ctx;
	fail(err, "a certificate of our own");
	SSL_CTX_free(ctx);
	return NULL;
}

/* ---- what others call ---- */

struct tls *
tls_new(const char *dir, const char *name, struct err *err)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	if (dir != NULL) {
		t->cert = xasprintf("%s/tls.crt", dir);
		t->key = xasprintf("%s/tls.key", dir);
		(void)stat(t->cert, &t->cert_was);
		(void)stat(t->key, &t->key_was);
		t->ctx = context_read(t, err);
	} else {
		t->ctx = context_make(name, err);
	}
	if (t->ctx != NULL)
		return t;
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	free(t->cert);
	free(t->key);
	free(t);
}

struct bufferevent *
tls_accept(struct tls *t, struct event_base *base, int fd)
{
	refresh(t);
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL)
		abort(); /* out of memory */
	return bufferevent_openssl_socket_new(
	    base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

void
tls_goodbye(struct bufferevent *bev)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);

	/* What the other side still says is not waited for. */
	SSL_set_shutdown(ssl, SSL_RECEIVED_SHUTDOWN);
	SSL_shutdown(ssl);
	ERR_clear_error();
}
