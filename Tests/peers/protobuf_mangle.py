# SPDX-License-Identifier: Apache-2.0
"""Damages encoded messages, most of them in ways that a reader must put up with.

A message is taken apart into records: a field's number, its wire type and its payload without the
length. The records are changed, at any depth, and put together again by hand, so that forms come
out that no library writes: padded varints, lists half packed, fields out of order or twice.
"""
import functools

VARINT, FIXED64, LENGTH, START, END, FIXED32 = range(6)
FIXED = {FIXED64: 8, FIXED32: 4}
NOT_TEXT = [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\x80", b"\xe4\xb8"]
NOT_A_NUMBER = {FIXED32: b"\x01\x00\xc0\x7f", FIXED64: b"\x01\x00\x00\x00\x00\x00\xf8\xff"}
INFINITE = {FIXED32: b"\x00\x00\x80\xff", FIXED64: b"\x00\x00\x00\x00\x00\x00\xf0\x7f"}


def varint(value, padding=0):
    """A varint with so many bytes more than it needs."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    for _ in range(padding):
        out[-1] |= 0x80
        out.append(0)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def records(data):
    """Takes a message apart that has no groups."""
    found, at = [], 0
    while at < len(data):
        tag, at = read_varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            end = read_varint(data, at)[1]
        elif kind == LENGTH:
            length, at = read_varint(data, at)
            end = at + length
        else:
            end = at + FIXED[kind]
        found.append((number, kind, data[at:end]))
        at = end
    return found


def joined(parts):
    out = bytearray()
    for number, kind, payload in parts:
        out += varint(number << 3 | kind)
        out += varint(len(payload)) + payload if kind == LENGTH else payload
    return bytes(out)


def wire_type(field):
    if field.type in (field.TYPE_FIXED32, field.TYPE_SFIXED32, field.TYPE_FLOAT):
        return FIXED32
    if field.type in (field.TYPE_FIXED64, field.TYPE_SFIXED64, field.TYPE_DOUBLE):
        return FIXED64
    if field.type in (field.TYPE_STRING, field.TYPE_BYTES, field.TYPE_MESSAGE):
        return LENGTH
    return VARINT


@functools.cache
def has_maps(descriptor):
    """Whether the message, or one inside it, has a map.

    There a byte that happens to change may give an entry a field that nobody knows: upb then keeps
    the whole entry apart, other implementations and ours drop the field and take the entry.
    """
    inner, seen = [descriptor], set()
    while inner:
        message = inner.pop()
        if message.GetOptions().map_entry:
            return True
        if message.full_name not in seen:
            seen.add(message.full_name)
            inner += [field.message_type for field in message.fields if field.message_type]
    return False


class Mangler:
    """Damage by the numbers of a `random.Random`."""

    def __init__(self, random):
        self.random = random

    def mangle(self, descriptor, data, other):
        """A damaged form of `data`; `other` is one more message of the type, to be merged."""
        if self.random.random() < 0.3:
            data += other
        data = joined(self.changed(descriptor, records(data)))
        choice = self.random.random()
        if choice < 0.08:
            return data[: self.random.randrange(len(data) + 1)]
        if choice < 0.16 and data and not has_maps(descriptor):
            at = self.random.randrange(len(data))
            return data[:at] + self.random.randbytes(1) + data[at + 1 :]
        if choice < 0.26:
            at = self.random.choice([0, len(data)])
            return data[:at] + self.oddity() + data[at:]
        return data

    def changed(self, descriptor, parts):
        fields = descriptor.fields_by_number
        out = []
        for number, kind, payload in parts:
            field = fields.get(number)
            if field is not None and field.type == field.TYPE_MESSAGE:
                # See has_maps.
                is_map = field.message_type.GetOptions().map_entry
                if not is_map and self.random.random() < 0.4:
                    payload = joined(self.changed(field.message_type, records(payload)))
                out.append((number, kind, payload))
            elif field is not None and kind == LENGTH and wire_type(field) != LENGTH:
                out += self.repacked(field, payload)
            elif field is not None:
                out += self.scalar(field, number, kind, payload)
            else:
                out.append((number, kind, payload))
        if self.random.random() < 0.3:
            self.random.shuffle(out)
        if self.random.random() < 0.3:
            out.insert(self.random.randint(0, len(out)), self.unknown(descriptor))
        return out

    def scalar(self, field, number, kind, payload):
        choice = self.random.random()
        if choice < 0.1:
            return [(number, kind, payload)] * 2
        if kind == VARINT and choice < 0.3:
            value = read_varint(payload, 0)[0]
            if choice < 0.2:
                value |= self.random.getrandbits(31) << 33
            short = len(varint(value))
            return [(number, kind, varint(value, self.random.randint(0, 10 - short)))]
        if kind in FIXED and choice < 0.5:
            return [(number, kind, self.random.choice([NOT_A_NUMBER, INFINITE])[kind])]
        if kind == LENGTH and choice < 0.13:
            # Text is refused, bytes are not.
            return [(number, kind, self.random.choice(NOT_TEXT))]
        return [(number, kind, payload)]

    def repacked(self, field, payload):
        """A list in one piece as several, and alone what was packed."""
        kind, at, values = wire_type(field), 0, []
        while at < len(payload):
            end = read_varint(payload, at)[1] if kind == VARINT else at + FIXED[kind]
            values.append(payload[at:end])
            at = end
        out = []
        while values:
            count = self.random.randint(1, len(values))
            if self.random.random() < 0.5:
                out.append((field.number, LENGTH, b"".join(values[:count])))
            else:
                out += [(field.number, kind, value) for value in values[:count]]
            values = values[count:]
        if self.random.random() < 0.1:
            out.append((field.number, LENGTH, b""))
        return out

    def unknown(self, descriptor):
        """A field that nobody knows, or that nobody knows in this form."""
        kind = self.random.choice([VARINT, FIXED64, LENGTH, START, FIXED32])
        known = [field for field in descriptor.fields if wire_type(field) != kind]
        number = self.random.choice([15, 16, 2000, 2047, 2048, (1 << 29) - 2])
        if number in descriptor.fields_by_number:
            number = 2000
        # A packed list is known as bytes.
        known = [field for field in known if not (field.is_repeated and kind == LENGTH)]
        if known and self.random.random() < 0.5:
            number = self.random.choice(known).number
        if kind == VARINT:
            payload = varint(self.random.getrandbits(self.random.choice([1, 7, 32, 63])))
        elif kind == LENGTH:
            payload = self.random.randbytes(self.random.choice([0, 1, 5, 130]))
        elif kind == START:
            return (number, START, self.group(number, self.random.randint(0, 3)))
        else:
            payload = self.random.randbytes(FIXED[kind])
        return (number, kind, payload)

    def group(self, number, depth):
        inside = b"\x08\x01\x12\x01\xff" if depth % 2 else b""
        if depth:
            inside += varint(9 << 3 | START) + self.group(9, depth - 1)
        return inside + varint(number << 3 | END)

    def oddity(self):
        """Bytes that mostly make a message no message."""
        return self.random.choice(
            [
                b"\x00\x01",  # field 0
                b"\x80\x80\x80\x80\x10\x01",  # field 2^29
                b"\xfe\x7d\x00",  # wire type 6
                b"\xff\x7d\x00",  # wire type 7
                b"\xfb\x7d\xf4\x7d",  # a group that another one ends
                b"\xfb\x7d",  # a group without an end
                b"\xfc\x7d",  # an end without a group
                b"\xf8\xfd\x80\x80\x00\x01",  # a tag of five bytes
                b"\xf8\xfd\x80\x80\x80\x00\x01",  # a tag of six
                b"\xf8\x7d" + varint(5, 9),  # ten bytes
                b"\xf8\x7d" + varint(5, 10),  # eleven
                b"\xf8\x7d" + b"\xff" * 9 + b"\x7f",  # more than 64 bits
                b"\xfa\x7d" + varint(1, 4) + b"a",  # a length of five bytes
                b"\xfa\x7d" + varint(1, 5) + b"a",  # of six
                b"\xfa\x7d" + varint((1 << 31) - 1) + b"a",  # 2 GiB
                b"\xfa\x7d" + varint(1 << 31) + b"a",
                b"\xfa\x7d" + varint((1 << 64) - 1) + b"a",
                b"\xfa\x7d\x7f",
            ]
        )
