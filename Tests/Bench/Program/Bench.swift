// SPDX-License-Identifier: Apache-2.0
//
// package opi.bench, bench.proto beside this folder

import Protobuf
import RPC

/// What the benchmark's methods take and give.
struct Chunk: Message {
    var body: [UInt8] = []
    /// How many answers of how many bytes `Flow` gives.
    var count: UInt32 = 0
    var size: UInt32 = 0
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&body)
        case 2: try field.read(&count)
        case 3: try field.read(&size)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, body)
        writer.write(2, count)
        writer.write(3, size)
        writer.write(unknownFields)
    }
}

/// The benchmark's methods.
enum Bench {
    static let echo = Method<Chunk, Chunk>("opi.bench.Bench", "Echo")
    static let flow = Method<Chunk, Chunk>("opi.bench.Bench", "Flow")
    static let talk = Method<Chunk, Chunk>("opi.bench.Bench", "Talk")
}
