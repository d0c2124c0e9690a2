/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_impersonation - as whom the API server is asked: a kubeconfig's fields "as…" and
 * a person's options, as headers, in whose values there is no control character.
 */
#ifndef COMMON_KUBE_KUBE_IMPERSONATION_H
#define COMMON_KUBE_KUBE_IMPERSONATION_H

#include <stdbool.h>

struct err;
struct json_at;
struct kube_config;
struct kube_person;

/* Adds to the configuration's headers; person may be NULL. */
bool kube_impersonation_get(const struct json_at *user,
    const struct kube_person *, struct kube_config *, struct err *);
#endif
