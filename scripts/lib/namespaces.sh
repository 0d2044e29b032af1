# SPDX-License-Identifier: Apache-2.0
#
# Network namespaces of our own, named so that two runs on one machine never meet.

# namespace NAME: makes it, with loopback up; NS[NAME] is its real name.
declare -A NS=()
namespace() {
    NS[$1]=ox-$$-$1
    ip netns add "${NS[$1]}"
    at_exit remove_namespace "${NS[$1]}"
    ip -n "${NS[$1]}" link set lo up
}

# A file name in /run/netns keeps a namespace alive only as long as nothing in it runs.
remove_namespace() {
    [[ ! -e /run/netns/$1 ]] || ip netns delete "$1"
}

# inside NAME COMMAND...: runs it in that namespace.
inside() {
    local name=$1
    shift
    ip netns exec "${NS[$name]}" "$@"
}

# veth A NAME_A B NAME_B [MAC_A]: a pair between two of our namespaces.
veth() {
    ip -n "${NS[$1]}" link add "$2" ${5:+address "$5"} type veth peer name "$4" \
        netns "${NS[$3]}"
}
