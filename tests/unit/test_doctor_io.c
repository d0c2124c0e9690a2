/* SPDX-License-Identifier: Apache-2.0 */
/* What doctor_io.c reads of a machine's root that a test has made. */
#include <sys/stat.h>
#include <unistd.h>

#include "cli/doctor_io.h"
#include "tests/test.h"
#include "tests/unit/directory.h"

static const struct doctor_link *
link_of(const struct doctor_seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->facts.n_links; i++)
		if (strcmp(seen->links[i].name, name) == 0)
			return &seen->links[i];
	return NULL;
}

static bool
runs(const struct doctor_seen *seen, const char *name)
{
	for (size_t i = 0; i < seen->n_programs; i++)
		if (strcmp(seen->facts.programs[i], name) == 0)
			return true;
	return false;
}

static void
an_empty_machine_is_not_seen(void **state)
{
	struct doctor_seen seen;

	doctor_see(&seen, *state);
	assert_int_equal(seen.facts.forward_v4, FACT_UNSEEN);
	assert_int_equal(seen.facts.forward_v6, FACT_UNSEEN);
	assert_int_equal(seen.facts.disable_v6, FACT_UNSEEN);
	assert_int_equal(seen.facts.rp_filter, FACT_UNSEEN);
	assert_int_equal(seen.facts.arp_ignore, FACT_UNSEEN);
	assert_int_equal(seen.facts.tracked, FACT_UNSEEN);
	assert_int_equal(seen.facts.tracked_most, FACT_UNSEEN);
	assert_int_equal(seen.facts.n_links, 0);
	assert_false(seen.facts.listener.seen || seen.facts.sees_all);
	doctor_seen_fini(&seen);
}

static void
sysctls_are_read(void **state)
{
	const char *root = *state;
	struct doctor_seen seen;

	directory_put(root, "proc/sys/net/ipv4/ip_forward", "1\n");
	directory_put(root, "proc/sys/net/ipv6/conf/all/forwarding", "0\n");
	directory_put(root, "proc/sys/net/ipv6/conf/all/disable_ipv6", "1\n");
	directory_put(root, "proc/sys/net/ipv4/conf/all/rp_filter", "2\n");
	directory_put(root, "proc/sys/net/ipv4/conf/all/arp_ignore", "x\n");
	directory_put(root, "proc/sys/net/netfilter/nf_conntrack_count", "7");
	directory_put(
	    root, "proc/sys/net/netfilter/nf_conntrack_max", "262144\n");
	doctor_see(&seen, root);
	assert_int_equal(seen.facts.forward_v4, 1);
	assert_int_equal(seen.facts.forward_v6, 0);
	assert_int_equal(seen.facts.disable_v6, 1);
	assert_int_equal(seen.facts.rp_filter, 2);
	assert_int_equal(seen.facts.arp_ignore, FACT_UNSEEN);
	assert_int_equal(seen.facts.tracked, 7);
	assert_int_equal(seen.facts.tracked_most, 262144);
	doctor_seen_fini(&seen);
}

static void
link_put(const char *root, const char *name, const char *mtu, const char *flags)
{
	char *path = xasprintf("sys/class/net/%s/mtu", name);

	directory_put(root, path, mtu);
	free(path);
	path = xasprintf("sys/class/net/%s/flags", name);
	directory_put(root, path, flags);
	free(path);
}

#define ZEROS "00000000000000000000000000000000"

static void
assert_route(
    const struct doctor_route *r, const char *to, const char *link, int metric)
{
	char text[PREFIX_TEXT];

	assert_string_equal(prefix_print(&r->to, text), to);
	assert_string_equal(r->link, link);
	assert_int_equal(r->metric, metric);
}

static void
links_and_default_routes_are_read(void **state)
{
	const char *root = *state;
	struct doctor_seen seen;

	link_put(root, "lo", "65536\n", "0x9\n");
	link_put(root, "eth0", "1500\n", "0x1003\n");
	link_put(root, "eth1", "9000\n", "0x1002\n");
	link_put(root, "eth2", "1400\n", "0x1003\n");
	directory_put(root, "sys/class/net/bonding_masters", "\n");
	directory_put(root, "proc/sys/net/ipv4/conf/eth0/rp_filter", "1\n");
	directory_put(root, "proc/net/route",
	    "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\t\t"
	    "MTU\tWindow\tIRTT\n"
	    "eth0\t00000000\tFE00000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
	    "eth1\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
	    "*\t0000010A\t00000000\t0201\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
	directory_put(root, "proc/net/ipv6_route",
	    ZEROS " 00 " ZEROS " 00 fe800000000000000000000000000001 00000400 "
		  "00000001 00000000 00000003 eth2\n" ZEROS " 00 " ZEROS
		  " 00 " ZEROS " ffffffff 00000001 00000000 00200200 lo\n");
	doctor_see(&seen, root);
	assert_int_equal(seen.facts.n_links, 4);
	const struct doctor_link *eth0 = link_of(&seen, "eth0"),
				 *eth1 = link_of(&seen, "eth1"),
				 *eth2 = link_of(&seen, "eth2");

	assert_int_equal(eth0->mtu, 1500);
	assert_int_equal(eth0->rp_filter, 1);
	assert_true(eth0->up && eth0->leads_out);
	assert_int_equal(eth1->mtu, 9000);
	assert_int_equal(eth1->rp_filter, FACT_UNSEEN);
	assert_false(eth1->up || eth1->leads_out);
	assert_true(eth2->leads_out);
	assert_false(link_of(&seen, "lo")->leads_out);
	assert_int_equal(seen.facts.n_routes, 2);
	assert_route(&seen.facts.routes[0], "0.0.0.0/0", "eth0", 0);
	assert_route(&seen.facts.routes[1], "10.0.0.0/24", "eth1", 100);
	doctor_seen_fini(&seen);
}

#define TCP_TITLE "  sl  local_address rem_address   st tx_queue …\n"
#define TCP_ROW(address, port, state, inode)                            \
	"   0: " address ":" port " " address ":0000 " state            \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode \
	" 1 0000000000000000 100 0 0 10 0\n"

/* A link of the process to something, as proc/PID/dir/name. */
static void
link_to(const char *root, const char *pid, const char *dir, const char *name,
    const char *target)
{
	char *whole = xasprintf("%s/proc/%s/%s", root, pid, dir);

	mkdir(whole, 0700);
	free(whole);
	whole = xasprintf("%s/proc/%s/%s/%s", root, pid, dir, name);
	assert_int_equal(symlink(target, whole), 0);
	free(whole);
}

static void
who_listens_is_found_by_its_socket(void **state)
{
	const char *root = *state;
	struct doctor_seen seen;

	directory_put(root, "proc/net/tcp",
	    TCP_TITLE TCP_ROW("00000000", "00B3", "01", "41")
		TCP_ROW("00000000", "0050", "0A", "42"));
	directory_put(root, "proc/net/tcp6",
	    TCP_TITLE TCP_ROW(ZEROS, "00B3", "0A", "4711"));
	directory_put(root, "proc/12/comm", "kubelet\n");
	directory_put(root, "proc/13/comm", "bird\n");
	directory_put(root, "proc/14/comm", "bird\n");
	directory_put(root, "proc/fs/comm", "nobody\n");
	link_to(root, "12", "fd", "5", "socket:[42]");
	link_to(root, "14", "fd", "5", "socket:[4711]");
	doctor_see(&seen, root);
	assert_true(seen.facts.listener.seen && seen.facts.listener.any);
	assert_string_equal(seen.facts.listener.program, "bird");
	assert_int_equal(seen.n_programs, 2);
	assert_true(runs(&seen, "kubelet") && runs(&seen, "bird"));
	assert_false(seen.facts.sees_all);
	doctor_seen_fini(&seen);
	directory_put(root, "proc/2/comm", "kthreadd\n");
	directory_put(root, "proc/net/tcp6", TCP_TITLE);
	doctor_see(&seen, root);
	assert_true(seen.facts.listener.seen && seen.facts.sees_all);
	assert_false(seen.facts.listener.any);
	doctor_seen_fini(&seen);
}

static void
what_runs_in_another_network_is_none_of_it(void **state)
{
	const char *root = *state;
	struct doctor_seen seen;

	directory_put(root, "proc/self/comm", "lbbgp\n");
	directory_put(root, "proc/12/comm", "speaker\n");
	directory_put(root, "proc/13/comm", "bird\n");
	directory_put(root, "proc/14/comm", "gobgpd\n");
	link_to(root, "self", "ns", "net", "net:[1]");
	link_to(root, "12", "ns", "net", "net:[1]");
	link_to(root, "13", "ns", "net", "net:[2]");
	doctor_see(&seen, root);
	assert_true(runs(&seen, "speaker"));
	assert_false(runs(&seen, "bird"));
	assert_true(runs(&seen, "gobgpd")); /* it may not be seen */
	doctor_seen_fini(&seen);
}

/* Of which nobody has heard yet: it has no network any more. */
static void
what_has_ended_does_not_run(void **state)
{
	const char *root = *state;
	struct doctor_seen seen;

	directory_put(root, "proc/self/comm", "lbbgp\n");
	link_to(root, "self", "ns", "net", "net:[1]");
	directory_put(root, "proc/12/comm", "bird\n");
	directory_put(root, "proc/12/stat", "12 (bird) Z 1 12 12 0 -1\n");
	directory_put(root, "proc/13/comm", "speaker) Z\n");
	directory_put(root, "proc/13/stat", "13 (speaker) Z) S 1 13 13 0 -1\n");
	doctor_see(&seen, root);
	assert_false(runs(&seen, "bird"));
	assert_true(runs(&seen, "speaker) Z"));
	doctor_seen_fini(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(an_empty_machine_is_not_seen),
		IN_DIRECTORY(sysctls_are_read),
		IN_DIRECTORY(links_and_default_routes_are_read),
		IN_DIRECTORY(what_runs_in_another_network_is_none_of_it),
		IN_DIRECTORY(what_has_ended_does_not_run),
		IN_DIRECTORY(who_listens_is_found_by_its_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
