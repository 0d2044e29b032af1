// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing

/// What is JSON and what is not; Foundation is asked the same question.
@Suite struct JSONGrammarTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1", "-1", "10",
        "1234567890123456789012345678901234567890",
        "0.0", "0.5", "-0.5", "1e3", "1E3", "1e+3", "1e-3", "1.25E+10", "0e0", "0.0e-0", "5e-324",
        #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u0041\u00e9\u20AC\uFFFF""#, #""\ud83d\ude00""#,
        #""\u0000""#, "\"\u{7f}\"", "\"é€😀\u{10ffff}\u{2028}\u{fffe}\"", "{}", "[]", " { } ",
        "\t[\r\n]\n",
        "[null]", "[[],[[]],{}]", "[1,2 , 3]", #"{"a":1}"#, #"{"":{"":[]}}"#,
        #"{ "a" : 1 , "b" : [ 2 ] }"#,
        #"{"a":1,"a":2}"#, " \n\r\t1 \n\r\t", "[true,false,null,0,\"\",[],{}]",
    ])
    func `accepts what RFC 8259 allows`(text: String) {
        let document = Array(text.utf8)
        #expect(throws: Never.self) { try JSONValue(parsing: document) }
        #expect(skips(document))
        #expect(foundationAccepts(document))
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "Null", "TRUE", "tru", "truefalse", "undefined", "NaN", "Infinity",
        "-Infinity",
        "-", "+1", "01", "-01", "00", "1.", ".5", "-.5", "1.e3", "1e", "1e+", "1e-", "1.5.5",
        "1e5.5", "0x10", "1_000",
        "1,5", "--1", "1 2", "1a", "- 1", "١", "[", "]", "[1", "[1,", "[,]", "[1,]", "[,1]",
        "[1,,2]", "[1 2]", "[1}",
        "[1]]", "[1:2]", "{", "}", "{]", #"{"a"}"#, #"{"a":}"#, #"{"a":1"#, #"{"a":1,}"#, "{,}",
        #"{,"a":1}"#,
        #"{"a":1 "b":2}"#, #"{"a":1,,"b":2}"#, #"{"a"::1}"#, #"{"a",1}"#, "{a:1}", "{'a':1}",
        "{1:1}", "{null:1}",
        #"{"a":1}}"#, #"{"a":1]"#, #"{"a" 1}"#, "{:1}", "'a'", #"""#, #""a"#, #"a""#, #""a"b""#,
        #""\"#, #""\""#,
        #""\x41""#, #""\a""#, #""\'""#, #""\U0041""#, #""\u""#, #""\u004""#, #""\u004g""#,
        #""\u 041""#, #""\u+041""#,
        "\"\u{0}\"", "\"\u{1f}\"", "\"a\nb\"", "\"a\tb\"", "[1]//", "[1]/* */", "/**/[1]", "[1]#",
        "\u{feff}1",
        "1\u{feff}", "\u{a0}1", "1\u{b}", "1\u{c}", "1\u{0}", "\u{2028}1", "[1]\u{0}", ",1", "1,",
        ":",
    ])
    func `refuses what RFC 8259 does not allow`(text: String) {
        let document = Array(text.utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: document) }
        #expect(!skips(document))
        #expect(foundationAccepts(document) == laxer.contains(text))
    }

    /// Strings in hexadecimal: overlong, surrogate, beyond U+10FFFF, cut short, stray.
    @Test(arguments: [
        "c0 80", "c1 bf", "e0 80 80", "e0 9f bf", "f0 80 80 80", "f0 8f bf bf", "ed a0 80",
        "ed bf bf",
        "f4 90 80 80", "f5 80 80 80", "fe", "ff", "80", "bf", "c3", "c3 41", "e2 82", "e2 82 41",
        "f0 9f 98",
        "f0 9f 98 41", "41 80", "c3 a9 a9", "41 c3 a9 ff 41",
    ])
    func `refuses broken UTF-8`(bytes: String) {
        for document in [
            hex("22 \(bytes) 22"), hex("5b 22 \(bytes) 22 5d"), hex("7b 22 \(bytes) 22 3a 31 7d"),
            hex("22 5c 6e \(bytes) 22"), hex("22 \(bytes) 5c 6e 22"),
        ] {
            #expect(throws: JSONError.self) { try JSONValue(parsing: document) }
            #expect(!skips(document))
            #expect(!foundationAccepts(document))
        }
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ude00""#, #""\ud83d\ud83d""#, #""\ude00\ud83d""#, #""\ud83dx""#,
        #""\ud83d\n""#,
        #""\ud83d\u0041""#, #""\ud83d\u""#, #""\ud83d\"#, #""\uDFFF""#, #""a\ud83d \ude00""#,
    ])
    func `refuses half of a surrogate pair`(text: String) {
        let document = Array(text.utf8)
        #expect(throws: JSONError.self) { try JSONValue(parsing: document) }
        #expect(!skips(document))
        #expect(!foundationAccepts(document))
    }

    /// Invalid documents above that Foundation accepts: it forgives a trailing comma, removes a
    /// byte order mark and takes a byte with a zero after it for UTF-16.
    private let laxer: Set<String> = ["[1,]", #"{"a":1,}"#, "\u{feff}1", "1\u{0}"]
}
