// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int clinux_setns(int descriptor, int kind) {
    return setns(descriptor, kind);
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

char **clinux_environment(void) {
    return environ;
}

const char *clinux_error_name(int number) {
    return strerrorname_np(number);
}

const char *clinux_error_description(int number) {
    return strerrordesc_np(number);
}
