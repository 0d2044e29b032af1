// SPDX-License-Identifier: Apache-2.0

import SoftwareXPU
import TestSupport

/// The knobs' messages as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum ControlGoldens {
    static let all: [Golden] = [
        // PauseRequest: seconds: 1.5
        Golden(
            "09000000000000f83f",
            PauseRequest { $0.seconds = 1.5 }
        ),
        // ResumeRequest:
        Golden(
            "",
            ResumeRequest()
        ),
        // RebootRequest: seconds: 2
        Golden(
            "090000000000000040",
            RebootRequest { $0.seconds = 2 }
        ),
        // StatusRequest:
        Golden(
            "",
            StatusRequest()
        ),
        // SetFaultsRequest: rules: "[]"
        Golden(
            "0a025b5d",
            SetFaultsRequest { $0.rules = "[]" }
        ),
        // SetTrapsRequest: traps: "vlan-reuse" traps: "x"
        Golden(
            "0a0a766c616e2d72657573650a0178",
            SetTrapsRequest { $0.traps = ["vlan-reuse", "x"] }
        ),
        // Done:
        Golden(
            "",
            Done()
        ),
        // PortCounters: packets: 3 bytes: 18446744073709551615 drops: 1
        Golden(
            "080310ffffffffffffffffff011801",
            PortCounters {
                $0.packets = 3
                $0.bytes = .max
                $0.drops = 1
            }
        ),
        // PortState: name: "n" mac_address: "02:00:00:00:00:01" representor: "rep0" bridge: "lb-0"
        // received { packets: 1 } sent { }
        Golden(
            "0a016e121130323a30303a30303a30303a30303a30311a047265703022046c622d302a0208013200",
            PortState {
                $0.name = "n"
                $0.macAddress = "02:00:00:00:00:01"
                $0.representor = "rep0"
                $0.bridge = "lb-0"
                $0.received = PortCounters { $0.packets = 1 }
                $0.sent = PortCounters()
            }
        ),
        // ObjectState: name: "n" state: "DOWN" details: "why"
        Golden(
            "0a016e1204444f574e1a03776879",
            ObjectState {
                $0.name = "n"
                $0.state = "DOWN"
                $0.details = "why"
            }
        ),
        // XPUStatus: state: "running" uptime_seconds: 0.25 objects { name: "n" } ports { name: "p"
        // } traps: "vlan-reuse"
        Golden(
            "0a0772756e6e696e6711000000000000d03f1a030a016e22030a01702a0a766c616e2d7265757365",
            XPUStatus {
                $0.state = "running"
                $0.uptimeSeconds = 0.25
                $0.objects = [ObjectState { $0.name = "n" }]
                $0.ports = [PortState { $0.name = "p" }]
                $0.traps = ["vlan-reuse"]
            }
        ),
    ]
}
