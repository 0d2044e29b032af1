// SPDX-License-Identifier: Apache-2.0

import Protobuf

/// A `.proto` file as protoc describes it: the bytes as they are, and what can be asked about.
///
/// Source: google/protobuf/descriptor.proto, `FileDescriptorProto`.
struct FileDescriptor: Hashable, Sendable {
    /// The serialized `FileDescriptorProto`.
    let bytes: [UInt8]
    /// The file's name, as others import it.
    let name: String
    /// The names of the files it imports.
    let dependencies: [String]
    /// Full names: of messages, fields, enums, values, services and methods.
    let symbols: [String]

    /// Reads what protoc wrote.
    ///
    /// - Throws: ``ProtobufError`` when the bytes are no descriptor.
    init(_ bytes: [UInt8]) throws(ProtobufError) {
        let file = try Declaration(decoding: bytes)
        self.bytes = bytes
        name = file.name
        dependencies = file.dependencies
        symbols = file.symbols
    }
}

/// What a file, a message, an enum or a service declares, as far as names go.
private struct Declaration: Message {
    /// A kind of declaration: where its members stand.
    enum Kind: Sendable {
        case file, message, enumeration, service, leaf
    }

    var name = ""
    var package = ""
    var dependencies: [String] = []
    var members: [Declaration] = []
    var unknownFields = UnknownFields()
    private var kind = Kind.file

    init() {}

    private init(_ kind: Kind) {
        self.kind = kind
    }

    /// The full names below a file.
    var symbols: [String] {
        members.flatMap { $0.symbols(in: package) }
    }

    private func symbols(in scope: String) -> [String] {
        let full = scope.isEmpty ? name : "\(scope).\(name)"
        // The values of an enum are its siblings, by the scoping of C++.
        let inner = kind == .enumeration ? scope : full
        return [full] + members.flatMap { $0.symbols(in: inner) }
    }

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch (kind, field.number) {
        case (_, 1): try field.read(&name)
        case (.file, 2): try field.read(&package)
        case (.file, 3): try field.read(&dependencies)
        case (.file, 4), (.message, 3): try read(&field, .message)
        case (.file, 5), (.message, 4): try read(&field, .enumeration)
        case (.file, 6): try read(&field, .service)
        case (.file, 7), (.message, 2), (.message, 6), (.message, 8), (.enumeration, 2),
            (.service, 2):
            try read(&field, .leaf)
        default: try field.keep(in: &unknownFields)
        }
    }

    private mutating func read(_ field: inout Field, _ kind: Kind) throws(ProtobufError) {
        var member = Declaration(kind)
        try field.read(&member)
        members.append(member)
    }

    /// Only ever read.
    func encode(to writer: inout FieldWriter) {}
}
