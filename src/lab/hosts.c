/* SPDX-License-Identifier: MIT */
/* The hosts: nameless network namespaces, their links, addresses and routes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lab/lab_private.h"

struct link_end {
	enum lab_who host;
	const char *device;
	const char *ip4;
	const char *ip6;
};

static const struct link_end links[][2] = {
	{ { LAB_CLIENT, "direct", "10.77.0.1", "fd77::1" },
	  { LAB_SERVER, "direct", "10.77.0.2", "fd77::2" } },
	{ { LAB_CLIENT, "routed", "10.77.1.1", "fd77:1::1" },
	  { LAB_ROUTER, "to-client", "10.77.1.254", "fd77:1::254" } },
	{ { LAB_SERVER, "routed", "10.77.2.2", "fd77:2::2" },
	  { LAB_ROUTER, "to-server", "10.77.2.254", "fd77:2::254" } },
	{ { LAB_THIRD, "routed", "10.77.3.3", "fd77:3::3" },
	  { LAB_ROUTER, "to-third", "10.77.3.254", "fd77:3::254" } },
};
#define LINK_COUNT (sizeof(links) / sizeof(*links))

const char *hosts_address(enum lab_who host, unsigned int flags)
{
	/* Only client and server have a direct link. */
	const char *want = flags & LAB_ROUTED || host > LAB_SERVER ? "routed" : "direct";
	size_t i;
	int end;

	if (host == LAB_ROUTER)
		want = "to-client";
	for (i = 0; i < LINK_COUNT; i++)
		for (end = 0; end < 2; end++)
			if (links[i][end].host == host && !strcmp(links[i][end].device, want))
				return flags & LAB_IP6 ? links[i][end].ip6 : links[i][end].ip4;
	return "";
}

int hosts_family(const struct lab *lab, unsigned int flags)
{
	return lab->ip6 || flags & LAB_IP6 ? AF_INET6 : AF_INET;
}

int hosts_enter(struct lab *lab, enum lab_who host)
{
	return setns(lab->ns[lab_host_of(host)], CLONE_NEWNET) < 0 ? -errno : 0;
}

void hosts_leave(struct lab *lab)
{
	if (setns(lab->home_ns, CLONE_NEWNET) < 0)
		lab_break(lab, "cannot return to the first network namespace: %s", strerror(errno));
}

static const struct link_end *neighbour_of(enum lab_who host, const char *device)
{
	size_t i;
	int end;

	for (i = 0; i < LINK_COUNT; i++)
		for (end = 0; end < 2; end++)
			if (links[i][end].host == host && !strcmp(links[i][end].device, device))
				return &links[i][!end];
	return NULL;
}

int hosts_neighbour(struct lab *lab, enum lab_who host, const char *device, uint8_t ret_mac[6])
{
	const struct link_end *other = neighbour_of(lab_host_of(host), device);
	struct ifreq request = { 0 };
	int fd, r;

	if (!other)
		return -ENODEV;
	r = hosts_enter(lab, other->host);
	if (r < 0)
		return r;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	hosts_leave(lab);
	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", other->device);
	r = ioctl(fd, SIOCGIFHWADDR, &request) < 0 ? -errno : 0;
	close(fd);
	memcpy(ret_mac, request.ifr_hwaddr.sa_data, 6);
	return r;
}

/* Packets on the links as they would be on a wire: summed, one segment each. */
static void offloads_off(const char *device)
{
	static const uint32_t offs[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO,
					 ETHTOOL_SGRO };
	struct ethtool_value value = { 0 };
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t i;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	request.ifr_data = (char *)&value;
	for (i = 0; fd >= 0 && i < sizeof(offs) / sizeof(*offs); i++) {
		value.cmd = offs[i];
		(void)ioctl(fd, SIOCETHTOOL, &request); /* what it cannot do is off already */
	}
	if (fd >= 0)
		close(fd);
}

/* Everything of one host, in the words of `ip -batch`. */
static int host_configure(struct lab *lab, enum lab_who host, char *ret_why, size_t why_size)
{
	static const char *const argv[] = { "ip", "-batch", "-", NULL };
	struct buf batch;
	size_t i;
	int end, r;

	buf_init(&batch, 8192);
	buf_add_text(&batch, "link set lo up\n");
	for (i = 0; i < LINK_COUNT; i++)
		for (end = 0; end < 2; end++) {
			const struct link_end *mine = &links[i][end];

			if (mine->host != host)
				continue;
			buf_printf(&batch, "addr add %s/24 dev %s\n", mine->ip4, mine->device);
			buf_printf(&batch, "link set %s up\n", mine->device);
			buf_printf(&batch, "addr add %s/64 dev %s nodad\n", mine->ip6,
				   mine->device);
			if (strcmp(mine->device, "routed") == 0) {
				buf_printf(&batch, "route add default via %s\n",
					   links[i][!end].ip4);
				buf_printf(&batch, "route add ::/0 via %s\n", links[i][!end].ip6);
			}
			if (hosts_enter(lab, host) == 0) {
				offloads_off(mine->device);
				hosts_leave(lab);
			}
		}
	r = knobs_run(lab, host, argv, buf_text(&batch), ret_why, why_size);
	buf_release(&batch);
	return r;
}

static int namespaces_make(struct lab *lab, char *ret_why, size_t why_size)
{
	int i;

	lab->home_ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	for (i = 0; i < LAB_HOSTS; i++) {
		if (lab->home_ns < 0 || unshare(CLONE_NEWNET) < 0) {
			snprintf(ret_why, why_size, "cannot make a network namespace: %s",
				 strerror(errno));
			return -EPERM;
		}
		lab->ns[i] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
		hosts_leave(lab);
		if (lab->ns[i] < 0 || lab_broken(lab)) {
			snprintf(ret_why, why_size, "cannot keep a network namespace");
			return -EMFILE;
		}
	}
	return 0;
}

int hosts_create(struct lab *lab, char *ret_why, size_t why_size)
{
	static const char *const argv[] = { "ip", "-batch", "-", NULL };
	/* Saved metrics of one connection would change the next. */
	static const char *const settings[][2] = {
		{ "net.ipv4.conf.all.rp_filter", "0" },
		{ "net.ipv4.conf.default.rp_filter", "0" },
		{ "net.ipv4.tcp_no_metrics_save", "1" },
		{ "net.ipv6.conf.all.disable_ipv6", "0" },
		{ "net.ipv6.conf.default.disable_ipv6", "0" },
		/* Nobody else is on these links: an address need not be waited for. */
		{ "net.ipv6.conf.all.accept_dad", "0" },
		{ "net.ipv6.conf.default.accept_dad", "0" },
	};
	struct buf batch;
	size_t i;
	int host, r;

	r = namespaces_make(lab, ret_why, why_size);
	if (r < 0)
		return r;
	/* Devices that come later take them over. */
	for (host = 0; host < LAB_HOSTS; host++)
		for (i = 0; i < sizeof(settings) / sizeof(*settings); i++)
			(void)knobs_sysctl_write(lab, host, settings[i][0], settings[i][1]);
	buf_init(&batch, 8192);
	/* From inside the namespaces, so that no device is ever seen on the machine itself; from
	 * that of the end itself, because older kernels look for its name where the request comes
	 * from. */
	for (i = 0; r == 0 && i < LINK_COUNT; i++) {
		buf_clear(&batch);
		buf_printf(&batch, "link add %s type veth peer name %s netns /proc/%d/fd/%d\n",
			   links[i][0].device, links[i][1].device, getpid(),
			   lab->ns[links[i][1].host]);
		r = knobs_run(lab, links[i][0].host, argv, buf_text(&batch), ret_why, why_size);
	}
	buf_release(&batch);
	for (host = 0; r == 0 && host < LAB_HOSTS; host++) {
		r = host_configure(lab, host, ret_why, why_size);
		if (r == 0)
			r = capture_open(lab, host);
		if (r < 0 && !ret_why[0])
			snprintf(ret_why, why_size, "cannot set up a host: %s", strerror(-r));
	}
	if (r == 0)
		r = knobs_sysctl_write(lab, LAB_ROUTER, "net.ipv4.ip_forward", "1");
	if (r == 0)
		(void)knobs_sysctl_write(lab, LAB_ROUTER, "net.ipv6.conf.all.forwarding", "1");
	return r;
}
