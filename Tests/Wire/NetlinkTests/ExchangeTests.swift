// SPDX-License-Identifier: Apache-2.0

import Bytes
import Netlink
import TestSupport
import Testing

@Suite struct ExchangeTests {
    private func message(
        _ type: MessageType,
        _ sequence: UInt32,
        flags: MessageFlags = [],
        payload: String = ""
    ) throws -> [UInt8] {
        var writer = ByteWriter()
        try NetlinkMessage(type, flags, header: hex(payload))
            .encode(sequence: sequence, into: &writer)
        return writer.take()
    }

    private func outcome(_ sequence: UInt32, code: String) throws -> [UInt8] {
        let repeated = " 10000000 0000 0000 00000000 00000000"
        return try message(.outcome, sequence, flags: .capped, payload: code + repeated)
    }

    private func feed(_ exchange: inout Exchange, _ datagram: [UInt8]) throws {
        try exchange.receive(datagram.span)
    }

    @Test func `requests ask for an outcome, dumps do not`() throws {
        let requests = [
            NetlinkMessage(.newAddress, [.create, .exclusive]), NetlinkMessage(.getLink, .dump),
            NetlinkMessage(.setLink),
        ]
        let exchange = try Exchange(requests, firstSequence: 7)
        var messages = MessageReader(exchange.datagram.span)
        var seen: [(UInt32, Bool)] = []
        while let message = try messages.next() {
            seen.append((message.sequence, message.flags.contains(.acknowledge)))
        }
        #expect(seen.map(\.0) == [7, 8, 9])
        #expect(seen.map(\.1) == [true, false, true])
    }

    @Test func `an error in the middle is told of its own request only`() throws {
        let requests = Array(repeating: NetlinkMessage(.setLink), count: 3)
        var exchange = try Exchange(requests, firstSequence: .max)
        try feed(&exchange, outcome(.max, code: "00000000"))
        try feed(&exchange, (outcome(0, code: "efffffff") + outcome(1, code: "00000000")))
        #expect(exchange.isComplete)
        #expect(exchange.answers.map(\.refusal?.errno) == [nil, 17, nil])
    }

    @Test func `a dump gathers replies until it is done`() throws {
        var exchange = try Exchange([NetlinkMessage(.getLink, .dump)], firstSequence: 4)
        let reply = try message(.newLink, 4, flags: .multipart, payload: "00112233")
        try feed(&exchange, (reply + reply))
        #expect(!exchange.isComplete)
        let disturbed = try message(.newLink, 4, flags: [.multipart, .interrupted])
        try feed(&exchange, disturbed)
        try feed(&exchange, message(.done, 4, payload: "00000000"))
        #expect(exchange.isComplete)
        #expect(exchange.answers[0].replies.count == 3)
        #expect(exchange.answers[0].isInterrupted)
        #expect(exchange.answers[0].refusal == nil)
    }

    @Test func `a dump that fails at its end is refused`() throws {
        var exchange = try Exchange([NetlinkMessage(.getRoute, .dump)], firstSequence: 4)
        try feed(&exchange, message(.done, 4, payload: "feffffff"))
        #expect(exchange.answers[0].refusal == Refusal(errno: 2))
    }

    @Test func `answers to other requests and second outcomes are passed over`() throws {
        var exchange = try Exchange([NetlinkMessage(.setLink)], firstSequence: 4)
        try feed(&exchange, (outcome(3, code: "ffffffff") + outcome(5, code: "ffffffff")))
        #expect(!exchange.isComplete)
        try feed(&exchange, (outcome(4, code: "00000000") + outcome(4, code: "ffffffff")))
        #expect(exchange.isComplete)
        #expect(exchange.answers[0].refusal == nil)
    }
}
