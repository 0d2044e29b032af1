// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

extension NetworkNamespace {
    /// Makes a namespace with a name in the file system, as `ip netns add` does.
    ///
    /// It holds a loopback, switched off. What stands at `path` already is removed first. No thread
    /// of the pool is held up meanwhile.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func make(at path: String) async throws(KernelError) {
        try await DedicatedThread.detached { _ throws(KernelError) in
            try erase(path)
            try Files.create(path, containing: [], mode: 0o400)
            // This thread ends with the body, and with it the only other hold on the namespace.
            try system("unshare", path) { clinux_unshare(CLONE_NEWNET) }
            try system("mount", path: path) {
                unsafe clinux_bind("/proc/thread-self/ns/net", path)
            }
        }
    }

    /// Removes the name of a namespace, which goes when nobody is in it; fine when it is gone.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func remove(_ path: String) async throws(KernelError) {
        try await DedicatedThread.detached { _ throws(KernelError) in try erase(path) }
    }

    /// Also a file that nothing was mounted on, which a maker that was killed leaves behind.
    private static func erase(_ path: String) throws(KernelError) {
        do throws(KernelError) {
            try system("umount2", path: path) { unsafe clinux_unmount(path) }
        } catch {
            guard [.noSuchFile, .invalid].contains(error.errno) else { throw error }
        }
        try Files.remove(path, missingOK: true)
    }
}
