// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// The messages inside bridges and ports as protoc 3.21 encodes them.
///
/// Each entry has the text that `protoc --encode` was given, its output, and the message in Swift.
enum CommonGoldens {
    static let all: [Golden] = [
        // Component: name: "lci" status: COMP_STATUS_ERROR details: "no such device"
        Golden(
            "0a036c636910031a0e6e6f207375636820646576696365",
            Component {
                $0.name = "lci"
                $0.status = .error
                $0.details = "no such device"
            }
        ),
        // Empty:
        Golden(
            "",
            Empty()
        ),
        // IPAddress: af: IP_AF_INET v4_addr: 167772162
        Golden(
            "0801150200000a",
            IPAddressMessage {
                $0.family = .v4
                $0.v4 = 0x0a00_0002
            }
        ),
        // IPAddress: af: IP_AF_INET6 v6_addr:
        // "\375\000\000\020\000\000\000\000\000\000\000\000\000\000\000\002"
        Golden(
            "08021a10fd000010000000000000000000000002",
            IPAddressMessage {
                $0.family = .v6
                $0.v6 = [0xfd, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
            }
        ),
        // IPAddress: v4_addr: 0
        Golden(
            "1500000000",
            IPAddressMessage { $0.v4 = 0 }
        ),
        // IPPrefix: addr { af: IP_AF_INET v4_addr: 3232235520 } len: 24
        Golden(
            "0a070801150000a8c01018",
            IPPrefixMessage {
                $0.address = IPAddressMessage {
                    $0.family = .v4
                    $0.v4 = 0xc0a8_0000
                }
                $0.length = 24
            }
        ),
    ]
}
