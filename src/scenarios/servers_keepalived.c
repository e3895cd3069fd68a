/* SPDX-License-Identifier: MIT */
/* Two hosts with keepalived, a virtual address, and more and more sockets on the first one. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scenarios/servers.h"

#define VIP "10.77.9.9"
#define HAS_VIP "ip addr show dev routed | grep -q " VIP

/* A process may hold 20,000; what is under TCP_REPAIR is connected without a packet. */
#define CROWD 10000
#define CROWDS_MAX 20

static void crowd_hold(int number, int done)
{
	const struct rlimit plenty = { CROWD + 100, CROWD + 100 };
	struct sockaddr_in nobody = { .sin_family = AF_INET, .sin_port = htons(9) };
	int on = 1, i, fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setrlimit(RLIMIT_NOFILE, &plenty);
	for (i = 0; i < CROWD; i++) {
		/* Some hundred to each address, so that a port is soon found. */
		nobody.sin_addr.s_addr = htonl(0x7f010001u + (uint32_t)(number * 256 + i / 250));
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0 ||
		    connect(fd, (struct sockaddr *)&nobody, sizeof(nobody)) < 0)
			_exit(errno);
	}
	if (write(done, "", 1) == 1)
		pause();
	_exit(0);
}

/* One more process with many connections. */
static long crowd_add(struct lab_call *call)
{
	int done[2];
	char byte;
	ssize_t got;
	pid_t pid;

	if (pipe2(done, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		dup2(done[1], 0);
		close_range(1, ~0u, 0);
		crowd_hold((int)call->a, 0);
	}
	close(done[1]);
	got = read(done[0], &byte, 1);
	close(done[0]);
	return pid < 0 || got != 1 ? -EAGAIN : 0;
}

/* How many milliseconds of a processor netstat takes. */
static long netstat_ms(struct lab_call *call)
{
	struct rusage usage = { 0 };
	pid_t pid = fork();
	int null;

	(void)call;
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execlp("netstat", "netstat", "-tln", NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, NULL, 0, &usage) < 0)
		return -errno;
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* What the check may take. All namespaces of a machine share one table of sockets, through which
 * netstat goes: as many as are there already must not disturb it. */
static long limit_choose(struct lab *lab)
{
	struct lab_call call = { 0 };
	long ms = lab_call(lab, LAB_SERVER_2, netstat_ms, &call);

	return ms + ms / 2 + 100;
}

/* Until netstat cannot be done within @limit_ms, however idle the machine is. */
static void crowd_grow(struct lab *lab, long limit_ms)
{
	struct lab_call call = { 0 }, ask = { 0 };
	long ms = 0, r = 0, enough = limit_ms + limit_ms * 2 / 5;

	for (call.a = 0; call.a < CROWDS_MAX && r == 0 && ms < enough; call.a++) {
		r = lab_call(lab, LAB_SERVER_2, crowd_add, &call);
		ms = lab_call(lab, LAB_SERVER_2, netstat_ms, &ask);
	}
	if (r < 0 || ms < enough)
		lab_break(lab, "netstat takes %ld ms only, %ld are awaited", ms, enough);
	if (lab_broken(lab))
		return;
	lab_record(lab, LAB_SERVER_2, "sockets", call.a * CROWD);
	lab_record(lab, LAB_SERVER_2, "netstat takes ms", ms);
	lab_record(lab, LAB_SERVER_2, "limit of check ms", limit_ms);
}

/* keepalived speaks to its peer alone: there is a router between the two. */
static void keepalived_start(struct lab *lab, enum lab_who host, enum lab_who peer, int priority,
			     const char *script)
{
	struct endpoint mine = lab_at(lab, host, 0, LAB_ROUTED), other;
	char source[ENDPOINT_TEXT_MAX], destination[ENDPOINT_TEXT_MAX], name[32];

	other = lab_at(lab, peer, 0, LAB_ROUTED);
	endpoint_format_host(&mine, source);
	endpoint_format_host(&other, destination);
	snprintf(name, sizeof(name), "keepalived-%d", priority);
	lab_file(lab, name,
		 "global_defs {\n"
		 "\tscript_user root\n"
		 "}\n"
		 "vrrp_script service {\n"
		 "\tscript \"%s/%s\"\n"
		 "\tinterval 1\n"
		 "\ttimeout 5\n"
		 "\tfall 2\n"
		 "\trise 1\n"
		 "}\n"
		 "vrrp_instance lab {\n"
		 "\tinterface routed\n"
		 "\tstate BACKUP\n"
		 "\tvirtual_router_id 77\n"
		 "\tpriority %d\n"
		 "\tadvert_int 0.5\n"
		 "\tunicast_src_ip %s\n"
		 "\tunicast_peer {\n\t\t%s\n\t}\n"
		 "\tvirtual_ipaddress {\n\t\t" VIP "/32\n\t}\n"
		 "\ttrack_script {\n\t\tservice\n\t}\n"
		 "}\n",
		 lab_folder(lab), script, priority, source, destination);
	/* Killed with all the others, it leaves the address. */
	lab_command(lab, host, "ip addr del " VIP "/32 dev routed 2>/dev/null || true",
		    "chmod 640 %s/%s", lab_folder(lab), name);
	lab_start(lab, host,
		  "exec keepalived --dont-fork --log-console --vrrp --use-file %s --pid %s.pid "
		  "--vrrp_pid %s.vrrp >%s.log 2>&1",
		  name, name, name, name);
}

struct lab_pair server_failover(struct lab *lab, bool by_netstat)
{
	struct lab_pair pair = { .listener = lab_listen(lab, LAB_SERVER, 0, 0, 16),
				 .client = lab_socket(lab, LAB_CLIENT, 0) };
	long limit_ms = limit_choose(lab);
	char check[128];

	if (by_netstat)
		snprintf(check, sizeof(check), "netstat -tln | grep -q \":%u \"", lab_port(lab, 0));
	else
		snprintf(check, sizeof(check), "/proc/%d/exe check --vrrp %u", getpid(),
			 lab_port(lab, 0));
	lab_listen(lab, LAB_THIRD, 0, 0, 16);
	/* In real time, so that a busy machine cannot make a fast check slow. */
	lab_file(lab, "check",
		 "#!/bin/sh\n"
		 "first=$(chrt -r 1 echo chrt -r 1 2>&1) || first=\n"
		 "$first timeout %g sh -c '%s'\n"
		 "status=$?\n"
		 "echo \"check=$status\" >>%s/checks\n"
		 "exit $status\n",
		 (double)limit_ms / 1000, check, lab_folder(lab));
	lab_file(lab, "healthy", "#!/bin/sh\n");
	lab_command(lab, LAB_SERVER, NULL, "cd %s && chmod 755 check healthy", lab_folder(lab));
	lab_command(lab, LAB_ROUTER, "ip route del " VIP, "ip route add " VIP " via 10.77.2.2");
	lab_patience(lab, 15000);
	keepalived_start(lab, LAB_SERVER, LAB_THIRD, 200, "check");
	lab_await_command(lab, LAB_SERVER, HAS_VIP);
	keepalived_start(lab, LAB_THIRD, LAB_SERVER, 100, "healthy");
	lab_connect(lab, pair.client, lab_endpoint(VIP, lab_port(lab, 0)));
	pair.server = lab_accept(lab, pair.listener);
	lab_send(lab, pair.client, "one");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	crowd_grow(lab, limit_ms);
	return pair;
}

/* The last of them say enough. */
static void checks_record(struct lab *lab)
{
	lab_command(lab, LAB_SERVER, NULL, "cd %s && tail -n 3 checks >last", lab_folder(lab));
	lab_record_output(lab, LAB_SERVER_2, "last");
}

void server_failover_await(struct lab *lab)
{
	lab_await_command(lab, LAB_THIRD, HAS_VIP);
	/* As a switch does when the new owner announces itself. */
	lab_command(lab, LAB_ROUTER, NULL, "ip route replace " VIP " via 10.77.3.3");
	checks_record(lab);
}

void server_failover_deny(struct lab *lab)
{
	lab_command(lab, LAB_SERVER, NULL, "rm %s/checks", lab_folder(lab));
	lab_await_command(lab, LAB_SERVER, "test $(wc -l <%s/checks) -ge 3", lab_folder(lab));
	checks_record(lab);
	lab_command(lab, LAB_SERVER, NULL, HAS_VIP);
}
