// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

/// Three blocks of one connection in RFC 7541, appendix C.3 to C.6.
struct Series: Sendable, CustomTestStringConvertible {
    /// A header list, and what the dynamic table holds after it.
    struct Step: Sendable {
        var fields: [HeaderField]
        var table: [HeaderField]
        var tableSize: Int
    }

    var section: String
    var tableSize: Int
    var usesHuffman: Bool
    var steps: [Step]
    var blocks: [[UInt8]]

    var testDescription: String { section }

    static let all = [
        Series(
            section: "C.3",
            tableSize: 4096,
            usesHuffman: false,
            steps: requests,
            blocks: [
                hex("8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d"),
                hex("8286 84be 5808 6e6f 2d63 6163 6865"),
                hex(
                    """
                    8287 85bf 400a 6375 7374 6f6d 2d6b 6579
                    0c63 7573 746f 6d2d 7661 6c75 65
                    """
                ),
            ]
        ),
        Series(
            section: "C.4",
            tableSize: 4096,
            usesHuffman: true,
            steps: requests,
            blocks: [
                hex("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"),
                hex("8286 84be 5886 a8eb 1064 9cbf"),
                hex("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"),
            ]
        ),
        Series(
            section: "C.5",
            tableSize: 256,
            usesHuffman: false,
            steps: responses,
            blocks: [
                hex(
                    """
                    4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
                    2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
                    6c65 2e63 6f6d
                    """
                ),
                hex("4803 3330 37c1 c0bf"),
                hex(
                    """
                    88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
                    54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
                    5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
                    3d31
                    """
                ),
            ]
        ),
        Series(
            section: "C.6",
            tableSize: 256,
            usesHuffman: true,
            steps: responses,
            blocks: [
                hex(
                    """
                    4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
                    2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3
                    """
                ),
                hex("4883 640e ffc1 c0bf"),
                hex(
                    """
                    88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
                    77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
                    9587 3160 65c0 03ed 4ee5 b106 3d50 07
                    """
                ),
            ]
        ),
    ]

    private static let authority = HeaderField(":authority", "www.example.com")
    private static let noCache = HeaderField("cache-control", "no-cache")
    private static let custom = HeaderField("custom-key", "custom-value")

    private static let requests = [
        Step(
            fields: [
                HeaderField(":method", "GET"), HeaderField(":scheme", "http"),
                HeaderField(":path", "/"), authority,
            ],
            table: [authority],
            tableSize: 57
        ),
        Step(
            fields: [
                HeaderField(":method", "GET"), HeaderField(":scheme", "http"),
                HeaderField(":path", "/"), authority, noCache,
            ],
            table: [noCache, authority],
            tableSize: 110
        ),
        Step(
            fields: [
                HeaderField(":method", "GET"), HeaderField(":scheme", "https"),
                HeaderField(":path", "/index.html"), authority, custom,
            ],
            table: [custom, noCache, authority],
            tableSize: 164
        ),
    ]

    private static let found = HeaderField(":status", "302")
    private static let redirected = HeaderField(":status", "307")
    private static let cached = HeaderField("cache-control", "private")
    private static let date = HeaderField("date", "Mon, 21 Oct 2013 20:13:21 GMT")
    private static let later = HeaderField("date", "Mon, 21 Oct 2013 20:13:22 GMT")
    private static let location = HeaderField("location", "https://www.example.com")
    private static let gzip = HeaderField("content-encoding", "gzip")
    private static let cookie = HeaderField(
        "set-cookie",
        "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"
    )

    private static let responses = [
        Step(
            fields: [found, cached, date, location],
            table: [location, date, cached, found],
            tableSize: 222
        ),
        Step(
            fields: [redirected, cached, date, location],
            table: [redirected, location, date, cached],
            tableSize: 222
        ),
        Step(
            fields: [HeaderField(":status", "200"), cached, later, location, gzip, cookie],
            table: [cookie, gzip, later],
            tableSize: 215
        ),
    ]
}
