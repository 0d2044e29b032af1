// SPDX-License-Identifier: Apache-2.0

/// What an end of the stream below means for the call, where the peer sent no status of its own.
extension Status {
    /// The status for an HTTP response without `grpc-status`.
    ///
    /// Source: gRPC doc/http-grpc-status-mapping.md.
    init(httpStatus: String) {
        let code: StatusCode =
            switch httpStatus {
            case "400", "431": .internalError
            case "401": .unauthenticated
            case "403": .permissionDenied
            case "404": .unimplemented
            case "429", "502", "503", "504": .unavailable
            default: .unknown
            }
        self.init(code, "the server answered with HTTP status \(httpStatus) and no grpc-status")
    }

    /// The status for a stream that the server reset with an HTTP/2 error code.
    ///
    /// Source: gRPC doc/PROTOCOL-HTTP2.md, "Errors".
    init(resetCode: UInt32) {
        let (code, name): (StatusCode, String) =
            switch resetCode {
            case 0x0: (.internalError, "NO_ERROR")
            case 0x1: (.internalError, "PROTOCOL_ERROR")
            case 0x2: (.internalError, "INTERNAL_ERROR")
            case 0x3: (.internalError, "FLOW_CONTROL_ERROR")
            case 0x4: (.internalError, "SETTINGS_TIMEOUT")
            case 0x5: (.internalError, "STREAM_CLOSED")
            case 0x6: (.internalError, "FRAME_SIZE_ERROR")
            case 0x7: (.unavailable, "REFUSED_STREAM")
            case 0x8: (.cancelled, "CANCEL")
            case 0x9: (.internalError, "COMPRESSION_ERROR")
            case 0xa: (.internalError, "CONNECT_ERROR")
            case 0xb: (.resourceExhausted, "ENHANCE_YOUR_CALM")
            case 0xc: (.permissionDenied, "INADEQUATE_SECURITY")
            case 0xd: (.unknown, "HTTP_1_1_REQUIRED")
            default: (.unknown, "code \(resetCode)")
            }
        self.init(code, "the server reset the stream with \(name)")
    }
}
