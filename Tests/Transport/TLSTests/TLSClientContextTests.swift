// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import TestSupport
import Testing

/// What a configuration must have, and a session that is fed byte by byte.
@Suite(.timeLimit(.minutes(1))) struct TLSClientContextTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func openssl(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func makePair(_ name: String) throws -> (certificate: [UInt8], key: [UInt8]) {
        try openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=\(name)",
            "-keyout",
            scratch["\(name).key"],
            "-out",
            scratch["\(name).crt"]
        )
        func bytes(_ file: String) throws -> [UInt8] {
            try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch[file])))
        }
        return (try bytes("\(name).crt"), try bytes("\(name).key"))
    }

    private func complaint(
        _ change: (inout TLSClientConfiguration) -> Void
    ) -> String? {
        var configuration = TLSClientConfiguration()
        change(&configuration)
        do throws(TLSError) {
            _ = try TLSClientContext(configuration)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["", "no certificate at all", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
    func `authorities without a certificate are refused`(text: String) {
        let complaint = complaint { $0.authorities = Array(text.utf8) }
        #expect(complaint == "the certificate authorities: there is no PEM certificate")
    }

    @Test func `certificate and key must be there and belong together`() throws {
        let (one, key) = try makePair("one")
        let (_, strange) = try makePair("two")
        #expect(
            complaint {
                $0.certificateChain = one
                $0.privateKey = key
            } == nil
        )
        let mixed = complaint {
            $0.certificateChain = one
            $0.privateKey = strange
        }
        #expect(mixed?.hasPrefix("the client key does not fit its certificate") == true)
        let none = complaint { $0.certificateChain = one }
        #expect(none?.hasPrefix("the client key is no PEM key") == true)
        let garbage = complaint { $0.certificateChain = [1, 2, 3] }
        #expect(garbage == "the client certificate: there is no PEM certificate")
    }

    @Test func `a key that is locked by a password is refused, nobody is asked`() throws {
        let (one, _) = try makePair("one")
        try openssl(
            "ec",
            "-in",
            scratch["one.key"],
            "-aes128",
            "-passout",
            "pass:x",
            "-out",
            scratch["locked.key"]
        )
        let locked = try [UInt8](Data(contentsOf: URL(fileURLWithPath: scratch["locked.key"])))
        let complaint = complaint {
            $0.certificateChain = one
            $0.privateKey = locked
        }
        #expect(complaint?.hasPrefix("the client key is no PEM key") == true)
    }

    @Test func `a bundle of several authorities is taken whole`() throws {
        let (one, _) = try makePair("one")
        let (two, _) = try makePair("two")
        #expect(complaint { $0.authorities = one + two } == nil)
    }

    @Test func `answers that are not TLS are refused byte by byte`() throws {
        let context = try TLSClientContext(TLSClientConfiguration())
        var session = try TLSSession(context, serverName: "localhost")
        try session.start()
        #expect(!session.takeOutput().isEmpty)
        var failure: TLSError?
        for byte in Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8) where failure == nil {
            do throws(TLSError) {
                let bytes = [byte]
                let events = try session.receive(bytes.span)
                #expect(events == [])
            } catch {
                failure = error
            }
        }
        #expect(failure == .notTLS)
    }

    @Test func `an end before the handshake is over is a cut`() throws {
        let context = try TLSClientContext(TLSClientConfiguration())
        var session = try TLSSession(context, serverName: "::1")
        try session.start()
        var failure: TLSError?
        do throws(TLSError) {
            try session.checkEnd()
        } catch {
            failure = error
        }
        #expect(failure == .truncated)
    }
}
