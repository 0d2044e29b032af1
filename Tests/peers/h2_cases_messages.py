# SPDX-License-Identifier: Apache-2.0
"""What a server must do: messages, RFC 9113 section 8, and header compression, RFC 7541."""
from h2_wire import (
    ACK, CALM, COMPRESSION, GET, PROTOCOL, RST, Answers, Case, Sends, Works, answered, block,
    continuation, data, fields, gone, headers, raw, reset, seen, settings)


def request(*more, **changed):
    return headers(block(fields(*more, **changed)))


def malformed(name, section, must, content):
    """A malformed request is an error of its stream (RFC 9113 section 8.1.1)."""
    steps = content if isinstance(content, list) else [content]
    return Case(name, section, must, steps, reset(PROTOCOL))


def post(length, *parts):
    more = [("content-length", str(length))] if length is not None else []
    head = block(fields(*more, method="POST", path="/echo"))
    return [headers(head, end=not parts) + b"".join(parts)]


FIELDS = [
    malformed("upper-case", "8.2.1", "names are lower case", request(("X-Test", "1"))),
    malformed("name-empty", "8.2.1", "no name is empty", request(("", "1"))),
    malformed("name-space", "8.2.1", "no name has a space", request(("x y", "1"))),
    malformed("name-colon", "8.2.1", "no colon stands inside a name", request(("x:y", "1"))),
    malformed("name-control", "8.2.1", "no name has control characters", request(("x\x01", "1"))),
    malformed("name-delete", "8.2.1", "no name has 0x7f", request(("x\x7f", "1"))),
    malformed("name-high", "8.2.1", "no name has octets above 0x7f",
              request((b"x\xff".decode("latin-1"), "1"))),
    malformed("value-nul", "8.2.1", "no value has NUL", request(("x", "a\0b"))),
    malformed("value-cr", "8.2.1", "no value has CR", request(("x", "a\rb"))),
    malformed("value-lf", "8.2.1", "no value has LF", request(("x", "a\nb"))),
    malformed("value-space-first", "8.2.1", "no value begins with a blank", request(("x", " a"))),
    malformed("value-space-last", "8.2.1", "no value ends with a blank", request(("x", "a\t"))),
    malformed("path-with-lf", "8.2.1", "pseudo-headers are held to it too",
              request(path="/a\nb")),
    Case("value-empty", "8.2.1", "a value may be empty", request(("x", "")), Answers()),
    malformed("connection", "8.2.2", "connection belongs to HTTP/1.1",
              request(("connection", "keep-alive"))),
    malformed("keep-alive", "8.2.2", "so does keep-alive", request(("keep-alive", "1"))),
    malformed("proxy-connection", "8.2.2", "so does proxy-connection",
              request(("proxy-connection", "close"))),
    malformed("transfer-encoding", "8.2.2", "so does transfer-encoding",
              request(("transfer-encoding", "chunked"))),
    malformed("upgrade", "8.2.2", "so does upgrade", request(("upgrade", "h2c"))),
    malformed("te-other", "8.2.2", "TE says trailers or nothing",
              request(("te", "trailers, deflate"))),
    Case("te-trailers", "8.2.2", "TE may say trailers", request(("te", "trailers")), Answers()),
    Case("cookie-crumbs", "8.2.3", "cookies may be cut into fields",
         request(("cookie", "a=b"), ("cookie", "c=d")), Answers()),
]

PSEUDO = [
    malformed("pseudo-unknown", "8.3", "no other pseudo-header", request((":test", "1"))),
    malformed("pseudo-of-response", "8.3", "no pseudo-header of responses",
              request((":status", "200"))),
    malformed("pseudo-late", "8.3", "pseudo-headers come first",
              headers(block([("x", "1"), *fields()]))),
    malformed("pseudo-in-trailers", "8.3", "none in trailers",
              headers(block(fields(method="POST", path="/echo")), end=False)
              + data() + headers(block([(":method", "GET")]))),
    malformed("path-empty", "8.3.1", "the path is not empty", request(path="")),
    malformed("path-relative", "8.3.1", "the path begins with a slash", request(path="a")),
    malformed("path-missing", "8.3.1", "there is a path",
              headers(block(fields(without=("path",))))),
    malformed("method-missing", "8.3.1", "there is a method",
              headers(block(fields(without=("method",))))),
    malformed("scheme-missing", "8.3.1", "there is a scheme",
              headers(block(fields(without=("scheme",))))),
    malformed("method-twice", "8.3.1", "each once", request((":method", "GET"))),
    malformed("scheme-twice", "8.3.1", "each once",
              headers(block([(":scheme", "http"), *fields()]))),
    malformed("path-twice", "8.3.1", "each once", headers(block([(":path", "/"), *fields()]))),
    malformed("authority-twice", "8.3.1", "each once",
              headers(block([(":authority", "localhost"), *fields()]))),
    malformed("host-differs", "8.3.1", "host is the authority", request(("host", "other"))),
    Case("authority-missing", "8.3.1", "the authority may be missing",
         headers(block(fields(("host", "localhost"), without=("authority",)))), Answers()),
    malformed("connect-with-path", "8.5", "CONNECT has no path",
              headers(block(fields(method="CONNECT", without=("scheme",))))),
    malformed("connect-with-scheme", "8.5", "CONNECT has no scheme",
              headers(block(fields(method="CONNECT", without=("path",))))),
    malformed("connect-without-authority", "8.5", "CONNECT has an authority",
              headers(block(fields(method="CONNECT", without=("path", "scheme", "authority"))))),
    Case("connect", "8.5", "who does not tunnel says so",
         headers(block(fields(method="CONNECT", without=("path", "scheme")))), Answers(501)),
]

BODIES = [
    malformed("length-more", "8.1.1", "content-length is the length of the body",
              post(4, data(b"abc", end=True))),
    malformed("length-less", "8.1.1", "not less", post(2, data(b"abc", end=True))),
    malformed("length-in-frames", "8.1.1", "all frames together",
              post(5, data(b"abc"), data(b"def", end=True))),
    malformed("length-without-body", "8.1.1", "also without a body", post(1)),
    malformed("length-before-trailers", "8.1.1", "also before trailers",
              post(5, data(b"abc"), headers(block([("x", "1")])))),
    malformed("length-twice", "8.1.1", "two lengths are the same",
              headers(block(fields(("content-length", "3"), ("content-length", "4"),
                                   method="POST", path="/echo")), end=False)),
    malformed("length-no-number", "8.1.1", "a length is a number",
              headers(block(fields(("content-length", "+3"), method="POST")), end=False)),
    malformed("length-huge", "8.1.1", "a length too large for any body",
              headers(block(fields(("content-length", "9" * 30), method="POST")), end=False)),
    Case("length-right", "8.1.1", "the right length", post(3, data(b"abc", end=True)),
         Answers(body=b"abc")),
    Case("length-with-padding", "8.1.1", "padding is not counted",
         post(3, data(b"abc", end=True, pad=30)), Answers(body=b"abc")),
    Case("length-0", "8.1.1", "no body", post(0), Answers(body=b"")),
    malformed("trailers-without-end", "8.1", "trailers end the stream",
              post(None, data(b"abc"), headers(block([("x", "1")]), end=False))),
    malformed("trailers-upper-case", "8.1", "trailers are held to the rules of fields",
              post(None, data(b"abc"), headers(block([("X", "1")])))),
    malformed("trailers-connection", "8.2.2", "also to this one",
              post(None, data(b"abc"), headers(block([("connection", "close")])))),
]


def literal(name, value, first=0x40):
    """A literal with a new name, plain strings."""
    return bytes([first, len(name)]) + name + bytes([len(value)]) + value


def coded(octets):
    """A literal whose value is these octets, called Huffman code."""
    return b"\x00\x01x" + bytes([0x80 | len(octets)]) + octets


def garbled(name, section, must, content):
    return Case(name, section, must, headers(GET + content), gone(COMPRESSION))


HPACK_VALID = [
    Case("hpack-indexed", "HPACK 6.1", "static entries", headers(
        b"\x82\x86\x84" + literal(b":authority", b"localhost", 0)), Answers()),
    Case("hpack-literals", "HPACK 6.2", "all kinds of literal, with the name or its index", headers(
        GET + literal(b"a", b"b") + literal(b"c", b"d", 0) + literal(b"e", b"f", 0x10)
        + b"\x7a\x01g\x0f\x2b\x01h\x1f\x2b\x01i"), Answers()),
    Case("hpack-dynamic", "HPACK 2.3.2", "an entry of the dynamic table in a later block", [
        headers(GET + literal(b"a", b"b")), answered(), headers(GET + b"\xbe", 3)],
        Answers(stream=3)),
    Case("hpack-huffman", "HPACK 5.2", "Huffman code with padding of ones", headers(
        b"\x82\x86\x84\x41\x86\xa0\xe4\x1d\x13\x9d\x09"), Answers()),
    Case("hpack-two-updates", "HPACK 4.2", "two size updates before the first field", headers(
        b"\x20\x3f\xe1\x1f" + GET), Answers()),
    Case("hpack-evict-all", "HPACK 4.4", "an entry larger than the table empties it", [
        headers(b"\x3f\x21" + GET + literal(b"a", b"b" * 80) + literal(b"a", b"b")),
        answered(), headers(GET + b"\xbe", 3)], Answers(stream=3)),
    Case("hpack-zero-padded-integer", "HPACK 5.1", "an integer may end in zeros", headers(
        GET + b"\x00\x01x\x7f\x80\x00" + b"y" * 127), Answers()),
]

HPACK_WRONG = [
    garbled("hpack-index-0", "HPACK 6.1", "index 0 is nothing", b"\x80"),
    garbled("hpack-index-no-entry", "HPACK 2.3.3", "an index above both tables", b"\xbe"),
    garbled("hpack-index-far", "HPACK 2.3.3", "a large index", b"\xff\xff\x03"),
    garbled("hpack-name-no-entry", "HPACK 6.2", "a name's index above both tables",
            b"\x7f\x20\x01v"),
    garbled("hpack-integer-overflow", "HPACK 5.1", "integers have a limit",
            b"\xff" + b"\xff" * 10 + b"\x01"),
    garbled("hpack-integer-endless", "HPACK 5.1", "zeros do not go on for ever",
            b"\xff" + b"\x80" * 30 + b"\x00"),
    garbled("hpack-string-cut", "HPACK 5.2", "a string ends inside its block",
            b"\x00\x01x\x05abc"),
    garbled("hpack-string-huge", "HPACK 5.2", "a string longer than any block",
            b"\x00\x01x\x7f\xff\xff\xff\x7fabc"),
    garbled("hpack-cut", "HPACK 6", "a field ends inside its block", b"\x40"),
    garbled("hpack-eos", "HPACK 5.2", "EOS does not occur", coded(b"\xff\xff\xff\xff")),
    garbled("hpack-eos-inside", "HPACK 5.2", "EOS does not occur between symbols",
            coded(b"\x1f\xff\xff\xff\xff")),
    garbled("hpack-padding-8", "HPACK 5.2", "padding is shorter than eight bits",
            coded(b"\x1c\x64\xff")),
    garbled("hpack-padding-zeros", "HPACK 5.2", "padding is made of ones", coded(b"\x18")),
    garbled("hpack-padding-only", "HPACK 5.2", "padding follows a symbol", coded(b"\xff\xff")),
    Case("hpack-update-late", "HPACK 4.2", "a size update comes before all fields",
         headers(GET + b"\x20"), gone(COMPRESSION)),
    Case("hpack-update-too-large", "HPACK 6.3", "a size update stays within the setting",
         headers(b"\x3f\xe2\x1f" + GET), gone(COMPRESSION)),
    Case("hpack-update-overflow", "HPACK 6.3", "a size update is an integer like others",
         headers(b"\x3f" + b"\xff" * 10 + GET), gone(COMPRESSION)),
    Case("hpack-evicted", "HPACK 4.3", "a smaller table forgets",
         [headers(GET + literal(b"a", b"b")), answered(), headers(b"\x20" + GET + b"\xbe", 3)],
         gone(COMPRESSION)),
]

LISTS = [
    Case("list-too-large", "6.5.2", "a header list above the limit is refused, its stream alone",
         [headers(GET + literal(b"a", b"b" * 100) + b"\xbe" * 600)], reset(CALM, PROTOCOL)),
    Case("list-too-large-decodes", "4.3", "such a list is decoded all the same",
         [headers(GET + literal(b"a", b"b" * 100) + b"\xbe" * 600 + literal(b"c", b"d")), seen(RST),
          headers(GET + b"\xbe\xbf", 3)], Answers(stream=3)),
    Case("list-just-right", "6.5.2", "a large header list within the limit is taken",
         [headers(GET + literal(b"a", b"b" * 100) + b"\xbe" * 450)], Answers()),
    Case("settings-then-list", "6.5.2", "settings are applied before the next answer",
         [settings((1, 0)) + headers(GET)], Sends(1, lambda frame: frame.payload[:1] == b"\x20")),
    Case("block-in-65-frames", "6.10", "a block in a few dozen frames is taken",
         [headers(GET, complete=False) + continuation(b"", complete=False) * 60
          + continuation(b"")], Answers()),
    Case("unknown-between-requests", "5.5", "unknown types between requests", [
        headers() + raw(0xf0, ACK, 1, b"?"), answered()], Works()),
]

CASES = FIELDS + PSEUDO + BODIES + HPACK_VALID + HPACK_WRONG + LISTS
