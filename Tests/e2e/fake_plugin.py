# SPDX-License-Identifier: Apache-2.0
"""A device plugin of a few dozen lines on grpcio, which does whatever a test wants of it."""
import os
import queue
import threading
from concurrent import futures

from common import load
import grpc

PROTOS, SERVICES = load("deviceplugin.proto")
RESOURCE = "opi.org/vf"


class FakePlugin:
    """Serves `devices`, a dict of id to health, at FOLDER/NAME."""

    def __init__(self, folder, devices=("a", "b", "c"), name="plugin.sock", resource=RESOURCE,
                 **options):
        self.folder, self.name, self.resource = folder, name, resource
        self.options = PROTOS.DevicePluginOptions(**options)
        self.devices = {device: "Healthy" for device in devices}
        self.preferred, self.refuse, self.preference_error = None, None, None
        self.calls, self.watchers, self.guard = [], [], threading.Lock()
        self.server = None
        self.serve()

    def serve(self):
        plugin = self

        class Servicer(SERVICES.DevicePluginServicer):
            def GetDevicePluginOptions(self, request, context):
                plugin.calls.append(("options", None))
                return plugin.options

            def ListAndWatch(self, request, context):
                return plugin.watch(context)

            def GetPreferredAllocation(self, request, context):
                one = request.container_requests[0]
                plugin.calls.append(("preferred", (sorted(one.available_deviceIDs),
                                                   one.allocation_size)))
                if plugin.preference_error:
                    context.abort(grpc.StatusCode.INTERNAL, plugin.preference_error)
                return PROTOS.PreferredAllocationResponse(
                    container_responses=[{"deviceIDs": plugin.preferred or []}])

            def Allocate(self, request, context):
                ids = [list(one.devices_ids) for one in request.container_requests]
                plugin.calls.append(("allocate", ids))
                if plugin.refuse:
                    context.abort(grpc.StatusCode.NOT_FOUND, plugin.refuse)
                return PROTOS.AllocateResponse(container_responses=[
                    {"envs": {"IDS": ",".join(sorted(one))}} for one in ids])

            def PreStartContainer(self, request, context):
                plugin.calls.append(("pre-start", sorted(request.devices_ids)))
                return PROTOS.PreStartContainerResponse()

        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
        SERVICES.add_DevicePluginServicer_to_server(Servicer(), self.server)
        self.server.add_insecure_port(f"unix:{self.folder}/{self.name}")
        self.server.start()

    def watch(self, context):
        inbox = queue.Queue()
        with self.guard:
            self.watchers.append(inbox)
        context.add_callback(lambda: inbox.put(None))
        inbox.put(True)
        while inbox.get():
            yield PROTOS.ListAndWatchResponse(devices=[
                PROTOS.Device(ID=device, health=health)
                for device, health in self.devices.items()])
        with self.guard:
            self.watchers.remove(inbox)

    def tell(self, **health):
        """Changes the health of devices, None removes one, and tells every watcher."""
        for device, value in health.items():
            if value is None:
                del self.devices[device]
            else:
                self.devices[device] = value
        with self.guard:
            for inbox in self.watchers:
                inbox.put(True)

    def register(self, **changes):
        fields = {"version": "v1beta1", "endpoint": self.name, "resource_name": self.resource,
                  "options": self.options, **changes}
        with grpc.insecure_channel(f"unix:{self.folder}/kubelet.sock") as channel:
            SERVICES.RegistrationStub(channel).Register(PROTOS.RegisterRequest(**fields),
                                                        timeout=15)

    def end_streams(self):
        with self.guard:
            for inbox in self.watchers:
                inbox.put(None)

    def close(self):
        self.end_streams()
        self.server.stop(0).wait()
        path = f"{self.folder}/{self.name}"
        if os.path.exists(path):
            os.unlink(path)

    def said(self, call):
        return [what for name, what in self.calls if name == call]
