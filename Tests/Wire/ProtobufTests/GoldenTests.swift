// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

@Suite struct GoldenTests {
    /// From python-protobuf: CreateBridgePortRequest of the OPI gateway API.
    static let request = hex(
        """
        0a06 766630726570  # 1: bridge_port_id "vf0rep"
        1234               # 2: bridge_port
          1232             #   2: spec
            0a06 020000000001  # 1: mac_address
            1001           #     2: ptype ACCESS
            1a26 2f2f6e6574776f726b2e6f706970726f6a6563742e6f72672f627269646765732f6e65742d61
        """
    )

    @Test func `a request of the gateway API has the bytes of the reference`() throws {
        let request = CreateBridgePortRequest(
            bridgePortID: "vf0rep",
            bridgePort: BridgePort(
                spec: BridgePortSpec(
                    macAddress: [2, 0, 0, 0, 0, 1],
                    kind: .access,
                    logicalBridges: ["//network.opiproject.org/bridges/net-a"]
                )
            )
        )
        #expect(hex(request.encoded()) == hex(Self.request))
        #expect(try CreateBridgePortRequest(decoding: Self.request) == request)
    }
}

private struct BridgePortKind: OpenEnum {
    var rawValue: Int32
    static let access = Self(rawValue: 1)
}

private struct BridgePortSpec: Message {
    var macAddress: [UInt8] = []
    var kind = BridgePortKind()
    var logicalBridges: [String] = []
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&macAddress)
        case 2: try field.read(&kind)
        case 3: try field.read(&logicalBridges)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, macAddress)
        writer.write(2, kind)
        writer.write(3, logicalBridges)
        writer.write(unknownFields)
    }
}

private struct BridgePort: Message {
    var name = ""
    var spec: BridgePortSpec?
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&name)
        case 2: try field.read(&spec)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, name)
        writer.write(2, spec)
        writer.write(unknownFields)
    }
}

private struct CreateBridgePortRequest: Message {
    var bridgePortID = ""
    var bridgePort: BridgePort?
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        switch field.number {
        case 1: try field.read(&bridgePortID)
        case 2: try field.read(&bridgePort)
        default: try field.keep(in: &unknownFields)
        }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(1, bridgePortID)
        writer.write(2, bridgePort)
        writer.write(unknownFields)
    }
}
