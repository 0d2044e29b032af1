// SPDX-License-Identifier: Apache-2.0
//
// package grpc.reflection.v1 and v1alpha, reflection.proto of grpc/grpc-proto

import GRPC
import Protobuf

/// The messages of server reflection, the same in both packages.
enum ReflectionMessages {
    struct Request: Message {
        enum Question: Hashable, Sendable {
            case fileByName(String)
            case fileContainingSymbol(String)
            case fileContainingExtension(Extension)
            case extensionNumbers(String)
            case listServices(String)
        }

        var host = ""
        var question: Question?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&host)
            case 3: try read(&field, Question.fileByName)
            case 4: try read(&field, Question.fileContainingSymbol)
            case 5:
                var asked = extensionAsked
                try field.read(&asked)
                if let asked { question = .fileContainingExtension(asked) }
            case 6: try read(&field, Question.extensionNumbers)
            case 7: try read(&field, Question.listServices)
            default: try field.keep(in: &unknownFields)
            }
        }

        private mutating func read(
            _ field: inout Field,
            _ kind: (String) -> Question
        ) throws(ProtobufError) {
            var text: String?
            try field.read(&text)
            if let text { question = kind(text) }
        }

        private var extensionAsked: Extension? {
            if case .fileContainingExtension(let asked) = question { asked } else { nil }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, host)
            switch question {
            case .fileByName(let name): writer.write(3, Optional(name))
            case .fileContainingSymbol(let name): writer.write(4, Optional(name))
            case .fileContainingExtension(let asked): writer.write(5, Optional(asked))
            case .extensionNumbers(let name): writer.write(6, Optional(name))
            case .listServices(let text): writer.write(7, Optional(text))
            case nil: break
            }
            writer.write(unknownFields)
        }
    }

    struct Extension: Message {
        var type = ""
        var number: Int32 = 0
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&type)
            case 2: try field.read(&number)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, type)
            writer.write(2, number)
            writer.write(unknownFields)
        }
    }

    struct Response: Message {
        enum Reply: Hashable, Sendable {
            case files(Files)
            case extensions(Extensions)
            case services(ServiceList)
            case error(Failure)
        }

        var validHost = ""
        var originalRequest: Request?
        var reply: Reply?
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&validHost)
            case 2: try field.read(&originalRequest)
            case 4: try field.read(&files)
            case 5: try field.read(&extensions)
            case 6: try field.read(&services)
            case 7: try field.read(&error)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, validHost)
            writer.write(2, originalRequest)
            writer.write(4, files)
            writer.write(5, extensions)
            writer.write(6, services)
            writer.write(7, error)
            writer.write(unknownFields)
        }
    }

    struct Extensions: Message {
        var type = ""
        var numbers: [Int32] = []
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&type)
            case 2: try field.read(&numbers)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, type)
            writer.write(2, numbers)
            writer.write(unknownFields)
        }
    }

    struct Files: Message {
        var descriptors: [[UInt8]] = []
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&descriptors)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, descriptors)
            writer.write(unknownFields)
        }
    }

    struct ServiceList: Message {
        var services: [ServiceName] = []
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&services)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, services)
            writer.write(unknownFields)
        }
    }

    struct ServiceName: Message {
        var name = ""
        var unknownFields = UnknownFields()

        mutating func decode(_ field: inout Field) throws(ProtobufError) {
            switch field.number {
            case 1: try field.read(&name)
            default: try field.keep(in: &unknownFields)
            }
        }

        func encode(to writer: inout FieldWriter) {
            writer.write(1, name)
            writer.write(unknownFields)
        }
    }

    struct Failure: Message {
        var code: Int32 = 0
        var message = ""
        var unknownFields = UnknownFields()

        init() {}

        init(_ code: StatusCode, _ message: String) {
            self.code = Int32(code.rawValue)
            self.message = message
        }

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
}

/// Each member of the `oneof` as an optional; setting one replaces the others.
extension ReflectionMessages.Response {
    var files: ReflectionMessages.Files? {
        get { if case .files(let files) = reply { files } else { nil } }
        set { if let newValue { reply = .files(newValue) } }
    }

    var extensions: ReflectionMessages.Extensions? {
        get { if case .extensions(let extensions) = reply { extensions } else { nil } }
        set { if let newValue { reply = .extensions(newValue) } }
    }

    var services: ReflectionMessages.ServiceList? {
        get { if case .services(let services) = reply { services } else { nil } }
        set { if let newValue { reply = .services(newValue) } }
    }

    var error: ReflectionMessages.Failure? {
        get { if case .error(let failure) = reply { failure } else { nil } }
        set { if let newValue { reply = .error(newValue) } }
    }
}
