/* SPDX-License-Identifier: MIT */
/* Prints the catalogue of causes as Markdown: causes-doc en|zh. See tools/gen-causes-doc. */
#include <stdio.h>
#include <string.h>

#include "verdict/verdict.h"

struct slot {
	const char *name;
	const char *en;
	const char *zh;
};

static const struct slot slots[] = {
	{ "{resetter}", "the resetter", "RST 方" },
	{ "{victim}", "the victim", "另一方" },
	{ "{Resetter}", "The resetter", "RST 方" },
	{ "{Victim}", "The victim", "另一方" },
	{ "{resetter_addr}", "*resetter*", "*RST 方主机*" },
	{ "{victim_addr}", "*victim*", "*另一方主机*" },
	{ "{client_addr}", "*client*", "*客户端*" },
	{ "{server_addr}", "*server*", "*服务端*" },
	{ "{port}", "*port*", "*端口*" },
	{ "{idle_match}", "", "" },
};

static bool chinese;

static const char *pick(const char *en, const char *zh)
{
	return chinese ? zh : en;
}

/* Text with its slots filled, Markdown's own characters escaped. */
static void put_words(const char *text)
{
	while (*text) {
		bool filled = false;

		for (size_t i = 0; i < sizeof(slots) / sizeof(*slots) && !filled; i++) {
			size_t length = strlen(slots[i].name);

			if (strncmp(text, slots[i].name, length) != 0)
				continue;
			fputs(pick(slots[i].en, slots[i].zh), stdout);
			text += length;
			filled = true;
		}
		if (filled)
			continue;
		if (strchr("_*<>|", *text))
			putchar('\\');
		putchar(*text++);
	}
}

static void put_paragraph(const char *label, const char *text)
{
	if (!text)
		return;
	printf("**%s** ", label);
	put_words(text);
	puts("\n");
}

static void put_value(enum fact_id fact, int64_t value)
{
	const char *name = fact_value_name(fact, value);

	if (name)
		fputs(name, stdout);
	else if (fact_kind(fact) == KIND_USEC && value % 1000000 == 0)
		printf("%lld s", (long long)(value / 1000000));
	else if (fact_kind(fact) == KIND_USEC)
		printf("%lld ms", (long long)(value / 1000));
	else
		printf("%lld", (long long)value);
}

static void put_values(const struct predicate *p)
{
	const char *between = "";

	for (int value = 0; value < 63; value++) {
		if (!(p->a >> value & 1))
			continue;
		fputs(between, stdout);
		put_value(p->fact, value);
		between = " or ";
	}
}

static void put_predicate(const struct predicate *p)
{
	if (fact_kind(p->fact) == KIND_BOOL && p->op == OP_IS) {
		printf("%s%s", p->a ? "" : "not: ", fact_meaning(p->fact));
		return;
	}
	printf("%s: ", fact_meaning(p->fact));
	switch (p->op) {
	case OP_IS:
		put_value(p->fact, p->a);
		break;
	case OP_NOT:
		fputs("not ", stdout);
		put_value(p->fact, p->a);
		break;
	case OP_IN:
		put_values(p);
		break;
	case OP_AT_LEAST:
		fputs("at least ", stdout);
		put_value(p->fact, p->a);
		break;
	case OP_AT_MOST:
		fputs("at most ", stdout);
		put_value(p->fact, p->a);
		break;
	case OP_BETWEEN:
	case OP_OUTSIDE:
		fputs(p->op == OP_BETWEEN ? "between " : "not between ", stdout);
		put_value(p->fact, p->a);
		fputs(" and ", stdout);
		put_value(p->fact, p->b);
		break;
	}
}

/* What packets must show, and what speaks for or against. Host facts stand in the matrix. */
static void put_rules(const struct cause *cause)
{
	puts("| weight | fact |\n|---|---|");
	for (int i = 0; i < cause->rule_count; i++) {
		const struct rule *rule = &cause->rules[i];

		if (fact_origin(rule->predicate.fact) == ORIGIN_HOST)
			continue;
		if (rule->kind == RULE_SIGN)
			printf("| %+.1f | ", rule->points / 10.0);
		else
			fputs(rule->kind == RULE_MUST ? "| must be shown | " : "| must fit | ",
			      stdout);
		put_predicate(&rule->predicate);
		puts(" |");
	}
	putchar('\n');
}

static void put_rivals(const struct cause *cause)
{
	bool any = false;

	for (int i = 0; i < cause_table_count; i++) {
		int host = -1;

		if (cause_table[i] == cause || rivalry_separates(cause, cause_table[i], &host) >= 0)
			continue;
		if (!any)
			printf("**%s** ",
			       pick("Packets cannot tell it from; this would:",
				    "仅凭报文无法与之区分的原因，以及能区分它们的事实："));
		printf("%s%s (%s)", any ? ", " : "", cause_table[i]->id,
		       host >= 0 ? fact_name((enum fact_id)host) : "?");
		any = true;
	}
	puts(any ? "\n" : "");
}

static void put_list(const char *label, const char *const *items, int max, bool words)
{
	if (!items[0])
		return;
	printf("**%s**\n\n", label);
	for (int i = 0; i < max && items[i]; i++) {
		fputs("- ", stdout);
		if (words)
			put_words(items[i]);
		else
			fputs(items[i], stdout);
		putchar('\n');
	}
	putchar('\n');
}

static void put_examples(const struct cause *cause)
{
	static const char *const en[] = { "comes first", "is listed", "does not come first",
					  "gives no verdict" };
	static const char *const zh[] = { "排第一", "在列", "不排第一", "没有结论" };

	puts("```");
	for (int i = 0; i < CAUSE_EXAMPLES_MAX && cause->examples[i].steps; i++) {
		const struct cause_example *example = &cause->examples[i];

		printf("%s\n    %s%s%s\n", example->steps,
		       pick(en[example->result], zh[example->result]), example->instead ? ": " : "",
		       example->instead ? example->instead : "");
	}
	puts("```\n");
}

static void put_cause(const struct cause *cause)
{
	const struct cause_words *words = chinese ? &cause->zh : &cause->en;
	const char *between = "";

	printf("## %s: %s\n\n", cause->id, words->title);
	put_words(words->summary);
	puts("\n");
	printf("%s: ", pick("Class", "类别"));
	for (int c = CLASS_OWNER_ABORT; c < CLASS_COUNT; c++) {
		if (!(cause->classes & 1u << c))
			continue;
		printf("%s`%s`", between, class_name((enum reset_class)c));
		between = ", ";
	}
	puts(cause->expected
		     ? pick(". Expected: nobody needs to act.\n", "。预期之内，不用处理。\n")
		     : pick(".\n", "。\n"));
	put_words(words->story);
	puts("\n");
	put_paragraph(pick("How to know:", "如何确认："), words->decide);
	put_list(pick("What to change:", "怎么改："), words->fix, CAUSE_FIXES_MAX, true);
	put_paragraph(pick("What does not help:", "没有用的做法："), words->folklore);
	if (!chinese)
		put_rules(cause);
	put_rivals(cause);
	put_examples(cause);
	if (!chinese)
		printf("How often, against close-unread: %+.1f nats (%s).\n\n", cause->base / 10.0,
		       cause->base_source);
	put_list(pick("Sources:", "出处："), cause->sources, CAUSE_SOURCES_MAX, false);
}

int main(int argc, char **argv)
{
	if (argc != 2 || (strcmp(argv[1], "en") != 0 && strcmp(argv[1], "zh") != 0)) {
		fputs("usage: causes-doc en|zh\n", stderr);
		return 2;
	}
	chinese = argv[1][0] == 'z';
	puts("<!-- Generated by tools/gen-causes-doc from src/causes: do not edit. -->");
	puts(pick("# Why a TCP connection is reset: the causes\n",
		  "# TCP 连接为什么会被 RST：全部原因\n"));
	puts(pick(
		"The resetter is the end whose address the reset carries, the victim the end it is "
		"addressed to. Weights are in\nnats: +1 makes a cause e times as probable. Facts "
		"that "
		"only a host can tell are left out here; they stand "
		"in\n[rivalry.csv](rivalry.csv), "
		"cause against cause. `whyrst explain ID` tells the same, with the packets "
		"drawn.\n",
		"“RST 方”指 RST 报文源地址所在的一端，“另一方”指收到 RST 的一端。原因两两之间"
		"靠什么事实区分，见\n[rivalry.csv](rivalry.csv)。`whyrst explain ID` "
		"会给出同样的内容，并画出"
		"时序图。判断依据的权重见英文版 [causes.md](causes.md)。\n"));
	for (int i = 0; i < cause_table_count; i++)
		put_cause(cause_table[i]);
	return 0;
}
