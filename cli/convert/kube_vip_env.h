/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_vip_env - the environment of kube-vip's container, in which all of its
 * configuration is.
 */
#ifndef CLI_CONVERT_KUBE_VIP_ENV_H
#define CLI_CONVERT_KUBE_VIP_ENV_H

#include <stdbool.h>
#include <stdint.h>

typedef struct json_t json_t;
struct foreign;
struct job;

struct vip_env {
	struct job *job;
	const struct foreign *from;
	json_t *left; /* owned: name to text, or to valueFrom; not taken yet */
};

/* False: no container of the pod's spec is kube-vip's. Ended by the caller if true. */
bool vip_env_init(struct vip_env *, struct job *, const struct foreign *,
    const json_t *pod_spec);
/* Is it the same environment in both, and kube-vip's? */
bool vip_env_same(const json_t *pod_spec, const json_t *other);
void vip_env_fini(struct vip_env *);

/* What is given, as a text or as valueFrom; owned. NULL: nothing, or "". */
json_t *vip_env_take(struct vip_env *, const char *name);
/* Is it given, and true? As Go's ParseBool reads it. */
bool vip_env_is_on(struct vip_env *, const char *name);
/* A number from 1 on. False: none is given, or it is told that it is none. */
bool vip_env_number(struct vip_env *, const char *name, int64_t *out);
void vip_env_remark(const struct vip_env *, const char *name, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* What nobody has taken and says anything. */
void vip_env_tell_rest(struct vip_env *);
#endif
