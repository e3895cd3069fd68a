/* SPDX-License-Identifier: MIT */
/* Protection against wrapped sequence numbers: the kernel drops the segment. */
#include <arpa/inet.h>
#include <string.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_segment old = { .flags = TCP_ACK | TCP_PSH,
				   .window = 1024,
				   .ip_id = 1,
				   .options = { 1, 1, 8, 10 },
				   .option_bytes = 12,
				   .payload = "old" };
	int sniff = lab_sniff(lab, LAB_CLIENT);
	uint64_t dropped = lab_counter(lab, LAB_SERVER, "TcpExt.PAWSEstab");
	struct observation last;
	uint32_t stamp;

	lab_send_bytes(lab, pair.client, 10);
	lab_sniff_next(lab, sniff, TCP_PSH, TCP_PSH, lab_port(lab, 0), &last);
	lab_recv(lab, pair.server, 1024);
	lab_seqs(lab, pair.server, &old.ack, &old.seq);
	old.from = pair.client_end;
	old.to = pair.server_end;
	stamp = htonl(last.ts_value - 100000);
	memcpy(old.options + 4, &stamp, sizeof(stamp));
	lab_inject(lab, LAB_CLIENT, &old);
	lab_await_counter(lab, LAB_SERVER, "TcpExt.PAWSEstab", dropped + 1);
	lab_send(lab, pair.client, "new");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_paws = {
	.name = "paws",
	.story = { "look-alike: a segment with an old timestamp comes to a living connection, "
		   "and the server drops it",
		   "似是而非：存活的连接收到一个时间戳过旧的报文段，服务端将其丢弃" },
	.why = { "the segment's timestamp is older than what the connection has "
		 "seen: an old duplicate, which the kernel drops and acknowledges "
		 "again with the true numbers (RFC 7323)",
		 "报文的时间戳比连接见过的还旧，是旧的重复报文：内核丢弃它，并再次确"
		 "认正确的序号（RFC 7323）" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
