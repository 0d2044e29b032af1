// SPDX-License-Identifier: Apache-2.0

import Addressing
import JSON
import Kernel
import Links

/// What forwards between the ports.
protocol DataPath: Sendable {
    /// Makes what an object stands for, or changes it.
    func apply(_ object: any GatewayObject) throws(DataPathError)

    /// Removes it; what is gone already is a success.
    func remove(_ object: any GatewayObject) throws(DataPathError)

    /// Removes everything, also what an earlier process has left.
    func reset() throws(DataPathError)

    /// The ports that are plugged in, by name.
    func ports() throws(DataPathError) -> [PortState]
}

/// Everything succeeds and nothing happens.
struct NoDataPath: DataPath {
    func apply(_ object: any GatewayObject) {}
    func remove(_ object: any GatewayObject) {}
    func reset() {}
    func ports() -> [PortState] { [] }
}

/// Why the data path is not as it should be.
enum DataPathError: Error, Equatable, Sendable {
    /// The file that maps functions to representors cannot be used.
    case representors(String)
    /// The file does not have the function.
    case noRepresentor(mac: String)
    /// The representor that the file names is not in this namespace.
    case noInterface(String)
    /// Plain bridges know no VLANs.
    case noTrunks
    /// A gateway's address is none.
    case badAddress(String)
    /// The kernel refused.
    case link(LinkError)
}

extension DataPathError: CustomStringConvertible {
    var description: String {
        switch self {
        case .representors(let why): "representors: \(why)"
        case .noRepresentor(let mac): "no representor for MAC \(mac)"
        case .noInterface(let name): "representor \(name): no such interface here"
        case .noTrunks: "plain bridges have no trunk ports"
        case .badAddress(let text): "\(text) is no address that a gateway can have"
        case .link(let error): error.description
        }
    }
}

/// Runs what only the kernel can refuse.
func forwarding<Value>(_ body: () throws(LinkError) -> Value) throws(DataPathError) -> Value {
    do {
        return try body()
    } catch {
        throw .link(error)
    }
}

/// Which interface stands for which function: a JSON object from MAC to name, read when it is
/// asked, so that a change counts at once.
struct Representors: Sendable {
    let path: String

    private static let sizeLimit = 1 << 20

    /// The name of the function's representor.
    ///
    /// - Throws: ``DataPathError``.
    func name(of mac: [UInt8]) throws(DataPathError) -> String {
        let wanted = MACAddress(octets: mac)
        let known = try members()
        let member = known.members.last { wanted != nil && MACAddress($0.key) == wanted }
        guard let name = member?.value.string else {
            throw .noRepresentor(mac: hexadecimal(mac))
        }
        return name
    }

    private func members() throws(DataPathError) -> JSONObject {
        do {
            let value = try JSONValue(parsing: try Files.read(path, limit: Self.sizeLimit))
            if let members = value.members { return members }
        } catch {
            throw .representors("\(error)")
        }
        throw .representors("\(path) holds no object")
    }
}
