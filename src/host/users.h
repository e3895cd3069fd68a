/* SPDX-License-Identifier: MIT */
/*
 * Names of users, from /etc/passwd alone. The C library would ask every name service that is
 * configured (LDAP, sssd): that opens sockets and loads libraries, which a confined program may
 * not.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_USERS_H
#define WHYRST_HOST_USERS_H

#include <stddef.h>
#include <stdint.h>

#define USERS_PASSWD "/etc/passwd"

struct users;

/* Reads @path; what cannot be read leaves the table empty. NULL without memory. */
struct users *users_new(const char *path);
void users_free(struct users *users);

/*
 * The name of @uid or NULL. Of several lines with one number the first counts, as for getpwuid().
 * Looks at most once a minute whether the file has changed. Valid until the next call.
 */
const char *users_name(struct users *users, uint32_t uid);

size_t users_count(const struct users *users);

#endif
