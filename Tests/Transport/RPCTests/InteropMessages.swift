// SPDX-License-Identifier: Apache-2.0
//
// package grpc.testing, interop.proto in Tests/peers

import Protobuf
import TestSupport

/// What gRPC's implementations test each other with.
enum Interop {
    struct Empty: Message {
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            try field.keep(in: &unknownFields)
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(unknownFields)
        }
    }

    struct BoolValue: Message {
        var value = false
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&value)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, value)
            writer.write(unknownFields)
        }
    }

    struct Payload: Message {
        var type: Int32 = 0
        var body: [UInt8] = []
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&type)
            case 2: try field.read(&body)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, type)
            writer.write(2, body)
            writer.write(unknownFields)
        }
    }

    struct EchoStatus: Message {
        var code: Int32 = 0
        var message = ""
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&code)
            case 2: try field.read(&message)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, code)
            writer.write(2, message)
            writer.write(unknownFields)
        }
    }

    struct SimpleRequest: Message {
        var responseType: Int32 = 0
        var responseSize: Int32 = 0
        var payload: Payload?
        var fillUsername = false
        var fillScope = false
        var responseCompressed: BoolValue?
        var responseStatus: EchoStatus?
        var expectCompressed: BoolValue?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&responseType)
            case 2: try field.read(&responseSize)
            case 3: try field.read(&payload)
            case 4: try field.read(&fillUsername)
            case 5: try field.read(&fillScope)
            case 6: try field.read(&responseCompressed)
            case 7: try field.read(&responseStatus)
            case 8: try field.read(&expectCompressed)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, responseType)
            writer.write(2, responseSize)
            writer.write(3, payload)
            writer.write(4, fillUsername)
            writer.write(5, fillScope)
            writer.write(6, responseCompressed)
            writer.write(7, responseStatus)
            writer.write(8, expectCompressed)
            writer.write(unknownFields)
        }
    }

    struct SimpleResponse: Message {
        var payload: Payload?
        var username = ""
        var scope = ""
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&payload)
            case 2: try field.read(&username)
            case 3: try field.read(&scope)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, payload)
            writer.write(2, username)
            writer.write(3, scope)
            writer.write(unknownFields)
        }
    }

    struct StreamingInputCallRequest: Message {
        var payload: Payload?
        var expectCompressed: BoolValue?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&payload)
            case 2: try field.read(&expectCompressed)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, payload)
            writer.write(2, expectCompressed)
            writer.write(unknownFields)
        }
    }

    struct StreamingInputCallResponse: Message {
        var aggregatedPayloadSize: Int32 = 0
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&aggregatedPayloadSize)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, aggregatedPayloadSize)
            writer.write(unknownFields)
        }
    }

    struct ResponseParameters: Message {
        var size: Int32 = 0
        var intervalMicroseconds: Int32 = 0
        var compressed: BoolValue?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&size)
            case 2: try field.read(&intervalMicroseconds)
            case 3: try field.read(&compressed)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, size)
            writer.write(2, intervalMicroseconds)
            writer.write(3, compressed)
            writer.write(unknownFields)
        }
    }

    struct StreamingOutputCallRequest: Message {
        var responseType: Int32 = 0
        var responseParameters: [ResponseParameters] = []
        var payload: Payload?
        var responseStatus: EchoStatus?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&responseType)
            case 2: try field.read(&responseParameters)
            case 3: try field.read(&payload)
            case 7: try field.read(&responseStatus)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, responseType)
            writer.write(2, responseParameters)
            writer.write(3, payload)
            writer.write(7, responseStatus)
            writer.write(unknownFields)
        }
    }

    struct StreamingOutputCallResponse: Message {
        var payload: Payload?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&payload)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, payload)
            writer.write(unknownFields)
        }
    }
}
