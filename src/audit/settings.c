/* SPDX-License-Identifier: MIT */
#include "audit/settings.h"

#include <stddef.h>
#include <string.h>

/* Each from the program's own manual; the numbers that they ship with are in docs/causes.md. */
static const struct program_setting settings[] = {
	{ "nginx", "nginx: listen ... backlog=4096;",
	  "nginx: worker_rlimit_nofile, worker_connections" },
	{ "haproxy", "haproxy: backlog 4096 (frontend or defaults)", "haproxy: ulimit-n, maxconn" },
	{ "apache2", "Apache: ListenBacklog 4096", NULL },
	{ "httpd", "Apache: ListenBacklog 4096", NULL },
	{ "redis-server", "redis.conf: tcp-backlog 4096", "redis.conf: maxclients" },
	{ "java",
	  "Tomcat: acceptCount=\"4096\" of the Connector; else new ServerSocket(port, 4096)",
	  NULL },
	{ "node", "Node: server.listen({ port, backlog: 4096 })", NULL },
	{ "gunicorn", "gunicorn: --backlog 4096", NULL },
	{ "uvicorn", "uvicorn: --backlog 4096", NULL },
	{ "hypercorn", "hypercorn: --backlog 4096", NULL },
	{ "mariadbd", "MariaDB: back_log = 4096", "MariaDB: open_files_limit" },
	{ "mysqld", "MySQL: back_log = 4096", "MySQL: open_files_limit" },
	{ "python3", "Python: socket.listen(4096)", NULL },
	{ "php-fpm", "php-fpm: listen.backlog = 4096", "php-fpm: rlimit_files" },
	{ "envoy", "Envoy: tcp_backlog_size of the listener", NULL },
};

const struct program_setting *setting_find(const char *comm)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!strncmp(comm, settings[i].comm, strlen(settings[i].comm)))
			return &settings[i];
	return NULL;
}
