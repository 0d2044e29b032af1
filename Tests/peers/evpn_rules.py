# SPDX-License-Identifier: Apache-2.0
"""What an EVPN gateway accepts, and what our own client promises on top of that.

The first half answers as opi-evpn-bridge does: only value checks are InvalidArgument and only
missing things are NotFound; all else is Unknown with a text. The second half is stricter than any
server: it names what our client must never send.
"""
import re
import uuid

import grpc

from common import unknown_fields

NAMES = "//network.opiproject.org/"
ACCESS, TRUNK = 1, 2


class Refused(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code, self.text = code, text


def unknown(text):
    return Refused(grpc.StatusCode.UNKNOWN, text)


def invalid(text):
    return Refused(grpc.StatusCode.INVALID_ARGUMENT, text)


def not_found(text):
    return Refused(grpc.StatusCode.NOT_FOUND, text)


# What the server checks.

def check_id(text):
    if not 4 <= len(text) <= 63:
        raise unknown("user-settable ID must be between 4 and 63 characters")
    if not re.match("[a-z]", text):
        raise unknown("user-settable ID must begin with a letter")
    if text.endswith("-"):
        raise unknown("user-settable ID must not end with a hyphen")
    for position, character in enumerate(text):
        if not re.match("[a-z0-9-]", character):
            raise unknown("user-settable ID must only contain lowercase, numbers and hyphens "
                          f"(got: '{character}' in position {position})")
    if _is_uuid(text):
        raise unknown("user-settable ID must not be a valid UUIDv4")


def _is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def check_name(name):
    if not name:
        raise unknown("missing required field: name")
    for segment in name.removeprefix("//").split("/"):
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", segment):
            raise unknown(f"segment '{segment}': not a valid DNS name")


def check_required(request, field, *paths):
    """The object and the named fields of its spec must be there."""
    if not request.HasField(field):
        raise unknown(f"missing required field: {field}")
    thing = getattr(request, field)
    if not thing.HasField("spec"):
        raise unknown(f"missing required field: {field}.spec")
    for path in paths:
        if not getattr(thing.spec, path):
            raise unknown(f"missing required field: {field}.spec.{path}")


def check_bridge(spec):
    if not 1 <= spec.vlan_id <= 4095:
        raise invalid(f"VlanId value ({spec.vlan_id}) have to be between 1 and 4095")
    if spec.HasField("vni") and not 1 <= spec.vni <= 16777215:
        raise invalid(f"Vni value ({spec.vni}) have to be between 1 and 16777215")


def check_port(spec):
    if spec.ptype == ACCESS and len(spec.logical_bridges) != 1:
        raise invalid("ACCESS type must have exactly one LogicalBridge and there are "
                      f"{len(spec.logical_bridges)}")


# What our client promises.

def violations(method, request, seconds_left):
    """What a request of ours must not be, each as a sentence; empty when it is well made."""
    found = [f"unknown field {path}" for path in unknown_fields(request)]
    if seconds_left is None or seconds_left > 3600:
        found.append("no deadline")
    if method == "CreateBridgePort":
        found += _created(request.bridge_port_id, request.bridge_port)
        found += _port(request.bridge_port.spec)
    elif method == "CreateLogicalBridge":
        found += _created(request.logical_bridge_id, request.logical_bridge)
        spec = request.logical_bridge.spec
        if not 1 <= spec.vlan_id <= 4094:
            found.append(f"vlan {spec.vlan_id} is not between 1 and 4094")
    elif method.startswith("Update"):
        found.append("updates leave references behind: delete, wait, create")
    elif method.startswith(("Get", "Delete")):
        kind = "ports" if method.endswith("Port") else "bridges"
        if not re.fullmatch(f"{NAMES}{kind}/[a-z][a-z0-9-]*", request.name):
            found.append(f"'{request.name}' is not the full name of one of the {kind}")
    return found


def _created(identifier, thing):
    if not re.fullmatch(r"[a-z][a-z0-9-]{2,13}[a-z0-9]", identifier):
        yield f"id '{identifier}' is not an id of 4 to 15 characters"
    if thing.HasField("status"):
        yield "status belongs to the server"
    if thing.name:
        yield "the name is made by the server from the id"


def _port(spec):
    mac = spec.mac_address
    if len(mac) != 6:
        yield f"MAC of {len(mac)} bytes"
    elif mac[0] & 1 or not any(mac):
        yield f"{mac.hex(':')} is not a unicast MAC"
    if spec.ptype not in (ACCESS, TRUNK):
        yield f"port type {spec.ptype}"
    if spec.ptype == ACCESS and len(spec.logical_bridges) != 1:
        yield f"an access port on {len(spec.logical_bridges)} bridges"
    for name in spec.logical_bridges:
        if not re.fullmatch(f"{NAMES}bridges/[a-z][a-z0-9-]*", name):
            yield f"'{name}' is not the full name of a bridge"
