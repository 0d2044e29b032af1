// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import APIServer

@Suite struct RequestURLTests {
    @Test(
        arguments: [
            ("/", []), ("/api", ["api"]), ("//api///v1/", ["api", "v1"]), ("/a%20b", ["a b"]),
            ("/a+b", ["a+b"]), ("/a%2Fb/c", ["a/b", "c"]), ("/%C3%A4", ["ä"]), ("/a%2fb", ["a/b"]),
            ("/a/../b", ["a", "..", "b"]), ("/a?b/c", ["a"]), ("/%3F", ["?"]),
        ] as [(String, [String])]
    )
    func `parts of a path`(target: String, parts: [String]) throws {
        #expect(try #require(RequestURL(target)).parts == parts)
    }

    @Test(arguments: [
        "", "api", "*", "?a", "/%", "/%4", "/%zz", "/%+f", "/%-0", "/% 1", "/a?b=%", "/a?%=b",
        "/%ff", "/a?b=%c3", "/%ED%A0%80",
    ])
    func `what is badly encoded is none`(target: String) {
        #expect(RequestURL(target) == nil)
    }

    @Test func `a query's values`() throws {
        let url = try #require(
            RequestURL("/a?one=1&two=a+b%2B&empty=&flag&one=2&&=x&watch=true&x=a=b&sel=c%3Dd")
        )
        #expect(url["one"] == "1")
        #expect(url["two"] == "a b+")
        #expect(url["empty"] == nil)
        #expect(url["x"] == "a=b")
        #expect(url["sel"] == "c=d")
        #expect(url.has("empty") && url.has("flag") && !url.has("none"))
        #expect(url.flag("watch") && !url.flag("one2") && url.flag("one") && !url.flag("flag"))
        #expect(url.path == "/a")
    }

    @Test(arguments: ["-1", "a", "1.5", "99999999999999999999", "0x1", "+"])
    func `what is no count is a bad request`(text: String) throws {
        let url = try #require(RequestURL("/?limit=\(text.replacing("+", with: "%2B"))"))
        let error = #expect(throws: Refusal.self) { try url.integer("limit") }
        #expect(error?.code == 400)
    }

    @Test func `a long target is read to its end`() throws {
        let long = String(repeating: "/%41b", count: 20_000)
        let url = try #require(RequestURL("\(long)?x=\(String(repeating: "y", count: 100_000))"))
        #expect(url.parts.count == 20_000)
        #expect(url["x"]?.utf8.count == 100_000)
    }
}

@Suite struct RequestPathTests {
    /// Group, version, namespace, plural, name, subresource.
    @Test(arguments: [
        ("api/v1/pods", "|v1|-|pods||-"),
        ("api/v1/namespaces", "|v1|-|namespaces||-"),
        ("api/v1/namespaces/x", "|v1|-|namespaces|x|-"),
        ("api/v1/namespaces/x/status", "|v1|-|namespaces|x|status"),
        ("api/v1/namespaces/x/finalize", "|v1|-|namespaces|x|finalize"),
        ("api/v1/namespaces/x/pods", "|v1|x|pods||-"),
        ("api/v1/namespaces/x/pods/p", "|v1|x|pods|p|-"),
        ("api/v1/namespaces/x/pods/p/status", "|v1|x|pods|p|status"),
        ("api/v1/namespaces/status/pods", "|v1|status|pods||-"),
        ("api/v1/nodes/n/status", "|v1|-|nodes|n|status"),
        ("api/v1/namespaces/x/serviceaccounts/s/token", "|v1|x|serviceaccounts|s|token"),
        ("apis/g.io/v1/things", "g.io|v1|-|things||-"),
        ("apis/g.io/v1/things/t", "g.io|v1|-|things|t|-"),
        ("apis/g.io/v1/namespaces/x/things/t", "g.io|v1|x|things|t|-"),
        ("apis/g.io/v1/namespaces/x/status", "g.io|v1|x|status||-"),
        ("api/v1/../..", "|v1|-|..|..|-"),
    ])
    func `what a path says`(path: String, says: String) throws {
        let place = try #require(RequestPath(path.split(separator: "/").map(String.init)))
        let told = [
            place.group, place.version, place.namespace ?? "-", place.plural, place.name,
            place.subresource ?? "-",
        ]
        #expect(told.joined(separator: "|") == says)
    }

    @Test(arguments: [
        "", "api", "api/v1", "apis", "apis/g", "apis/g/v1", "openapi/v3", "version/a/b/c",
        "api/v1/pods/p/status/more", "api/v1/namespaces/x/pods/p/status/more",
    ])
    func `what leads to no resource is none`(path: String) {
        #expect(RequestPath(path.split(separator: "/").map(String.init)) == nil)
    }

    @Test(arguments: [
        ("api/v1/namespaces/x/nodes", false), ("api/v1/nodes/n", true), ("api/v2/nodes", false),
        ("api/v1/pods/p", false), ("api/v1/pods", true), ("api/v1/nonsense", false),
        ("apis/example.com/v1/things", true), ("apis/example.org/v1/things", false),
    ])
    func `only what there is can be meant`(path: String, exists: Bool) throws {
        let place = try #require(RequestPath(path.split(separator: "/").map(String.init)))
        #expect((RequestTarget(place, in: try Lab().registry) != nil) == exists)
    }
}
