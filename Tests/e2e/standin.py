# SPDX-License-Identifier: Apache-2.0
"""The sandbox's kubelet stand-in as a process, driven through its control API or like the peer."""
import json
import os
import subprocess
import sys

from parts import BINARY, ROOT, WITH_US, until
import grpc

SANDBOX = os.environ.get("OPI_XPU_SANDBOX") or os.path.join(
    os.path.dirname(BINARY), "opi-xpu-sandbox")
sys.path.insert(0, os.path.join(ROOT, "Sources", "Sandbox", "Kubelet"))
PROTOS, SERVICES = grpc.protos_and_services("pods.proto")


class StandIn:
    """One stand-in: folders of its own below `folder`, plugins register in `plugins`."""

    def __init__(self, folder, plugins, cni_bin, prefix, before=()):
        self.folder, self.plugins, self.log = folder, plugins, f"{folder}/kubelet.log"
        self.state, self.networks = f"{folder}/state", f"{folder}/networks"
        self.resources, self.checkpoint = (
            f"{folder}/pod-resources.sock", f"{plugins}/kubelet_internal_checkpoint")
        self.prefix = prefix
        os.makedirs(self.networks, exist_ok=True)
        self.command = [
            *before, SANDBOX, "kubelet", "--state", self.state, "--device-plugins", plugins,
            "--pod-resources", self.resources, "--networks", self.networks, "--cni-bin", cni_bin,
            "--namespace-prefix", prefix, "--node", "node-a"]
        self.process, self.channel = None, None

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(WITH_US + self.command, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        assert line, f"the stand-in did not start: {self.said()}"
        self.ready = json.loads(line)["ready"]
        self.channel = grpc.insecure_channel(f"unix:{self.ready}")
        self.pods = SERVICES.PodsStub(self.channel)
        return self

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def end(self, how):
        if self.process and self.process.poll() is None:
            how(self.process)
            self.process.wait(20)
        if self.process:
            self.process.stdout.close()
        if self.channel:
            self.channel.close()
        return self.process.returncode if self.process else None

    def kill(self):
        return self.end(subprocess.Popen.kill)

    def stop(self):
        return self.end(subprocess.Popen.terminate)

    def network(self, name, resource, config):
        with open(f"{self.networks}/{name}.json", "w", encoding="utf-8") as file:
            json.dump({"resourceName": resource, "config": config}, file)

    # Pods.

    def run(self, name, *networks, seconds=20):
        return self.pods.RunPod(PROTOS.RunPodRequest(
            name=name, networks=networks, timeout_seconds=seconds), timeout=seconds + 40)

    def delete(self, name, seconds=20):
        return self.pods.DeletePod(PROTOS.DeletePodRequest(
            name=name, timeout_seconds=seconds), timeout=seconds + 40)

    def list(self):
        return {pod.name: pod for pod in self.pods.ListPods(
            PROTOS.ListPodsRequest(), timeout=10).pods}

    def known(self):
        return self.pods.DeviceState(PROTOS.DeviceStateRequest(), timeout=10)

    def assigned(self):
        """Every device that a pod has."""
        return sorted(device for one in self.known().assignments for device in one.device_ids)


class LikeThePeer:
    """The stand-in with the commands of the kubelet peer (Tests/peers/kubelet.py)."""

    def __init__(self, standin):
        self.standin, self.numbers = standin, 0
        standin.start()

    def ask(self, command, **fields):
        work = getattr(self, command.replace("-", "_"))
        try:
            return {"ok": True, **work(**fields)}
        except AssertionError as error:
            return {"ok": False, "why": str(error)}
        except grpc.RpcError as error:
            return {"ok": False, "why": error.details(), "code": error.code().name}

    def do(self, command, **fields):
        reply = self.ask(command, **fields)
        assert reply["ok"], f"{command}: {reply}"
        return reply

    def close(self):
        status = self.standin.stop()
        return [f"it ended with {status}"] if status else []

    def state(self):
        known = self.standin.known()
        return {
            "registrations": [
                {"version": one.version, "endpoint": one.endpoint,
                 "resource_name": one.resource_name, "accepted": one.is_accepted}
                for one in known.registrations],
            "violations": [],
            "resources": {one.name: {
                "endpoint": one.endpoint, "connected": one.is_connected,
                "devices": [{"ID": each.id, "health": each.health} for each in one.devices],
            } for one in known.resources}}

    def _devices(self, resource):
        found = self.state()["resources"].get(resource, {"devices": []})["devices"]
        return {one["ID"]: one["health"] for one in found}

    def wait_devices(self, count, healthy=False, seconds=10, resource=None):
        def enough():
            fit = [health for health in self._devices(resource).values()
                   if not healthy or health == "Healthy"]
            return len(fit) == count
        until(enough, seconds, f"{count} devices")
        return {}

    def wait_health(self, device, health, seconds=10, resource=None):
        until(lambda: self._devices(resource).get(device, "Gone") == health, seconds,
              f"{device} to be {health}")
        return {}

    def wait_registrations(self, count, seconds=10):
        until(lambda: len([one for one in self.state()["registrations"] if one["accepted"]])
              >= count, seconds, f"{count} registrations")
        return {}

    def restart(self):
        self.standin.kill()
        self.standin.start()
        return {}


def wait_for(standin, resource, count, seconds=10):
    """Until so many devices of a resource are healthy."""
    until(lambda: any(one.name == resource and one.allocatable == count
                      for one in standin.known().resources), seconds, f"{count} of {resource}")
