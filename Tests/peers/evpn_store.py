# SPDX-License-Identifier: Apache-2.0
"""The objects of an EVPN gateway and how they come and go.

                 create                    data path done
    (nothing) ------------> DOWN, PENDING ----------------> UP, SUCCESS
                                  |  ^                          |
              data path failed:   v  | after 2, 4, 8… s         |
                            DOWN, ERROR                         |
                                  |            delete           |
    NOT_FOUND <--------- TO_BE_DELETED, PENDING <---------------+
               data path done
"""
import heapq
import secrets
import threading
import time
import uuid
from dataclasses import dataclass, field

from evpn_rules import (NAMES, TRUNK, check_bridge, check_id, check_name, check_port,
                        check_required, invalid, not_found, unknown)
from linux_bridges import DataPathError

UP, DOWN, TO_BE_DELETED = 1, 2, 3
PENDING, SUCCESS, ERROR = 1, 2, 3
FIRST_RETRY = 2.0


@dataclass
class Kind:
    """Bridges or ports: what their requests call them, and who must report success."""
    plural: str
    field: str
    required: tuple
    check: object
    components: tuple


BRIDGES = Kind("bridges", "logical_bridge", ("vlan_id",), check_bridge, ("lgm", "frr"))
PORTS = Kind("ports", "bridge_port", ("mac_address", "ptype"), check_port, ("lci",))


@dataclass
class Entry:
    kind: Kind
    name: str
    message: object
    retry: float = FIRST_RETRY
    bridges: list = field(default_factory=list)  # of a port: the bridges that it is a member of

    def set_status(self, status, component, details=""):
        self.message.status.oper_status = status
        del self.message.status.components[:]
        for name in self.kind.components:
            self.message.status.components.add(name=name, status=component, details=details)


class Store:
    def __init__(self, datapath, delay, faults, on_event):
        self.datapath, self.delay, self.faults, self.on_event = datapath, delay, faults, on_event
        self.lock = threading.RLock()
        self.wake = threading.Condition(self.lock)
        self.entries = {}
        self.held = set()  # the kinds that were ever stored
        self.tokens = {}
        self.tasks, self.order, self.stopping = [], 0, False
        self.worker = threading.Thread(target=self._work, daemon=True)
        self.worker.start()

    # What a client asks for. Messages are copied in and out: an answer is a snapshot.

    def create(self, kind, request):
        thing, identifier = self._checked(kind, request)
        with self.lock:
            identifier = identifier or str(uuid.uuid4())
            name = f"{NAMES}{kind.plural}/{identifier}"
            if name in self.entries:
                return _copy(self.entries[name].message)  # whatever its spec and state
            entry = Entry(kind, name, _copy(thing))
            entry.message.ClearField("status")
            entry.message.name = name
            self._refer(entry)
            self.entries[name] = entry
            self.held.add(kind.plural)
            entry.set_status(DOWN, PENDING)
            self._later(entry, self.delay)
            return _copy(entry.message)

    def get(self, kind, name):
        check_name(name)
        with self.lock:
            return _copy(self._find(kind, name).message)

    def list(self, kind, size, token):
        """A page of the objects by name, and the token for the next one."""
        if size < 0:
            raise invalid("negative PageSize is not allowed")
        size = min(size or 50, 250)
        with self.lock:
            if token and token not in self.tokens:
                raise not_found(f"unable to find pagination token {token}")
            if kind.plural not in self.held:
                raise not_found("Error: key not found")
            start = self.tokens.get(token, 0)
            names = sorted(n for n, e in self.entries.items() if e.kind is kind)
            page = [_copy(self.entries[name].message) for name in names[start:start + size]]
            following = ""
            if start + size < len(names):
                following = secrets.token_hex(16)
                self.tokens[following] = start + size
            return page, following

    def delete(self, kind, name, allow_missing):
        check_name(name)
        with self.lock:
            if allow_missing and name not in self.entries:
                return
            entry = self._find(kind, name)
            if any(name in other.bridges for other in self.entries.values()):
                raise unknown("the LogicalBridge is not empty")
            entry.set_status(TO_BE_DELETED, PENDING)
            entry.retry = FIRST_RETRY
            self._later(entry, self.delay)

    def update(self, kind, request):
        thing = getattr(request, kind.field)
        check_required(request, kind.field, *kind.required)
        check_name(thing.name)
        with self.lock:
            if thing.name not in self.entries and request.allow_missing:
                return self.create(kind, _CreateByName(kind, thing))
            entry = self._find(kind, thing.name)
            if entry.message.status.oper_status == TO_BE_DELETED:
                raise unknown(f"{thing.name} in to be deleted status")
            changed = _masked(entry.message, thing, request.update_mask)
            kind.check(changed.spec)
            if changed.spec != entry.message.spec:
                entry.message = changed
                entry.set_status(DOWN, PENDING)
                self._later(entry, self.delay)
            return _copy(entry.message)

    def close(self):
        with self.lock:
            self.stopping = True
            self.wake.notify()
        self.worker.join()
        self.datapath.close()

    # Inside.

    def _checked(self, kind, request):
        check_required(request, kind.field, *kind.required)
        identifier = getattr(request, f"{kind.field}_id")
        thing = getattr(request, kind.field)
        if identifier and not isinstance(request, _CreateByName):
            check_id(identifier)
        kind.check(thing.spec)
        return thing, identifier

    def _find(self, kind, name):
        entry = self.entries.get(name)
        if not entry or entry.kind is not kind:
            raise not_found(f"unable to find key {name}")
        return entry

    def _refer(self, entry):
        """Enters a port at its bridges, and keeps each VNI the only one."""
        spec = entry.message.spec
        others = [other for other in self.entries.values() if other.kind is entry.kind]
        if entry.kind is BRIDGES:
            if spec.HasField("vni") and any(other.message.spec.HasField("vni")
                                            and other.message.spec.vni == spec.vni
                                            for other in others):
                raise unknown("the VNI is already in use")
            return
        wanted = list(spec.logical_bridges)
        if spec.ptype == TRUNK and not wanted:
            if BRIDGES.plural not in self.held:
                raise unknown("key not found")
            wanted = [name for name, other in self.entries.items() if other.kind is BRIDGES]
        for name in wanted:
            bridge = self.entries.get(name)
            if not bridge or bridge.message.status.oper_status == TO_BE_DELETED:
                raise unknown("the referenced Logical Bridge has not been found")
            if any(name in other.bridges and other.message.spec.mac_address == spec.mac_address
                   for other in others):
                raise unknown(f"the Logical Bridge {name} is already associated with the "
                              f"bridge port mac: {spec.mac_address.hex(':')}")
        entry.bridges = wanted

    def _later(self, entry, seconds):
        self.order += 1
        task = (time.monotonic() + seconds, self.order, entry, entry.message.status.oper_status)
        heapq.heappush(self.tasks, task)
        self.wake.notify()

    def _work(self):
        while True:
            with self.lock:
                while not self.stopping and (not self.tasks
                                             or self.tasks[0][0] > time.monotonic()):
                    self.wake.wait(self.tasks[0][0] - time.monotonic() if self.tasks else None)
                if self.stopping:
                    return
                _, _, entry, status = heapq.heappop(self.tasks)
                if self.entries.get(entry.name) is not entry:
                    continue
                if entry.message.status.oper_status != status:
                    continue  # deleted meanwhile: its own task does the rest
            self._realise(entry, status)

    def _realise(self, entry, status):
        """One turn of the data path. The lock is free meanwhile: it may take its time."""
        problem = self.faults.component_error()
        if not problem:
            try:
                (self.datapath.remove if status == TO_BE_DELETED else self.datapath.apply)(entry)
            except DataPathError as error:
                problem = str(error)
        with self.lock:
            if entry.message.status.oper_status != status:
                return
            if problem:
                entry.set_status(status, ERROR, problem)
                self._later(entry, entry.retry)
                entry.retry *= 2
                event = "error"
            elif status == TO_BE_DELETED:
                del self.entries[entry.name]
                event = "gone"
            else:
                entry.set_status(UP, SUCCESS)
                event = "up"
        self.on_event({"event": event, "name": entry.name, **({"why": problem} if problem else {})})


class _CreateByName:
    """An update that may create: the id is the last part of the name, unchecked."""

    def __init__(self, kind, thing):
        setattr(self, kind.field, thing)
        setattr(self, f"{kind.field}_id", thing.name.rsplit("/", 1)[-1])

    def HasField(self, name):
        return hasattr(self, name)


def _copy(message):
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def _masked(old, new, mask):
    """`old` with the fields of `new` that the mask names; with no mask, those that are set."""
    result = _copy(old)
    if list(mask.paths) == ["*"]:
        result.spec.CopyFrom(new.spec)
    elif mask.paths:
        if not mask.IsValidForDescriptor(new.DESCRIPTOR):
            raise unknown(f"invalid field path: {', '.join(mask.paths)}")
        mask.MergeMessage(new, result, replace_message_field=True, replace_repeated_field=True)
    else:
        for described, _ in new.spec.ListFields():
            result.spec.ClearField(described.name)
        result.spec.MergeFrom(new.spec)
    return result
