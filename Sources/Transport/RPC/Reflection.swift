// SPDX-License-Identifier: Apache-2.0

import GRPC
public import Protobuf

/// Tells tools such as grpcurl what a server can be asked: `grpc.reflection.v1` and `v1alpha`.
///
/// Source: gRPC doc/server-reflection.md.
public struct Reflection: Sendable {
    private static let packages = ["grpc.reflection.v1", "grpc.reflection.v1alpha"]
    private static let service = "ServerReflection"

    private let files: [String: FileDescriptor]
    private let owners: [String: String]

    /// Describes services by the files that declare them, each a serialized
    /// `FileDescriptorProto` as protoc writes it.
    ///
    /// - Throws: ``Protobuf/ProtobufError`` when bytes are no descriptor.
    public init(_ descriptors: [[UInt8]]) throws(ProtobufError) {
        var files: [FileDescriptor] = []
        for bytes in descriptors { files.append(try FileDescriptor(bytes)) }
        self.files = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
        let owners = files.flatMap { file in file.symbols.map { ($0, file.name) } }
        self.owners = Dictionary(owners) { first, _ in first }
    }

    /// Adds reflection to a server's methods; those that are there, with it, are what it lists.
    public func add(to services: inout Services) {
        let own = Self.packages.map { "\($0).\(Self.service)" }
        let names = services.names.union(own).sorted()
        for package in Self.packages {
            let method = Method<ReflectionMessages.Request, ReflectionMessages.Response>(
                "\(package).\(Self.service)",
                "ServerReflectionInfo"
            )
            services.converse(method) { (requests, writer, _) throws(Status) in
                for try await request in requests {
                    try await writer.send(self.answer(to: request, names))
                }
            }
        }
    }

    /// An answer; what is not found is an answer too, and the conversation goes on.
    func answer(
        to request: ReflectionMessages.Request,
        _ names: [String]
    ) -> ReflectionMessages.Response {
        var response = ReflectionMessages.Response()
        response.validHost = request.host
        response.originalRequest = request
        switch request.question {
        case .listServices:
            var list = ReflectionMessages.ServiceList()
            list.services = names.map { name in
                var service = ReflectionMessages.ServiceName()
                service.name = name
                return service
            }
            response.services = list
        case .fileByName(let name): describe(name, name, in: &response)
        case .fileContainingSymbol(let name): describe(owners[name], name, in: &response)
        case .fileContainingExtension, .extensionNumbers:
            response.error = .init(.notFound, "there are no extensions")
        case nil: response.error = .init(.invalidArgument, "nothing was asked")
        }
        return response
    }

    /// The file and all that it imports, imports last, as far as they are there.
    private func describe(
        _ name: String?,
        _ asked: String,
        in response: inout ReflectionMessages.Response
    ) {
        guard let name, files[name] != nil else {
            response.error = .init(.notFound, "\(asked.debugDescription) is not described here")
            return
        }
        var found = ReflectionMessages.Files()
        var pending = [name]
        var seen: Set<String> = []
        while let next = pending.popLast() {
            guard seen.insert(next).inserted, let file = files[next] else { continue }
            found.descriptors.append(file.bytes)
            pending += file.dependencies
        }
        response.files = found
    }
}
