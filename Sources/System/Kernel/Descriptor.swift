// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An open file, socket or namespace, closed when its owner goes away.
public struct Descriptor: ~Copyable, Sendable {
    /// The number, lent: an event loop may be given a duplicate, never this one.
    public let rawValue: Int32

    /// Takes over `rawValue`, which nobody else may close from here on.
    public init(adopting rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        // Linux frees the number even when close(2) reports an error, so there is no retry.
        _ = close(rawValue)
    }

    /// Gives the number away without closing it; for event loops that close it themselves.
    public consuming func release() -> Int32 {
        let given = rawValue
        discard self
        return given
    }

    /// A second descriptor of the same open file, closed on exec.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func duplicated() throws(KernelError) -> Descriptor {
        let copy = try system("dup", subject) { fcntl(rawValue, F_DUPFD_CLOEXEC, 0) }
        return Descriptor(adopting: copy)
    }

    /// Reads what is there, at most `count` bytes; empty at the end of the file.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func read(upTo count: Int) throws(KernelError) -> [UInt8] {
        try receive("read", subject, upTo: count) { buffer in
            // The buffer is valid for its count during the call.
            unsafe Glibc.read(rawValue, buffer.baseAddress, buffer.count)
        }
    }

    /// Reads to the end of the file.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``;
    ///   ``KernelError/tooLarge(subject:limit:)`` when more than `limit` bytes are there.
    public func readAll(limit: Int) throws(KernelError) -> [UInt8] {
        try readAll(limit: limit, subject: subject)
    }

    /// Writes all of `bytes`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func write(_ bytes: [UInt8]) throws(KernelError) {
        try write(bytes, subject: subject)
    }

    func readAll(limit: Int, subject: String) throws(KernelError) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let wanted = max(1, min(limit + 1 - all.count, 65536))
            let part = try receive("read", subject, upTo: wanted) { buffer in
                unsafe Glibc.read(rawValue, buffer.baseAddress, buffer.count)
            }
            if part.isEmpty { return all }
            all += part
            if all.count > limit { throw .tooLarge(subject: subject, limit: limit) }
        }
    }

    func write(_ bytes: [UInt8], subject: String) throws(KernelError) {
        var sent = 0
        while sent < bytes.count {
            sent += try system("write", subject) {
                unsafe bytes.withUnsafeBytes { buffer in
                    let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                    return unsafe Glibc.write(rawValue, rest.baseAddress, rest.count)
                }
            }
        }
    }

    private var subject: String { "descriptor \(rawValue)" }
}

/// Lets `body` fill a buffer of `count` bytes and returns what it says it has filled.
@safe func receive(
    _ call: StaticString,
    _ subject: @autoclosure () -> String,
    upTo count: Int,
    _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int
) throws(KernelError) -> [UInt8] {
    try [UInt8](capacity: count) { (output) throws(KernelError) in
        // The kernel has initialised exactly the bytes it counts.
        try unsafe output.withUnsafeMutableBufferPointer {
            (buffer, filled) throws(KernelError) in
            filled = try system(call, subject()) { unsafe body(buffer) }
        }
    }
}
