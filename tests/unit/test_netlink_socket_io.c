/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/socket.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/netlink/netlink_msg_io.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "common/err.h"
#include "tests/test.h"

static struct nl_sock *
opened(void)
{
	struct err err = { 0 };
	struct nl_sock *s = netlink_socket_new(&err);

	assert_string_equal(err.text, "");
	assert_non_null(s);
	netlink_socket_set_strict(s);
	return s;
}

/* Asks for all links, and reads: how many bytes there are, or -errno. */
static ssize_t
answer(const struct nl_sock *s)
{
	uint8_t question[64];
	static uint8_t answers[32768];
	int fd = nl_socket_get_fd(s);
	size_t n = netlink_msg_ask_links(1, question);

	assert_int_equal(send(fd, question, n, 0), n);
	ssize_t got = recv(fd, answers, sizeof(answers), 0);

	return got < 0 ? -errno : got;
}

TEST(kernel_answers_what_is_asked)
{
	struct nl_sock *s = opened();

	assert_true(answer(s) > (ssize_t)sizeof(struct nlmsghdr));
	nl_socket_free(s);
}

TEST(who_has_nothing_to_read_does_not_wait)
{
	struct nl_sock *s = opened();
	char byte;

	assert_int_equal(recv(nl_socket_get_fd(s), &byte, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	nl_socket_free(s);
}

TEST(what_the_filter_does_not_let_through_is_not_heard)
{
	struct sock_filter nothing[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct nl_sock *s = opened();
	struct err err = { 0 };

	assert_true(netlink_socket_filter(s, nothing, 1, &err));
	assert_int_equal(answer(s), -EAGAIN);
	nl_socket_free(s);
}

TEST(filter_that_is_none_is_refused)
{
	struct sock_filter endless[] = { BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, 0) };
	struct nl_sock *s = opened();
	struct err err = { 0 };

	assert_false(netlink_socket_filter(s, endless, 1, &err));
	assert_string_equal(err.text, "netlink: filter: Invalid argument");
	nl_socket_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_answers_what_is_asked),
		cmocka_unit_test(who_has_nothing_to_read_does_not_wait),
		cmocka_unit_test(
		    what_the_filter_does_not_let_through_is_not_heard),
		cmocka_unit_test(filter_that_is_none_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "netlink_socket_io", tests, NULL, NULL);
}
