// SPDX-License-Identifier: Apache-2.0

import Connections
import Testing

@Suite struct EndpointTests {
    @Test(arguments: [
        ("unix:/run/a.sock", Endpoint.unix(path: "/run/a.sock"), "unix:/run/a.sock"),
        ("unix:///run/a.sock", .unix(path: "/run/a.sock"), "unix:/run/a.sock"),
        ("localhost:50151", .tcp(host: "localhost", port: 50151), "localhost:50151"),
        ("192.0.2.1:1", .tcp(host: "192.0.2.1", port: 1), "192.0.2.1:1"),
        ("[2001:db8::1]:65535", .tcp(host: "2001:db8::1", port: 65535), "[2001:db8::1]:65535"),
        ("[fe80::1%eth0]:8085", .tcp(host: "fe80::1%eth0", port: 8085), "[fe80::1%eth0]:8085"),
        ("a_b.svc:80", .tcp(host: "a_b.svc", port: 80), "a_b.svc:80"),
    ])
    func `reads and writes`(text: String, endpoint: Endpoint, canonical: String) throws {
        #expect(try Endpoint(parsing: text) == endpoint)
        #expect("\(endpoint)" == canonical)
    }

    @Test(arguments: [
        ("unix:relative", EndpointError.invalidPath("unix:relative")),
        ("unix:", .invalidPath("unix:")), ("unix:/", .invalidPath("unix:/")),
        ("unix:/a\0b", .invalidPath("unix:/a\0b")),
        ("localhost", .missingPort("localhost")), ("", .missingPort("")),
        ("localhost:", .invalidPort("localhost:")), ("localhost:0", .invalidPort("localhost:0")),
        ("localhost:65536", .invalidPort("localhost:65536")),
        ("localhost:-1", .invalidPort("localhost:-1")),
        (":80", .invalidHost(":80")), ("::1:80", .invalidHost("::1:80")),
        ("[localhost]:80", .invalidHost("[localhost]:80")), ("a b:80", .invalidHost("a b:80")),
        ("http://a:80", .invalidHost("http://a:80")),
    ])
    func `refuses`(text: String, error: EndpointError) {
        #expect(throws: error) { try Endpoint(parsing: text) }
    }

    @Test func `refuses a path that the kernel would cut`() {
        let text = "unix:/" + String(repeating: "a", count: 107)
        #expect(throws: EndpointError.pathTooLong(text, limit: 107)) { try Endpoint(parsing: text) }
    }
}
