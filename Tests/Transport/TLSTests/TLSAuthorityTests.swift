// SPDX-License-Identifier: Apache-2.0

import Foundation
import TLS
import TestSupport
import Testing

/// What is made on the spot, as OpenSSL's own programs and our client see it.
@Suite(.timeLimit(.minutes(1))) struct TLSAuthorityTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func openssl(_ words: String...) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: scratch[name]))
        return scratch[name]
    }

    @Test(arguments: [
        ("-verify_hostname", "api.example", true), ("-verify_hostname", "localhost", true),
        ("-verify_hostname", "other.example", false), ("-verify_ip", "127.0.0.1", true),
        ("-verify_ip", "::1", true), ("-verify_ip", "127.0.0.2", false),
    ])
    func `openssl takes it for its names only`(kind: String, name: String, isGood: Bool) throws {
        let authority = try TLSAuthority(name: "test authority", days: 2)
        let made = try authority.identity(
            names: ["localhost", "api.example"],
            addresses: ["127.0.0.1", "::1"],
            days: 1
        )
        let answer = try openssl(
            "verify",
            "-x509_strict",
            "-purpose",
            "sslserver",
            kind,
            name,
            "-CAfile",
            write(authority.certificate, "ca.crt"),
            write(made.certificateChain, "server.crt")
        )
        #expect((answer.status == 0) == isGood, "\(answer.text)")
    }

    @Test func `another authority of the same name has not signed it`() throws {
        let authority = try TLSAuthority(name: "same", days: 1)
        let stranger = try TLSAuthority(name: "same", days: 1)
        let made = try authority.identity(names: ["localhost"], addresses: [], days: 1)
        let answer = try openssl(
            "verify",
            "-CAfile",
            write(stranger.certificate, "ca.crt"),
            write(made.certificateChain, "server.crt")
        )
        #expect(answer.status != 0)
    }

    @Test func `a server's certificate signs nobody, and no two are alike`() throws {
        let authority = try TLSAuthority(name: "test", days: 1)
        var serials: Set<String> = []
        for number in 0..<5 {
            let made = try authority.identity(names: ["n\(number)"], addresses: [], days: 1)
            let file = try write(made.certificateChain, "server.crt")
            let text = try openssl("x509", "-in", file, "-noout", "-text").text
            #expect(text.contains("CA:FALSE") && text.contains("TLS Web Server Authentication"))
            #expect(text.contains("DNS:n\(number)") && text.contains("prime256v1"))
            serials.insert(try openssl("x509", "-in", file, "-noout", "-serial").text)
            let key = try write(made.privateKey, "server.key")
            #expect(try openssl("pkey", "-in", key, "-noout", "-check").status == 0)
        }
        #expect(serials.count == 5)
    }

    @Test(
        arguments: [
            ([], []), ([], ["no address"]), ([], ["300.1.1.1"]),
            ([String(repeating: "a", count: 65)], []),
        ] as [([String], [String])]
    )
    func `what cannot be certified is an error`(names: [String], addresses: [String]) throws {
        let authority = try TLSAuthority(name: "test", days: 1)
        #expect(throws: TLSError.self) {
            try authority.identity(names: names, addresses: addresses, days: 1)
        }
    }

    @Test func `a server needs a certificate, its key and a protocol`() throws {
        let authority = try TLSAuthority(name: "test", days: 1)
        let one = try authority.identity(names: ["one"], addresses: [], days: 1)
        let two = try authority.identity(names: ["two"], addresses: [], days: 1)
        func complaint(
            _ chain: [UInt8],
            _ key: [UInt8],
            _ protocols: [String] = ["h2"]
        ) -> String? {
            var configuration = TLSServerConfiguration(certificateChain: chain, privateKey: key)
            configuration.protocols = protocols
            do throws(TLSError) {
                _ = try TLSServerContext(configuration)
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(complaint(one.certificateChain, one.privateKey) == nil)
        let mixed = complaint(one.certificateChain, two.privateKey)
        #expect(mixed?.hasPrefix("the server key does not fit its certificate") == true)
        #expect(complaint([], one.privateKey)?.contains("no PEM certificate") == true)
        #expect(complaint(one.certificateChain, [])?.contains("no PEM key") == true)
        let speechless = complaint(one.certificateChain, one.privateKey, [])
        #expect(speechless == "the protocols: there is none")
    }
}
