# SPDX-License-Identifier: Apache-2.0
"""Checks encoded messages with python-protobuf and makes random ones, many types in one process.

Standard input is one line of JSON,

    {"jobs": [{"proto": path, "message": full name, "echo": n, "judge": n, "random": n,
               "mangled": n, "seed": n}]}

then for every job its `echo` messages and its `judge` ones. Standard output is, for every job,

- the `echo` messages parsed and serialised again; one with an unknown field, or one that does not
  parse, ends the process with status 1 and a sentence on standard error;
- a verdict on each `judge` message;
- `random` new messages, the first few with every field and written by protoc from text;
- `mangled` messages damaged by protobuf_mangle.py, each with its verdict.

A message is four bytes of length, most significant first, and its bytes. A verdict is the message
parsed and serialised again, unknown fields included, or nothing but the length 0xffffffff when it
does not parse.
"""
import json
import os
import random
import struct
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet
import grpc_tools
from grpc_tools import protoc

from protobuf_mangle import Mangler

WELL_KNOWN = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")
GOLDENS = 3
REFUSED = struct.pack(">I", 0xFFFFFFFF)


def pool_of(proto):
    """Compiles a .proto file, whose imports are relative to its own directory."""
    with tempfile.NamedTemporaryFile() as output:
        directory = os.path.dirname(proto)
        arguments = [f"-I{directory}", f"-I{WELL_KNOWN}", "--include_imports"]
        arguments += [f"--descriptor_set_out={output.name}", proto]
        if protoc.main(["protoc"] + arguments) != 0:
            sys.exit(f"{proto} does not compile")
        files = descriptor_pb2.FileDescriptorSet.FromString(output.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


def encoded_by_protoc(proto, message):
    """What protoc, which reads the .proto file and the message's text, makes of it."""
    arguments = [f"-I{os.path.dirname(proto)}", f"-I{WELL_KNOWN}", "--deterministic_output"]
    arguments += [f"--encode={message.DESCRIPTOR.full_name}", proto]
    with tempfile.TemporaryFile() as text, tempfile.TemporaryFile() as output:
        text.write(text_format.MessageToString(message).encode())
        text.seek(0)
        kept = os.dup(0), os.dup(1)
        os.dup2(text.fileno(), 0)
        os.dup2(output.fileno(), 1)
        status = protoc.main(["protoc"] + arguments)
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)
        if status != 0:
            sys.exit(f"protoc does not encode {message.DESCRIPTOR.full_name}")
        output.seek(0)
        return output.read()


def messages_in(message):
    """The message and every message inside it."""
    yield message
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].type == field.TYPE_MESSAGE:
                for key in value:
                    yield from messages_in(value[key])
        elif field.is_repeated:
            for element in value:
                yield from messages_in(element)
        else:
            yield from messages_in(value)


def echo(type, data, where):
    message = type()
    try:
        message.ParseFromString(data)
    except Exception as error:
        sys.exit(f"{where} does not parse: {error}: {data.hex()}")
    for part in messages_in(message):
        for unknown in UnknownFieldSet(part):
            name = part.DESCRIPTOR.full_name
            sys.exit(f"{where} has field {unknown.field_number}, unknown to {name}: {data.hex()}")
    return message.SerializeToString(deterministic=True)


def verdict(type, data):
    message = type()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return REFUSED
    return framed(message.SerializeToString(deterministic=True))


def framed(data):
    return struct.pack(">I", len(data)) + data


class Maker:
    """Random messages: about half of the fields present, values often at an edge."""

    ALPHABET = "abcxyz019-._/:@ \u00e9\u0416\u4e2d\U0001f600\0\n"

    def __init__(self, seed):
        self.random = random.Random(seed)

    def fill(self, message, depth=0, share=0.5):
        for field in message.DESCRIPTOR.fields:
            # A later member of a oneof replaces an earlier one.
            if self.random.random() < (share if depth == 0 else 0.6):
                self.set(message, field, depth)
        return message

    def set(self, message, field, depth):
        is_message = field.type == field.TYPE_MESSAGE
        if is_message and depth > 3:
            return
        if is_message and field.message_type.GetOptions().map_entry:
            self.set_map(getattr(message, field.name), field.message_type, depth)
        elif is_message and field.is_repeated:
            for _ in range(self.random.randint(0, 3)):
                self.fill(getattr(message, field.name).add(), depth + 1)
        elif is_message:
            getattr(message, field.name).SetInParent()
            self.fill(getattr(message, field.name), depth + 1)
        elif field.is_repeated:
            count = self.random.choice([0, 1, 2, 3, 3, 100])
            getattr(message, field.name).extend(self.value(field) for _ in range(count))
        else:
            setattr(message, field.name, self.value(field))

    def set_map(self, map, entry, depth):
        value = entry.fields_by_name["value"]
        count = self.random.randint(0, 4)
        for _ in range(count):
            key = self.value(entry.fields_by_name["key"])
            if isinstance(key, str) and count > 1:
                # The package sorts a key after those it is a prefix of; others sort it before.
                key += "!"
            if value.type == value.TYPE_MESSAGE:
                self.fill(map[key], depth + 1)
            else:
                map[key] = self.value(value)

    def value(self, field):
        kind = field.cpp_type
        if field.type == field.TYPE_BYTES:
            return self.random.randbytes(self.random.choice([0, 1, 6, 16, 200]))
        if kind == field.CPPTYPE_STRING:
            length = self.random.choice([0, 1, 5, 20, 150])
            return "".join(self.random.choice(self.ALPHABET) for _ in range(length))
        if kind == field.CPPTYPE_BOOL:
            return self.random.random() < 0.5
        if kind == field.CPPTYPE_ENUM:
            known = [value.number for value in field.enum_type.values]
            return self.random.choice(known + [self.random.randint(-(1 << 31), (1 << 31) - 1)])
        if kind == field.CPPTYPE_FLOAT:
            return self.real("<f", self.random.randbytes(4))
        if kind == field.CPPTYPE_DOUBLE:
            return self.real("<d", self.random.randbytes(8))
        bits = 32 if kind in (field.CPPTYPE_INT32, field.CPPTYPE_UINT32) else 64
        if kind in (field.CPPTYPE_INT32, field.CPPTYPE_INT64):
            low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        else:
            low, high = 0, (1 << bits) - 1
        small = max(low, min(high, self.random.randint(-200, 200)))
        return self.random.choice([0, 1, low, high, small, self.random.randint(low, high)])

    def real(self, format, bits):
        (value,) = struct.unpack(format, bits)
        # The bits of a NaN need not survive Python.
        value = float("nan") if value != value else value
        return self.random.choice([0.0, -0.0, 1.0, float("inf"), float("-inf"), value, value])


def message_from(source):
    (length,) = struct.unpack(">I", source.read(4))
    return source.read(length)


def main():
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    pools = {}
    for job in json.loads(source.readline())["jobs"]:
        proto, name = job["proto"], job["message"]
        if proto not in pools:
            pools[proto] = pool_of(proto)
        type = message_factory.GetMessageClass(pools[proto].FindMessageTypeByName(name))
        for index in range(job["echo"]):
            sink.write(framed(echo(type, message_from(source), f"{name} number {index}")))
        for _ in range(job["judge"]):
            sink.write(verdict(type, message_from(source)))
        maker = Maker(job["seed"])
        for index in range(job["random"]):
            if index < GOLDENS:
                data = encoded_by_protoc(proto, maker.fill(type(), share=1))
            else:
                data = maker.fill(type()).SerializeToString(deterministic=True)
            sink.write(framed(data))
        mangler, last = Mangler(maker.random), b""
        for _ in range(job["mangled"]):
            whole = maker.fill(type()).SerializeToString(deterministic=True)
            data = mangler.mangle(type.DESCRIPTOR, whole, last)
            last = whole
            sink.write(framed(data) + verdict(type, data))


main()
