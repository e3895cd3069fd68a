/* SPDX-License-Identifier: MIT */
#include "draw/ladder.h"

#include <string.h>

#include "draw/width.h"
#include "wire/observation.h"

#define TIME_COLUMNS_MIN 9
#define NOTE_COLUMNS 18
#define SPAN_MIN 28 /* between the two bars */
#define SPAN_MAX 46
#define SILENCE_NS 1000000000ll

struct marks {
	const char *line, *strong, *left, *right, *bar, *dots, *here;
};

static const struct marks marks_utf8 = { "─", "═", "◀", "▶", "│", "·", "◀━ " };
static const struct marks marks_ascii = { "-", "=", "<", ">", "|", ".", "<== " };

struct ladder_drawing {
	const struct evidence *ev;
	const struct ladder_words *words;
	const struct ladder_style *style;
	const struct marks *marks;
	struct buf *out;
	int span;
	int time_columns;
	bool closed[2]; /* by side: FIN was sent; 1 is the client */
	bool open[2];	/* the state name was written */
};

/* The TTL of the same end's other packets, -1 if none is known. */
static int usual_ttl(const struct evidence *ev, const struct rung *rung)
{
	for (int i = 0; i < ev->ladder_count; i++) {
		const struct rung *other = &ev->ladder[i];

		if (other->has_ttl && !other->is_reset && other->from_client == rung->from_client)
			return other->ttl;
	}
	return -1;
}

/* Parts of a label are separated by commas. */
static struct buf *part(struct buf *out)
{
	if (out->length)
		buf_add_literal(out, ", ");
	return out;
}

/* "75 bytes", "ACK 76", "FIN": what a reader needs, in the words of the field. */
static void add_label(const struct ladder_drawing *d, const struct rung *rung, struct buf *out)
{
	bool ack = rung->flags & TCP_ACK;
	bool bare = !rung->bytes && !(rung->flags & (TCP_SYN | TCP_FIN | TCP_RST)) && !rung->probe;

	if (rung->flags & TCP_RST)
		buf_add_literal(part(out), "RST");
	else if (rung->flags & TCP_SYN)
		buf_add_text(part(out), ack ? "SYN-ACK" : "SYN");
	if (rung->bytes && !rung->probe)
		d->words->add_bytes(d->words, rung->bytes, part(out));
	if (rung->flags & TCP_FIN)
		buf_add_literal(part(out), "FIN");
	if (rung->probe)
		buf_add_text(part(out), d->words->probe);
	if (ack && (bare || rung->flags & TCP_RST))
		buf_printf(part(out), "ACK %u", rung->ack);
	if (rung->has_sack)
		buf_add_literal(part(out), "SACK");
	if (bare && !rung->window)
		buf_add_literal(part(out), "win 0");
	if (rung->is_reset && rung->has_ttl && usual_ttl(d->ev, rung) >= 0 &&
	    usual_ttl(d->ev, rung) != rung->ttl)
		buf_printf(part(out), "TTL %u", rung->ttl);
	if (rung->retransmission && !rung->probe)
		buf_printf(out, " (%s)", d->words->again);
}

static void add_repeated(struct buf *out, const char *text, int count)
{
	while (count-- > 0)
		buf_add_text(out, text);
}

static void add_color(const struct ladder_drawing *d, const char *code)
{
	if (d->style->color)
		buf_printf(d->out, "\x1b[%sm", code);
}

/* Since the first rung; "" where the source has no times. */
static void time_text(const struct ladder_drawing *d, const struct rung *rung, struct buf *text)
{
	buf_clear(text);
	if (d->ev->has_time)
		d->words->add_duration(d->words, (rung->time_ns - d->ev->ladder[0].time_ns) / 1000,
				       text);
}

static int time_columns(const struct ladder_drawing *d)
{
	int most = TIME_COLUMNS_MIN;
	struct buf text;

	buf_init(&text, 64);
	for (int i = 0; i < d->ev->ladder_count && i < LADDER_MAX; i++) {
		int columns;

		time_text(d, &d->ev->ladder[i], &text);
		columns = width_of(buf_text(&text));
		most = columns > most ? columns : most;
	}
	buf_release(&text);
	return most;
}

static void add_time(const struct ladder_drawing *d, const struct rung *rung)
{
	struct buf text;

	buf_init(&text, 64);
	time_text(d, rung, &text);
	buf_add_repeated(d->out, ' ',
			 (size_t)(d->style->indent + d->time_columns - width_of(buf_text(&text))));
	buf_add_text(d->out, buf_text(&text));
	buf_add_char(d->out, ' ');
	buf_release(&text);
}

/* The state that this packet shows its sender to enter, NULL where that is no news. */
static const char *state_entered(struct ladder_drawing *d, const struct rung *rung)
{
	int side = rung->from_client;

	if (rung->retransmission || rung->flags & TCP_RST)
		return NULL;
	if (rung->flags & TCP_SYN)
		return rung->flags & TCP_ACK ? "SYN_RECV" : "SYN_SENT";
	if (rung->flags & TCP_FIN && !d->closed[side]) {
		d->closed[side] = true;
		return d->closed[!side] ? "LAST_ACK" : "FIN_WAIT1";
	}
	if (!d->open[side] && !d->closed[side] && side) {
		/* Only where the handshake was drawn is this ACK its end. */
		bool first = d->ev->ladder[0].flags & TCP_SYN;

		d->open[side] = true;
		return first ? "ESTABLISHED" : NULL;
	}
	return NULL;
}

static void add_note(struct ladder_drawing *d, const struct rung *rung)
{
	const char *state = state_entered(d, rung);

	if (rung->is_reset)
		buf_printf(d->out, " %s%s", d->marks->here, d->words->this_reset);
	else if (rung->is_trigger)
		buf_printf(d->out, " %s", d->words->answered);
	else if (state)
		buf_printf(d->out, " %s %s",
			   rung->from_client ? d->words->client : d->words->server, state);
}

static void draw_gap(const struct ladder_drawing *d, const char *text)
{
	int columns = width_of(text) + 2;
	int left = (d->span - columns) / 2;

	buf_add_repeated(d->out, ' ', (size_t)(d->style->indent + d->time_columns + 1));
	buf_add_text(d->out, d->marks->dots);
	buf_add_repeated(d->out, ' ', (size_t)(left > 0 ? left : 0));
	buf_printf(d->out, " %s ", text);
	buf_add_repeated(d->out, ' ',
			 (size_t)(d->span - columns - left > 0 ? d->span - columns - left : 0));
	buf_add_text(d->out, d->marks->dots);
	buf_add_char(d->out, '\n');
}

static void draw_between(const struct ladder_drawing *d, const struct rung *before,
			 const struct rung *rung)
{
	const char *slot;
	struct buf text;

	if (rung->gap_before)
		draw_gap(d, d->words->left_out);
	if (!d->ev->has_time || rung->time_ns - before->time_ns < SILENCE_NS)
		return;
	slot = strstr(d->words->silence, "{time}");
	buf_init(&text, 128);
	buf_add(&text, d->words->silence, slot ? (size_t)(slot - d->words->silence) : 0);
	d->words->add_duration(d->words, (rung->time_ns - before->time_ns) / 1000, &text);
	buf_add_text(&text, slot ? slot + strlen("{time}") : "");
	draw_gap(d, buf_text(&text));
	buf_release(&text);
}

static void draw_rung(struct ladder_drawing *d, const struct rung *rung)
{
	const char *line = rung->is_reset ? d->marks->strong : d->marks->line;
	struct buf label;
	int rest, left;

	buf_init(&label, 256);
	add_label(d, rung, &label);
	rest = d->span - 3 - width_of(buf_text(&label));
	left = rest / 2;
	add_time(d, rung);
	buf_add_text(d->out, d->marks->bar);
	if (rung->is_reset)
		add_color(d, "1;31");
	else if (rung->is_trigger)
		add_color(d, "33");
	if (!rung->from_client)
		buf_add_text(d->out, d->marks->left);
	add_repeated(d->out, line, left);
	buf_printf(d->out, " %s ", buf_text(&label));
	add_repeated(d->out, line, rest - left);
	if (rung->from_client)
		buf_add_text(d->out, d->marks->right);
	if (rung->is_reset || rung->is_trigger)
		add_color(d, "0");
	buf_add_text(d->out, d->marks->bar);
	add_note(d, rung);
	buf_add_char(d->out, '\n');
	buf_release(&label);
}

static void draw_head(const struct ladder_drawing *d)
{
	int server = d->span + 2 - width_of(d->words->client) - width_of(d->words->server) + 2;

	buf_add_repeated(d->out, ' ', (size_t)(d->style->indent + d->time_columns));
	buf_add_text(d->out, d->words->client);
	buf_add_repeated(d->out, ' ', (size_t)(server > 1 ? server : 1));
	buf_add_text(d->out, d->words->server);
	buf_add_char(d->out, '\n');
}

void ladder_draw(const struct evidence *ev, const struct ladder_words *words,
		 const struct ladder_style *style, struct buf *out)
{
	int width = style->width > 0 ? style->width : 80;
	struct ladder_drawing d = {
		.ev = ev,
		.words = words,
		.style = style,
		.marks = style->ascii ? &marks_ascii : &marks_utf8,
		.out = out,
	};

	if (!ev->ladder_count)
		return;
	d.time_columns = time_columns(&d);
	d.span = width - style->indent - d.time_columns - 3 - NOTE_COLUMNS;
	d.span = d.span < SPAN_MIN ? SPAN_MIN : d.span > SPAN_MAX ? SPAN_MAX : d.span;
	draw_head(&d);
	for (int i = 0; i < ev->ladder_count && i < LADDER_MAX; i++) {
		if (i > 0)
			draw_between(&d, &ev->ladder[i - 1], &ev->ladder[i]);
		draw_rung(&d, &ev->ladder[i]);
	}
}
