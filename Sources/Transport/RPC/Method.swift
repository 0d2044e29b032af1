// SPDX-License-Identifier: Apache-2.0

public import Protobuf

/// A method of a service, with the types of its messages.
public struct Method<Request: Message, Response: Message>: Sendable {
    /// `/service/method`, as it stands in the request.
    public let path: String

    /// The method `name` of `service`, the latter with its package: `v1beta1.Registration`.
    public init(_ service: String, _ name: String) {
        path = "/\(service)/\(name)"
    }
}
