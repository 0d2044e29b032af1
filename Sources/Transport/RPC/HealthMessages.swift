// SPDX-License-Identifier: Apache-2.0
//
// package grpc.health.v1, health.proto of grpc/grpc-proto

import Protobuf

/// The messages and methods of health checking.
enum HealthMessages {
    static let check = Method<Request, Response>("grpc.health.v1.Health", "Check")
    static let watch = Method<Request, Response>("grpc.health.v1.Health", "Watch")

    struct Request: Message {
        var service = ""
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&service)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, service)
            writer.write(unknownFields)
        }
    }

    struct Response: Message {
        var status: Int32 = 0
        var unknownFields = UnknownFields()

        init() {}

        init(_ condition: Health.Condition) {
            status = condition.rawValue
        }

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&status)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, status)
            writer.write(unknownFields)
        }
    }
}
