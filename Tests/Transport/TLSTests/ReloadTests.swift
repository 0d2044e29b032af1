// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TLS
import TestSupport
import Testing

/// Files that change under a context, whole and in halves.
@Suite(.timeLimit(.minutes(1))) struct ReloadTests {
    /// What a context has told.
    private final class Log: Sendable {
        let news = Mutex<[TLSReload]>([])

        func take() -> [TLSReload] {
            news.withLock { news in
                defer { news = [] }
                return news
            }
        }
    }

    private let mount: Mount
    private let authority: TLSAuthority
    private let log = Log()

    init() throws {
        mount = try Mount()
        authority = try TLSAuthority(name: "ours", days: 1)
        try mount.turn(to: authority.contents())
    }

    private func server() throws -> TLSServerContext {
        var configuration = TLSServerConfiguration()
        configuration.clients = .required
        return try TLSServerContext(mount.serverFiles, configuration) { [log] news in
            log.news.withLock { $0.append(news) }
        }
    }

    private func client() throws -> TLSClientContext {
        try TLSClientContext(mount.clientFiles) { [log] news in
            log.news.withLock { $0.append(news) }
        }
    }

    /// Writes into the file itself, as a careless script does; the name must be no link.
    private func overwrite(_ name: String, _ bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: mount.scratch[name]))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    @Test func `a turned mount is read once, by both ends`() throws {
        let (client, server) = (try client(), try server())
        #expect(try Handshake(client, server).isGood)
        #expect(log.take() == [])
        for _ in 0..<3 {
            try mount.turn(to: TLSAuthority(name: "next", days: 1).contents())
            for _ in 0..<3 { #expect(try Handshake(client, server).isGood) }
            #expect(log.take() == [.renewed, .renewed])
        }
    }

    @Test func `new certificates with old keys are not used, and told once`() throws {
        let (client, server) = (try client(), try server())
        let next = try authority.contents()
        try overwrite("server.crt", try #require(next["server.crt"]))
        try overwrite("client.crt", try #require(next["client.crt"]))
        for _ in 0..<3 { #expect(try Handshake(client, server).isGood) }
        let told = log.take()
        #expect(told.count == 2)
        for (news, owner) in zip(told, ["client", "server"]) {
            guard case .kept(.unusable(let text)) = news else {
                Issue.record("\(news)")
                continue
            }
            #expect(text.hasPrefix("the \(owner) key does not fit its certificate"))
        }
        try overwrite("server.key", try #require(next["server.key"]))
        try overwrite("client.key", try #require(next["client.key"]))
        #expect(try Handshake(client, server).isGood)
        #expect(log.take() == [.renewed, .renewed])
    }

    @Test(arguments: Mount.names)
    func `a file cut short, emptied or gone leaves what was there`(name: String) throws {
        let (client, server) = (try client(), try server())
        let whole = try authority.contents()
        let piece = try #require(whole[name])
        for broken in [Array(piece.prefix(100)), [], Array("garbage".utf8)] {
            try overwrite(name, broken)
            #expect(try Handshake(client, server).isGood)
            #expect(log.take().map(\.isKept) == [true])
        }
        try FileManager.default.removeItem(atPath: mount.scratch[name])
        for _ in 0..<2 { #expect(try Handshake(client, server).isGood) }
        let told = log.take()
        guard told.count == 1, case .kept(.unusable(let text)) = told[0] else {
            Issue.record("not told once that \(name) is gone: \(told)")
            return
        }
        #expect(text.contains(mount.scratch[name]))
    }

    @Test func `what is written twice within a tick of the clock is seen twice`() throws {
        // Of the same size in the same file: only the time can tell, and it may stand still.
        let one = try authority.contents()
        var two = try authority.contents()
        while two["server.crt"]?.count != one["server.crt"]?.count {
            two = try authority.contents()
        }
        let server = try server()
        for number in 0..<200 {
            let next = number.isMultiple(of: 2) ? one : two
            try overwrite("server.crt", try #require(next["server.crt"]))
            try overwrite("server.key", try #require(next["server.key"]))
            _ = try TLSSession(server)
        }
        #expect(log.take() == Array(repeating: .renewed, count: 200))
    }

    @Test func `files that are only touched keep their sessions`() throws {
        let (client, server) = (try client(), try server())
        #expect(try Handshake(client, server).isGood)
        for name in Mount.names {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: mount.scratch[name]))
            try overwrite(name, [UInt8](bytes))
        }
        #expect(try Handshake(client, server).isResumed)
        #expect(log.take() == [])
    }

    @Test func `a session that stands outlives the files it began with`() throws {
        let (client, server) = (try client(), try server())
        var one = try TLSSession(client, serverName: "localhost")
        var two = try TLSSession(server)
        try one.start()
        for _ in 0..<4 {
            let there = one.takeOutput()
            if !there.isEmpty { _ = try two.receive(there.span) }
            let back = two.takeOutput()
            if !back.isEmpty { _ = try one.receive(back.span) }
        }
        try mount.turn(to: TLSAuthority(name: "next", days: 1).contents())
        #expect(try Handshake(client, server).isGood)
        let text = Array("still here".utf8)
        try one.send(text.span)
        let sent = one.takeOutput()
        #expect(try two.receive(sent.span) == [.data(text)])
    }

    @Test func `files that cannot be used at first are an error`() throws {
        try overwrite("server.key", Array("garbage".utf8))
        #expect(throws: TLSError.self) { try server() }
        try FileManager.default.removeItem(atPath: mount.scratch["ca.crt"])
        #expect(throws: TLSError.self) { try client() }
    }
}

extension TLSReload {
    fileprivate var isKept: Bool {
        if case .kept = self { true } else { false }
    }
}
