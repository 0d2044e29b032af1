// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Glibc
import Kernel
import RPC
import TLS

/// Our side of `scripts/bench wire`, with the words of `peer.cc`.
@main
struct Main {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        if words == ["codec"] { return Codec.measure() }
        guard words.count > 2, let endpoint = endpoint(words[1]) else { usage() }
        switch words[0] {
        case "serve":
            try await serve(on: endpoint, tls: Array(words.dropFirst(3)))
        case "load":
            try await load(from: endpoint, Array(words.dropFirst(2)))
        default: usage()
        }
    }

    private static func usage() -> Never {
        fatalError("usage: opi-xpu-bench codec, or serve|load TARGET … as in Tests/Bench/peer.cc")
    }

    /// `unix:PATH` or `HOST:PORT`, as gRPC's library writes them.
    private static func endpoint(_ target: String) -> Endpoint? {
        if target.hasPrefix("unix:") { return .unix(path: String(target.dropFirst(5))) }
        let parts = target.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { return nil }
        return .tcp(host: String(parts[0]), port: port)
    }

    private static func serve(on endpoint: Endpoint, tls files: [String]) async throws {
        var services = Services()
        services.handle(Bench.echo) { request, _ in Chunk(body: request.body) }
        services.stream(Bench.flow) { (request, writer, _) throws(Status) in
            let chunk = Chunk(body: Array(repeating: 0x78, count: Int(request.size)))
            for _ in 0..<request.count { try await writer.send(chunk) }
        }
        services.converse(Bench.talk) { (requests, writer, _) throws(Status) in
            for try await request in requests { try await writer.send(request) }
        }
        var options = ServerOptions()
        options.listen.streams = 2000
        if files.count == 2 {
            let configuration = TLSServerConfiguration(
                certificateChain: try Files.read(files[0], limit: 1 << 20),
                privateKey: try Files.read(files[1], limit: 1 << 20)
            )
            options.listen.tls = try TLSServerContext(configuration)
        }
        let server = try await Server.bind(endpoint, services, options: options)
        print("ready")
        fflush(nil)
        await server.run()
    }
}
