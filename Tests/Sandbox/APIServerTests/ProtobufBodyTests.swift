// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import APIServer

/// Bodies as kubectl 1.32 sends them: `kubectl create …` against a server that only listens.
@Suite struct ProtobufBodyTests {
    private static let bodies: [(hex: String, json: String)] = [
        // kubectl create namespace demo
        (
            """
            6b3873000a0f0a02763112094e616d657370616365121c0a140a0464656d6f12001a0022002a003200380042
            0012001a020a001a002200
            """,
            #"""
            {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo","labels":{},
            "annotations":{}}}
            """#
        ),
        // kubectl create configmap demo -n default --from-literal=a=b --from-literal=c=ä
        (
            """
            6b3873000a0f0a0276311209436f6e6669674d6170122e0a1b0a0464656d6f12001a0764656661756c742200
            2a0032003800420012060a016112016212070a01631202c3a41a002200
            """,
            #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"demo",
            "namespace":"default","labels":{},"annotations":{}},"data":{"a":"b","c":"ä"}}
            """#
        ),
        // kubectl create configmap demo -n default --from-file=k=…, a file of ff 00 01
        (
            """
            6b3873000a0f0a0276311209436f6e6669674d617012270a1b0a0464656d6f12001a0764656661756c742200
            2a003200380042001a080a016b1203ff00011a002200
            """,
            #"""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"demo",
            "namespace":"default","labels":{},"annotations":{}},"binaryData":{"k":"/wAB"}}
            """#
        ),
        // kubectl create serviceaccount robot -n default
        (
            """
            6b3873000a140a027631120e536572766963654163636f756e74121e0a1c0a05726f626f7412001a07646566
            61756c7422002a003200380042001a002200
            """,
            #"""
            {"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot",
            "namespace":"default","labels":{},"annotations":{}}}
            """#
        ),
        // kubectl create token robot -n default --duration=1h --audience=x
        (
            """
            6b3873000a280a1861757468656e7469636174696f6e2e6b38732e696f2f7631120c546f6b656e5265717565
            737412200a100a0012001a0022002a0032003800420012060a017820901c1a040a0012001a002200
            """,
            #"""
            {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","metadata":{},
            "spec":{"audiences":["x"],"expirationSeconds":3600}}
            """#
        ),
        // kubectl auth whoami
        (
            """
            6b3873000a2d0a1861757468656e7469636174696f6e2e6b38732e696f2f7631121153656c665375626a6563
            74526576696577121a0a100a0012001a0022002a0032003800420012060a040a0012001a002200
            """,
            #"""
            {"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview",
            "metadata":{"labels":{},"annotations":{}}}
            """#
        ),
        // kubectl auth can-i get /healthz
        (
            """
            6b3873000a320a17617574686f72697a6174696f6e2e6b38732e696f2f7631121753656c665375626a656374
            416363657373526576696577122f0a100a0012001a0022002a003200380042001211120f0a082f6865616c74
            687a12036765741a08080012001a0020001a002200
            """,
            #"""
            {"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview",
            "metadata":{},"spec":{"nonResourceAttributes":{"path":"/healthz",
            "verb":"get"}}}
            """#
        ),
    ]

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.filter(\.isHexDigit))
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
    }

    @Test(arguments: bodies.indices)
    func `what kubectl sends is what it means`(index: Int) throws {
        let body = Self.bodies[index]
        #expect(try ProtobufBody.document(Self.bytes(body.hex)) == json(body.json))
    }

    @Test(arguments: bodies.indices)
    func `a body that is cut or garbled is a refusal or another object`(index: Int) {
        let bytes = Self.bytes(Self.bodies[index].hex)
        var random = SeededGenerator(seed: UInt64(index))
        func read(_ bytes: [UInt8]) {
            do throws(Refusal) {
                _ = try ProtobufBody.document(bytes)
            } catch {
                #expect([400, 415].contains(error.code))
            }
        }
        for end in bytes.indices { read(Array(bytes[..<end])) }
        for _ in 0..<500 {
            var garbled = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 4..<bytes.count, using: &random)
                garbled[place] = UInt8.random(in: .min ... .max, using: &random)
            }
            read(garbled)
        }
    }

    @Test(arguments: [
        ("", 400), ("6b3873", 400), ("6b387301", 400), ("6b387300", 415), ("6b387300ff", 400),
        ("6b3873000affffffffffffffffff7f", 400), ("6b3873000a040a027631", 415),
        ("6b38730012020801", 415),
        // A Secret, which is not among those that are understood.
        ("6b3873000a0c0a0276311206536563726574", 415),
    ])
    func `what is none of them is refused`(hex: String, code: Int) {
        let error = #expect(throws: Refusal.self) {
            try ProtobufBody.document(Self.bytes(hex))
        }
        #expect(error?.code == code)
    }
}
