// SPDX-License-Identifier: Apache-2.0

import CZlib

extension Gzip {
    /// Level 6: zlib's own balance of time and size.
    private static let level = Z_DEFAULT_COMPRESSION

    /// `bytes` as one gzip member; nil when zlib has no memory or they are too many for it.
    public static func deflate(_ bytes: [UInt8]) -> [UInt8]? {
        guard let size = UInt32(exactly: bytes.count) else { return nil }
        // On the heap, because zlib keeps a pointer from its state back to the stream.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { unsafe stream.deallocate() }
        unsafe stream.initialize(to: z_stream())
        guard unsafe opi_deflate_init(stream, level, windowBits) == Z_OK else { return nil }
        defer { unsafe deflateEnd(stream) }
        let room = unsafe Int(deflateBound(stream, UInt(size)))
        guard let capacity = UInt32(exactly: room) else { return nil }
        var result = Z_OK
        // The pointers are valid while zlib runs; with the room it asked for, once is enough.
        let output = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                unsafe stream.pointee.avail_in = size
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = capacity
                result = unsafe CZlib.deflate(stream, Z_FINISH)
            }
            count = unsafe room - Int(stream.pointee.avail_out)
        }
        return result == Z_STREAM_END ? output : nil
    }
}
