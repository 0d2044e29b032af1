// SPDX-License-Identifier: Apache-2.0

import Bytes
import CNI
import GRPC
import Gzip
import HPACK
import HTTP2
import HostAPI
import Informers
import JSON
import KubeletAPI
import Kubernetes
import Netlink
import OPI
import Protobuf
import Resources
import YAML

/// A decoder that gets whatever bytes somebody sends.
///
/// None may trap, hang or forget what it read: what decodes must decode to the same again after it
/// was encoded.
public enum FuzzTarget: String, CaseIterable, Sendable {
    case frames, hpack, protobuf, grpc, json, list, watch, netlink, yaml, cni

    /// Feeds the decoder; a broken promise stops the program.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .frames: Self.frames(bytes)
        case .hpack: Self.hpack(bytes)
        case .protobuf: Self.protobuf(bytes)
        case .grpc: Self.grpc(bytes)
        case .json: Self.json(bytes)
        case .list: Self.list(bytes)
        case .watch: Self.watch(bytes)
        case .netlink: Self.netlink(bytes)
        case .yaml: Self.yaml(bytes)
        case .cni: Self.cni(bytes)
        }
    }

    // MARK: - HTTP/2

    /// The first byte says how large the pieces are, and which end listens.
    private static func frames(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let size = Int(first >> 1) + 1
        let preface = first & 1 == 0 ? Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) : []
        let pieces = Pieces(preface + bytes.dropFirst(), size: size)
        if first & 1 == 0 {
            var server = ServerConnection()
            pieces.feed { piece throws(ConnectionError) in
                for event in try server.receive(piece) { answer(event, &server) }
                _ = server.takeOutput()
            }
        } else {
            var client = ClientConnection()
            _ = try? client.open(
                [
                    HeaderField(":method", "GET"), HeaderField(":scheme", "http"),
                    HeaderField(":authority", "x"), HeaderField(":path", "/"),
                ],
                endStream: true
            )
            pieces.feed { piece throws(ConnectionError) in
                _ = try client.receive(piece)
                _ = client.takeOutput()
            }
        }
    }

    private static func answer(_ event: HTTP2.Event, _ server: inout ServerConnection) {
        guard case .headers(let id, _, _) = event else { return }
        _ = try? server.respond([HeaderField(":status", "200")], endStream: true, on: id)
    }

    /// What decodes can be encoded, and then decodes to the same.
    private static func hpack(_ bytes: [UInt8]) {
        var decoder = HeaderDecoder()
        guard let fields = try? decoder.decode(bytes.span) else { return }
        var encoder = HeaderEncoder()
        let block = encoder.encode(fields)
        var second = HeaderDecoder()
        let again = try? second.decode(block.span)
        precondition(again == fields, "HPACK: \(fields) became \(again ?? [])")
    }

    // MARK: - gRPC

    private static func grpc(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let pieces = Pieces(Array(bytes.dropFirst()), size: Int(first >> 1) + 1)
        var client = ClientCall(.serverStreaming, limit: 4096)
        _ = client.receive(
            headers: [
                HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
            ],
            endStream: false
        )
        pieces.each { _ = client.receive(data: $0, endStream: false) }
        let text = String(decoding: bytes, as: UTF8.self)
        _ = client.receive(
            trailers: [HeaderField("grpc-status", text), HeaderField("grpc-message", text)]
        )
        for shape in CallShape.allCases { serve(pieces, shape, timeout: nil) }
        serve(pieces, .unary, timeout: String(text.prefix(9)))
        inflate(bytes)
    }

    private static func serve(_ pieces: Pieces, _ shape: CallShape, timeout: String?) {
        var server = ServerCall(limit: 4096)
        _ = server.receive(
            headers: [
                HeaderField(":method", "POST"), HeaderField(":path", "/a/b"),
                HeaderField("content-type", "application/grpc"),
                HeaderField("grpc-encoding", "gzip"),
            ] + (timeout.map { [HeaderField("grpc-timeout", $0)] } ?? []),
            endStream: false
        )
        _ = server.expect(shape)
        pieces.each { _ = server.receive(data: $0, endStream: false) }
        _ = server.receiveReset()
    }

    /// The limit holds, and what is deflated inflates to the same.
    private static func inflate(_ bytes: [UInt8]) {
        let limit = 4096
        let inflated = try? Gzip.inflate(bytes, limit: limit)
        precondition((inflated?.count ?? 0) <= limit, "gzip: above its limit")
        guard let deflated = Gzip.deflate(bytes) else { return }
        let again = try? Gzip.inflate(deflated, limit: bytes.count)
        precondition(again == bytes, "gzip: \(bytes) became \(again ?? [])")
    }

    // MARK: - Protobuf

    private static func protobuf(_ bytes: [UInt8]) {
        check(AttachRequest.self, bytes)
        check(ListAndWatchResponse.self, bytes)
        check(ContainerAllocateResponse.self, bytes)
        check(BridgePort.self, bytes)
        check(ListResponse<LogicalBridge>.self, bytes)
    }

    /// What decodes can be encoded, and then decodes to the same.
    private static func check<M: Message>(_ type: M.Type, _ bytes: [UInt8]) {
        guard let message = try? M(decoding: bytes) else { return }
        let again = try? M(decoding: message.encoded())
        // A NaN is not equal to itself; bytes are.
        precondition(again?.encoded() == message.encoded(), "protobuf: \(M.self)")
    }

    // MARK: - Text

    private static func json(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes) else { return }
        let again = try? JSONValue(parsing: value.encoded())
        precondition(again == value, "JSON: \(value) became \(String(describing: again))")
        for (projection, wanted) in [(JSONProjection.except([:]), value), (.nothing, .null)] {
            var reader = JSONReader(bytes.span)
            let projected = try? reader.value(projection)
            precondition(projected == wanted, "JSON: a projection of \(value) is another")
        }
    }

    /// A list of objects: the items are the same however it is cut; the first byte says how.
    private static func list(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let document = Array(bytes.dropFirst())
        let whole = ItemCut(document, pieces: max(document.count, 1))
        let pieces = ItemCut(document, pieces: Int(first) + 1)
        precondition(whole == pieces, "a list that is cut is another")
    }

    /// A watch's body: the lines, and what they tell, are the same however it is cut.
    private static func watch(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        let whole = told(Pieces(body, size: max(body.count, 1)))
        let pieces = told(Pieces(body, size: Int(first) + 1))
        precondition(whole == pieces, "a watch that is cut tells something else")
    }

    /// What each line of a watch of Netdevs tells.
    private static func told(_ pieces: Pieces) -> [String] {
        var told: [String] = []
        var splitter = LineSplitter()
        pieces.each { piece in
            _ = splitter.add([UInt8](copying: piece)) { line in
                do {
                    switch try WatchLine<Netdev>(line) {
                    case .event(.changed(let entry)):
                        // What was read can be written, and read again.
                        let object = entry.object
                        let again = try? Netdev(JSONNode(object.json))
                        precondition(again?.spec == object.spec, "a Netdev became another")
                        told.append("changed \(object.key) \(object.metadata.resourceVersion)")
                    case .event(let event): told.append("\(event)")
                    case .refusal(let error): told.append("\(error)")
                    }
                } catch {
                    told.append("\(error)")
                }
            }
        }
        return told
    }

    private static func yaml(_ bytes: [UInt8]) {
        guard let value = try? JSONValue(yaml: bytes) else { return }
        let again = try? JSONValue(parsing: value.encoded())
        precondition(again == value, "YAML: \(value) became \(String(describing: again))")
    }

    private static func cni(_ bytes: [UInt8]) {
        var version = CNIVersion.latest
        _ = try? PluginConfiguration(parsing: bytes, version: &version)
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? Invocation { name in name == "CNI_COMMAND" ? "ADD" : text }
    }

    // MARK: - Netlink

    private static func netlink(_ bytes: [UInt8]) {
        var messages = MessageReader(bytes.span)
        while let message = try? messages.next() {
            _ = try? LinkMessage(decoding: message.payload)
            _ = try? AddressMessage(decoding: message.payload)
            _ = try? RouteMessage(decoding: message.payload)
            _ = try? NeighbourMessage(decoding: message.payload)
            _ = try? message.refusal()
            _ = try? message.dumpRefusal()
        }
    }
}

/// What an ``ItemSplitter`` makes of a document.
private struct ItemCut: Equatable {
    var items: [[UInt8]] = []
    /// Nil when the document is no list.
    var envelope: [UInt8]?

    init(_ document: [UInt8], pieces size: Int) {
        var splitter = ItemSplitter()
        var isBroken = false
        Pieces(document, size: size).each { piece in
            guard !isBroken else { return }
            let broken = splitter.add([UInt8](copying: piece)) { item in
                items.append([UInt8](copying: item))
            }
            isBroken = broken != nil
        }
        envelope = isBroken ? nil : splitter.envelope
    }
}

/// Bytes cut into pieces of one size.
private struct Pieces {
    private let bytes: [UInt8]
    private let size: Int

    init(_ bytes: [UInt8], size: Int) {
        self.bytes = bytes
        self.size = size
    }

    /// Every piece in order.
    func each(_ body: (Span<UInt8>) -> Void) {
        var start = 0
        while start < bytes.count {
            let end = min(start + size, bytes.count)
            body(bytes.span.extracting(start..<end))
            start = end
        }
    }

    /// Every piece in order, until one is refused.
    func feed<Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Void) {
        var isOver = false
        each { piece in
            guard !isOver else { return }
            do throws(Failure) {
                try body(piece)
            } catch {
                isOver = true
            }
        }
    }
}
