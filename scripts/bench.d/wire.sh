# SPDX-License-Identifier: Apache-2.0
#
# Our gRPC beside gRPC's own C++ library (Debian's libgrpc++): the same calls, from a client of the
# one to a server of the one, in turn, over a Unix socket and over TCP with TLS. And what our codecs
# do alone. The programs are in Tests/Bench; BENCH_ROUNDS is 5 by default.

bench_wire() {
    need_swift
    need_libraries
    need_python
    need apt g++ libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc pkg-config \
        openssl gcc libc6-dev
    build_wire_peer
    build_wire_bench
    "$OPI_XPU_PYTHON" scripts/bench.d/wire.py "$WIRE_OURS" "$WIRE_PEER" "$WIRE_COUNTER" "$TMP" ||
        OVER=$((OVER + 1))
}

build_wire_peer() {
    local made=$ROOT/.build/peers/grpc source=$ROOT/Tests/Bench flags
    WIRE_PEER=$made/peer WIRE_COUNTER=$made/allocations.so
    mkdir -p "$made"
    [[ $WIRE_COUNTER -nt $source/allocations.c ]] ||
        gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$WIRE_COUNTER" "$source/allocations.c"
    [[ $WIRE_PEER -nt $source/peer.cc && $WIRE_PEER -nt $source/bench.proto ]] && return
    protoc -I "$source" --cpp_out="$made" --grpc_out="$made" \
        --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" "$source/bench.proto"
    read -ra flags < <(pkg-config --cflags --libs grpc++ protobuf | xargs)
    g++ -O2 -std=c++17 -Wall -I "$made" -o "$WIRE_PEER" "$source/peer.cc" \
        "$made/bench.pb.cc" "$made/bench.grpc.pb.cc" "${flags[@]}"
}

build_wire_bench() {
    local scratch=$ROOT/.build-bench log=$ROOT/.build/bench-wire.log
    local flags=(-c release --product opi-xpu-bench --scratch-path "$scratch"
        --static-swift-stdlib)
    OPI_XPU_BENCH=1 swift build "${flags[@]}" >"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        fail "bench wire: our side does not build"
    }
    WIRE_OURS=$scratch/release/opi-xpu-bench
}
