// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import JSON
import Kernel
import OPI
import RPC

/// The four services of an EVPN gateway; each call passes the gate, the faults, the store and the
/// journal.
struct GatewayService: Sendable {
    let session: Session

    var services: Services {
        var services = Services()
        add(EVPNMethods.bridges, to: &services)
        add(EVPNMethods.ports, to: &services)
        add(EVPNMethods.vrfs, to: &services)
        add(EVPNMethods.svis, to: &services)
        return services
    }

    /// The five calls of a kind.
    private func add<Object: GatewayObject & GatewayAnswer>(
        _ methods: ObjectMethods<Object>,
        to services: inout Services
    ) {
        add(methods.create, to: &services) { (session, request) throws(Status) in
            try session.create(request)
        }
        add(methods.get, to: &services) { (session, request) throws(Status) in
            try session.get(request)
        }
        add(methods.list, to: &services) { (session, request) throws(Status) in
            try session.list(request)
        }
        add(methods.update, to: &services) { (session, request) throws(Status) in
            try session.update(request)
        }
        add(methods.delete, to: &services) { (session, request) throws(Status) in
            try session.delete(request)
        }
    }

    private func add<Request: GatewayRequest, Answer: GatewayAnswer>(
        _ method: Method<Request, Answer>,
        to services: inout Services,
        work: @escaping @Sendable (Session, Request) throws(Status) -> Answer
    ) {
        let name = method.path.lastSegment
        services.handle(method) { request, context async throws(Status) in
            var record = Record(request, method: name, context)
            do throws(Status) {
                let answer = try await answer(request, name, work)
                record.end(.ok, response: answer.json)
                session.journal.request(record.line, method: name, violations: record.violations)
                return answer
            } catch {
                record.end(error, response: nil)
                session.journal.request(record.line, method: name, violations: record.violations)
                throw error
            }
        }
    }

    /// One call: the gate, the faults, the work.
    private func answer<Request: GatewayRequest, Answer: GatewayAnswer>(
        _ request: Request,
        _ method: String,
        _ work: @Sendable (Session, Request) throws(Status) -> Answer
    ) async throws(Status) -> Answer {
        try await cancellable { try await session.gate.passage() }
        guard let rule = session.faults.take(for: method) else { return try work(session, request) }
        try await cancellable { try await Task.sleep(for: rule.slow) }
        let answer = rule.works ? try work(session, request) : nil
        if rule.hangs { try await cancellable { try await hang() } }
        if let failure = rule.failure { throw failure }
        guard let answer else { throw Status(.cancelled, "hung") }
        return answer
    }

    /// Waits until the caller gives up or its time is over.
    private func hang() async throws {
        while true { try await Task.sleep(for: .seconds(3600)) }
    }

    private func cancellable(_ body: () async throws -> Void) async throws(Status) {
        do {
            try await body()
        } catch {
            throw Status(.cancelled, "the caller is gone")
        }
    }
}

/// A call as the journal has it.
private struct Record {
    private(set) var line: JSONValue
    let violations: [String]

    init(_ request: some GatewayRequest, method: String, _ context: CallContext) {
        let left = context.timeRemaining
        violations = Promises.broken(by: request, method: method, timeLeft: left)
        let peer =
            context.caller.address ?? context.credentials.map { "unix:pid=\($0.process)" } ?? ""
        line = [
            "time": Journal.now,
            "method": .string(method),
            "request": request.json,
            "peer": .string(peer),
            "deadline": left.flatMap { JSONNumber($0.inSeconds) }.map { .number($0) } ?? .null,
            "violations": .array(violations.map { .string($0) }),
        ]
    }

    mutating func end(_ status: Status, response: JSONValue?) {
        line["code"] = .string("\(status.code)")
        line["response"] = response
        if !status.isOK { line["text"] = .string(status.message) }
    }
}

extension Duration {
    /// As a number of seconds, to the microsecond.
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds / 1_000_000_000_000) / 1e6
    }
}
