// SPDX-License-Identifier: Apache-2.0

/// Where a function sits on the PCI bus: `0000:3b:00.2`.
public struct PCIAddress: Hashable, Sendable {
    /// The segment (domain).
    public let domain: UInt16
    /// The bus.
    public let bus: UInt8
    /// The device on the bus, 0 to 31.
    public let device: UInt8
    /// The function of the device, 0 to 7.
    public let function: UInt8

    /// An address from text, nil unless it is exactly `dddd:bb:vv.f` in lower-case hexadecimal.
    public init?(_ text: some StringProtocol) {
        let text = Array(text.utf8)
        guard text.count == 12, text[4] == UInt8(ascii: ":"), text[7] == UInt8(ascii: ":"),
            text[10] == UInt8(ascii: "."),
            let domain = Self.hexadecimal(text[0..<4]),
            let bus = Self.hexadecimal(text[5..<7]),
            let device = Self.hexadecimal(text[8..<10]), device < 32,
            let function = Self.hexadecimal(text[11..<12]), function < 8
        else { return nil }
        self.domain = domain
        self.bus = UInt8(truncatingIfNeeded: bus)
        self.device = UInt8(truncatingIfNeeded: device)
        self.function = UInt8(truncatingIfNeeded: function)
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt16? {
        var value: UInt16 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(digit - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(digit - 87)
            default: return nil
            }
        }
        return value
    }
}

extension PCIAddress: Comparable {
    /// Orders as the bus is walked: domain, bus, device, function.
    public static func < (left: PCIAddress, right: PCIAddress) -> Bool {
        left.number < right.number
    }

    private var number: UInt64 {
        UInt64(domain) << 32 | UInt64(bus) << 16 | UInt64(device) << 8 | UInt64(function)
    }
}

extension PCIAddress: CustomStringConvertible {
    /// The form sysfs uses.
    public var description: String {
        func padded(_ value: some BinaryInteger, _ width: Int) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        return "\(padded(domain, 4)):\(padded(bus, 2)):\(padded(device, 2)).\(function)"
    }
}
