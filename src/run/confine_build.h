/* SPDX-License-Identifier: MIT */
/*
 * CONFINE_SANITIZED: whether this is a build with ASan, for confine*.c.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_CONFINE_BUILD_H
#define WHYRST_RUN_CONFINE_BUILD_H

#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

#endif
