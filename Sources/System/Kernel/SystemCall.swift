// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Makes a call until no signal interrupts it; a negative result becomes the typed error.
@discardableResult
func system<Result: SignedInteger>(
    _ call: StaticString,
    _ subject: @autoclosure () -> String,
    _ body: () -> Result
) throws(KernelError) -> Result {
    while true {
        let result = body()
        if result >= 0 { return result }
        let reason = Errno.last
        if reason != .interrupted {
            throw .refused(call: "\(call)", subject: subject(), errno: reason)
        }
    }
}

/// Like `system` for calls that name a path, which must not contain a zero byte.
@discardableResult
func system<Result: SignedInteger>(
    _ call: StaticString,
    path: String,
    _ body: () -> Result
) throws(KernelError) -> Result {
    try refuseZeroByte(in: path)
    return try system(call, path, body)
}

/// C strings end at the first zero byte, so such a path would name another file.
func refuseZeroByte(in path: String) throws(KernelError) {
    if path.utf8.contains(0) { throw .zeroByte(path: path) }
}
