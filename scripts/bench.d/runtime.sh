# SPDX-License-Identifier: Apache-2.0
#
# The Kubernetes runtime: CPU of a watch event beside orjson's decode, memory of what is cached, a
# cold sync from a real kube-apiserver, idle memory of each role. BENCH_ROUNDS is 3 by default,
# BENCH_EVENTS 100000. Our side is Tests/Runtime, built as the product is.

bench_runtime() {
    need_swift
    need_libraries
    need_python
    need apt iproute2 util-linux
    source scripts/lib/kubernetes.sh
    need_kubernetes
    [[ -x $BINARY ]] || fail "bench runtime: no $BINARY"
    export KUBE_APISERVER ETCD KUBECTL
    build_runtime
    "$OPI_XPU_PYTHON" Tests/e2e/bench_runtime.py || OVER=$((OVER + 1))
}

build_runtime() {
    local scratch=$ROOT/.build-bench log=$ROOT/.build/bench-runtime.log
    local flags=(-c release --product opi-xpu-runtime --scratch-path "$scratch"
        -Xswiftc -static-executable -Xlinker --gc-sections)
    swift build "${flags[@]}" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "bench runtime: our side does not build"
    }
    strip -s -o "$scratch/opi-xpu-runtime" "$scratch/release/opi-xpu-runtime"
    export OPI_XPU_RUNTIME=$scratch/opi-xpu-runtime
}
