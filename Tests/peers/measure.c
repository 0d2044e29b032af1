// SPDX-License-Identifier: Apache-2.0
//
// Runs one command and prints what it cost: "CPU WALL STATUS", times in microseconds. CPU is user
// and system time of the process and of every descendant that was waited for.
//
//   measure [-i STDIN] [-o STDOUT] COMMAND ARGUMENT...
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long microseconds(struct timeval time) { return time.tv_sec * 1000000L + time.tv_usec; }

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000L + time.tv_nsec / 1000;
}

int main(int argc, char **argv) {
    const char *input = "/dev/null", *output = "/dev/null";
    int option;
    while ((option = getopt(argc, argv, "+i:o:")) != -1) {
        if (option == 'i') input = optarg;
        else if (option == 'o') output = optarg;
        else return 2;
    }
    if (optind == argc) {
        fprintf(stderr, "usage: measure [-i STDIN] [-o STDOUT] COMMAND ARGUMENT...\n");
        return 2;
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    pid_t child;
    long started = now();
    int failed = posix_spawnp(&child, argv[optind], &files, NULL, argv + optind, environ);
    if (failed) {
        fprintf(stderr, "measure: %s: %s\n", argv[optind], strerror(failed));
        return 127;
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) < 0) {
        perror("measure: wait4");
        return 1;
    }
    long wall = now() - started;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    printf("%ld %ld %d\n", microseconds(usage.ru_utime) + microseconds(usage.ru_stime), wall, code);
    return 0;
}
