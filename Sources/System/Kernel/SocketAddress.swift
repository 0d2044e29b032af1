// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A socket address of any family, kept as the bytes that the kernel reads.
struct SocketAddress {
    private let storage: sockaddr_storage
    private let length: socklen_t

    /// The address of a Unix socket.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` with ``Errno/nameTooLong``.
    init(unixPath path: String) throws(KernelError) {
        try refuseZeroByte(in: path)
        let name = Array(path.utf8)
        guard name.count <= UnixStream.longestPath else {
            throw .refused(call: "connect", subject: path, errno: .nameTooLong)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The length was checked; the rest of the field is zero already.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        self.init(address)
    }

    /// Any of the kernel's address structures, all of which fit the storage.
    init<Address: BitwiseCopyable>(_ address: Address) {
        var storage = sockaddr_storage()
        precondition(MemoryLayout<Address>.size <= MemoryLayout<sockaddr_storage>.size)
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe withUnsafeBytes(of: address) { unsafe target.copyMemory(from: $0) }
        }
        self.storage = storage
        length = socklen_t(MemoryLayout<Address>.size)
    }

    /// Lends the address in the form that system calls take.
    @safe func lend<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, length)
            }
        }
    }
}
