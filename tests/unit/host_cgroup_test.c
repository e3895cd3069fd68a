/* SPDX-License-Identifier: MIT */
/* Containers and pods from the paths that container managers write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/cgroup.h"

#define ID "4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"
#define ID2 "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define SHOWN "4f797c539e6c"
#define SHOWN2 "9ec39b91f3d7"
#define UID "74c13223-5a00-11e9-b385-42010a80018d"
#define UID_ "74c13223_5a00_11e9_b385_42010a80018d"
#define HASH "8a3f1c0d5b7e9f2a4c6d8e0b1f3a5c7d"

struct row {
	const char *path, *container, *pod;
};

static const struct row rows[] = {
	/* docker: cgroupfs, systemd, rootless, docker in docker, a build */
	{ "/docker/" ID, SHOWN, "" },
	{ "/system.slice/docker-" ID ".scope", SHOWN, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope", SHOWN,
	  "" },
	{ "/docker/" ID "/docker/" ID2, SHOWN2, "" },
	{ "/docker/buildkit/" ID, SHOWN, "" },
	{ "/system.slice:docker:" ID, SHOWN, "" },
	{ "/" ID, SHOWN, "" },
	/* Kubernetes: containerd, docker, CRI-O, by systemd and cgroupfs, of all classes of service
	 */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_
	  ".slice/cri-containerd-" ID ".scope",
	  SHOWN, UID },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/docker-" ID ".scope", SHOWN, UID },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" UID_ ".slice/crio-" ID
	  ".scope",
	  SHOWN, UID },
	{ "/kubepods/besteffort/pod" UID "/" ID, SHOWN, UID },
	{ "/kubepods/pod" UID "/" ID, SHOWN, UID },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_
	  ".slice:cri-containerd:" ID,
	  SHOWN, UID },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
	  "kubelet-kubepods-burstable-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	  SHOWN, UID },
	{ "/kubepods/burstable/pod" HASH "/" ID, SHOWN, HASH }, /* from a file of the node */
	{ "/kubepods.slice/kubepods-pod" HASH ".slice/crio-" ID ".scope/container", SHOWN, HASH },
	{ "/docker/" ID2 "/kubelet/kubepods/burstable/pod" UID "/" ID, SHOWN, UID },
	{ "/../../kubepods/burstable/pod" UID "/" ID, SHOWN, UID }, /* from another namespace */
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice", "", UID },
	/* podman, alone, in its pod, in a service */
	{ "/machine.slice/libpod-" ID ".scope", SHOWN, "" },
	{ "/machine.slice/libpod-" ID ".scope/container", SHOWN, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope", SHOWN,
	  "" },
	{ "/libpod_parent/libpod-" ID, SHOWN, "" },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope", SHOWN, "" },
	{ "/system.slice/web.service/libpod-payload-" ID, SHOWN, "" },
	/* others with an id */
	{ "/system.slice/nerdctl-" ID ".scope", SHOWN, "" },
	{ "/k8s.io/" ID, SHOWN, "" },
	{ "/ecs/5a0d5ceddf6c44c1928d367a815d890f/" ID, SHOWN, "" },
	{ "/ecs/5a0d5ceddf6c44c1928d367a815d890f/5a0d5ceddf6c44c1928d367a815d890f-2837465102",
	  "5a0d5ceddf6c", "" },
	/* with a name */
	{ "/lxc.payload.web1/system.slice/nginx.service", "web1", "" },
	{ "/lxc.payload/web1", "web1", "" },
	{ "/lxc/a-container-with-a-long-name", "a-container-wit", "" },
	{ "/lxc.payload.c1/docker/" ID, SHOWN, "" },
	{ "/machine.slice/systemd-nspawn@build.service/payload", "build", "" },
	{ "/machine.slice/machine-build\\x2d1.scope", "build-1", "" },
	{ "/machine.slice/machine-a\\x00b.scope", "a\\x00b", "" },
	/* none */
	{ "/", "", "" },
	{ "", "", "" },
	{ "/init.scope", "", "" },
	{ "/system.slice/nginx.service", "", "" },
	{ "/user.slice/user-1000.slice/session-3.scope", "", "" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", "", "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "", "" },
	{ "/system.slice/crio-conmon-" ID ".scope", "", "" },
	{ "/machine.slice/machine-libpod_pod_" ID ".slice", "", "" },
	{ "/system.slice/var-lib-docker-overlay2-" ID "-merged.mount", "", "" },
	{ "/system.slice/docker-4f797c539e6c.scope", "", "" },
	{ "/docker/" ID "a", "", "" },
	{ "/lxc.monitor.web1", "", "" },
	{ "/lxc.payload.", "", "" },
	{ "/machine.slice/machine-.scope", "", "" },
	{ "/system.slice/pod" UID ".slice", "", "" }, /* not of Kubernetes */
	{ "/kubepods/podman/pod" UID "0", "", "" },
	{ "/kubepods/pod74c13223-5a00-11e9-b38542010a80018d", "", "" },
	{ "/kubepods/pod74c13223--5a00-11e9-b385-42010a80018d", "", "" },
	{ "/kubepods/burstable/podshop", "", "" },
};

static void test_paths(void **unused)
{
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t length = strlen(rows[i].path);
		char *path = malloc(length + 1), container[16], pod[40];

		/* No byte after the path: the sanitizer would tell. */
		memcpy(path, rows[i].path, length);
		path = realloc(path, length ? length : 1);
		cgroup_container(path, length, container, sizeof(container));
		cgroup_pod(path, length, pod, sizeof(pod));
		free(path);
		if (strcmp(container, rows[i].container) || strcmp(pod, rows[i].pod))
			fail_msg("%s: container '%s', pod '%s'", rows[i].path, container, pod);
	}
}

static void parse(const char *text, struct program *ret)
{
	memset(ret, 0xa5, sizeof(*ret));
	cgroup_parse(text, strlen(text), ret);
}

static void test_files(void **unused)
{
	struct program program;

	(void)unused;
	parse("0::/system.slice/nginx.service\n", &program);
	assert_string_equal(program.cgroup, "/system.slice/nginx.service");
	assert_string_equal(program.container, "");
	assert_string_equal(program.pod, "");

	/* version 1 only */
	parse("12:cpuset:/docker/" ID "\n11:memory:/docker/" ID "\n1:name=systemd:/docker/" ID "\n",
	      &program);
	assert_string_equal(program.cgroup, "/docker/" ID);
	parse("5:pids:/user.slice/session-3.scope\n4:cpu,cpuacct:/user.slice\n"
	      "3:cpuset:/\n2:memory:/user.slice/user-1000.slice\n",
	      &program);
	assert_string_equal(program.cgroup, "/user.slice/user-1000.slice");
	parse("4:cpuacct,cpu:/a\n3:cpuset:/b\n2:memory:/\n1:name=systemd:/c\n", &program);
	assert_string_equal(program.cgroup, "/a");

	/* both: the unified one, unless another knows the container */
	parse("2:memory:/a\n0::/b\n", &program);
	assert_string_equal(program.cgroup, "/b");
	parse("2:memory:/kubepods/pod" UID "/" ID "\n0::/system.slice/containerd.service\n",
	      &program);
	assert_string_equal(program.container, SHOWN);
	assert_string_equal(program.pod, UID);
	parse("4:memory:/process_api/x\n0::/\n", &program);
	assert_string_equal(program.cgroup, "/process_api/x");

	/* removed while its last process dies; no newline at the end; a colon in the path */
	parse("0::/system.slice/nginx.service (deleted)\n", &program);
	assert_string_equal(program.cgroup, "/system.slice/nginx.service");
	parse("0::/a:b", &program);
	assert_string_equal(program.cgroup, "/a:b");
}

static void test_hostile(void **unused)
{
	static const char *const texts[] = { "",      "\n",	    ":",       "::",
					     "::\n",  "0::",	    "0::\n",   "a:b",
					     "\0\0:", "0:::\n\n\n", "1:memory" };
	char long_text[40000];
	struct program program;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		parse(texts[i], &program);
		assert_string_equal(program.container, "");
	}
	/* A path far too long: its end is kept, from a component on. */
	memset(long_text, 'x', sizeof(long_text));
	memcpy(long_text, "0::/", 4);
	strcpy(long_text + sizeof(long_text) - 100, "/docker/" ID);
	parse(long_text, &program);
	assert_string_equal(program.cgroup, "docker/" ID);
	assert_string_equal(program.container, SHOWN);
	/* A NUL, which the kernel cannot write. */
	memcpy(long_text, "0::/a\0b\n0::/c\n", 15);
	cgroup_parse(long_text, 14, &program);
	assert_string_equal(program.cgroup, "/c");
	/* Control characters stay: sinks escape them. */
	parse("0::/a\033[31m\n", &program);
	assert_string_equal(program.cgroup, "/a\033[31m");
}

static void test_path_end(void **unused)
{
	char text[12];

	(void)unused;
	path_copy_end(text, sizeof(text), "/usr/bin/x", 10);
	assert_string_equal(text, "/usr/bin/x");
	path_copy_end(text, sizeof(text), "/usr/bin/ab", 11);
	assert_string_equal(text, "/usr/bin/ab");
	path_copy_end(text, sizeof(text), "/usr/bin/abc", 12);
	assert_string_equal(text, "bin/abc");
	path_copy_end(text, sizeof(text), "/abcdefghijklmnop", 17);
	assert_string_equal(text, "fghijklmnop");
	/* Not in the middle of a character: five of three bytes each. */
	path_copy_end(text, sizeof(text), "\u4e2d\u4e2d\u4e2d\u4e2d\u4e2d", 15);
	assert_string_equal(text, "\u4e2d\u4e2d\u4e2d");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_path_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
