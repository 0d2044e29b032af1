# SPDX-License-Identifier: Apache-2.0
#
# What a person waits for at the sandbox's command line: up, run-pod, delete-pod, down. There is no
# peer. BENCH_ROUNDS pods, 200 by default, ten in each sandbox.

bench_sandbox() {
    need_python
    need apt iproute2
    [[ -x $BINARY ]] || fail "bench sandbox: no $BINARY"
    "$OPI_XPU_PYTHON" Tests/e2e/bench_sandbox.py || fail "bench sandbox: no figures"
}
