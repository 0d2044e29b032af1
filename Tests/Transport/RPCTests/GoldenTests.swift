// SPDX-License-Identifier: Apache-2.0

import GRPC
import Protobuf
import TestSupport
import Testing

@testable import RPC

/// What protoc's Python makes of messages of health.proto, reflection.proto and interop.proto.
@Suite struct GoldenTests {
    private typealias Question = ReflectionMessages.Request

    private static let symbol = Question {
        $0.host = "h"
        $0.question = .fileContainingSymbol("a.B")
    }

    private static let yes = Interop.BoolValue { $0.value = true }

    private static let health = [
        Golden("0a03612e42", HealthMessages.Request { $0.service = "a.B" }),
        Golden("0802", HealthMessages.Response(.notServing)),
    ]

    private static let reflection = [
        Golden(
            "0a01681a07612e70726f746f",
            Question {
                $0.host = "h"
                $0.question = .fileByName("a.proto")
            }
        ),
        Golden("0a01682203612e42", symbol),
        Golden("3a00", Question { $0.question = .listServices("") }),
        Golden(
            "2a070a03612e421007",
            Question { question in
                let asked = ReflectionMessages.Extension {
                    $0.type = "a.B"
                    $0.number = 7
                }
                question.question = .fileContainingExtension(asked)
            }
        ),
        Golden(
            "2a090a03612e4212020708",
            ReflectionMessages.Response { response in
                response.extensions = .init {
                    $0.type = "a.B"
                    $0.numbers = [7, 8]
                }
            }
        ),
        Golden("3203612e42", Question { $0.question = .extensionNumbers("a.B") }),
        Golden(
            "0a016812080a01682203612e4222070a01010a020203",
            ReflectionMessages.Response {
                $0.validHost = "h"
                $0.originalRequest = symbol
                $0.files = .init { $0.descriptors = [[1], [2, 3]] }
            }
        ),
        Golden(
            "320c0a050a03612e420a030a0163",
            ReflectionMessages.Response {
                $0.services = .init { list in
                    list.services = ["a.B", "c"].map { name in .init { $0.name = name } }
                }
            }
        ),
        Golden(
            "3a06080512026e6f",
            ReflectionMessages.Response { $0.error = .init(.notFound, "no") }
        ),
    ]

    private static let interop = [
        Golden(
            "10af96131a04120200ff320208013a05080212016d4200",
            Interop.SimpleRequest {
                $0.responseSize = 314_159
                $0.payload = .init { $0.body = [0, 255] }
                $0.responseCompressed = yes
                $0.responseStatus = .init {
                    $0.code = 2
                    $0.message = "m"
                }
                $0.expectCompressed = .init()
            }
        ),
        Golden("0a03120161", Interop.SimpleResponse { $0.payload = .init { $0.body = [0x61] } }),
        Golden(
            "0a0312016112020801",
            Interop.StreamingInputCallRequest {
                $0.payload = .init { $0.body = [0x61] }
                $0.expectCompressed = yes
            }
        ),
        Golden(
            "08aac904",
            Interop.StreamingInputCallResponse { $0.aggregatedPayloadSize = 74_922 }
        ),
        Golden(
            "120a08b7f50110071a020801120208091a031201613a020802",
            Interop.StreamingOutputCallRequest {
                let first = Interop.ResponseParameters {
                    $0.size = 31_415
                    $0.intervalMicroseconds = 7
                    $0.compressed = yes
                }
                $0.responseParameters = [first, .init { $0.size = 9 }]
                $0.payload = .init { $0.body = [0x61] }
                $0.responseStatus = .init { $0.code = 2 }
            }
        ),
        Golden(
            "0a03120161",
            Interop.StreamingOutputCallResponse { $0.payload = .init { $0.body = [0x61] } }
        ),
    ]

    @Test(arguments: health + reflection + interop)
    func `is encoded and decoded like protoc does`(golden: Golden) throws {
        #expect(try golden.difference() == nil)
    }
}
