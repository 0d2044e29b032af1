// SPDX-License-Identifier: Apache-2.0

import HPACK

import TestSupport
import Testing

@testable import HTTP2

/// Bytes that python-h2 4.4.1 wrote.
@Suite struct PeerBytesTests {
    static let clientBytes = hex(
        """
        505249202a20485454502f322e300d0a0d0a534d0d0a0d0a        # the preface
        00002a 04 00 00000000 000100001000 000200000001         # SETTINGS
        00040000ffff 000500004000 000800000000 000300000064 000600010000
        00000e 01 05 00000001 82864186a0e41d139d094482607f      # GET /a
        00002a 01 04 00000003                                   # POST /pkg.Service/Call
        8386bf448d62beb32fb8b677310ac5e1d1475f8b1d75d0620d263d4c4d65644082497f864d833505b11f
        000009 00 08 00000003 0368656c6c6f000000                # hello, padded
        000008 01 05 00000003 4084f2b22da7816f                  # trailer x-sum
        000008 06 00 00000000 3132333435363738                  # PING
        000005 02 00 00000005 000000000f                        # PRIORITY
        000007 01 04 00000005 8286c34482623f                    # GET /b
        000004 03 00 00000005 00000008                          # RST_STREAM, CANCEL
        000008 07 00 00000000 0000000000000000                  # GOAWAY
        """
    )

    static let serverBytes = hex(
        """
        00002a 04 00 00000000 000100001000 000200000000         # SETTINGS
        00040000ffff 000500004000 000800000000 000300000064 000600010000
        000000 04 01 00000000                                   # SETTINGS, ACK
        00000b 01 04 00000001 488208196d85fff8c79ffb            # 103 with a link
        00000e 01 04 00000001 885f8b1d75d0620d263d4c4d6564      # 200
        000005 00 00 00000001 776f726c64                        # world
        00000c 01 05 00000001 40889acac8b21234da8f8107          # grpc-status 0
        00000b 07 00 00000000 00000001 00000000 627965          # GOAWAY, bye
        """
    )

    @Test(arguments: [1, 7, 4096])
    func `the server understands them`(size: Int) throws {
        var server = ServerConnection(settings: .initial)
        var events: [Event] = []
        for start in stride(from: 0, to: Self.clientBytes.count, by: size) {
            let end = min(start + size, Self.clientBytes.count)
            events += try server.receive(Array(Self.clientBytes[start..<end]))
        }
        let get = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost")]
            .map { HeaderField($0.0, $0.1) }
        let post = [
            (":method", "POST"), (":scheme", "http"), (":authority", "localhost"),
            (":path", "/pkg.Service/Call"), ("content-type", "application/grpc"),
            ("te", "trailers"),
        ].map { HeaderField($0.0, $0.1) }
        let settings = Settings(maxConcurrentStreams: 100, maxHeaderListSize: 65536)
        #expect(
            events == [
                .settings(settings),
                .headers(.one, get + [HeaderField(":path", "/a")], endStream: true),
                .headers(.three, post, endStream: false),
                .data(.three, Array("hello".utf8), endStream: false),
                .trailers(.three, [HeaderField("x-sum", "5")]),
                .headers(.five, get + [HeaderField(":path", "/b")], endStream: false),
                .reset(.five, .cancel, byPeer: true),
                .goAway(lastStream: StreamID(rawValue: 0), .noError, debug: []),
            ]
        )
        let output = server.takeOutput()
        #expect(RawFrame.all(in: output).contains { $0.type == .ping && $0.flags == .ack })
    }

    @Test(arguments: [1, 7, 4096])
    func `the client understands them`(size: Int) throws {
        var client = ClientConnection(settings: .initial)
        #expect(try client.open(request(), endStream: true) == .one)
        var events: [Event] = []
        for start in stride(from: 0, to: Self.serverBytes.count, by: size) {
            let end = min(start + size, Self.serverBytes.count)
            events += try client.receive(Array(Self.serverBytes[start..<end]))
        }
        let response = okay + [HeaderField("content-type", "application/grpc")]
        let settings = Settings(
            enablePush: false,
            maxConcurrentStreams: 100,
            maxHeaderListSize: 65536
        )
        #expect(
            events == [
                .settings(settings),
                .headers(.one, response, endStream: false),
                .data(.one, Array("world".utf8), endStream: false),
                .trailers(.one, [HeaderField("grpc-status", "0")]),
                .goAway(lastStream: .one, .noError, debug: Array("bye".utf8)),
            ]
        )
        #expect(client.isClosed == true)
    }
}
