// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Bytes from and to the gzip file format.
///
/// Source: RFC 1952; zlib.h.
public enum Gzip: Sendable {
    /// A window of 32 KiB, and 16 more for gzip's header and checksum around it.
    static let windowBits: Int32 = 15 + 16

    /// Bytes that are made at a time, so that memory follows what is there and not what may come.
    static let chunk = 16 << 10

    /// What is compressed in `bytes`: one gzip member, or several in a row.
    ///
    /// Never more than `limit` bytes are kept, and at most a chunk more is made.
    ///
    /// - Throws: ``GzipError``.
    public static func inflate(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var inflater = try Inflater()
        var output: [UInt8] = []
        var used = 0
        repeat {
            let step = try inflater.step(bytes[used...], chunk: chunk)
            output += step.output
            used += step.used
            guard output.count <= limit else { throw .tooLarge(limit: limit) }
            if step.hasEnded {
                if used == bytes.count { return output }
                try inflater.reset()
            } else if step.used == 0, step.output.isEmpty {
                throw .truncated
            }
        } while true
    }
}

/// A gzip file that comes in pieces.
public struct GzipReader: ~Copyable {
    private var inflater: Inflater
    private var isInMember = false

    /// The start of a file.
    ///
    /// - Throws: ``GzipError/outOfMemory``.
    public init() throws(GzipError) {
        inflater = try Inflater()
    }

    /// What the next piece makes; at most `limit` bytes, and a chunk more is made of them.
    ///
    /// - Throws: ``GzipError``; nothing more can be read after it.
    public mutating func add(_ piece: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
        var output: [UInt8] = []
        var used = 0
        while used < piece.count {
            isInMember = true
            let step = try inflater.step(piece[used...], chunk: Gzip.chunk)
            used += step.used
            output += step.output
            guard output.count <= limit else { throw .tooLarge(limit: limit) }
            if step.hasEnded {
                try inflater.reset()
                isInMember = false
            }
        }
        // What zlib had no room for is still in its window.
        while isInMember {
            let step = try inflater.step([], chunk: Gzip.chunk)
            if step.output.isEmpty, !step.hasEnded { break }
            output += step.output
            guard output.count <= limit else { throw .tooLarge(limit: limit) }
            if step.hasEnded {
                try inflater.reset()
                isInMember = false
            }
        }
        return output
    }

    /// The file has no more pieces.
    ///
    /// - Throws: ``GzipError/truncated``.
    public func end() throws(GzipError) {
        if isInMember { throw .truncated }
    }
}

// Its zlib state is reached through this value alone, which has one owner at a time.
extension Inflater: @unchecked Sendable {}

extension GzipReader: Sendable {}

/// zlib's state for one direction.
@safe private struct Inflater: ~Copyable {
    // On the heap, because zlib keeps a pointer from its state back to the stream.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(GzipError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe opi_inflate_init(stream, Gzip.windowBits) == Z_OK else {
            unsafe stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Inflates until the input or the room for output is used up.
    mutating func step(
        _ input: ArraySlice<UInt8>,
        chunk: Int
    ) throws(GzipError) -> (output: [UInt8], used: Int, hasEnded: Bool) {
        var result = Z_OK
        var used = 0
        // The pointers are valid while zlib runs, and it keeps none: the next step sets them anew.
        let output = unsafe [UInt8](unsafeUninitializedCapacity: chunk) { room, count in
            unsafe input.withUnsafeBufferPointer { bytes in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
                unsafe stream.pointee.avail_in = UInt32(clamping: bytes.count)
                unsafe stream.pointee.next_out = room.baseAddress
                unsafe stream.pointee.avail_out = UInt32(clamping: chunk)
                let given = unsafe stream.pointee.avail_in
                result = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                used = unsafe Int(given - stream.pointee.avail_in)
            }
            count = unsafe chunk - Int(stream.pointee.avail_out)
        }
        switch result {
        case Z_OK, Z_BUF_ERROR: return (output, used, false)
        case Z_STREAM_END: return (output, used, true)
        case Z_MEM_ERROR: throw .outOfMemory
        default: throw .malformed(words)
        }
    }

    /// Starts over, for the next member.
    mutating func reset() throws(GzipError) {
        guard unsafe inflateReset(stream) == Z_OK else { throw .malformed(words) }
    }

    private var words: String {
        guard let message = unsafe stream.pointee.msg else { return "not in the format" }
        return unsafe String(cString: message)
    }
}
