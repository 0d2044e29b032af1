// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_setns(int descriptor, int kind) {
    return setns(descriptor, kind);
}

int clinux_unshare(int kind) {
    return unshare(kind);
}

int clinux_bind(const char *from, const char *to) {
    return mount(from, to, NULL, MS_BIND, NULL);
}

int clinux_unmount(const char *path) {
    return umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
}

int clinux_rename_exclusive(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

int clinux_accept(int socket) {
    return accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

int clinux_peer_credentials(int socket, struct clinux_credentials *credentials) {
    struct ucred peer = {0};
    socklen_t length = sizeof(peer);
    int result = getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length);
    credentials->process = peer.pid;
    credentials->user = peer.uid;
    credentials->group = peer.gid;
    return result;
}

// Makes the file actions and attributes of a child; 0, or an error number.
static int prepare(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes,
                   const int streams[3], int new_session) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (new_session) flags |= POSIX_SPAWN_SETSID;
    int error = posix_spawnattr_setflags(attributes, flags);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    for (int number = 0; number < 3 && !error; number++)
        error = posix_spawn_file_actions_adddup2(actions, streams[number], number);
    return error ? error : posix_spawn_file_actions_addclosefrom_np(actions, 3);
}

int clinux_spawn(const char *path, char *const arguments[], char *const environment[],
                 const int streams[3], int new_session, int32_t *process) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child = 0;
    int error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawnattr_init(&attributes);
        if (!error) {
            error = prepare(&actions, &attributes, streams, new_session);
            if (!error)
                error = posix_spawn(&child, path, &actions, &attributes, arguments, environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    *process = child;
    errno = error;
    return error ? -1 : 0;
}

int clinux_pidfd_open(int32_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

int clinux_pidfd_send_signal(int process, int number) {
    return (int)syscall(SYS_pidfd_send_signal, process, number, NULL, 0);
}

int clinux_pidfd_reap(int process, struct clinux_exit *exit) {
    siginfo_t information = {0};
    int result = waitid((idtype_t)3 /* P_PIDFD */, (id_t)process, &information, WEXITED | WNOHANG);
    exit->has_ended = information.si_pid != 0;
    exit->was_signalled = information.si_code != CLD_EXITED;
    exit->number = information.si_status;
    return result;
}

int clinux_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

char **clinux_environment(void) {
    return environ;
}

const char *clinux_error_name(int number) {
    return strerrorname_np(number);
}

const char *clinux_error_description(int number) {
    return strerrordesc_np(number);
}
