/* SPDX-License-Identifier: MIT */
/* Whether this machine has what a scenario needs. */
#include <glob.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab_private.h"
#include "lab/scenario.h"

/* @name may be the pattern of a path instead. */
bool needs_program(const char *name)
{
	const char *path = getenv("PATH") ?: "/usr/sbin:/usr/bin:/sbin:/bin";
	char file[4096];
	size_t length;
	glob_t found;
	bool here;

	if (name[0] == '/') {
		here = glob(name, 0, NULL, &found) == 0;
		globfree(&found);
		return here;
	}
	for (; *path; path += length + (path[length] == ':')) {
		length = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)length, path, name);
		if (access(file, X_OK) == 0)
			return true;
	}
	return false;
}

static bool command_works(struct lab *lab, const char *const argv[])
{
	char output[256];

	return needs_program(argv[0]) &&
	       knobs_run(lab, LAB_ROUTER, argv, NULL, output, sizeof(output)) == 0;
}

/* nft only checks it; the kernel may lack the module. */
static bool netdev_reject_works(struct lab *lab)
{
	static const char *const argv[] = { "nft", "-c", "-f", "-", NULL };
	char output[256];

	return knobs_run(lab, LAB_ROUTER, argv,
			 "table netdev f {\nchain c {\ntype filter hook ingress device to-client "
			 "priority 0;\ntcp dport 9 reject with tcp reset\n}\n}\n",
			 output, sizeof(output)) == 0;
}

/* On a device nobody sends through: the router's in a namespace of the lab. */
static bool queue_works(struct lab *lab, const char *const words)
{
	char script[128], output[256];
	const char *const argv[] = { "sh", "-c", script, NULL };

	snprintf(script, sizeof(script), "tc qdisc add dev lo root %s && tc qdisc del dev lo root",
		 words);
	return needs_program("tc") &&
	       knobs_run(lab, LAB_ROUTER, argv, NULL, output, sizeof(output)) == 0;
}

/* The guests of tests/kernels say so on their kernel's command line. */
static bool is_guest(void)
{
	FILE *file = fopen("/proc/cmdline", "re");
	char line[4096] = "";
	bool named = file && fgets(line, sizeof(line), file) && strstr(line, "whyrst.guest=1");

	if (file)
		fclose(file);
	return named;
}

static bool option_works(int name, const void *value, socklen_t size)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool works = fd >= 0 && setsockopt(fd, IPPROTO_TCP, name, value, size) == 0;

	if (fd >= 0)
		close(fd);
	return works;
}

static bool md5_works(void)
{
	struct tcp_md5sig key = { .tcpm_keylen = 1, .tcpm_key = "k" };
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_addr.s_addr = 1 };

	memcpy(&key.tcpm_addr, &peer, sizeof(peer));
	return option_works(TCP_MD5SIG, &key, sizeof(key));
}

static bool sysctl_here(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool need_met(struct lab *lab, enum lab_need need)
{
	static const char *const nft[] = { "nft", "list", "ruleset", NULL };
	static const char *const iptables[] = { "iptables", "-nL", NULL };
	const int on = 1;

	switch (need) {
	case NEED_NFT:
		return command_works(lab, nft);
	case NEED_CONNTRACK:
		return needs_program("conntrack");
	case NEED_IPTABLES:
		return command_works(lab, iptables);
	case NEED_MPTCP:
		return sysctl_here("/proc/sys/net/mptcp/enabled");
	case NEED_TFO:
		return sysctl_here("/proc/sys/net/ipv4/tcp_fastopen");
	case NEED_MD5:
		return md5_works();
	case NEED_REPAIR:
		return option_works(TCP_REPAIR, &on, sizeof(on));
	case NEED_DESTROY:
		return diag_can_destroy(lab);
	case NEED_NETDEV_REJECT:
		return netdev_reject_works(lab);
	case NEED_TBF:
		return queue_works(lab, "tbf rate 64bit burst 1600 limit 4mb");
	case NEED_NETEM:
		return queue_works(lab, "netem delay 1ms");
	case NEED_GUEST:
		return is_guest();
	case NEED_IP6:
		return sysctl_here("/proc/net/if_inet6");
	}
	return false;
}

static const struct {
	enum lab_need need;
	const char *name;	       /* for a list */
	const char *words[LANG_COUNT]; /* where it is missing */
} needs[] = {
	{ NEED_NFT,
	  "nftables",
	  { "nft does not work here (package nftables)", "nft 在这里不能用（软件包 nftables）" } },
	{ NEED_CONNTRACK,
	  "conntrack",
	  { "conntrack is not here (package conntrack)",
	    "没有 conntrack 命令（软件包 conntrack）" } },
	{ NEED_IPTABLES,
	  "iptables",
	  { "iptables does not work here (package iptables)",
	    "iptables 在这里不能用（软件包 iptables）" } },
	{ NEED_MPTCP, "MPTCP", { "this kernel has no MPTCP", "这个内核没有 MPTCP" } },
	{ NEED_TFO,
	  "TCP Fast Open",
	  { "this kernel has no TCP Fast Open", "这个内核没有 TCP Fast Open" } },
	{ NEED_MD5,
	  "TCP MD5",
	  { "this kernel has no TCP MD5 signatures", "这个内核没有 TCP MD5 签名" } },
	{ NEED_REPAIR,
	  "TCP_REPAIR",
	  { "this kernel has no TCP_REPAIR", "这个内核没有 TCP_REPAIR" } },
	{ NEED_DESTROY,
	  "SOCK_DESTROY",
	  { "this kernel has no SOCK_DESTROY", "这个内核没有 SOCK_DESTROY" } },
	{ NEED_IP6, "IPv6", { "this kernel has no IPv6", "这个内核没有 IPv6" } },
	{ NEED_TBF,
	  "sch_tbf",
	  { "this kernel cannot hold packets back (sch_tbf), or tc is not here (package iproute2)",
	    "这个内核不能扣住报文（sch_tbf），或者没有 tc 命令（软件包 iproute2）" } },
	{ NEED_NETEM,
	  "sch_netem",
	  { "this kernel has no netem (sch_netem)", "这个内核没有 netem（sch_netem）" } },
	{ NEED_GUEST,
	  "guest",
	  { "it changes what all namespaces share: only in a throw-away guest (make kernels)",
	    "它要改动所有命名空间共用的设置：只在用完即弃的虚拟机里运行（make kernels）" } },
	{ NEED_NETDEV_REJECT,
	  "nft_reject_netdev",
	  { "this kernel cannot reject at a device (nft_reject_netdev)",
	    "这个内核不能在网卡入口拒绝报文（nft_reject_netdev）" } },
};
#define NEEDS_COUNT (sizeof(needs) / sizeof(*needs))

/* The next of the words in *@words, or false. */
static bool next_word(const char **words, char *ret_word, size_t size)
{
	size_t length = strcspn(*words, " ");

	snprintf(ret_word, size, "%.*s", (int)length, *words);
	*words += length + ((*words)[length] == ' ');
	return length;
}

bool needs_name(const struct scenario *scenario, int index, char *ret_name, size_t size)
{
	const char *packages = scenario->package ?: scenario->program ?: "";
	size_t i;

	for (i = 0; i < NEEDS_COUNT; i++)
		if (scenario->needs & needs[i].need && index-- == 0) {
			snprintf(ret_name, size, "%s", needs[i].name);
			return true;
		}
	while (next_word(&packages, ret_name, size))
		if (index-- == 0)
			return true;
	return false;
}

static void programs_missing(const struct scenario *scenario, enum lang lang, char *ret_why,
			     size_t why_size)
{
	const char *programs = scenario->program ?: "";
	const char *packages = scenario->package ?: programs;
	char program[64], package[64];

	while (next_word(&programs, program, sizeof(program)) &&
	       next_word(&packages, package, sizeof(package)))
		if (!needs_program(program)) {
			snprintf(ret_why, why_size,
				 lang == LANG_ZH ? "没有 %s（软件包 %s）"
						 : "%s is not here (package %s)",
				 program, package);
			return;
		}
}

void needs_missing(struct lab *lab, const struct scenario *scenario, char *ret_why, size_t why_size)
{
	static unsigned int met; /* asked once in a run */
	size_t i;

	ret_why[0] = '\0';
	for (i = 0; i < NEEDS_COUNT; i++) {
		if (!(scenario->needs & needs[i].need) || met & needs[i].need)
			continue;
		if (need_met(lab, needs[i].need))
			met |= needs[i].need;
		else
			snprintf(ret_why, why_size, "%s", needs[i].words[lab->lang]);
	}
	if (!ret_why[0])
		programs_missing(scenario, lab->lang, ret_why, why_size);
}
