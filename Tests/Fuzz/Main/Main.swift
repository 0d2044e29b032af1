// SPDX-License-Identifier: Apache-2.0

import FuzzTargets
import Glibc

/// What libFuzzer calls; the target is named by `OPI_XPU_FUZZ_TARGET`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // libFuzzer lends `count` bytes for the call; an empty input has no address.
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    target.run(bytes)
    return 0
}

/// The entry of the program under the name that the package manager links; libFuzzer's own `main`
/// does no more.
@_cdecl("opi_xpu_fuzz_main")
public func fuzzMain(_ count: CInt, _ words: Arguments) -> CInt {
    var count = count
    var words = unsafe words
    return unsafe runDriver(&count, &words, fuzzOneInput)
}

/// What a C program's `main` gets.
public typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?

// From libFuzzer's FuzzerInterface.h.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<Arguments>,
    _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

private let target: FuzzTarget = {
    let name = unsafe getenv("OPI_XPU_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        fatalError("OPI_XPU_FUZZ_TARGET names no target: '\(name)'")
    }
    return target
}()
