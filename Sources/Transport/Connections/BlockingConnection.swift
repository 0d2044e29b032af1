// SPDX-License-Identifier: Apache-2.0

public import HPACK
public import HTTP2
public import Kernel

/// A client's connection over a Unix socket that blocks the calling thread.
///
/// For a program that makes one call and exits: no event loop, no task, no thread is started.
public struct BlockingConnection: ~Copyable, Sendable {
    private let endpoint: Endpoint
    private let deadline: Deadline
    private let allowed: Duration
    private let socket: UnixStream
    private var machine = ClientConnection()

    private static let readSize = 16 << 10

    /// Connects to the server at `path`; `deadline` holds for all that follows too.
    ///
    /// - Throws: ``ConnectionFailure``.
    public init(unixPath path: String, deadline: Deadline) throws(ConnectionFailure) {
        endpoint = .unix(path: path)
        self.deadline = deadline
        allowed = deadline.remaining
        do throws(KernelError) {
            socket = try UnixStream(connectingTo: path, deadline: deadline)
        } catch {
            throw ConnectionFailure(.unix(path: path), error, waited: allowed)
        }
    }

    /// Prepares a request with its whole body; it goes out with ``events()``.
    ///
    /// - Throws: ``HTTP2/RequestError``.
    public mutating func open(
        _ headers: [HeaderField],
        body: [UInt8]
    ) throws(RequestError) -> StreamID {
        let stream = try machine.open(headers, endStream: false)
        try machine.send(body, endStream: true, on: stream)
        return stream
    }

    /// Writes what there is to write, waits for bytes and returns what they mean.
    ///
    /// - Throws: ``ConnectionFailure``; ``ConnectionFailure/Reason/silent(_:)`` at the deadline.
    public mutating func events() throws(ConnectionFailure) -> [Event] {
        let bytes: [UInt8]
        do throws(KernelError) {
            let output = machine.takeOutput()
            if !output.isEmpty { try socket.write(output, deadline: deadline) }
            bytes = try socket.read(upTo: Self.readSize, deadline: deadline)
        } catch {
            throw failure(error)
        }
        guard !bytes.isEmpty else { throw ConnectionFailure(endpoint, .closedByPeer) }
        do throws(ConnectionError) {
            return try machine.receive(bytes.span)
        } catch {
            throw ConnectionFailure(endpoint, .violated(error))
        }
    }

    /// Lets the server send as many bytes more.
    public mutating func consumed(_ count: Int, on stream: StreamID) {
        machine.consumed(count, on: stream)
    }

    private func failure(_ error: KernelError) -> ConnectionFailure {
        if case .deadlineExceeded = error {
            return ConnectionFailure(endpoint, .silent(allowed))
        }
        return ConnectionFailure(endpoint, error, waited: .zero)
    }
}
