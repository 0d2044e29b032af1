// SPDX-License-Identifier: Apache-2.0

/// The message that carries one key of a map and its scalar; both are always written.
struct ScalarEntry<Value: FieldValue>: Message {
    var key = ""
    var value: Value?
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&key)
        case 2: try field.read(&value)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, Optional(key))
        writer.write(2, value)
    }
}

/// The message that carries one key of a map and its message; both are always written.
struct MessageEntry<Value: Message>: Message {
    var key = ""
    var value = Value()
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&key)
        case 2: try field.read(&value)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, Optional(key))
        writer.write(2, value)
    }
}
