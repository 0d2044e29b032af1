// SPDX-License-Identifier: Apache-2.0
//
// The system calls of a CNI ADD and DEL and nothing else: what moving an interface into a
// namespace and back costs whoever does it. IPv4 only; no journal, no agent, no JSON.
//
//   cni_floor add HOST-NAME NETNS POD-NAME ADDRESS/LENGTH GATEWAY
//   cni_floor del HOST-NAME NETNS POD-NAME
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
    struct nlmsghdr header;
    char body[512];
};

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "cni_floor: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int open_netlink(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) fail("netlink socket");
    return fd;
}

static int open_namespace(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail(path);
    return fd;
}

static void enter(int namespace) {
    if (setns(namespace, CLONE_NEWNET) < 0) fail("setns");
}

// A message of this type; `fixed` is the size of the structure before its attributes.
static void *begin(struct request *request, int type, int flags, size_t fixed) {
    memset(request, 0, sizeof *request);
    request->header.nlmsg_type = type;
    request->header.nlmsg_flags = NLM_F_REQUEST | flags;
    request->header.nlmsg_len = NLMSG_LENGTH(fixed);
    return NLMSG_DATA(&request->header);
}

static void add(struct request *request, int type, const void *data, size_t size) {
    size_t end = NLMSG_ALIGN(request->header.nlmsg_len);
    if (end + RTA_SPACE(size) > sizeof *request) {
        errno = EMSGSIZE;
        fail("attributes");
    }
    struct rtattr *attribute = (struct rtattr *)((char *)request + end);
    attribute->rta_type = type;
    attribute->rta_len = RTA_LENGTH(size);
    memcpy(RTA_DATA(attribute), data, size);
    request->header.nlmsg_len = end + RTA_LENGTH(size);
}

// Sends and reads the one answer; an error or acknowledgement of 0 counts as an answer too.
static void exchange(int fd, struct request *request, char *answer, size_t size, const char *what) {
    if (send(fd, request, request->header.nlmsg_len, 0) < 0) fail(what);
    ssize_t count = recv(fd, answer, size, 0);
    if (count < (ssize_t)sizeof(struct nlmsghdr)) fail(what);
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    if (header->nlmsg_type == NLMSG_ERROR) {
        int error = -((struct nlmsgerr *)NLMSG_DATA(header))->error;
        if (error) {
            errno = error;
            fail(what);
        }
    }
}

static void acknowledged(int fd, struct request *request, const char *what) {
    char answer[4096];
    request->header.nlmsg_flags |= NLM_F_ACK;
    exchange(fd, request, answer, sizeof answer, what);
}

static int find_link(int fd, const char *name) {
    static char answer[65536];
    struct request request;
    begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
    add(&request, IFLA_IFNAME, name, strlen(name) + 1);
    exchange(fd, &request, answer, sizeof answer, name);
    return ((struct ifinfomsg *)NLMSG_DATA((struct nlmsghdr *)answer))->ifi_index;
}

static void move(int fd, int index, const char *name, int namespace) {
    struct request request;
    struct ifinfomsg *link = begin(&request, RTM_SETLINK, 0, sizeof *link);
    link->ifi_index = index;
    add(&request, IFLA_IFNAME, name, strlen(name) + 1);
    add(&request, IFLA_NET_NS_FD, &namespace, sizeof namespace);
    acknowledged(fd, &request, "move");
}

static void bring_up(int fd, int index) {
    struct request request;
    struct ifinfomsg *link = begin(&request, RTM_SETLINK, 0, sizeof *link);
    link->ifi_index = index;
    link->ifi_flags = link->ifi_change = IFF_UP;
    acknowledged(fd, &request, "up");
}

static void add_address(int fd, int index, const char *text) {
    char address[INET_ADDRSTRLEN];
    struct in_addr bytes;
    int length = 0;
    if (sscanf(text, "%15[0-9.]/%d", address, &length) != 2 || !inet_aton(address, &bytes))
        fail(text);
    struct request request;
    struct ifaddrmsg *message =
        begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, sizeof *message);
    message->ifa_family = AF_INET;
    message->ifa_prefixlen = length;
    message->ifa_index = index;
    add(&request, IFA_LOCAL, &bytes, sizeof bytes);
    add(&request, IFA_ADDRESS, &bytes, sizeof bytes);
    acknowledged(fd, &request, "address");
}

static void add_default_route(int fd, int index, const char *text) {
    struct in_addr gateway;
    if (!inet_aton(text, &gateway)) fail(text);
    struct request request;
    struct rtmsg *route = begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof *route);
    route->rtm_family = AF_INET;
    route->rtm_table = RT_TABLE_MAIN;
    route->rtm_protocol = RTPROT_STATIC;
    route->rtm_scope = RT_SCOPE_UNIVERSE;
    route->rtm_type = RTN_UNICAST;
    add(&request, RTA_GATEWAY, &gateway, sizeof gateway);
    add(&request, RTA_OIF, &index, sizeof index);
    acknowledged(fd, &request, "route");
}

int main(int argc, char **argv) {
    int adding = argc == 7 && !strcmp(argv[1], "add");
    if (!adding && !(argc == 5 && !strcmp(argv[1], "del"))) {
        fprintf(stderr, "usage: cni_floor add HOST NETNS POD ADDRESS/LENGTH GATEWAY\n"
                        "       cni_floor del HOST NETNS POD\n");
        return 2;
    }
    const char *host_name = argv[2], *pod_name = argv[4];
    int pod = open_namespace(argv[3]);
    if (adding) {
        int host_socket = open_netlink();
        move(host_socket, find_link(host_socket, host_name), pod_name, pod);
        enter(pod);
        int fd = open_netlink();
        int index = find_link(fd, pod_name);
        add_address(fd, index, argv[5]);
        bring_up(fd, index);
        add_default_route(fd, index, argv[6]);
    } else {
        int host = open_namespace("/proc/self/ns/net");
        enter(pod);
        int fd = open_netlink();
        move(fd, find_link(fd, pod_name), host_name, host);
    }
    puts("{}");
    return 0;
}
