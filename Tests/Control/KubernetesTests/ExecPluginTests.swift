// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import TestSupport
import Testing

@testable import Kubernetes

/// Programs that tell who we are: real ones, of a few lines of shell.
@Suite(.timeLimit(.minutes(1))) struct ExecPluginTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static let version = "client.authentication.k8s.io/v1"

    /// A program that counts its runs in the file `runs` and then does what `script` says.
    private func plugin(
        _ script: String,
        environment: [String: String] = [:],
        cluster: JSONValue? = nil
    ) throws -> ExecPlugin {
        let text = "#!/bin/sh\necho run >> \(scratch["runs"])\n\(script)\n"
        let path = try scratch.write(text, to: "plugin")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return ExecPlugin(
            path,
            ["one", "two words"],
            environment: environment.mapValues { ClusterAccess.Secret(Array($0.utf8)) },
            cluster: cluster,
            installHint: "install it"
        )
    }

    private func told(_ status: String) -> String {
        """
        cat <<'END'
        {"apiVersion":"\(Self.version)","kind":"ExecCredential","status":\(status)}
        END
        """
    }

    private var runs: Int {
        FileManager.default.contents(atPath: scratch["runs"])?.split(separator: 0x0a).count ?? 0
    }

    private func failure(_ plugin: ExecPlugin) async -> ExecFailure? {
        do throws(ExecFailure) {
            _ = try await plugin.run()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a program finds its words, its environment and what it may know`() async throws {
        let script = """
            [ "$1$2$KEY" = "onetwo wordsvalue" ] && [ -n "$PATH" ] || exit 9
            printf '%s' "$KUBERNETES_EXEC_INFO" > \(scratch["info"])
            \(told(#"{"token":"t"}"#))
            """
        let cluster: JSONValue = ["server": "https://a"]
        let plugin = try plugin(script, environment: ["KEY": "value"], cluster: cluster)
        let credential = try await plugin.run()
        #expect(credential.token == ClusterAccess.Secret(Array("t".utf8)))
        #expect(credential.certificate == nil && credential.expiry == nil)
        let info = try #require(FileManager.default.contents(atPath: scratch["info"]))
        #expect(
            try JSONValue(parsing: [UInt8](info)) == [
                "apiVersion": .string(Self.version), "kind": "ExecCredential",
                "spec": ["interactive": false, "cluster": cluster],
            ]
        )
    }

    @Test func `a name without a slash is looked for in PATH`() async throws {
        var plugin = ExecPlugin("sh", ["-c", told(#"{"token":"t"}"#)])
        let credential = try await plugin.run()
        #expect(credential.token != nil)
        plugin.command = "no-such-program-anywhere"
        plugin.installHint = "install it"
        let failure = await failure(plugin)
        #expect(failure == .missing(command: plugin.command, hint: "install it"))
        plugin.command = scratch["nothing"]
        #expect(await self.failure(plugin) == .missing(command: plugin.command, hint: "install it"))
    }

    @Test func `a program that fails is quoted, briefly and without its secrets`() async throws {
        let script = "seq 1 9999 >&2; echo \"bad key $KEY\" >&2; printf '\\033[1mend' >&2; exit 3"
        let plugin = try plugin(script, environment: ["KEY": "s3cr3t"])
        guard case .failed(_, let status, let complaint) = await failure(plugin) else {
            Issue.record("it did not fail")
            return
        }
        #expect(status == "exit code 3")
        #expect(complaint.hasPrefix("…") && complaint.hasSuffix("9999 bad key (withheld) [1mend"))
        #expect(complaint.count <= 513)
    }

    @Test func `a program that hangs or floods is ended`() async throws {
        var slow = try plugin("sleep 60")
        slow.timeout = .milliseconds(200)
        #expect(await failure(slow) == .timedOut(command: slow.command, .milliseconds(200)))
        let flood = try plugin("yes")
        guard case .unusable = await failure(flood) else {
            Issue.record("all was taken")
            return
        }
    }

    @Test(arguments: [
        ("", "it said nothing"), ("s3cr3t", "it is not JSON"), ("{\"s3cr3t\"", "it is not JSON"),
        (#"{"kind":"Pod"}"#, "kind is not ExecCredential"),
        (#"{"kind":"ExecCredential","apiVersion":"s3cr3t"}"#, "apiVersion is not"),
        (#"{"kind":"ExecCredential","apiVersion":"V"}"#, "status is missing"),
        (#"{"kind":"ExecCredential","apiVersion":"V","status":{}}"#, "neither token nor"),
        (#"{"kind":"ExecCredential","apiVersion":"V","status":{"token":["s3cr3t"]}}"#, "no text"),
        (#"{"kind":"ExecCredential","apiVersion":"V","status":{"token":"s3cr3t\n"}}"#, "bytes"),
        (
            #"{"kind":"ExecCredential","apiVersion":"V","status":{"clientKeyData":"s3cr3t"}}"#,
            "come together"
        ),
        (
            #"{"kind":"ExecCredential","apiVersion":"V","status":{"token":"s3cr3t","#
                + #""expirationTimestamp":"soon"}}"#, "no time in RFC 3339"
        ),
    ])
    func `what is no credential is told by its place alone`(text: String, words: String) throws {
        let said = text.replacing("\"V\"", with: "\"\(Self.version)\"")
        do throws(MalformedCredential) {
            _ = try ExecCredential(Array(said.utf8), apiVersion: Self.version)
            Issue.record("taken for a credential")
        } catch {
            #expect(error.text.contains(words) && !error.text.contains("s3cr3t"))
        }
    }

    // MARK: - When it runs

    private func source(_ plugin: ExecPlugin) -> CredentialSource {
        CredentialSource(.exec(plugin))
    }

    @Test func `what it told is used until it expires`() async throws {
        let source = source(try plugin(told(#"{"token":"t"}"#)))
        for _ in 0..<3 { #expect(try await source.identity().token == "t") }
        #expect(runs == 1)
        let late = #"{"token":"old","expirationTimestamp":"2001-01-01T00:00:00Z"}"#
        let expired = self.source(try plugin(told(late)))
        for _ in 0..<2 { #expect(try await expired.identity().token == "old") }
        #expect(runs == 3)
        let far = #"{"token":"new","expirationTimestamp":"2999-01-01T00:00:00+01:00"}"#
        let good = self.source(try plugin(told(far)))
        for _ in 0..<2 { #expect(try await good.identity().token == "new") }
        #expect(runs == 4)
    }

    @Test func `many that ask at once have it run once`() async throws {
        let source = source(try plugin("sleep 0.3; \(told(#"{"token":"t"}"#))"))
        let first = try await tokens(of: source, count: 20)
        #expect(first == Array(repeating: "t", count: 20) && runs == 1)
        let identity = try await source.identity()
        for _ in 0..<20 { #expect(source.distrust(identity)) }
        _ = try await tokens(of: source, count: 20)
        #expect(runs == 2, "all of them were refused one reading")
        #expect(source.distrust(identity))
        _ = try await source.identity()
        #expect(runs == 2, "there is a newer one already")
    }

    private func tokens(of source: CredentialSource, count: Int) async throws -> [String?] {
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<count { group.addTask { try await source.identity().token } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func `a failure is told to all that waited for it, and not to the next`() async throws {
        let failing = try plugin("sleep 0.3; exit 1")
        let source = source(failing)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    do throws(APIError) {
                        _ = try await source.identity()
                        return false
                    } catch {
                        if case .noCredential(.failed) = error { return true }
                        return false
                    }
                }
            }
            for await hasFailed in group { #expect(hasFailed) }
        }
        #expect(runs == 1)
        _ = try plugin(told(#"{"token":"t"}"#))
        #expect(try await source.identity().token == "t")
    }

    @Test func `a cancelled task leaves the program to the others`() async throws {
        let source = source(try plugin("sleep 0.3; \(told(#"{"token":"t"}"#))"))
        let answers = try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                // The first one runs it, and is cancelled while it does.
                try await withThrowingTaskGroup(of: String?.self) { inner in
                    inner.addTask { try await source.identity().token }
                    try await Task.sleep(for: .milliseconds(100))
                    inner.cancelAll()
                    do { return try await inner.next() ?? nil } catch { return "cancelled" }
                }
            }
            try await Task.sleep(for: .milliseconds(50))
            group.addTask { try await source.identity().token }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(answers) == ["cancelled", "t"])
    }
}

@Suite struct CredentialSourceTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `a token is read again after it was not accepted`() async throws {
        let path = try scratch.write(" first \n", to: "token")
        let source = CredentialSource(.tokenFile(path: path))
        let first = try await source.identity()
        #expect(first.token == "first")
        try scratch.write("second", to: "token")
        #expect(try await source.identity().token == "first", "a minute is not over")
        #expect(source.distrust(first))
        let second = try await source.identity()
        #expect(second.token == "second")
        try scratch.write("third", to: "token")
        #expect(source.distrust(first))
        #expect(try await source.identity().token == "second", "that was about an older reading")
        #expect(source.distrust(second))
        try FileManager.default.removeItem(atPath: path)
        #expect(try await source.identity().token == "second", "a file away takes nothing away")
        #expect(!CredentialSource(.anonymous).distrust(second))
    }

    @Test func `a file that is just being written is no reading`() async throws {
        let path = try scratch.write("first", to: "token")
        let source = CredentialSource(.tokenFile(path: path))
        let first = try await source.identity()
        for text in ["", " \n", "\u{1}\u{2}"] {
            #expect(source.distrust(first))
            try scratch.write(text, to: "token")
            #expect(try await source.identity().token == "first")
        }
        try scratch.write("second", to: "token")
        #expect(try await source.identity().token == "second", "at once: nothing was cached")
        try scratch.write("", to: "token")
        let fresh = CredentialSource(.tokenFile(path: path))
        let error = await trouble { () async throws(APIError) in _ = try await fresh.identity() }
        #expect(error == .badToken(source: "the token in \(path)"))
    }

    @Test func `a file that was never there`() async throws {
        let source = CredentialSource(.tokenFile(path: scratch["nothing"]))
        await #expect(throws: APIError.self) { try await source.identity() }
    }
}
