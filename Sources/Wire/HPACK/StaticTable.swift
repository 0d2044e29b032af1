// SPDX-License-Identifier: Apache-2.0

/// The fields that every connection knows, numbered from 1.
///
/// Source: RFC 7541, appendix A.
enum StaticTable {
    /// The last number; the dynamic table's entries follow it.
    static let count = 61

    /// The field with this number.
    static subscript(index: Int) -> HeaderField? {
        index >= 1 && index <= count ? fields[index - 1] : nil
    }

    /// The numbers of the field and of its name, as far as the table has them.
    ///
    /// Entries of one name stand together. Names are found by their length, not in a dictionary:
    /// the first dictionary of a key type costs a process that sends one request more than the
    /// search.
    static func search(_ field: HeaderField) -> TableMatch {
        let length = field.name.utf8.count
        guard length < byLength.count else { return TableMatch() }
        guard let first = byLength[length].first(where: { fields[$0 - 1].name == field.name })
        else {
            return TableMatch()
        }
        var number = first
        while number <= count, fields[number - 1].name == field.name {
            if fields[number - 1].isIdentical(to: field) {
                return TableMatch(field: number, name: first)
            }
            number += 1
        }
        return TableMatch(field: nil, name: first)
    }

    /// The numbers of the first entries of each name, by the length of the name in octets.
    private static let byLength: [[Int]] = {
        var lists: [[Int]] = []
        for number in 1...count
        where number == 1 || fields[number - 2].name != fields[number - 1].name {
            let length = fields[number - 1].name.utf8.count
            while lists.count <= length { lists.append([]) }
            lists[length].append(number)
        }
        return lists
    }()

    static let fields: [HeaderField] = [
        HeaderField(":authority", ""),
        HeaderField(":method", "GET"),
        HeaderField(":method", "POST"),
        HeaderField(":path", "/"),
        HeaderField(":path", "/index.html"),
        HeaderField(":scheme", "http"),
        HeaderField(":scheme", "https"),
        HeaderField(":status", "200"),
        HeaderField(":status", "204"),
        HeaderField(":status", "206"),
        HeaderField(":status", "304"),
        HeaderField(":status", "400"),
        HeaderField(":status", "404"),
        HeaderField(":status", "500"),
        HeaderField("accept-charset", ""),
        HeaderField("accept-encoding", "gzip, deflate"),
        HeaderField("accept-language", ""),
        HeaderField("accept-ranges", ""),
        HeaderField("accept", ""),
        HeaderField("access-control-allow-origin", ""),
        HeaderField("age", ""),
        HeaderField("allow", ""),
        HeaderField("authorization", ""),
        HeaderField("cache-control", ""),
        HeaderField("content-disposition", ""),
        HeaderField("content-encoding", ""),
        HeaderField("content-language", ""),
        HeaderField("content-length", ""),
        HeaderField("content-location", ""),
        HeaderField("content-range", ""),
        HeaderField("content-type", ""),
        HeaderField("cookie", ""),
        HeaderField("date", ""),
        HeaderField("etag", ""),
        HeaderField("expect", ""),
        HeaderField("expires", ""),
        HeaderField("from", ""),
        HeaderField("host", ""),
        HeaderField("if-match", ""),
        HeaderField("if-modified-since", ""),
        HeaderField("if-none-match", ""),
        HeaderField("if-range", ""),
        HeaderField("if-unmodified-since", ""),
        HeaderField("last-modified", ""),
        HeaderField("link", ""),
        HeaderField("location", ""),
        HeaderField("max-forwards", ""),
        HeaderField("proxy-authenticate", ""),
        HeaderField("proxy-authorization", ""),
        HeaderField("range", ""),
        HeaderField("referer", ""),
        HeaderField("refresh", ""),
        HeaderField("retry-after", ""),
        HeaderField("server", ""),
        HeaderField("set-cookie", ""),
        HeaderField("strict-transport-security", ""),
        HeaderField("transfer-encoding", ""),
        HeaderField("user-agent", ""),
        HeaderField("vary", ""),
        HeaderField("via", ""),
        HeaderField("www-authenticate", ""),
    ]
}

/// Where the tables have a field: as a whole, and at least its name.
struct TableMatch {
    var field: Int?
    var name: Int?
}
