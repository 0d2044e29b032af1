// SPDX-License-Identifier: Apache-2.0
//
// What Swift's Glibc module does not show: kernel headers, and calls that glibc hides behind
// _GNU_SOURCE. Nothing here decides anything.
#ifndef CLINUX_H
#define CLINUX_H

#include <linux/netlink.h>
#include <linux/sched.h>
#include <stdint.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/types.h>

/// struct ucred of SO_PEERCRED.
struct clinux_credentials {
    int32_t process;
    uint32_t user;
    uint32_t group;
};

/// setns(2).
int clinux_setns(int descriptor, int kind);

/// renameat2(2) with RENAME_NOREPLACE.
int clinux_rename_exclusive(const char *from, const char *to);

/// accept4(2) with SOCK_CLOEXEC and SOCK_NONBLOCK, without the peer's address.
int clinux_accept(int socket);

/// getsockopt(2) with SO_PEERCRED.
int clinux_peer_credentials(int socket, struct clinux_credentials *credentials);

/// environ(7), which Swift refuses to name because it is mutable.
char **clinux_environment(void);

/// strerrorname_np(3): "EEXIST", or null.
const char *clinux_error_name(int number);

/// strerrordesc_np(3): "File exists" whatever the locale, or null.
const char *clinux_error_description(int number);

#endif
