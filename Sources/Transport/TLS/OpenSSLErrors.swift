// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// OpenSSL's queue of errors, which belongs to the thread.
enum OpenSSLErrors {
    /// Empties the queue; the number of its first error, 0 for none, and its text.
    static func take() -> (code: UInt, reason: Int, text: String) {
        let first = ERR_get_error()
        ERR_clear_error()
        guard first != 0 else { return (0, 0, "no reason given") }
        var buffer = [CChar](repeating: 0, count: 256)
        // Writes at most the buffer's length, the zero included.
        unsafe ERR_error_string_n(first, &buffer, buffer.count)
        let reason = Int(copenssl_reason(first))
        let words = unsafe ERR_reason_error_string(first).map { unsafe String(cString: $0) }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return (UInt(first), reason, words ?? String(decoding: bytes, as: UTF8.self))
    }

    /// The certificates in a PEM text, owned by the caller.
    static func certificates(_ pem: [UInt8]) -> [OpaquePointer] {
        guard let bio = unsafe memory(pem) else { return unsafe [] }
        defer { unsafe BIO_free(bio) }
        var found: [OpaquePointer] = unsafe []
        // Each call reads the next certificate; the end of the text is an error in the queue.
        while let next = unsafe PEM_read_bio_X509(bio, nil, nil, nil) { unsafe found.append(next) }
        ERR_clear_error()
        return unsafe found
    }

    /// A copy of `bytes` as a file of OpenSSL's, owned by the caller.
    static func memory(_ bytes: [UInt8]) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return nil }
        let written = unsafe BIO_write(bio, bytes, Int32(clamping: bytes.count))
        guard Int(written) == bytes.count else {
            unsafe BIO_free(bio)
            return nil
        }
        return unsafe bio
    }
}
