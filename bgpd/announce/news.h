/* SPDX-License-Identifier: Apache-2.0 */
/*
 * news - whether a change of a Node matters to what is announced.
 *
 * Two states of one Node; NULL: it is not there.
 */
#ifndef BGPD_ANNOUNCE_NEWS_H
#define BGPD_ANNOUNCE_NEWS_H

#include <stdbool.h>

struct node;
struct view;

/* A kubelet writes its Node every few minutes; rarely what matters here. */
bool news_none_of(const struct node *was, const struct node *now);
/* Does a group have it announce that did not, or no longer? */
bool news_for_peers(
    const struct view *, const struct node *was, const struct node *now);
/* Does a group have it hold addresses on links, or prefer it, otherwise? */
bool news_for_links(
    const struct view *, const struct node *was, const struct node *now);
#endif
