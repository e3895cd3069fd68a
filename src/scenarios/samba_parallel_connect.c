/* SPDX-License-Identifier: MIT */
/* The first SYN to 445 is lost, so that 139 is tried too; smbd is too busy to answer there before
 * 445 is ready after all. Both ports are fixed; the client's own are taken from the lab's. */
#include <netinet/tcp.h>
#include <signal.h>

#include "scenarios/scenario.h"

#define SMB 445
#define NETBIOS 139

static pid_t samba_start(struct lab *lab)
{
	const char *folder = lab_folder(lab);
	struct endpoint at = lab_endpoint("0.0.0.0", SMB);
	pid_t smbd;

	lab_file(lab, "smb.conf",
		 "[global]\n"
		 "smb ports = %d %d\n"
		 "security = user\n"
		 "map to guest = bad user\n"
		 "disable spoolss = yes\n"
		 "load printers = no\n"
		 "log file = %s/log\n"
		 "private dir = %s\n"
		 "lock directory = %s\n"
		 "state directory = %s\n"
		 "cache directory = %s\n"
		 "pid directory = %s\n"
		 "ncalrpc dir = %s/ncalrpc\n"
		 "[share]\n"
		 "path = %s\n"
		 "guest ok = yes\n",
		 SMB, NETBIOS, folder, folder, folder, folder, folder, folder, folder, folder);
	smbd = lab_start(lab, LAB_SERVER,
			 "exec smbd --foreground --no-process-group -s smb.conf >said 2>&1");
	lab_patience(lab, 15000);
	lab_await_listener(lab, LAB_SERVER, at);
	at.port = NETBIOS;
	lab_await_listener(lab, LAB_SERVER, at);
	return smbd;
}

static int run(struct lab *lab)
{
	struct endpoint server = lab_at(lab, LAB_SERVER, 0, 0), local, remote;
	char host[ENDPOINT_TEXT_MAX];
	pid_t smbd = samba_start(lab), smbclient;

	endpoint_format_host(&server, host);
	lab_command(lab, LAB_CLIENT, "sysctl -qw net.ipv4.ip_local_port_range='32768 60999'",
		    "sysctl -qw net.ipv4.ip_local_port_range='%u %u'", lab_port(lab, 0),
		    lab_port(lab, LAB_PORTS - 1));
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %d tcp flags & syn == syn drop", SMB);
	lab_stall(lab, smbd);
	smbclient =
		lab_start(lab, LAB_CLIENT,
			  "smbclient -s smb.conf %s -N -L //%s >client 2>&1; echo exit=$? >exit",
			  lab_fixed(lab) ? "-p 445" : "", host);
	if (!lab_fixed(lab)) {
		lab_await_connection(lab, LAB_CLIENT, NETBIOS, TCP_ESTABLISHED, 0, &local, &remote);
		lab_unrule(lab, LAB_SERVER);
		lab_await_remains(lab, LAB_CLIENT, local, remote, TCP_FIN_WAIT2);
	} else {
		lab_unrule(lab, LAB_SERVER);
	}
	lab_await_connection(lab, LAB_CLIENT, SMB, TCP_ESTABLISHED, 0, &local, &remote);
	kill(smbd, SIGCONT);
	lab_await_end(lab, smbclient);
	lab_record_output(lab, LAB_CLIENT, "exit");
	return 0;
}

const struct scenario scenario_samba_parallel_connect = {
	.name = "samba_parallel_connect",
	.story = { "an SMB client connects to 445 and 139 at once and drops 139; smbd answers "
		   "there all the same",
		   "SMB 客户端同时连接 445 和 139，随后放弃 139，而 smbd 仍在那里应答" },
	.remedy = { "the client names the port (-p 445): there is no second connect",
		    "客户端指定端口（-p 445），不再有第二个连接" },
	.fingerprint = "parallel_connect_loser_clean",
	.program = "smbd smbclient",
	.package = "samba smbclient",
	.needs = NEED_NFT,
	.class = "no-socket",
	.cause = "parallel-connect-loser",
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.only_ip = 4,
	.run = run,
};
