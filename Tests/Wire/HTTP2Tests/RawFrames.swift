// SPDX-License-Identifier: Apache-2.0

import Bytes
import HPACK

@testable import HTTP2

/// A frame as a test writes it or finds it in a machine's output.
struct RawFrame: Equatable, CustomStringConvertible {
    var type: FrameType
    var flags: FrameFlags = []
    var stream: UInt32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(UInt8(truncatingIfNeeded: payload.count >> 16))
        writer.bigEndian(UInt16(truncatingIfNeeded: payload.count))
        writer.byte(type.rawValue)
        writer.byte(flags.rawValue)
        writer.bigEndian(stream)
        writer.append(payload)
        return writer.take()
    }

    var description: String {
        "type \(type.rawValue) flags \(flags.rawValue) stream \(stream) \(payload)"
    }

    /// The big-endian integer at the payload's offset.
    func integer(at offset: Int) -> UInt32 {
        payload.span.bigEndian(at: offset, octets: 4)
    }

    /// Everything in a machine's output, without a client's preface.
    static func all(in output: [UInt8]) -> [RawFrame] {
        var frames: [RawFrame] = []
        let preface = FrameWriter.clientPreface
        var offset = output.starts(with: preface) ? preface.count : 0
        while offset < output.count {
            let header = FrameHeader(output.span, at: offset)
            let start = offset + FrameHeader.size
            offset = start + header.length
            let payload = Array(output[start..<offset])
            frames.append(
                RawFrame(
                    type: header.type,
                    flags: header.flags,
                    stream: header.stream.rawValue,
                    payload: payload
                )
            )
        }
        return frames
    }
}

func frame(
    _ type: FrameType,
    _ flags: FrameFlags = [],
    on stream: UInt32 = 0,
    _ payload: [UInt8] = []
) -> [UInt8] {
    RawFrame(type: type, flags: flags, stream: stream, payload: payload).bytes
}

func frame(_ type: FrameType, _ payload: [UInt8]) -> [UInt8] {
    frame(type, [], on: 0, payload)
}

/// A header block that neither needs nor changes the dynamic table.
func block(_ fields: [HeaderField]) -> [UInt8] {
    var encoder = HeaderEncoder(tableSize: 0)
    return encoder.encode(fields)
}

/// HEADERS with a whole block.
func headers(
    _ fields: [HeaderField],
    _ flags: FrameFlags = [],
    on stream: UInt32 = 1
) -> [UInt8] {
    frame(.headers, flags.union(.endHeaders), on: stream, block(fields))
}

func windowUpdate(_ increment: UInt32, on stream: UInt32 = 0) -> [UInt8] {
    frame(.windowUpdate, on: stream, octets(increment))
}

/// One entry of a SETTINGS payload.
func setting(_ identifier: UInt16, _ value: UInt32) -> [UInt8] {
    [UInt8(identifier >> 8), UInt8(identifier & 0xff)] + octets(value)
}

func octets(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
}

/// The fields of a plain request, without those named and with others added.
func request(
    _ added: [HeaderField] = [],
    without names: [String] = []
) -> [HeaderField] {
    let plain = [
        HeaderField(":method", "POST"), HeaderField(":scheme", "http"),
        HeaderField(":authority", "localhost"), HeaderField(":path", "/a"),
    ]
    return plain.filter { !names.contains($0.name) } + added
}

let okay = [HeaderField(":status", "200")]

/// What a client sends before its first request, and what the server has by then acknowledged.
let clientGreeting =
    FrameWriter.clientPreface + frame(.settings) + frame(.settings, .ack)

let serverGreeting = frame(.settings) + frame(.settings, .ack)

extension StreamID {
    static let one = StreamID(rawValue: 1)
    static let three = StreamID(rawValue: 3)
    static let five = StreamID(rawValue: 5)
}

extension Connection {
    mutating func receive(_ bytes: [UInt8]) throws(ConnectionError) -> [Event] {
        try receive(bytes.span)
    }
}
