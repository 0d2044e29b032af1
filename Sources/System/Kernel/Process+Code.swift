// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Process {
    /// Lets go of the pages of the program's own code that are resident, `madvise(2)` with
    /// `MADV_DONTNEED`.
    ///
    /// Starting touches most of a static program once: option parsing, TLS, YAML, metadata. What is
    /// used again comes back from the page cache with the next instruction there. Code is mapped
    /// from a file and never written to, so nothing is lost.
    ///
    /// - Throws: ``KernelError`` when the mappings cannot be read or the kernel refuses.
    public static func releaseCode() throws(KernelError) {
        let maps = try Files.read("/proc/self/maps", limit: 1 << 20)
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            guard let range = codeRange(ofMapping: line) else { continue }
            // The range is one whole mapping of a file without write permission: its pages are the
            // file's, and the kernel maps them again when they are touched.
            let start = unsafe UnsafeMutableRawPointer(bitPattern: range.lowerBound)
            guard unsafe madvise(start, range.count, MADV_DONTNEED) == 0 else {
                throw .refused(call: "madvise", subject: "the code", errno: .last)
            }
        }
    }

    /// The addresses of a line of `/proc/PID/maps` that is code from a file (proc(5)); nil of any
    /// other, such as `7f00-7f01 rw-p 00000000 00:00 0`.
    static func codeRange(ofMapping line: Substring) -> Range<UInt>? {
        let fields = line.split(separator: " ", omittingEmptySubsequences: true)
        guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
        let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard ends.count == 2, ends[0] < ends[1] else { return nil }
        return ends[0]..<ends[1]
    }
}
