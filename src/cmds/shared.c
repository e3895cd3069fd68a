/* SPDX-License-Identifier: MIT */
#include "cmds/shared.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/escape.h"
#include "cmds/options.h"
#include "host/netns.h"

int cmd_parse_number(const char *name, const char *text, uint64_t least, uint64_t most,
		     uint64_t *ret_value)
{
	char *end;

	errno = 0;
	*ret_value = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && *ret_value >= least &&
	    *ret_value <= most)
		return 0;
	options_complain(options_lang(), "%s takes a whole number from %llu to %llu, not '%s'",
			 "%s 需要 %llu 到 %llu 之间的整数，不能是“%s”", name,
			 (unsigned long long)least, (unsigned long long)most, text);
	return -EINVAL;
}

int cmd_parse_duration(const char *name, const char *text, int64_t least_ns, int64_t most_ns,
		       int64_t *ret_ns)
{
	char *end;
	long long value, unit;

	errno = 0;
	value = strtoll(text, &end, 10);
	unit = !*end || !strcmp(end, "s") ? 1
	       : !strcmp(end, "m")	  ? 60
	       : !strcmp(end, "h")	  ? 3600
					  : 0;
	unit *= 1000000000ll;
	if (text[0] >= '0' && text[0] <= '9' && !errno && unit && value <= most_ns / unit &&
	    value * unit >= least_ns) {
		*ret_ns = value * unit;
		return 0;
	}
	value = most_ns / 1000000000ll;
	unit = value % 3600 ? 1 : 3600;
	options_complain(options_lang(),
			 "%s takes a time like 60s, 5m or 2h, from %llds to %lld%c, not '%s'",
			 "%s 需要 60s、5m、2h 这样的时间（%llds 到 %lld%c），不能是“%s”", name,
			 (long long)(least_ns / 1000000000ll), value / unit, unit == 1 ? 's' : 'h',
			 text);
	return -EINVAL;
}

int cmd_open_netns(const struct cmd_common *common, const char *what, int *ret_fd,
		   uint32_t *ret_inode)
{
	int r;

	*ret_fd = -1;
	if (!what || !strcmp(what, "all"))
		return 0;
	r = netns_open(what, ret_fd, ret_inode);
	if (r < 0)
		options_complain(common->lang,
				 "--netns %s: no network namespace there (%s); name a file like "
				 "/run/netns/NAME, a process, or all",
				 "--netns %s：找不到网络命名空间（%s）；请给出 /run/netns/名称 "
				 "这样的文件、进程号，或 all",
				 what, strerror(-r));
	return r < 0 ? 1 : 0;
}

void cmd_join_words(struct buf *filter, int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (i)
			buf_add_char(filter, ' ');
		buf_add_text(filter, argv[i]);
	}
}

void cmd_print_note(void *context, const char *en, const char *zh, ...)
{
	const struct cmd_common *common = context;
	struct buf raw, line;
	va_list arguments;

	buf_init(&raw, 4096);
	buf_init(&line, 16384);
	va_start(arguments, zh);
	buf_vprintf(&raw, common->lang == LANG_ZH ? zh : en, arguments);
	va_end(arguments);
	escape_terminal(&line, raw.data, raw.length);
	fprintf(stderr, "whyrst: %s\n", buf_text(&line));
	buf_release(&raw);
	buf_release(&line);
}

int cmd_terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

void cmd_choose_key(struct cmd_seed *chosen, uint64_t key[2])
{
	const char *seed = getenv("WHYRST_SEED");

	if (!chosen->given && seed && *seed) {
		chosen->value = strtoull(seed, NULL, 10);
		chosen->given = true;
	}
	key[0] = chosen->value;
	key[1] = ~chosen->value;
	if (!chosen->given && getrandom(key, 2 * sizeof(*key), 0) < 0)
		key[0] ^= (uint64_t)getpid();
}

const struct sink *cmd_find_sink(const char *name)
{
	int i;

	for (i = 0; i < sink_table_count; i++)
		if (!strcmp(sink_table[i]->name, name))
			return sink_table[i];
	return NULL;
}
