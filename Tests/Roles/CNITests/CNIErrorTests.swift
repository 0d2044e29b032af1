// SPDX-License-Identifier: Apache-2.0

import CNI
import JSON
import Testing

/// CNI specification 1.1.0 § 5 "Error" and "Version".
@Suite struct CNIErrorTests {
    private func text(_ value: JSONValue?) -> String {
        value.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? ""
    }

    @Test func `an error has the specification's keys`() {
        let long = CNIError(.invalidConfiguration, "Invalid Configuration", details: "Network 1")
        #expect(
            text(long.json(version: "1.1.0"))
                == #"{"cniVersion":"1.1.0","code":7,"msg":"Invalid Configuration","#
                + #""details":"Network 1"}"#
        )
        let short = CNIError(.tryAgainLater, "a \"quoted\" word")
        #expect(
            text(short.json(version: "0.3.1"))
                == #"{"cniVersion":"0.3.1","code":11,"msg":"a \"quoted\" word"}"#
        )
    }

    @Test func `codes are the specification's, and ours from 100`() {
        let codes: [(CNIError.Code, Int)] = [
            (.incompatibleVersion, 1), (.unsupportedField, 2), (.invalidEnvironment, 4),
            (.inputOutput, 5), (.undecodable, 6), (.invalidConfiguration, 7),
            (.invalidNamespace, 8), (.tryAgainLater, 11), (.notAvailable, 50),
            (.functionBusy, 100), (.interfaceExists, 101), (.unknownFunction, 102),
            (.refusedByCard, 103), (.checkFailed, 104), (.internal, 999),
        ]
        for (code, number) in codes { #expect(code.rawValue == number) }
    }

    @Test func `VERSION is answered without reading anything`() {
        let (output, code) = Plugin.answer(to: { $0 == "CNI_COMMAND" ? "VERSION" : nil }) {
            () throws(CNIError) in throw CNIError(.inputOutput, "read")
        }
        #expect(code == 0)
        #expect(
            text(output)
                == #"{"cniVersion":"1.1.0","#
                + #""supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}"#
        )
    }

    @Test func `versions are ordered`() {
        let all = CNIVersion.allCases
        #expect(all.sorted() == all)
        #expect(all.last == .latest)
        for (index, version) in all.enumerated() {
            #expect(all.filter { $0 < version }.count == index)
        }
    }

    @Test(arguments: [
        ([:], "{}", "1.1.0", 4), (["CNI_COMMAND": "ADD"], "{}", "1.1.0", 4),
        (["CNI_COMMAND": "STATUS", "CNI_PATH": "/x"], "{", "1.1.0", 6),
        (["CNI_COMMAND": "STATUS", "CNI_PATH": "/x"], #"{"cniVersion":"9"}"#, "1.1.0", 1),
        (
            ["CNI_COMMAND": "STATUS", "CNI_PATH": "/x"],
            #"{"cniVersion":"1.0.0","name":"x"}"#, "1.0.0", 1
        ),
        (
            ["CNI_COMMAND": "GC", "CNI_PATH": "/x"], #"{"cniVersion":"0.4.0","name":"x"}"#,
            "0.4.0", 1
        ),
    ])
    func `an error speaks the configuration's version as soon as it is known`(
        environment: [String: String],
        input: String,
        version: String,
        code: Int
    ) {
        let (output, exit) = Plugin.answer(to: { environment[$0] }) { Array(input.utf8) }
        #expect(exit == 1)
        #expect(output?["cniVersion"]?.string == version)
        #expect(output?["code"]?.integer == code)
        #expect(output?["msg"]?.string?.isEmpty == false)
    }
}
