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

/// How a child ended, from the siginfo_t of waitid(2).
struct clinux_exit {
    int32_t has_ended;
    int32_t was_signalled;
    int32_t number;
};

/// setns(2).
int clinux_setns(int descriptor, int kind);

/// unshare(2).
int clinux_unshare(int kind);

/// mount(2) with MS_BIND.
int clinux_bind(const char *from, const char *to);

/// umount2(2) with MNT_DETACH and UMOUNT_NOFOLLOW.
int clinux_unmount(const char *path);

/// renameat2(2) with RENAME_NOREPLACE.
int clinux_rename_exclusive(const char *from, const char *to);

/// accept4(2) with SOCK_CLOEXEC and SOCK_NONBLOCK, without the peer's address.
int clinux_accept(int socket);

/// getsockopt(2) with SO_PEERCRED.
int clinux_peer_credentials(int socket, struct clinux_credentials *credentials);

/// posix_spawn(3) with these descriptors, all at least 3, as the standard streams and nothing else
/// open, every signal at its default and none blocked, in a new session (setsid(2)) if wanted.
int clinux_spawn(const char *path, char *const arguments[], char *const environment[],
                 const int streams[3], int new_session, int32_t *process);

/// pidfd_open(2).
int clinux_pidfd_open(int32_t process);

/// pidfd_send_signal(2).
int clinux_pidfd_send_signal(int process, int number);

/// waitid(2) with P_PIDFD and WNOHANG.
int clinux_pidfd_reap(int process, struct clinux_exit *exit);

/// pipe2(2) with O_CLOEXEC: the end to read from, then the one to write to.
int clinux_pipe(int ends[2]);

/// environ(7), which Swift refuses to name because it is mutable.
char **clinux_environment(void);

/// strerrorname_np(3): "EEXIST", or null.
const char *clinux_error_name(int number);

/// strerrordesc_np(3): "File exists" whatever the locale, or null.
const char *clinux_error_description(int number);

#endif
