/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/routers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

/*
 * In a command %p is the prefix, %a its address, %i ip or ipv6, %f ipv4 or ipv6, and %n
 * the node's address; a command with %n is left out where that is not known.
 */
struct question {
	const char *command, *tells;
};

#define QUESTIONS_MOST 3

static const struct kind {
	const char *word, *name;
	const char *says; /* what its software begins with; NULL: not known */
	struct question at[QUESTIONS_MOST + 1]; /* ended by NULL */
} kinds[] = {
	{ "frr", "FRR", "FRRouting/",
	    { { "vtysh -c \"show bgp %f unicast %p\"",
		  "a path from each node, and which are best or multipath; none: "
		  "it was refused on the way in" },
		{ "vtysh -c \"show bgp %f unicast summary\"",
		    "(Policy) beside a node: there is no inbound filter for "
		    "it, so all is refused (RFC 8212)" },
		{ "vtysh -c \"show %i route %p\"",
		    "Known via \"bgp\", best, and * before each next hop that is in "
		    "use" } } },
	{ "bird", "BIRD", "BIRD",
	    { { "birdc show route %p all",
		  "a route from each node, * the best one" },
		{ "birdc show route %p all filtered",
		    "what import filters refuse, with import keep "
		    "filtered on; Network not found: nothing, or it is "
		    "not kept" },
		{ "ip route get %a",
		    "the next hop: the kernel protocol exports it" } } },
	{ "ios-xe", "IOS-XE", NULL,
	    { { "show bgp %f unicast %p",
		  "a path from each node, and which are best or multipath" },
		{ "show %i route %a", "known via bgp, with each next hop" },
		{ "show %i cef %p detail", "what packets go by" } } },
	{ "nx-os", "NX-OS", NULL,
	    { { "show bgp %f unicast %p",
		  "a path from each node, and which are best or multipath" },
		{ "show %i route %p", "*via each next hop, bgp" },
		{ "show forwarding %f route %p", "what packets go by" } } },
	{ "eos", "EOS", NULL,
	    { { "show %i bgp %p",
		  "a path from each node, and which are best or ECMP" },
		{ "show %i route %p", "B with each next hop" } } },
	{ "junos", "Junos", NULL,
	    { { "show route receive-protocol bgp %n %p exact",
		  "it came from that node, before any import policy" },
		{ "show route %p exact detail",
		    "* is active; else Inactive reason says why not" },
		{ "show route forwarding-table destination %p",
		    "what packets go by" } } },
	{ "sonic", "SONiC", NULL,
	    { { "vtysh -c \"show bgp %f unicast %p\"",
		  "a path from each node, and which are best or multipath; none: "
		  "it was refused on the way in" },
		{ "show %i route %p",
		    "Known via \"bgp\", best, and * before each next hop that is in "
		    "use" },
		{ "sonic-db-cli ASIC_DB keys \"*ROUTE_ENTRY*%p*\"",
		    "an entry: the switch forwards by it" } } },
	{ "mikrotik", "MikroTik", NULL,
	    { { "/routing/route/print detail where dst-address=%p",
		  "A is active, b of BGP; F: a filter refuses it" },
		{ "/%i/route/print where dst-address=%p",
		    "A with the gateway: packets go by it" } } },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define GUESSED 2 /* the first ones, where nobody has said which */

const char *
router_word(size_t nth)
{
	return nth < KINDS ? kinds[nth].word : NULL;
}

static const struct kind *
kind_find(const char *word)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	return NULL;
}

bool
router_is_known(const char *word)
{
	return kind_find(word) != NULL;
}

const char *
router_of(const char *software)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].says != NULL &&
		    strncmp(software, kinds[i].says, strlen(kinds[i].says)) ==
			0)
			return kinds[i].word;
	return NULL;
}

char *
router_words(void)
{
	char *text;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	for (size_t i = 0; i < KINDS; i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "", kinds[i].word);
	fclose(to);
	return text;
}

/* ---- who is told ---- */

static struct asked_route *
asked_of(
    struct asked_routes *list, const struct prefix *prefix, const char *word)
{
	for (size_t i = 0; i < list->n; i++)
		if (prefix_eq(&list->at[i].prefix, prefix) &&
		    list->at[i].word == word)
			return &list->at[i];
	list->at = xrealloc(list->at, list->n + 1, sizeof(list->at[0]));
	list->at[list->n] =
	    (struct asked_route){ .prefix = *prefix, .word = word };
	return &list->at[list->n++];
}

void
asked_add(struct asked_routes *list, const struct prefix *prefix,
    const char *word, const struct addr *node, const char *peer)
{
	struct asked_route *told = asked_of(list, prefix, word);

	if (told->node.family == FAMILY_NONE)
		told->node = *node;
	for (size_t i = 0; i < told->n_peers; i++)
		if (strcmp(told->peers[i], peer) == 0)
			return;
	told->peers =
	    xrealloc(told->peers, told->n_peers + 1, sizeof(told->peers[0]));
	told->peers[told->n_peers++] = xstrdup(peer);
}

void
asked_fini(struct asked_routes *list)
{
	for (size_t i = 0; i < list->n; i++) {
		for (size_t k = 0; k < list->at[i].n_peers; k++)
			free(list->at[i].peers[k]);
		free(list->at[i].peers);
	}
	free(list->at);
	*list = (struct asked_routes){ 0 };
}

/* ---- what to ask ---- */

static void
placed_print(char what, const struct asked_route *told, FILE *to)
{
	bool v4 = told->prefix.addr.family == FAMILY_V4;
	char text[PREFIX_TEXT];

	switch (what) {
	case 'p':
		fputs(prefix_print(&told->prefix, text), to);
		break;
	case 'a':
		fputs(addr_print(&told->prefix.addr, text), to);
		break;
	case 'n':
		fputs(addr_print(&told->node, text), to);
		break;
	case 'i':
		fputs(v4 ? "ip" : "ipv6", to);
		break;
	default:
		fputs(v4 ? "ipv4" : "ipv6", to);
	}
}

static char *
command_of(const char *form, const struct asked_route *told)
{
	char *text;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	for (; *form != '\0'; form++)
		if (*form == '%')
			placed_print(*++form, told, to);
		else
			fputc(*form, to);
	fclose(to);
	return text;
}

static bool
is_askable(const struct question *q, const struct asked_route *told)
{
	return told->node.family != FAMILY_NONE ||
	    strstr(q->command, "%n") == NULL;
}

bool
router_question(const struct asked_route *told, const char *word, size_t nth,
    struct router_question *out)
{
	word = word != NULL ? word : told->word;
	const struct kind *first = word != NULL ? kind_find(word) : kinds;
	const struct kind *end = first + (word != NULL ? 1 : GUESSED);

	for (const struct kind *k = first; k < end; k++)
		for (const struct question *q = k->at; q->command != NULL;
		     q++) {
			if (!is_askable(q, told) || nth-- > 0)
				continue;
			*out = (struct router_question){ k->name,
				command_of(q->command, told), q->tells };
			return true;
		}
	return false;
}
