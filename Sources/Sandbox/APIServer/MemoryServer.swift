// SPDX-License-Identifier: Apache-2.0

public import Connections
public import Logging
import HTTP
import JSON
import Kernel
import TLS

/// A Kubernetes API server in one process.
///
///     let server = try await MemoryServer(options, log: log)
///     await server.run()
///
/// It keeps its objects in memory, and a journal of them in its folder, so that one that is killed
/// comes back as it was. From `init` on, connections are accepted and requests wait for ``run()``.
public final class MemoryServer: Sendable {
    /// Where it listens, in the order of the options' places.
    public let endpoints: [Endpoint]

    private let server: HTTPServer
    private let cluster: Cluster

    /// How often watchers that want bookmarks get one.
    private static let bookmarkInterval = Duration.seconds(10)

    /// Reads or makes certificate, tokens and objects, and listens.
    ///
    /// - Throws: ``ServerError`` naming what is wrong; `ConnectionFailure` when a place is taken.
    public init(_ options: ServerOptions, log: Logger) async throws {
        let folder = try StateFolder(options.state)
        let journal = try ObjectJournal(folder.path("objects.jsonl"), log: log)
        let cluster = Cluster(Registry(storage: try journal.load())) { journal.append($0) }
        for manifests in options.manifests {
            try Manifests(folder: manifests).apply(to: cluster)
        }
        var tokens = Tokens()
        tokens.add(
            try folder.adminToken(),
            User(name: "admin", groups: [User.masters, "system:authenticated"])
        )
        if let file = options.tokens { try TokenFile(file).add(to: &tokens) }
        let issued = TokenJournal(folder.path("tokens.jsonl"), log: log)
        for one in try issued.load() { tokens.add(one) }
        let handler = APIHandler(cluster, tokens) { issued.append($0) }
        server = HTTPServer { await handler.handle($0, $1) }
        self.cluster = cluster
        let identity = try folder.identity()
        var listening = ListenOptions()
        listening.tls = try TLSServerContext(identity)
        listening.connections = 1024
        listening.streams = 1000
        var endpoints: [Endpoint] = []
        for place in options.places {
            listening.namespace = place.namespace
            let wanted = Endpoint.tcp(host: "127.0.0.1", port: place.port)
            endpoints.append(try await server.listen(at: wanted, options: listening))
        }
        self.endpoints = endpoints
        if let first = endpoints.first { try folder.writeKubeconfig(for: first) }
        log.info("the API server listens", metadata: ["endpoints": "\(endpoints)"])
    }

    /// Serves until the surrounding task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { [cluster] in
                while !Task.isCancelled {
                    // Cancelled with the server.
                    try? await Task.sleep(for: Self.bookmarkInterval)
                    cluster.tellProgress()
                }
            }
            await server.run()
            cluster.cutWatches()
            group.cancelAll()
        }
    }
}

/// Why a server cannot start.
public enum ServerError: Error, Hashable, Sendable {
    /// A file cannot be used, with the reason.
    case unusable(file: String, why: String)
}

extension ServerError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .unusable(let file, let why): "\(file): \(why)"
        }
    }
}
