// SPDX-License-Identifier: Apache-2.0

import APIServer
import ArgumentParser
import Kernel
import Startup

/// The part `api-server`.
struct APIServerPart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-server",
        abstract: "A Kubernetes API server in one process."
    )

    @Option(help: "The folder for its certificate, tokens and objects.")
    var state: String

    @Option(
        help: """
            Where it listens: 127.0.0.1:PORT, or PORT@NETNS for 127.0.0.1 of a network namespace; \
            port 0 is any. May be given several times.
            """,
        transform: Self.place
    )
    var listen: [ServerOptions.Place] = [ServerOptions.Place(port: 0)]

    @Option(
        help: "A folder of manifests that are applied at the start; may be given several times."
    )
    var manifests: [String] = []

    @Option(help: "A file of tokens: token,user,uid,\"group,group\".")
    var tokens: String?

    @OptionGroup var options: RoleOptions

    func run() async throws {
        var setup = ServerOptions(state: state, places: listen)
        setup.manifests = manifests
        setup.tokens = tokens
        try await options.run(label: "api-server") { [setup] log, _ in
            let server = try await MemoryServer(setup, log: log)
            let first = server.endpoints.first.map { "https://\($0)" } ?? ""
            try Process.writeOutput(Array("{\"ready\": \"\(first)\"}\n".utf8))
            await server.run()
        }
    }

    private static func place(_ text: String) throws -> ServerOptions.Place {
        let sides = text.split(separator: "@", maxSplits: 1)
        let prefix = "127.0.0.1:"
        let number = sides.first.map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.count) : $0 }
        guard let port = number.flatMap({ UInt16($0) }) else {
            throw ValidationError("'\(text)' is neither 127.0.0.1:PORT nor PORT@NETNS")
        }
        let name = sides.count > 1 ? String(sides[1]) : nil
        let path = name.map { $0.hasPrefix("/") ? $0 : "/run/netns/\($0)" }
        return ServerOptions.Place(namespace: path, port: port)
    }
}
