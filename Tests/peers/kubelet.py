#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The device manager of a kubelet: DIR/kubelet.sock, and a client of whatever registers there.

    kubelet.py DIR

Commands come on stdin, one a line: words (`allocate ID ID`) or JSON
({"do": "allocate", "ids": [...], "resource": "..."}). Each is answered by one JSON line on stdout
with "reply", "ok" and, when not ok, "why"; a key "id" in a JSON command comes back in its answer.
Events are lines with "event": ready, register, devices, stream-ended, down, violation.

    wait-devices N [healthy] [SECONDS]   until N devices are known (healthy: that many healthy)
    wait-health ID HEALTH [SECONDS]      until one device has it: Healthy, Unhealthy or Gone
    wait-registrations N [SECONDS]       until N registrations have succeeded since the start
    allocate ID...                       Allocate for one container
    preferred SIZE [ID...] [-- MUST...]  GetPreferredAllocation; no ids: all healthy ones
    pre-start ID...                      PreStartContainer
    restart                              as a kubelet does: removes every socket in DIR first
    down / up                            the two halves of a restart
    refuse [TEXT]                        refuse registrations with TEXT; without: accept again
    state                                all that is known
    quit                                 (or the end of stdin) exits 3 if a rule was broken, else 0

Commands run one after another; those about a resource take the last registered one by default.
"""
import argparse
import json
import os
import shlex
import signal
import stat
import sys
import threading
import time
from concurrent import futures

from common import emit, load, plain
import grpc

from kubelet_rules import device_faults, refusal, registration_faults

protos, services = load("deviceplugin.proto")
SECONDS = 10


class Failed(Exception):
    """A command that did not work out, as a sentence."""


class Endpoint:
    """One registered plugin: the channel to it and the devices it streams."""

    def __init__(self, kubelet, request):
        self.kubelet, self.resource, self.name = kubelet, request.resource_name, request.endpoint
        path = os.path.join(kubelet.folder, request.endpoint)
        self.channel = grpc.insecure_channel(f"unix:{path}")
        self.stub = services.DevicePluginStub(self.channel)
        self.options, self.devices, self.connected, self.closed = None, {}, False, False

    def connect(self, announced):
        """Dials back while the plugin still waits for the answer to its registration."""
        self.options = self.stub.GetDevicePluginOptions(protos.Empty(), timeout=SECONDS,
                                                        wait_for_ready=True)
        if announced.ListFields() and self.options != announced:
            self.kubelet.violation("the options at registration are not the options asked for")
        self.stream = self.stub.ListAndWatch(protos.Empty())
        self.connected = True
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        why = "the plugin ended it"
        try:
            for response in self.stream:
                self.kubelet.heard(self, response)
        except grpc.RpcError as error:
            why = f"{error.code().name}: {error.details()}"
        self.kubelet.lost(self, why)

    def close(self):
        self.closed = True
        if self.connected:
            self.stream.cancel()
        self.channel.close()


class Kubelet(services.RegistrationServicer):
    def __init__(self, folder):
        self.folder = folder
        self.socket = os.path.join(folder, "kubelet.sock")
        self.changed = threading.Condition(threading.RLock())
        self.endpoints, self.last = {}, None
        self.registrations, self.refused, self.violations = [], None, []
        self.server = None

    # The life of the socket.

    def up(self):
        """As a kubelet starts: sockets of former plugins are removed, then it listens."""
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if stat.S_ISSOCK(os.lstat(path).st_mode):
                os.unlink(path)
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
        services.add_RegistrationServicer_to_server(self, self.server)
        self.server.add_insecure_port(f"unix:{self.socket}")
        self.server.start()
        emit({"event": "ready", "socket": self.socket})

    def down(self):
        with self.changed:
            gone, self.endpoints = list(self.endpoints.values()), {}
        for endpoint in gone:
            endpoint.close()
        if self.server:
            self.server.stop(grace=0).wait()
            self.server = None
        emit({"event": "down"})

    # What plugins send.

    def Register(self, request, context):
        """Checks as the kubelet does, dials back, and only then answers."""
        for fault in registration_faults(request, self.folder, context.time_remaining()):
            self.violation(fault)
        why = self.refused or refusal(request)
        line = {"event": "register", "request": plain(request), "accepted": not why}
        if not why:
            try:
                self._adopt(request)
            except grpc.RpcError as error:
                why = f"failed to dial device plugin: {error.code().name}: {error.details()}"
                line["accepted"] = False
        with self.changed:
            self.registrations.append({**line["request"], "accepted": line["accepted"]})
            self.tell({**line, **({"why": why} if why else {})})
        if why:
            context.abort(grpc.StatusCode.UNKNOWN, why)
        return protos.Empty()

    def _adopt(self, request):
        endpoint = Endpoint(self, request)
        with self.changed:
            old = self.endpoints.get(endpoint.resource)
            self.endpoints[endpoint.resource], self.last = endpoint, endpoint.resource
        if old:
            old.close()
        endpoint.connect(request.options)

    def heard(self, endpoint, response):
        for fault in device_faults(response):
            self.violation(fault)
        with self.changed:
            if endpoint.closed:
                return
            endpoint.devices = {device.ID: device for device in response.devices}
            self.tell({"event": "devices", "resource": endpoint.resource,
                       "devices": [plain(device) for device in response.devices]})

    def lost(self, endpoint, why):
        """A kubelet marks the devices of a lost plugin unhealthy and keeps them."""
        with self.changed:
            if endpoint.closed:
                return
            endpoint.connected = False
            for device in endpoint.devices.values():
                device.health = "Unhealthy"
            self.tell({"event": "stream-ended", "resource": endpoint.resource, "why": why})

    def violation(self, text):
        with self.changed:
            self.violations.append(text)
            self.tell({"event": "violation", "why": text})

    def tell(self, event):
        """The event goes out before any command can see what it tells; `changed` is held."""
        emit(event)
        self.changed.notify_all()

    # What commands ask.

    def endpoint(self, resource=None):
        with self.changed:
            endpoint = self.endpoints.get(resource or self.last)
        if not endpoint:
            raise Failed(f"no plugin for {resource or 'any resource'}")
        return endpoint

    def wait(self, seconds, what, condition):
        """`condition` runs whenever something changed; its first true value is the result."""
        end = time.monotonic() + float(seconds)
        with self.changed:
            while not (value := condition()):
                left = end - time.monotonic()
                if left <= 0:
                    raise Failed(f"waited {seconds} s in vain for {what}")
                self.changed.wait(left)
            return value

    def devices(self, resource):
        endpoint = self.endpoints.get(resource or self.last)
        return endpoint.devices if endpoint else {}

    def state(self):
        with self.changed:
            return {
                "registrations": self.registrations, "violations": self.violations,
                "resources": {name: {
                    "endpoint": endpoint.name, "connected": endpoint.connected,
                    "options": plain(endpoint.options) if endpoint.options else None,
                    "devices": [plain(device) for device in endpoint.devices.values()],
                } for name, endpoint in self.endpoints.items()}}


class Commands:
    """One method a command; each returns what its reply holds besides "ok"."""

    def __init__(self, kubelet):
        self.kubelet = kubelet

    def wait_devices(self, count, healthy=False, seconds=SECONDS, resource=None):
        def enough():
            devices = self.kubelet.devices(resource).values()
            fit = [d for d in devices if not healthy or d.health == "Healthy"]
            return len(fit) == int(count) and {"devices": [plain(d) for d in fit]}
        return self.kubelet.wait(seconds, f"{count} devices", lambda: (
            enough() if self.kubelet.endpoints else None))

    def wait_health(self, device, health, seconds=SECONDS, resource=None):
        def is_it():
            known = self.kubelet.devices(resource).get(device)
            return (known.health if known else "Gone") == health
        self.kubelet.wait(seconds, f"{device} to be {health}", is_it)
        return {}

    def wait_registrations(self, count, seconds=SECONDS):
        def enough():
            return len([r for r in self.kubelet.registrations if r["accepted"]]) >= int(count)
        self.kubelet.wait(seconds, f"{count} registrations", enough)
        return {}

    def allocate(self, ids, resource=None):
        container = protos.ContainerAllocateRequest(devices_ids=ids)
        request = protos.AllocateRequest(container_requests=[container])
        answer = self.kubelet.endpoint(resource).stub.Allocate(request, timeout=SECONDS)
        if len(answer.container_responses) != 1:
            raise Failed(f"{len(answer.container_responses)} responses for one container")
        return {"response": plain(answer.container_responses[0])}

    def preferred(self, size, ids=(), must=(), resource=None):
        endpoint = self.kubelet.endpoint(resource)
        healthy = [d.ID for d in endpoint.devices.values() if d.health == "Healthy"]
        container = protos.ContainerPreferredAllocationRequest(
            available_deviceIDs=ids or healthy, must_include_deviceIDs=must,
            allocation_size=int(size))
        answer = endpoint.stub.GetPreferredAllocation(
            protos.PreferredAllocationRequest(container_requests=[container]), timeout=SECONDS)
        return {"ids": list(answer.container_responses[0].deviceIDs)}

    def pre_start(self, ids, resource=None):
        request = protos.PreStartContainerRequest(devices_ids=ids)
        self.kubelet.endpoint(resource).stub.PreStartContainer(request, timeout=SECONDS)
        return {}

    def restart(self):
        self.kubelet.down()
        self.kubelet.up()
        return {}

    def down(self):
        self.kubelet.down()
        return {}

    def up(self):
        self.kubelet.up()
        return {}

    def refuse(self, text=None):
        self.kubelet.refused = text
        return {}

    def state(self):
        return self.kubelet.state()


def parsed(line):
    """A command line as its name and keyword arguments."""
    if line.startswith("{"):
        fields = json.loads(line)
        return fields.pop("do"), fields
    name, *words = shlex.split(line)
    if name == "wait-devices":
        fields = {"healthy": "healthy" in words}
        words = [word for word in words if word != "healthy"]
        return name, {**fields, **dict(zip(("count", "seconds"), words))}
    if name == "preferred":
        size, *words = words
        split = words.index("--") if "--" in words else len(words)
        return name, {"size": size, "ids": words[:split], "must": words[split + 1:]}
    if name in ("allocate", "pre-start"):
        return name, {"ids": words}
    if name == "refuse":
        return name, {"text": " ".join(words)} if words else {}
    keys = {"wait-health": ("device", "health", "seconds"),
            "wait-registrations": ("count", "seconds")}
    return name, dict(zip(keys.get(name, ()), words))


def obey(commands, line):
    """Runs one command and writes its answer; False when it was the last."""
    answer = {}
    try:
        name, fields = parsed(line)
        answer["reply"] = name
        if "id" in fields:
            answer["id"] = fields.pop("id")
        if name == "quit":
            emit({**answer, "ok": True})
            return False
        work = getattr(commands, name.replace("-", "_"), None)
        if not work or name.startswith("_"):
            raise Failed(f"unknown command '{name}'")
        answer.update(work(**fields), ok=True)
    except grpc.RpcError as error:
        answer.update(ok=False, why=error.details(), code=error.code().name)
    except (Failed, TypeError, ValueError, KeyError) as error:
        answer.update(ok=False, why=str(error))
    emit(answer)
    return True


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR")
    folder = parser.parse_args().folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kubelet = Kubelet(folder)
    kubelet.up()
    commands = Commands(kubelet)
    for line in sys.stdin:
        if line.strip() and not obey(commands, line.strip()):
            break
    kubelet.down()
    return 3 if kubelet.violations else 0


if __name__ == "__main__":
    sys.exit(main())
