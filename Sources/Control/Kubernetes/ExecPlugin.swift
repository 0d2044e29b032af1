// SPDX-License-Identifier: Apache-2.0

public import JSON

/// A program that tells who we are: `exec` of a kubeconfig's user.
///
/// Source: KEP-541; client.authentication.k8s.io/v1 `ExecConfig`.
public struct ExecPlugin: Hashable, Sendable {
    /// An absolute path, or a name that is looked for in `PATH`.
    public var command: String
    /// Its words.
    public var arguments: [String]
    /// What it finds in its environment beside ours; never shown.
    public var environment: [String: ClusterAccess.Secret]
    /// The version of its protocol, v1 or v1beta1 of client.authentication.k8s.io.
    public var apiVersion: String
    /// `spec.cluster` of what it is told, nil when it does not want to know.
    public var cluster: JSONValue?
    /// What to do when it is not there, for people.
    public var installHint: String
    /// Time for one run.
    public var timeout = Duration.seconds(60)

    /// The versions that are understood; they differ in nothing that is used here.
    static let versions = [
        "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1",
    ]

    /// A program.
    public init(
        _ command: String,
        _ arguments: [String] = [],
        environment: [String: ClusterAccess.Secret] = [:],
        apiVersion: String = "client.authentication.k8s.io/v1",
        cluster: JSONValue? = nil,
        installHint: String = ""
    ) {
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.apiVersion = apiVersion
        self.cluster = cluster
        self.installHint = installHint
    }

    /// What the program finds in `KUBERNETES_EXEC_INFO`: nobody can be asked anything.
    var info: JSONValue {
        var spec: JSONObject = ["interactive": false]
        if let cluster { spec["cluster"] = cluster }
        return [
            "apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": .object(spec),
        ]
    }
}

/// Why a program did not tell the credential; never what it wrote to its standard output.
public enum ExecFailure: Error, Hashable, Sendable {
    /// There is no such program.
    case missing(command: String, hint: String)
    /// It could not be run.
    case unusable(command: String, reason: String)
    /// It did not end in time.
    case timedOut(command: String, Duration)
    /// It ended with something else than 0; the end of what it complained.
    case failed(command: String, status: String, complaint: String)
    /// What it said is no credential; the text says what is wrong with it.
    case malformed(command: String, String)
    /// The task that waited for it was cancelled.
    case cancelled
}

extension ExecFailure: CustomStringConvertible {
    /// One clause that names the program.
    public var description: String {
        switch self {
        case .missing(let command, let hint):
            "\(command) is not there" + (hint.isEmpty ? "" : "; \(hint)")
        case .unusable(let command, let reason): "\(command) cannot be run: \(reason)"
        case .timedOut(let command, let time): "\(command) did not end within \(time)"
        case .failed(let command, let status, let complaint):
            "\(command) ended with \(status)" + (complaint.isEmpty ? "" : ": \(complaint)")
        case .malformed(let command, let text): "\(command) told no credential: \(text)"
        case .cancelled: "nobody waits for it any more"
        }
    }
}
