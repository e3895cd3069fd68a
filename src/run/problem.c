/* SPDX-License-Identifier: MIT */
#include "run/problem.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PIECES_MAX 3
#define STANDARD_INPUT "standard input"

/* A * stands for a number, a name, or words of a library; in the second column in the same order.
 */
static const struct {
	const char *en, *zh;
} wordings[] = {
	{ "is empty: nothing was captured, or it was cut to nothing",
	  "是空的：什么都没抓到，或者被截成了空文件" },
	{ "not a pcap, pcapng or tcpdump text (first bytes *)",
	  "不是 pcap、pcapng 或 tcpdump 文本（开头的字节 *）" },
	{ "cannot be opened: No such file or directory", "打不开：没有这个文件" },
	{ "cannot be opened: Permission denied", "打不开：没有读取权限" },
	{ "cannot be opened: *", "打不开：*" },
	{ "reading failed: *", "读取失败：*" },
	{ "is a directory: name a capture file", "是目录：请给出抓包文件" },
	{ "is a terminal: pipe a capture or the text of tcpdump -n into it",
	  "是终端：请用管道送入抓包或 tcpdump -n 的文本" },
	{ "is packed with *, which is not read here: unpack it first",
	  "是 * 压缩的，这里读不了：请先解压" },
	{ "there is not enough memory to read it", "内存不足，读不了" },
	{ "there is not enough memory for its largest record", "内存不足，放不下其中最大的记录" },
	{ "there is not enough memory for a filter", "内存不足，无法过滤" },
	{ "out of memory", "内存不足" },
	{ "grows more than 1000-fold when decompressed: decompress it first if it is meant to",
	  "解压后膨胀超过 1000 倍：如果确实如此，请先解压" },
	{ "* data are damaged (*) (after byte *)", "* 数据损坏（*）（在第 * 字节之后）" },
	{ "* data are damaged (*)", "* 数据损坏（*）" },
	{ "* data end in the middle (after byte *)", "* 数据不完整（在第 * 字节之后中断）" },
	{ "* data end in the middle", "* 数据不完整" },
	{ "cut off in the middle of a record at byte *: what is whole before it is used",
	  "在第 * 字节处的记录不完整，文件被截断：此前完整的内容照常分析" },
	{ "damaged at byte * (*): what comes before it is used",
	  "在第 * 字节处损坏（*）：此前的内容照常分析" },
	{ "ends within its file header (* of * bytes)",
	  "文件头不完整（只有 * 字节，应为 * 字节）" },
	{ "pcap version * is not known, only 2", "不认识 pcap 版本 *，只支持 2" },
	{ "link type * (*) is not known: capture on an Ethernet interface (tcpdump -y EN10MB), or "
	  "with tcpdump -i any",
	  "不认识链路类型 *（*）：请在以太网接口上抓包（tcpdump -y EN10MB），或用 tcpdump -i any" },
	{ "* packets name an interface that the file does not describe",
	  "* 个包引用了文件里没有描述的接口" },
	{ "* interfaces were left out: their blocks are damaged, or there are more than *",
	  "略过了 * 个接口：描述块损坏，或者接口超过 * 个" },
	{ "passes only once: a connection is followed from its first packet that matches, not from "
	  "its beginning",
	  "只能读一遍：连接从第一个匹配的包起分析，而不是从头" },
	{ "* packets left out: no such filter on link type * (*)",
	  "略过 * 个包：这个过滤表达式不适用于链路类型 *（*）" },
	{ "more than * connections match: of later ones only packets that match themselves are "
	  "used (* so far)",
	  "匹配的连接超过 * 条：之后的连接只分析自身匹配的包（目前 * 个）" },
	{ "* lines name hosts instead of addresses: run tcpdump with -n",
	  "* 行里是主机名而不是地址：请给 tcpdump 加上 -n" },
	{ "* lines lack flags and numbers: run tcpdump without -q",
	  "* 行没有标志和序列号：请去掉 tcpdump 的 -q" },
	{ "* times a connection was forgotten: its later numbers stay relative",
	  "* 次丢弃了连接的记录：它后面的序列号只能按相对值理解" },
	{ "* packet lines repeat lines above (quotations) and count once",
	  "* 行重复了上文（引用），只计一次" },
};

/* What may stand for a *, where it is words of this program. */
static const struct {
	const char *en, *zh;
} inner_wordings[] = {
	{ "a packet of more than 262144 bytes", "一个包超过 262144 字节" },
	{ "a section of no byte order", "节头的字节序无法识别" },
	{ "a block whose two lengths differ", "块首尾的长度不一致" },
	{ "a block shorter than its own header", "块比自己的头还短" },
	{ "a block length that is no multiple of 4", "块长度不是 4 的倍数" },
	{ "a block of more than 15 MiB", "一个块超过 15 MiB" },
	{ "no name", "没有名称" },
};

struct piece {
	const char *at;
	size_t bytes;
};

/* Each * takes as little as it can: what follows it stands in @text for the first time there. */
static bool match(const char *pattern, const char *text, struct piece pieces[PIECES_MAX])
{
	int count = 0;

	while (*pattern && *pattern != '*' && *pattern == *text)
		pattern++, text++;
	while (*pattern == '*') {
		const char *rest = pattern + 1;
		size_t literal = strcspn(rest, "*");
		const char *end = text;

		if (count == PIECES_MAX)
			return false;
		if (!literal)
			end = text + strlen(text);
		while (literal && *end && strncmp(end, rest, literal))
			end++;
		if (literal && !*end)
			return false;
		pieces[count].at = text;
		pieces[count++].bytes = (size_t)(end - text);
		pattern = rest + literal;
		text = end + literal;
	}
	return !*pattern && !*text;
}

static int print_piece(const struct piece *piece, char *ret_words, size_t bytes)
{
	size_t i;

	for (i = 0; i < sizeof(inner_wordings) / sizeof(*inner_wordings); i++)
		if (strlen(inner_wordings[i].en) == piece->bytes &&
		    !memcmp(inner_wordings[i].en, piece->at, piece->bytes))
			return snprintf(ret_words, bytes, "%s", inner_wordings[i].zh);
	return snprintf(ret_words, bytes, "%.*s", (int)piece->bytes, piece->at);
}

static void fill_in(const char *zh, const struct piece pieces[PIECES_MAX], char *ret_words,
		    size_t bytes)
{
	size_t length = 0;
	int next = 0;

	for (; *zh && length + 1 < bytes; zh++) {
		if (*zh != '*' || next == PIECES_MAX) {
			ret_words[length++] = *zh;
			continue;
		}
		length += (size_t)print_piece(&pieces[next++], ret_words + length, bytes - length);
	}
	ret_words[length < bytes ? length : bytes - 1] = '\0';
}

static bool translate(const char *words, char *ret_zh, size_t bytes)
{
	size_t i;

	for (i = 0; i < sizeof(wordings) / sizeof(*wordings); i++) {
		struct piece pieces[PIECES_MAX] = { { "", 0 }, { "", 0 }, { "", 0 } };

		if (!match(wordings[i].en, words, pieces))
			continue;
		fill_in(wordings[i].zh, pieces, ret_zh, bytes);
		return true;
	}
	return false;
}

void problem_in_chinese(const char *words, char *ret_words, size_t bytes)
{
	const char *at = words + strlen(words);
	char zh[PROBLEM_BYTES];

	/* From the right: what stands before a colon is the name of a file, and may be anything. */
	for (; at > words; at--) {
		if (at - words < 2 || memcmp(at - 2, ": ", 2) || !translate(at, zh, sizeof(zh)))
			continue;
		if (!strncmp(words, STANDARD_INPUT ": ", (size_t)(at - words)))
			snprintf(ret_words, bytes, "标准输入：%s", zh);
		else
			snprintf(ret_words, bytes, "%.*s：%s", (int)(at - words - 2), words, zh);
		return;
	}
	if (!translate(words, ret_words, bytes))
		snprintf(ret_words, bytes, "%s", words);
}
