/* SPDX-License-Identifier: MIT */
/* An agent destroys connections from a BPF program; the owner is not asked. */
#include <errno.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "destroy.skel.h"
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static struct destroy_bpf *load(uint16_t port)
{
	struct destroy_bpf *program;

	libbpf_set_print(NULL);
	program = destroy_bpf__open();
	if (!program)
		return NULL;
	program->rodata->port = port;
	if (destroy_bpf__load(program) == 0)
		return program;
	destroy_bpf__destroy(program);
	return NULL;
}

/* The iterator walks the sockets of the reader's namespace. */
static long destroy(struct lab_call *call)
{
	struct destroy_bpf *program = load((uint16_t)call->a);
	struct bpf_link *link =
		program ? bpf_program__attach_iter(program->progs.destroy, NULL) : NULL;
	int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -ENOSYS;
	char nothing[64];

	while (iterator >= 0 && read(iterator, nothing, sizeof(nothing)) > 0)
		;
	if (iterator >= 0)
		close(iterator);
	bpf_link__destroy(link);
	destroy_bpf__destroy(program);
	return iterator < 0 ? iterator : 0;
}

static int run(struct lab *lab)
{
	struct lab_call call = { .a = 0 }, target = { .a = lab_port(lab, 0) };
	struct lab_pair pair;

	/* To a port that nobody has: whether this kernel can do it at all. */
	if (lab_call(lab, LAB_SERVER_2, destroy, &call) < 0)
		return lab_skip(lab, "this kernel has no bpf_sock_destroy()");
	pair = lab_pair(lab, 0);
	if (lab_fixed(lab))
		recipe_end(lab, &pair);
	lab_record(lab, LAB_SERVER_2, "bpf_sock_destroy",
		   lab_call(lab, LAB_SERVER_2, destroy, &target));
	if (lab_fixed(lab))
		return 0;
	lab_recv(lab, pair.server, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_bpf_sock_destroy = {
	.name = "bpf_sock_destroy",
	.story = { "a BPF program on the server's host destroys a connection with "
		   "bpf_sock_destroy()",
		   "服务端主机上的 BPF 程序用 bpf_sock_destroy() 销毁了连接" },
	.remedy = { "the agent lets the server drain first: when it destroys what is left, nothing "
		    "is",
		    "代理先让服务端排空连接，再去销毁剩下的，这时已经没有了" },
	.class = "owner-abort",
	.cause = "socket-destroyed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
