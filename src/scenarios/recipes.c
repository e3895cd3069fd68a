/* SPDX-License-Identifier: MIT */
#include "scenarios/recipes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/utsname.h>

struct lab_segment recipe_syn(struct lab *lab)
{
	struct lab_segment segment = { .flags = TCP_SYN,
				       .seq = 1000,
				       .window = 1024,
				       .ip_id = 0x1234,
				       .options = { 2, 4, 5, 0xb4 }, /* MSS 1460 */
				       .option_bytes = 4 };
	struct observation answer;
	int sniff = lab_sniff(lab, LAB_CLIENT);

	segment.from = lab_at(lab, LAB_CLIENT, 1, 0);
	segment.to = lab_at(lab, LAB_SERVER, 0, 0);
	lab_rule(lab, LAB_CLIENT, "input", "tcp dport %u drop", segment.from.port);
	lab_inject(lab, LAB_CLIENT, &segment);
	lab_sniff_next(lab, sniff, TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK, segment.from.port,
		       &answer);
	segment.flags = TCP_ACK;
	segment.seq++;
	segment.ack = answer.seq + 1;
	segment.option_bytes = 0;
	return segment;
}

struct lab_segment recipe_connecting(struct lab *lab, enum lab_who host, const char *hook,
				     unsigned int flags, struct lab_sock *ret_client)
{
	struct lab_segment answer = { .flags = TCP_SYN | TCP_ACK,
				      .seq = 7000,
				      .window = 1024,
				      .ip_id = 0x1234,
				      .options = { 2, 4, 5, 0xb4 },
				      .option_bytes = 4 };
	struct observation syn;
	int sniff = lab_sniff(lab, host);

	lab_rule(lab, host, hook, "tcp dport %u drop", lab_port(lab, 0));
	*ret_client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect_start(lab, *ret_client, lab_at(lab, LAB_SERVER, 0, flags));
	lab_sniff_next(lab, sniff, TCP_SYN | TCP_ACK, TCP_SYN, lab_port(lab, 0), &syn);
	answer.from = syn.destination;
	answer.to = syn.source;
	answer.ack = syn.seq + 1;
	return answer;
}

struct lab_segment recipe_time_wait(struct lab *lab, struct lab_sock *ret_listener)
{
	struct lab_segment next = { .flags = TCP_ACK, .window = 1024, .ip_id = 0x1234 };
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	next.from = lab_at(lab, LAB_CLIENT, 1, 0);
	next.to = lab_at(lab, LAB_SERVER, 0, 0);
	*ret_listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_bind(lab, client, next.from);
	lab_connect(lab, client, next.to);
	server = lab_accept(lab, *ret_listener);
	lab_seqs(lab, server, &next.ack, &next.seq);
	next.ack++; /* the FIN of each */
	next.seq++;
	lab_close(lab, server);
	lab_await_state(lab, client, TCP_CLOSE_WAIT);
	/* An acknowledgement that comes behind the client's FIN would be answered once more. */
	lab_await_remains(lab, LAB_SERVER, next.to, next.from, TCP_FIN_WAIT2);
	lab_close(lab, client);
	lab_await_remains(lab, LAB_SERVER, next.to, next.from, TCP_TIME_WAIT);
	lab_await_remains(lab, LAB_CLIENT, next.from, next.to, 0);
	return next;
}

void recipe_provoke(struct lab *lab, enum lab_who injector, const struct lab_segment *segment,
		    enum lab_who resetter)
{
	uint64_t resets = lab_counter(lab, resetter, "Tcp.OutRsts");

	lab_inject(lab, injector, segment);
	lab_await_counter(lab, resetter, "Tcp.OutRsts", resets + 1);
}

static void sign(struct lab *lab, struct lab_sock sock, struct endpoint peer, const char *key)
{
	struct tcp_md5sig option = { .tcpm_keylen = (uint16_t)strlen(key) };
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct sockaddr_in6 address6 = { .sin6_family = AF_INET6 };

	memcpy(&address.sin_addr, peer.ip, sizeof(address.sin_addr));
	memcpy(&address6.sin6_addr, peer.ip, sizeof(address6.sin6_addr));
	if (lab_ip6(lab))
		memcpy(&option.tcpm_addr, &address6, sizeof(address6));
	else
		memcpy(&option.tcpm_addr, &address, sizeof(address));
	memcpy(option.tcpm_key, key, strlen(key));
	lab_set(lab, sock, IPPROTO_TCP, TCP_MD5SIG, &option, sizeof(option));
}

struct lab_pair recipe_md5(struct lab *lab, const char *key)
{
	struct lab_pair pair = { .server = { .who = LAB_SERVER, .fd = -1 } };

	pair.client_end = lab_at(lab, LAB_CLIENT, 1, 0);
	pair.server_end = lab_at(lab, LAB_SERVER, 0, 0);
	pair.listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	sign(lab, pair.listener, pair.client_end, "secret");
	pair.client = lab_socket(lab, LAB_CLIENT, 0);
	lab_bind(lab, pair.client, pair.client_end);
	if (key)
		sign(lab, pair.client, pair.server_end, key);
	lab_patience(lab, 300);
	if (lab_connect(lab, pair.client, pair.server_end) == 0)
		pair.server = lab_accept(lab, pair.listener);
	return pair;
}

struct lab_pair recipe_again(struct lab *lab, const struct lab_pair *pair)
{
	struct lab_pair again = *pair;

	again.client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect(lab, again.client, pair->server_end);
	again.server = lab_accept(lab, pair->listener);
	again.client_end = lab_local(lab, again.client);
	return again;
}

void recipe_end(struct lab *lab, const struct lab_pair *pair)
{
	lab_shutdown(lab, pair->server, SHUT_WR);
	lab_drain(lab, pair->client);
	lab_close(lab, pair->client);
	lab_drain(lab, pair->server);
	lab_close(lab, pair->server);
}

void recipe_outage(struct lab *lab, const struct lab_pair *pair)
{
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u drop", lab_port(lab, 0));
	lab_send(lab, pair->client, "data");
	if (!lab_fixed(lab)) {
		lab_patience(lab, 4000);
		lab_recv(lab, pair->client, 1024);
		return;
	}
	lab_idle_ms(lab, 1000);
	lab_unrule(lab, LAB_SERVER);
	lab_patience(lab, 5000);
	lab_recv(lab, pair->server, 1024);
	lab_send(lab, pair->server, "late");
	lab_recv(lab, pair->client, 1024);
}

void recipe_restart(struct lab *lab, bool refuses)
{
	struct lab_pair pair = lab_pair(lab, LAB_NO_LISTENER);
	struct lab_sock listener;

	if (lab_fixed(lab))
		recipe_end(lab, &pair);
	else
		lab_forget(lab, pair.server);
	if (refuses && !lab_fixed(lab))
		lab_connect(lab, lab_socket(lab, LAB_CLIENT, 0), pair.server_end);
	listener = lab_listen(lab, LAB_SERVER_2, 0, 0, 16);
	if (lab_fixed(lab)) {
		pair.client = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, pair.client, pair.server_end);
		pair.server = lab_accept(lab, listener);
	}
	lab_send(lab, pair.client, "hello");
	lab_recv(lab, lab_fixed(lab) ? pair.server : pair.client, 1024);
}

struct lab_sock recipe_overflow(struct lab *lab, unsigned int count, struct lab_sock *ret_early)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, lab_fixed(lab) ? 16 : 2);
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	unsigned int i;

	lab_rule(lab, LAB_SERVER, "input",
		 "tcp sport >= %u tcp sport <= %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 1), lab_port(lab, count));
	for (i = 0; i < count; i++) {
		ret_early[i] = lab_socket(lab, LAB_CLIENT, 0);
		lab_bind(lab, ret_early[i], lab_at(lab, LAB_CLIENT, 1 + i, 0));
		lab_connect(lab, ret_early[i], to);
	}
	for (i = 0; i < 3; i++)
		lab_connect(lab, lab_socket(lab, LAB_CLIENT, 0), to);
	lab_await_queue(lab, listener, 3); /* one more than the backlog */
	lab_unrule(lab, LAB_SERVER);
	return listener;
}

struct lab_sock recipe_listen_too(struct lab *lab, enum lab_who who)
{
	struct lab_sock listener = lab_socket(lab, who, 0);

	lab_set_int(lab, listener, SOL_SOCKET, SO_REUSEPORT, 1);
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_listen_on(lab, listener, 16);
	return listener;
}

bool recipe_moves_queues(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	/* Debian's 5.10 lists the name, and moves no queue. */
	return !uname(&name) && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 14));
}

void recipe_iptables_reject(struct lab *lab, const char *match)
{
	const char *tool = lab_ip6(lab) ? "ip6tables" : "iptables";

	lab_command(lab, LAB_SERVER, lab_ip6(lab) ? "ip6tables -F INPUT" : "iptables -F INPUT",
		    "%s -A INPUT -p tcp --dport %u %s -j REJECT --reject-with tcp-reset", tool,
		    lab_port(lab, 0), match);
}

/* Of either kind; it may be gone already. */
#define VIP_GONE                                                                                   \
	"ip addr del 10.77.9.9/32 dev lo 2>/dev/null || ip addr del fd77:9::9/128 dev lo "         \
	"2>/dev/null || :"

static const char *vip(const struct lab *lab)
{
	return lab_ip6(lab) ? "fd77:9::9" : "10.77.9.9";
}

struct endpoint recipe_vip(struct lab *lab)
{
	lab_command(lab, LAB_SERVER, VIP_GONE, "ip addr add %s dev lo", vip(lab));
	lab_command(lab, LAB_ROUTER, NULL, "ip route replace %s via %s", vip(lab),
		    lab_ip6(lab) ? "fd77:2::2" : "10.77.2.2");
	return lab_endpoint(vip(lab), lab_port(lab, 0));
}

void recipe_vip_too(struct lab *lab)
{
	lab_command(lab, LAB_THIRD, VIP_GONE, "ip addr replace %s dev lo", vip(lab));
}

void recipe_vip_rehashed(struct lab *lab)
{
	lab_command(lab, LAB_ROUTER, NULL, "ip route replace %s via %s", vip(lab),
		    lab_ip6(lab) ? "fd77:3::3" : "10.77.3.3");
}

void recipe_vip_moves(struct lab *lab)
{
	lab_command(lab, LAB_SERVER, NULL, "ip addr del %s%s dev lo", vip(lab),
		    lab_ip6(lab) ? "/128" : "/32");
	recipe_vip_too(lab);
	recipe_vip_rehashed(lab);
}

void recipe_untrack(struct lab *lab)
{
	lab_command(lab, LAB_ROUTER, NULL, "conntrack -D -f %s -p tcp --dport %u",
		    lab_ip6(lab) ? "ipv6" : "ipv4", lab_port(lab, 0));
}

void recipe_translate(struct lab *lab, uint16_t port)
{
	char script[256];

	snprintf(script, sizeof(script),
		 "table inet nat {\nchain c {\ntype nat hook postrouting priority 100;\n"
		 "oifname \"to-server\" meta l4proto tcp masquerade to :%u\n}\n}\n",
		 port);
	lab_nft(lab, LAB_ROUTER, script);
}

struct lab_pair recipe_routed(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "one");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	return pair;
}

void recipe_goes_on(struct lab *lab, const struct lab_pair *pair)
{
	lab_send(lab, pair->client, "two");
	lab_recv(lab, lab_fixed(lab) ? pair->server : pair->client, 1024);
}

struct lab_pair recipe_translated(struct lab *lab, uint16_t port)
{
	recipe_translate(lab, port);
	return recipe_routed(lab);
}

struct lab_pair recipe_through(struct lab *lab, unsigned int timeout_s)
{
	char seconds[16];

	snprintf(seconds, sizeof(seconds), "%u", timeout_s);
	lab_sysctl(lab, LAB_ROUTER, "net.netfilter.nf_conntrack_tcp_timeout_established", seconds);
	return recipe_routed(lab);
}

void recipe_keepalive(struct lab *lab, struct lab_sock sock)
{
	lab_set_int(lab, sock, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	lab_set_int(lab, sock, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	lab_set_int(lab, sock, SOL_SOCKET, SO_KEEPALIVE, 1);
}

void recipe_pause(struct lab *lab, const struct lab_pair *pair, unsigned int timeout_s)
{
	if (!lab_fixed(lab)) {
		lab_patience(lab, timeout_s * 1000 + 3000);
		lab_await_command(lab, LAB_ROUTER,
				  "! conntrack -L -p tcp --dport %u 2>/dev/null | grep -q .",
				  lab_port(lab, 0));
		lab_patience(lab, 1000);
		return;
	}
	recipe_keepalive(lab, pair->client);
	lab_idle_ms(lab, timeout_s * 1000 + 1000);
}

pid_t recipe_nginx_start(struct lab *lab, const char *settings)
{
	struct endpoint at = lab_at(lab, LAB_SERVER, 0, 0);
	char text[ENDPOINT_TEXT_MAX];
	pid_t master;

	endpoint_format(&at, text);
	lab_file(lab, "nginx.conf",
		 "daemon off; worker_processes 1; user root; pid pid; events {}\n"
		 "http { access_log off; client_body_temp_path body; proxy_temp_path proxy;\n"
		 "fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi; %s\n"
		 "server { listen %s; location / { return 200 ok; } } }\n",
		 settings, text);
	master = lab_start(lab, LAB_SERVER, "exec nginx -p . -c nginx.conf -e error.log");
	lab_await_listener(lab, LAB_SERVER, at);
	return master;
}

struct recipe_nginx recipe_nginx(struct lab *lab, const char *settings)
{
	struct recipe_nginx nginx = { .master = recipe_nginx_start(lab, settings) };

	nginx.server_end = lab_at(lab, LAB_SERVER, 0, 0);
	nginx.worker = lab_await_child(lab, nginx.master, NULL);
	nginx.client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect(lab, nginx.client, nginx.server_end);
	nginx.client_end = lab_local(lab, nginx.client);
	return nginx;
}

void recipe_nginx_closed(struct lab *lab, const struct recipe_nginx *nginx)
{
	lab_await_remains(lab, LAB_SERVER, nginx->server_end, nginx->client_end, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 120);
}

static long outgrow_bytes;

static void grow(int signal)
{
	char *memory = mmap(NULL, (size_t)outgrow_bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)signal;
	if (memory != MAP_FAILED)
		memset(memory, 1, (size_t)outgrow_bytes);
}

static long will_grow(struct lab_call *call)
{
	outgrow_bytes = call->a;
	return signal(SIGUSR1, grow) == SIG_ERR ? -errno : 0;
}

void recipe_outgrow(struct lab *lab, enum lab_who who, long bytes)
{
	struct lab_call call = { .a = bytes };

	/* A call is answered before it ends: the signal makes it grow after that. */
	lab_call(lab, who, will_grow, &call);
	if (lab_fixed(lab))
		lab_signal(lab, who, SIGUSR1);
	else
		lab_kill(lab, who, SIGUSR1);
}

/* What @from has sent and @to has not got, as far as there are only the two. */
static uint64_t segments(struct lab *lab, enum lab_who from, enum lab_who to)
{
	return lab_counter(lab, from, "Tcp.OutSegs") - lab_counter(lab, to, "Tcp.InSegs");
}

/* Until no more segments are under way than @before. */
static void await_arrived(struct lab *lab, enum lab_who from, enum lab_who to, uint64_t before)
{
	lab_await_counter(lab, to, "Tcp.InSegs", lab_counter(lab, from, "Tcp.OutSegs") - before);
}

void recipe_warm(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 9, LAB_ROUTED, 1);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, LAB_ROUTED), server;
	uint64_t before[] = { segments(lab, LAB_SERVER, LAB_CLIENT),
			      segments(lab, LAB_CLIENT, LAB_SERVER) };

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 9, LAB_ROUTED));
	server = lab_accept(lab, listener);
	lab_close(lab, client);
	lab_recv(lab, server, 1);
	lab_close(lab, server);
	/* On a busy machine the last ones are long under way. */
	await_arrived(lab, LAB_SERVER, LAB_CLIENT, before[0]);
	await_arrived(lab, LAB_CLIENT, LAB_SERVER, before[1]);
	lab_close(lab, listener);
}

static void put32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

struct lab_segment recipe_imitation(struct lab *lab, struct lab_sock victim, uint16_t port)
{
	struct lab_segment rst = { .flags = TCP_RST | TCP_ACK, .option_bytes = 12 };
	struct observation seen;
	int sniff = lab_sniff(lab, victim.who);

	lab_send(lab, victim, "x");
	lab_sniff_next(lab, sniff, TCP_PSH | TCP_ACK, TCP_ACK, port, &seen);
	rst.from = seen.source;
	rst.to = seen.destination;
	rst.seq = seen.seq;
	rst.ack = seen.ack;
	rst.window = seen.window;
	rst.ip_id = (uint16_t)(seen.ip_id + 1);
	rst.ttl = seen.ttl;
	rst.tos = seen.tos;
	rst.options[0] = rst.options[1] = 1; /* NOP */
	rst.options[2] = 8;
	rst.options[3] = 10;
	put32(rst.options + 4, seen.ts_value);
	put32(rst.options + 8, seen.ts_echo);
	return rst;
}
