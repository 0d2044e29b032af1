# SPDX-License-Identifier: Apache-2.0
#
# The path through a real kube-apiserver (single cluster, TLS, RBAC) beside the standalone topology:
# "ours" is the cluster, "peer" the standalone host agent. BENCH_ROUNDS pods, 200 by default.

bench_kubernetes() {
    need_python
    need apt iproute2 util-linux
    source scripts/lib/kubernetes.sh
    need_kubernetes
    export KUBE_APISERVER ETCD KUBECTL
    "$OPI_XPU_PYTHON" Tests/e2e/bench_kubernetes.py || fail "bench kubernetes: no figures"
}
