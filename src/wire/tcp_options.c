/* SPDX-License-Identifier: MIT */
/* TCP options (RFC 9293 section 3.2, RFC 7323, 2018, 2385, 5925, 7413, 8684). */
#include "wire/walk.h"

enum {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WSCALE = 3,
	KIND_SACK_OK = 4,
	KIND_SACK = 5,
	KIND_TS = 8,
	KIND_MD5 = 19,
	KIND_AO = 29,
	KIND_MPTCP = 30,
	KIND_TFO = 34,
	KIND_EXPERIMENT_1 = 253,
	KIND_EXPERIMENT_2 = 254,
	EXPERIMENT_TFO = 0xf989, /* RFC 7413 appendix B.1 */
};

static void mptcp_decode(const uint8_t *option, uint8_t length, struct observation *obs)
{
	uint8_t subtype = option[2] >> 4;

	obs->options |= OPTION_MPTCP;
	obs->mptcp_subtypes |= (uint16_t)(1u << subtype);
	if (subtype == MPTCP_TCPRST && length >= 4)
		obs->mptcp_reason = option[3];
}

/* @option holds all @length bytes of the option, kind and length included. */
static void option_decode(const uint8_t *option, uint8_t length, struct observation *obs)
{
	switch (option[0]) {
	case KIND_MSS:
		if (length != 4)
			break;
		obs->options |= OPTION_MSS;
		obs->mss = load_be16(option + 2);
		return;
	case KIND_WSCALE:
		if (length != 3)
			break;
		obs->options |= OPTION_WSCALE;
		obs->wscale = option[2];
		return;
	case KIND_SACK_OK:
		if (length != 2)
			break;
		obs->options |= OPTION_SACK_OK;
		return;
	case KIND_SACK:
		if (length < 10)
			break;
		obs->options |= OPTION_SACK;
		obs->sack_left = load_be32(option + 2);
		obs->sack_right = load_be32(option + 6);
		return;
	case KIND_TS:
		if (length != 10)
			break;
		obs->options |= OPTION_TS;
		obs->ts_value = load_be32(option + 2);
		obs->ts_echo = load_be32(option + 6);
		return;
	case KIND_MD5:
		obs->options |= OPTION_MD5;
		return;
	case KIND_AO:
		obs->options |= OPTION_AO;
		return;
	case KIND_MPTCP:
		if (length < 3)
			break;
		mptcp_decode(option, length, obs);
		return;
	case KIND_TFO:
		obs->options |= OPTION_TFO;
		return;
	case KIND_EXPERIMENT_1:
	case KIND_EXPERIMENT_2:
		if (length < 4 || load_be16(option + 2) != EXPERIMENT_TFO)
			break;
		obs->options |= OPTION_TFO;
		return;
	}
	obs->options |= OPTION_OTHER;
}

/*
 * What is cut off by the end of the capture is left out. A list that contradicts itself ends
 * there, as it does for receivers (tcp_parse_options() of Linux).
 */
void tcp_options_decode(const uint8_t *at, const uint8_t *end, struct observation *obs)
{
	/* What nearly every segment of a connection carries: NOP, NOP, timestamps. */
	if (end - at == 12 && load_be32(at) == 0x0101080a) {
		obs->options = OPTION_TS;
		obs->ts_value = load_be32(at + 4);
		obs->ts_echo = load_be32(at + 8);
		return;
	}
	while (at < end && *at != KIND_END) {
		if (*at == KIND_NOP) {
			at++;
			continue;
		}
		if (end - at < 2 || at[1] < 2 || at[1] > end - at)
			return;
		option_decode(at, at[1], obs);
		at += at[1];
	}
}
