/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pod - what runs in the pods of lab/demo --cluster, in an image without anything else.
 *
 *	pod                 holds a pod's namespaces: sleeps, reaps, ends on SIGTERM
 *	pod serve PORT      answers as traffic.py serve does, with $NAME
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void
end(int number)
{
	(void)number;
	_exit(0);
}

static void
reap(int number)
{
	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* Of both families. */
static int
serve(const char *name, int port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
		.sin6_port = htons((unsigned short)port) };
	int on = 1, off = 0, fd = socket(AF_INET6, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, 128) != 0) {
		perror("pod: serve");
		return 1;
	}
	for (;;) {
		struct sockaddr_in6 who;
		socklen_t n = sizeof(who);
		int conn = accept(fd, (struct sockaddr *)&who, &n);
		char asked[INET6_ADDRSTRLEN];

		if (conn < 0)
			continue;
		if (IN6_IS_ADDR_V4MAPPED(&who.sin6_addr))
			inet_ntop(AF_INET, &who.sin6_addr.s6_addr[12], asked,
			    sizeof(asked));
		else
			inet_ntop(
			    AF_INET6, &who.sin6_addr, asked, sizeof(asked));
		dprintf(conn, "{\"name\": \"%s\", \"asked\": \"%s\"}\n", name,
		    asked);
		close(conn);
	}
}

int
main(int argc, char **argv)
{
	const char *name = getenv("NAME");

	signal(SIGTERM, end);
	signal(SIGINT, end);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(name != NULL ? name : "?", atoi(argv[2]));
	signal(SIGCHLD, reap);
	for (;;)
		pause();
}
