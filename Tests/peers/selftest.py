#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the peers themselves: selftest.py [AREA…]

    opi       an OPI server's calls
    bridges   its data path (needs root)
    xpu       what only the software xPU does (needs root); only with OPI_XPU_OPI=software
    kubelet   the kubelet peer

OPI_XPU_OPI=software runs the cases of an OPI server against `opi-xpu-sandbox xpu` (OPI_XPU_SANDBOX,
or .build/opi-xpu-sandbox) instead of the peer on grpcio: the same cases, so neither drifts away.
"""
import os
import sys
import tempfile
import time
import traceback
from concurrent import futures

from child import Peer, refused
from common import load
import grpc

import opi_cases
import xpu_cases


# A kubelet, against a plugin of a dozen lines.

class Plugin:
    """Serves two devices at FOLDER/plugin.sock."""

    def __init__(self, folder):
        self.protos, self.services = load("deviceplugin.proto")
        self.folder, self.health = folder, "Healthy"
        self.serve()

    def serve(self):
        protos = self.protos
        plugin = self

        class Servicer(self.services.DevicePluginServicer):
            def GetDevicePluginOptions(self, request, context):
                return protos.DevicePluginOptions(get_preferred_allocation_available=True)

            def ListAndWatch(self, request, context):
                shown = None
                while context.is_active():
                    if shown != plugin.health:
                        shown = plugin.health
                        yield protos.ListAndWatchResponse(devices=[
                            protos.Device(ID="a", health="Healthy"),
                            protos.Device(ID="b", health=shown)])
                    time.sleep(0.02)

            def GetPreferredAllocation(self, request, context):
                chosen = sorted(request.container_requests[0].available_deviceIDs)
                return protos.PreferredAllocationResponse(container_responses=[
                    {"deviceIDs": chosen[:request.container_requests[0].allocation_size]}])

            def Allocate(self, request, context):
                ids = request.container_requests[0].devices_ids
                if "x" in ids:
                    context.abort(grpc.StatusCode.NOT_FOUND, "no device x")
                return protos.AllocateResponse(container_responses=[
                    {"envs": {"IDS": ",".join(ids)}}])

        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        self.services.add_DevicePluginServicer_to_server(Servicer(), self.server)
        self.server.add_insecure_port(f"unix:{self.folder}/plugin.sock")
        self.server.start()

    def register(self, **changes):
        fields = {"version": "v1beta1", "endpoint": "plugin.sock", "resource_name": "opi.org/vf",
                  "options": {"get_preferred_allocation_available": True}, **changes}
        with grpc.insecure_channel(f"unix:{self.folder}/kubelet.sock") as channel:
            stub = self.services.RegistrationStub(channel)
            stub.Register(self.protos.RegisterRequest(**fields), timeout=5)


def kubelet_talks_to_a_plugin(folder):
    with Peer("kubelet.py", folder) as kubelet:
        kubelet.next("event")
        plugin = Plugin(folder)
        plugin.register()
        devices = kubelet.ask("wait-devices 2 healthy")
        assert devices["ok"] and [d["ID"] for d in devices["devices"]] == ["a", "b"], devices
        assert kubelet.ask("allocate a b")["response"] == {"envs": {"IDS": "a,b"}}
        failed = kubelet.ask('{"do": "allocate", "ids": ["x"], "id": 7}')
        assert failed == {"reply": "allocate", "id": 7, "ok": False, "why": "no device x",
                          "code": "NOT_FOUND"}, failed
        assert kubelet.ask("preferred 1")["ids"] == ["a"]
        plugin.health = "Unhealthy"
        assert kubelet.ask("wait-health b Unhealthy")["ok"]
        assert not kubelet.ask("wait-devices 3 0.1")["ok"]
        assert not kubelet.ask("dance")["ok"]

        assert kubelet.ask("restart")["ok"]
        assert not os.path.exists(f"{folder}/plugin.sock"), "a restart removes every socket"
        plugin.server.stop(0).wait()
        plugin.serve()
        plugin.register()
        assert kubelet.ask("wait-registrations 2")["ok"]
        plugin.server.stop(0).wait()
        assert kubelet.ask("wait-health a Unhealthy")["ok"], "a lost plugin's devices"
        state = kubelet.ask("state")
        assert state["violations"] == [] and not state["resources"]["opi.org/vf"]["connected"]
        kubelet.ask("quit")
        assert kubelet.process.wait() == 0


def kubelet_refuses(folder):
    with Peer("kubelet.py", folder) as kubelet:
        kubelet.next("event")
        plugin = Plugin(folder)
        assert "not supported" in refused("UNKNOWN", plugin.register, version="v1")
        for name in ("cpu", "kubernetes.io/x", "a/b/c", "opi.org/", "requests.opi.org/x"):
            assert "invalid" in refused("UNKNOWN", plugin.register, resource_name=name)
        kubelet.ask("refuse go away")
        assert refused("UNKNOWN", plugin.register) == "go away"
        kubelet.ask("refuse")
        plugin.register()
        plugin.register(options={})
        assert kubelet.ask("state")["violations"] == []
        plugin.register(options={"pre_start_required": True})
        assert len(kubelet.ask("state")["violations"]) == 1
        kubelet.ask("quit")
        assert kubelet.process.wait() == 3


def main():
    areas = sys.argv[1:] or ["opi", "kubelet", "bridges"] + ["xpu"] * opi_cases.SOFTWARE
    known = {**vars(opi_cases), **vars(xpu_cases), **globals()}
    tests = [(name, test) for name, test in known.items()
             if callable(test) and name.partition("_")[0] in areas and "_" in name]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
            except Exception:  # each test is told apart, whatever it ran into
                failed += 1
                print(f"{name}: {traceback.format_exc()}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
