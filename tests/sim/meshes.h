/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meshes - nodes that are peers of each other: a mesh, reflectors and their clients,
 * one beside the other, and the ways between them; by the words of doc/topologies.md
 * and without a line of the daemon's.
 *
 * Up to MESH_REFLECTORS nodes, the first ones, have the label and the annotation of a
 * reflector. BGPPeer "reflectors" makes all nodes their clients.
 */
#ifndef TESTS_SIM_MESHES_H
#define TESTS_SIM_MESHES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/rng.h"

enum { MESH_REFLECTORS = 2 };

struct history;

struct mesh {
	bool there;    /* this history has such things */
	bool meshed;   /* BGPConfiguration.spec.nodeToNodeMeshEnabled */
	bool reflects; /* there is the BGPPeer */
	unsigned reflectors;
	uint64_t judged_at; /* ms; mesh_judge()'s own */
};

void mesh_draw(struct mesh *, struct rng *);
/* The sessions that one node is to have with others. */
unsigned mesh_sessions_of(const struct history *, unsigned node);
unsigned mesh_sessions(const struct history *); /* of all, each once */
/* All are up, and nodes know of each other what they are to. */
void mesh_judge_rest(struct history *);
/* When all is at rest, as often as one likes: they stay up. */
void mesh_judge(struct history *);
#endif
