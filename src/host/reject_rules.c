/* SPDX-License-Identifier: MIT */
#include "host/reject_rules.h"

#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "host/netlink.h"

#define REPLY_BYTES 65536

/* A run of attributes: at each step the next one's type, bytes and length. */
struct attributes {
	const uint8_t *at;
	size_t left;
	uint16_t type;
	const uint8_t *data;
	size_t bytes;
};

static bool attribute_next(struct attributes *run)
{
	struct nlattr attribute;
	size_t step;

	if (run->left < sizeof(attribute))
		return false;
	memcpy(&attribute, run->at, sizeof(attribute));
	if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > run->left)
		return false;
	run->type = attribute.nla_type & NLA_TYPE_MASK;
	run->data = run->at + sizeof(attribute);
	run->bytes = attribute.nla_len - sizeof(attribute);
	step = NLA_ALIGN(attribute.nla_len);
	step = step < run->left ? step : run->left;
	run->at += step;
	run->left -= step;
	return true;
}

static uint64_t number64(const struct attributes *run)
{
	uint64_t value = 0;

	if (run->bytes == sizeof(value))
		memcpy(&value, run->data, sizeof(value));
	return be64toh(value);
}

static uint32_t number32(const struct attributes *run)
{
	uint32_t value = 0;

	if (run->bytes == sizeof(value))
		memcpy(&value, run->data, sizeof(value));
	return be32toh(value);
}

/* Terminated even if the kernel's is not. */
static void copy_text(const struct attributes *run, char *ret, size_t bytes)
{
	size_t length = strnlen((const char *)run->data, run->bytes);

	length = length < bytes ? length : bytes - 1;
	memcpy(ret, run->data, length);
	ret[length] = '\0';
}

/* What iptables writes: the old target with its own struct. */
static bool target_take(struct attributes run, bool ip6, struct reject_rules *rules)
{
	struct xt_ct_target_info track = { 0 };
	char name[32] = "";
	uint32_t with = 0; /* the way of answering comes first */

	while (attribute_next(&run)) {
		if (run.type == NFTA_TARGET_NAME)
			copy_text(&run, name, sizeof(name));
		if (run.type != NFTA_TARGET_INFO)
			continue;
		if (run.bytes >= sizeof(with))
			memcpy(&with, run.data, sizeof(with));
		memcpy(&track, run.data, run.bytes < sizeof(track) ? run.bytes : sizeof(track));
	}
	rules->untrack |= !strcmp(name, "NOTRACK") ||
			  (!strcmp(name, "CT") && (track.flags & XT_CT_NOTRACK || track.zone));
	return !strcmp(name, "REJECT") &&
	       with == (ip6 ? (uint32_t)IP6T_TCP_RESET : (uint32_t)IPT_TCP_RESET);
}

/* `ct zone set`, not a rule that compares the zone. */
static bool sets_zone(struct attributes data)
{
	bool zone = false, set = false;

	while (attribute_next(&data)) {
		zone |= data.type == NFTA_CT_KEY && number32(&data) == NFT_CT_ZONE;
		set |= data.type == NFTA_CT_SREG;
	}
	return zone && set;
}

static bool expression_take(struct attributes run, bool ip6, struct reject_rules *rules,
			    struct reject_rule *rule)
{
	struct attributes data = { 0 };
	char name[32] = "";

	while (attribute_next(&run)) {
		if (run.type == NFTA_EXPR_NAME)
			copy_text(&run, name, sizeof(name));
		else if (run.type == NFTA_EXPR_DATA)
			data = (struct attributes){ .at = run.data, .left = run.bytes };
	}
	if (!strcmp(name, "target"))
		return target_take(data, ip6, rules);
	rules->untrack |= !strcmp(name, "notrack") || (!strcmp(name, "ct") && sets_zone(data));
	while (attribute_next(&data)) {
		if (!strcmp(name, "counter") && data.type == NFTA_COUNTER_PACKETS) {
			rule->counted = true;
			rule->packets = number64(&data);
		}
		if (!strcmp(name, "reject") && data.type == NFTA_REJECT_TYPE)
			return number32(&data) == NFT_REJECT_TCP_RST;
	}
	return false;
}

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_IPV4	  ? "ip"
	       : family == NFPROTO_IPV6	  ? "ip6"
	       : family == NFPROTO_INET	  ? "inet"
	       : family == NFPROTO_BRIDGE ? "bridge"
					  : "netdev";
}

static void add(const struct nlmsghdr *message, struct reject_rules *rules)
{
	const struct nfgenmsg *head = NLMSG_DATA(message);
	struct attributes run = { .at = (const uint8_t *)(head + 1),
				  .left = message->nlmsg_len - NLMSG_LENGTH(sizeof(*head)) };
	struct reject_rule rule = { 0 };
	bool resets = false;

	snprintf(rule.family, sizeof(rule.family), "%s", family_name(head->nfgen_family));
	while (attribute_next(&run)) {
		struct attributes list = { .at = run.data, .left = run.bytes };

		if (run.type == NFTA_RULE_TABLE)
			copy_text(&run, rule.table, sizeof(rule.table));
		else if (run.type == NFTA_RULE_CHAIN)
			copy_text(&run, rule.chain, sizeof(rule.chain));
		else if (run.type == NFTA_RULE_HANDLE)
			rule.handle = number64(&run);
		else if (run.type == NFTA_RULE_EXPRESSIONS)
			while (attribute_next(&list))
				resets |= expression_take(
					(struct attributes){ .at = list.data, .left = list.bytes },
					head->nfgen_family == NFPROTO_IPV6, rules, &rule);
	}
	if (!resets)
		return;
	if (rules->count == REJECT_RULES_MAX)
		rules->truncated = true;
	else
		rules->items[rules->count++] = rule;
}

int reject_rules_parse(const void *messages, size_t bytes, struct reject_rules *rules)
{
	const struct nlmsghdr *message = messages;
	size_t step;

	for (; bytes >= sizeof(*message); message = (const void *)((const char *)message + step)) {
		const struct nlmsgerr *error = NLMSG_DATA(message);

		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > bytes)
			return -EBADMSG;
		step = NLMSG_ALIGN(message->nlmsg_len);
		step = step < bytes ? step : bytes;
		bytes -= step;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR)
			return message->nlmsg_len >= NLMSG_LENGTH(sizeof(error->error)) &&
					       error->error < 0
				       ? error->error
				       : -EBADMSG;
		if (message->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE))
			continue;
		if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)))
			return -EBADMSG;
		add(message, rules);
	}
	return bytes ? -EBADMSG : 0;
}

struct question {
	struct nlmsghdr head;
	struct nfgenmsg body;
};

/* A socket on which it was asked, or -errno. */
static int ask(uint16_t type, uint16_t flags)
{
	struct question question = {
		.head = { .nlmsg_len = sizeof(question),
			  .nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
			  .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) },
		.body = { .nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0 },
	};
	struct timeval patience = { 0, 500000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), r;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	r = netlink_ask(fd, &question.head);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

int reject_rules_read(struct reject_rules *ret)
{
	_Alignas(struct nlmsghdr) static char reply[REPLY_BYTES];
	int fd = ask(NFT_MSG_GETRULE, NLM_F_DUMP), r = fd < 0 ? fd : 0;

	*ret = (struct reject_rules){ 0 };
	while (r == 0) {
		ssize_t got = netlink_answer(fd, reply, sizeof(reply));

		r = got < 0 ? (int)got : reject_rules_parse(reply, (size_t)got, ret);
	}
	if (fd >= 0)
		close(fd);
	return r < 0 ? r : 0;
}

int reject_rules_generation_parse(const void *message, size_t bytes, uint32_t *ret)
{
	const struct nlmsghdr *head = message;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	struct attributes run = { 0 };

	if (bytes < sizeof(*head) || head->nlmsg_len > bytes)
		return -EBADMSG;
	if (head->nlmsg_type == NLMSG_ERROR)
		return head->nlmsg_len >= NLMSG_LENGTH(sizeof(error->error)) && error->error < 0
			       ? error->error
			       : -EBADMSG;
	if (head->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN) ||
	    head->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)))
		return -EBADMSG;
	run.at = (const uint8_t *)NLMSG_DATA(head) + sizeof(struct nfgenmsg);
	run.left = head->nlmsg_len - NLMSG_LENGTH(sizeof(struct nfgenmsg));
	while (attribute_next(&run))
		if (run.type == NFTA_GEN_ID) {
			*ret = number32(&run);
			return 0;
		}
	return -EBADMSG;
}

int reject_rules_generation(uint32_t *ret)
{
	_Alignas(struct nlmsghdr) char reply[1024];
	int fd = ask(NFT_MSG_GETGEN, 0), r = fd;
	ssize_t got;

	if (fd < 0)
		return r;
	got = netlink_answer(fd, reply, sizeof(reply));
	r = got < 0 ? (int)got : reject_rules_generation_parse(reply, (size_t)got, ret);
	close(fd);
	return r;
}
