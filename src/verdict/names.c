/* SPDX-License-Identifier: MIT */
/* Names of the engine's values, as JSON writes them (contract.md section 2 and 3). */
#include "verdict/verdict.h"

const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = { "none", "possible", "likely", "certain" };

	return names[confidence];
}

const char *reset_from_name(enum reset_from from)
{
	static const char *const names[] = { "unknown", "client", "server", "between", "third" };

	return names[from];
}

const char *executed_name(enum executed executed)
{
	static const char *const names[] = { "unknown", "no", "yes" };

	return names[executed];
}

const char *call_result_name(enum call_result result)
{
	static const char *const names[] = {
		"unknown", "OK",	   "EOF",	"ECONNRESET",
		"EPIPE",   "ECONNREFUSED", "ETIMEDOUT", "ECONNABORTED"
	};

	return names[result];
}

const char *ignored_why_name(enum ignored_why why)
{
	static const char *const names[] = { "not",	    "out-of-window", "challenged",
					     "after-close", "continued",     "no-connection" };

	return names[why];
}
