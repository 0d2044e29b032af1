# SPDX-License-Identifier: Apache-2.0
"""What the peers share: messages from the .proto files, and messages as plain JSON."""
import json
import os
import sys
import threading

os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")  # ours start `ip` while serving

import grpc  # noqa: E402  (the environment has to be set first)
from google.protobuf.unknown_fields import UnknownFieldSet  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
_output = threading.Lock()


def load(proto):
    """The message module and the service module of a file in protos/."""
    folder = os.path.join(HERE, "protos")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return grpc.protos_and_services(proto)


def plain(message):
    """A message as JSON's types: enums by name, bytes as 02:00:…, absent fields absent."""
    return {field.name: _value(field, value) for field, value in message.ListFields()}


def _value(field, value):
    if field.message_type and field.message_type.GetOptions().map_entry:
        return dict(value)
    if field.is_repeated:
        return [_one(field, item) for item in value]
    return _one(field, value)


def _one(field, value):
    if field.message_type:
        return plain(value)
    if field.enum_type:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known else value
    return value.hex(":") if isinstance(value, bytes) else value


def unknown_fields(message, path=""):
    """The paths of all fields that the message carries and its definition does not have."""
    found = [f"{path}{field.field_number}" for field in UnknownFieldSet(message)]
    for field, value in message.ListFields():
        if not field.message_type or field.message_type.GetOptions().map_entry:
            continue
        for item in value if field.is_repeated else [value]:
            found += unknown_fields(item, f"{path}{field.name}.")
    return found


def emit(line, file=None):
    """Writes one JSON line, whole, from any thread."""
    text = json.dumps(line) + "\n"
    with _output:
        target = file or sys.stdout
        target.write(text)
        target.flush()


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))
