/* SPDX-License-Identifier: MIT */
/* Configuration: files that are looked at in place of this host (--config), what is left out of
 * them. */
#include "cmds/audit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/config.h"
#include "cmds/options.h"
#include "cmds/shared.h"

#define BYTES_MOST ((size_t)16 << 20)

/* All of it, with a NUL behind it. */
static int read_all(FILE *file, char **ret_text, size_t *ret_length)
{
	char *text = malloc(BYTES_MOST + 1), *smaller;
	size_t length = text ? fread(text, 1, BYTES_MOST, file) : 0;
	int r = 0;

	if (!text)
		return -ENOMEM;
	if (ferror(file))
		r = errno ? -errno : -EIO;
	else if (length == BYTES_MOST && fgetc(file) != EOF)
		r = -EFBIG;
	if (r) {
		free(text);
		return r;
	}
	text[length] = '\0';
	smaller = realloc(text, length + 1);
	*ret_text = smaller ? smaller : text;
	*ret_length = length;
	return 0;
}

static int read_path(const char *path, char **ret_text, size_t *ret_length)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	int r;

	if (!file)
		return -errno;
	errno = 0;
	r = read_all(file, ret_text, ret_length);
	if (file != stdin)
		fclose(file);
	return r;
}

int audit_give_config(const struct cmd_common *common, const char *path)
{
	size_t length = 0;
	char *text = NULL;
	int r = read_path(path, &text, &length);

	if (!r) {
		r = config_give(strcmp(path, "-") ? path : "stdin", text, length);
		if (r == -EINVAL) {
			options_complain(common->lang,
					 "%s: expected a configuration of nginx (or what nginx -T "
					 "prints), HAProxy, keepalived, Tomcat or systemd",
					 "%s：应为 nginx（或 nginx -T "
					 "的输出）、HAProxy、keepalived、Tomcat 或 systemd 的配置",
					 path);
			return r;
		}
	}
	if (r)
		options_complain(common->lang, "%s: %s", "%s：%s", path, strerror(-r));
	return r;
}

static void tell_one(const struct cmd_common *common, const struct config_left_out *one)
{
	if (one->error)
		cmd_print_note((void *)common, "left out: %s (%s)", "略过：%s（%s）", one->file,
			       strerror(one->error));
	else
		cmd_print_note((void *)common,
			       "left out: what stands under the .if at %s:%d: whether it holds is "
			       "not known here",
			       "略过：%s:%d 处 .if 之下的语句：这里无法得知它是否成立", one->file,
			       one->line);
}

void audit_tell_left_out(const struct cmd_common *common)
{
	for (int kind = 0; kind < CONFIG_KINDS && !common->quiet; kind++) {
		const struct config *config = config_get((enum config_kind)kind);
		int more = config->left_out_count - CONFIG_PROBLEMS_MAX;

		for (int i = 0; i < config->left_out_count && i < CONFIG_PROBLEMS_MAX; i++)
			tell_one(common, &config->left_out[i]);
		if (more > 0)
			cmd_print_note((void *)common, "left out: %d more of configuration",
				       "略过：另有 %d 处配置", more);
	}
}
