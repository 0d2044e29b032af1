// SPDX-License-Identifier: Apache-2.0

import OPI
import Protobuf
import TestSupport
import Testing

@testable import SoftwareXPU

@Suite struct PromiseTests {
    private func broken(
        _ request: any GatewayRequest,
        _ method: String,
        left: Duration? = .seconds(2)
    ) -> [String] {
        Promises.broken(by: request, method: method, timeLeft: left)
    }

    @Test func `a request as our client makes it breaks none`() {
        let create = CreateRequest<BridgePort> {
            $0.id = "nd0123456789ab"
            $0.object = Bench.port(["vlan-10"])
        }
        #expect(broken(create, "CreateBridgePort") == [])
        let get = GetRequest<LogicalBridge> { $0.name = Kind.bridges.prefix + "vlan-10" }
        #expect(broken(get, "GetLogicalBridge") == [])
    }

    @Test func `a deadline has to be there and near`() {
        let request = ListRequest<Svi>()
        #expect(broken(request, "ListSvis", left: nil) == ["no deadline"])
        #expect(broken(request, "ListSvis", left: .seconds(3601)) == ["no deadline"])
    }

    @Test func `each fault of a port is told`() {
        let request = CreateRequest<BridgePort> {
            $0.id = "ab"
            $0.object = BridgePort {
                $0.name = "mine"
                $0.status = BridgePortStatus()
                $0.spec = BridgePortSpec {
                    $0.macAddress = [1, 0, 0, 0, 0, 1]
                    $0.logicalBridges = ["net-a"]
                }
            }
        }
        #expect(
            broken(request, "CreateBridgePort") == [
                "id 'ab' is not an id of 4 to 15 characters",
                "status belongs to the server",
                "the name is made by the server from the id",
                "01:00:00:00:00:01 is not a unicast MAC",
                "port type 0",
                "'net-a' is not the full name of a bridge",
            ]
        )
    }

    @Test func `fields that nobody knows are told with their path`() throws {
        // Field 31 in the request, the object and the spec.
        let stranger = hex("f80101")
        let spec = hex("080a") + stranger
        let object = [0x12, UInt8(spec.count)] + spec + stranger
        let bytes = hex("0a056e65742d61") + [0x12, UInt8(object.count)] + object + stranger
        let request = try CreateRequest<LogicalBridge>(decoding: bytes)
        #expect(
            broken(request, "CreateLogicalBridge") == [
                "unknown field 31", "unknown field logical_bridge.31",
                "unknown field logical_bridge.spec.31",
            ]
        )
    }

    @Test func `updates and short names are not ours`() {
        let update = UpdateRequest<Svi> { $0.object = Svi { $0.name = "x" } }
        #expect(
            broken(update, "UpdateSvi")
                == ["updates leave references behind: delete, wait, create"]
        )
        let get = GetRequest<BridgePort> { $0.name = "nd01" }
        #expect(
            broken(get, "GetBridgePort") == ["'nd01' is not the full name of one of the ports"]
        )
    }
}
