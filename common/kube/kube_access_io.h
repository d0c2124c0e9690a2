/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_access_io - the way to one API server, as libcurl's options: its address, the
 * authority that it is verified against, our credentials.
 */
#ifndef COMMON_KUBE_KUBE_ACCESS_IO_H
#define COMMON_KUBE_KUBE_ACCESS_IO_H

#include <stdbool.h>

struct curl_slist;
struct err;
struct kube_access;
struct kube_person;
struct kube_request;

struct kube_access_options {
	const char *kubeconfig; /* NULL: see kube_config_read() */
	const char *agent;      /* who we say we are */
	unsigned unacked_ms;    /* as source_options has it */
	const struct kube_person
	    *person; /* NULL: a daemon; borrowed for good */
};

/* The texts are copied. */
struct kube_access *
kube_access_new(const struct kube_access_options *, struct err *);
void kube_access_free(struct kube_access *);

/*
 * Everything, or the credentials alone, are read again. False: nothing has changed.
 * A plugin is asked again when what it gave is old, or the server has refused it.
 * Sets *renew when connections that were made before are no longer right.
 */
bool kube_access_reload(struct kube_access *, bool *renew, struct err *);
bool kube_access_refresh(
    struct kube_access *, bool refused, bool *renew, struct err *);

const char *kube_access_server(const struct kube_access *); /* URL; borrowed */
/*
 * Where the server is and what it is verified against. Two clusters may well be at one
 * address, as the API's inside of each, but have an authority each. Owned.
 */
char *kube_access_identity(const struct kube_access *);

/* Is there a plugin that would give other credentials than those? */
bool kube_access_has_plugin(const struct kube_access *);
/* Have those that a plugin gave expired, or will within seconds? */
bool kube_access_is_old(const struct kube_access *);

/* What libcurl only borrows: one call's own, for what is read again may differ. */
struct kube_access_lists {
	struct curl_slist *headers, *connect_to; /* owned */
};

/*
 * Sets a CURL handle up for this request, whose body is borrowed. The lists, empty as
 * yet, end after the handle.
 */
void kube_access_set(const struct kube_access *, void *easy,
    const struct kube_request *, struct kube_access_lists *);
void kube_access_lists_fini(struct kube_access_lists *);
#endif
