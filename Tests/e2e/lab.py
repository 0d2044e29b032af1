#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A node in a bottle: a card of veth pairs, an OPI server, the host agent, pods, and a kubelet.

    lab.py up [--functions N] [--other N] [--pods N]

brings it up, prints one JSON line that tells where everything is, and stays until its input ends
or a signal comes; then nothing of it is left. Blue is VLAN 10, green (--other) is VLAN 20.

With OPI_XPU_OPI=software the card is `opi-xpu-sandbox xpu` instead of the peer on grpcio.
"""
import argparse
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import weakref

import spaces
from card import Card, function
from opi import OPI
from parts import BINARY, PEERS, PYTHON, SANDBOX, Kubelet, Part, listens

NETWORKS = {
    "blue": {"vlan": 10, "vni": 10010, "mtu": 1400, "v4": "10.10.0", "v6": "fd00:10:"},
    "green": {"vlan": 20, "vni": 10020, "mtu": 1400, "v4": "10.20.0", "v6": "fd00:20:"},
}
LABS = weakref.WeakSet()
_numbers = itertools.count(1)


class Pod:
    """A sandbox: a namespace and a container id."""

    def __init__(self, space, container):
        self.space, self.container, self.path = space, container, spaces.path(space)


class Outcome:
    """What a CNI command did: exit code, what it printed (parsed) and what it said on stderr."""

    def __init__(self, code, text, said):
        self.code, self.text, self.said = code, text, said
        try:
            self.answer = json.loads(text) if text.strip() else None
        except ValueError:
            self.answer = None

    def __repr__(self):
        return f"exit {self.code}, stdout {self.text!r}, stderr {self.said!r}"


class Lab:
    def __init__(self, blue=4, green=1, delay=0.05, opi=None, networks=None, software=None):
        """`software`: whether the card is the software xPU; by default as the environment says."""
        wanted = os.environ.get("OPI_XPU_OPI") == "software"
        self.is_software = wanted if software is None else software
        number = next(_numbers)
        self.prefix = f"{spaces.PREFIX}{os.getpid()}-{number}"
        self.host, self.xpu = f"{self.prefix}-host", f"{self.prefix}-xpu"
        self.functions = [function(number, i, "blue" if i < blue else "green")
                          for i in range(blue + green)]
        self.opi_settings = {"callTimeoutSeconds": 2, "resyncSeconds": 2, **(opi or {})}
        self.network_settings, self.delay = networks or {}, delay
        self.pods, self.parts, self.kubelets = [], [], []
        self.counter, self.guard = itertools.count(1), threading.Lock()
        self.folder = None

    # Up and down.

    def __enter__(self):
        return self.up()

    def __exit__(self, *_):
        self.down()

    def up(self):
        spaces.sweep()
        LABS.add(self)
        try:
            self._build()
        except BaseException:
            self.down()
            raise
        return self

    def _build(self):
        self.folder = tempfile.mkdtemp(prefix=f"{self.prefix}-")
        os.chmod(self.folder, 0o755)
        self.run, self.plugins = self.file("run"), self.file("plugins")
        self.config, self.cni_binary = self.file("config.json"), self.file("bin", "opi-xpu-cni")
        for folder in (self.plugins, os.path.dirname(self.cni_binary)):
            os.makedirs(folder)
        os.symlink(BINARY, self.cni_binary)
        for space in (self.host, self.xpu):
            spaces.add(space)
        self.card = Card(self.host, self.xpu, self.folder, self.functions)
        self.card.up()
        self.write_config()
        socket = self.file("opi.sock")
        self.opi = OPI(f"unix:{socket}", self.file("opi.jsonl"), self.file("faults.json"))
        self.opi_server = self.part("opi-server", self._opi_command, lambda: (
            '"ready"' in self.opi_server.said()))
        self.host_agent = self.part("host-agent", self.role("host-agent"), lambda: (
            listens(self.agent_socket)))
        self.device_plugin = self.part("device-plugin", self.role("device-plugin"))

    def start(self):
        """The OPI server and the host agent."""
        self.opi_server.start()
        self.host_agent.start()
        return self

    def down(self):
        """Removes everything; safe to call at any moment and more than once."""
        for kubelet in self.kubelets:
            kubelet.close()
        for part in reversed(self.parts):
            if part.alive:
                part.kill() if part.name != "opi-server" else part.stop()
        for space in spaces.ours(f"{self.prefix}-"):
            spaces.delete(space)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        LABS.discard(self)

    def leftovers(self):
        """What of ours is still there after `down`, each as a sentence."""
        found = [f"namespace {space}" for space in spaces.ours(f"{self.prefix}-")]
        found += [f"process {part.name}" for part in self.parts if part.alive]
        found += [f"folder {self.folder}"] if self.folder and os.path.exists(self.folder) else []
        names = {one.name for one in self.functions} | {
            one.representor for one in self.functions}
        here = json.loads(spaces.run("ip", "-j", "link", "show").stdout)
        found += [f"link {one['ifname']}" for one in here if one["ifname"] in names]
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                    words = file.read()
            except OSError:
                continue  # it ended while we looked
            if self.folder and f"{self.folder}/" in words:
                found.append(f"process {pid}: {words[:80]}")
        return found

    # Files and processes.

    def file(self, *names):
        return os.path.join(self.folder, *names)

    @property
    def agent_socket(self):
        return os.path.join(self.run, "host-agent.sock")

    def part(self, name, command, ready=None):
        """A background process in the host's namespace, ended with the laboratory."""
        self.parts.append(Part(name, command, self.file(f"{name}.log"), ready))
        return self.parts[-1]

    def role(self, name, config=None):
        return [*spaces.inside(self.host), BINARY, name, "--config", config or self.config]

    def _opi_command(self):
        """How the OPI server is started."""
        common = ["--listen", self.opi.address, "--datapath", "bridges",
                  "--representors", self.card.representors, "--delay", str(self.delay),
                  "--fault", self.opi.fault_file, "--log", self.opi.log]
        if self.is_software:
            return [*spaces.inside(self.xpu), SANDBOX, "xpu", "--control", self.xpu_socket, *common]
        self._sweep_card()
        return [PYTHON, os.path.join(PEERS, "opi_server.py"), "--netns", self.xpu, *common]

    def _sweep_card(self):
        """Removes what a peer that was killed has left; the software xPU does so itself."""
        socket = self.opi.address.removeprefix("unix:")
        if os.path.exists(socket):
            os.unlink(socket)
        for bridge in spaces.ip(self.xpu, "link", "show", "type", "bridge"):
            spaces.run("ip", "-n", self.xpu, "link", "delete", bridge["ifname"])

    @property
    def xpu_socket(self):
        """The knobs of the software xPU."""
        return self.file("xpu.sock")

    def turn(self, knob, *options):
        """Turns a knob of the software xPU; what it says to `status`."""
        text = spaces.run(SANDBOX, "card", knob, "--control", self.xpu_socket,
                          *options).stdout
        return json.loads(text) if text else None

    def kubelet(self):
        self.kubelets.append(Kubelet(self.plugins, self.file("kubelet.log")))
        return self.kubelets[-1]

    # Configuration.

    def write_config(self, path=None, **changes):
        """The node's configuration file; `changes` replace its top-level keys."""
        config = {
            "version": 1, "node": "node-a",
            "opi": {"server": f"unix:{self.file('opi.sock')}", **self.opi_settings},
            "paths": {"run": self.run, "sysfs": self.card.sysfs, "devicePlugins": self.plugins},
            "functionIdentity": "alias",
            "networks": [self._network(name) for name in NETWORKS],
            **changes}
        with open(path or self.config, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=2)
        return path or self.config

    def _network(self, name):
        facts = NETWORKS[name]
        return {
            "name": name, "resourceName": f"opi.example.com/{name}", "mtu": facts["mtu"],
            "logicalBridge": {"vlan": facts["vlan"], "vni": facts["vni"]},
            "ipam": {"subnets": [
                {"cidr": f"{facts['v4']}.0/24", "gateway": f"{facts['v4']}.1"},
                {"cidr": f"{facts['v6']}:/64", "gateway": f"{facts['v6']}:1"}]},
            "deviceSelector": {"pciAddresses": [
                one.pci for one in self.functions if one.network == name]},
            **self.network_settings.get(name, {})}

    def cni_config(self, function, version="1.0.0", **changes):
        """What a runtime writes to the plugin's input; a change to None leaves the key out."""
        config = {
            "cniVersion": version, "name": function.network if function else "blue",
            "type": "opi-xpu-cni", "deviceID": function.pci if function else None,
            "runDirectory": self.run, "sysfs": self.card.sysfs, "functionIdentity": "alias",
            "timeoutSeconds": 20, **changes}
        return {key: value for key, value in config.items() if value is not None}

    # Pods and the CNI.

    def pod(self):
        with self.guard:
            number = next(self.counter)
            pod = Pod(f"{self.prefix}-pod{number}", f"container-{os.getpid()}-{number}")
            self.pods.append(pod)
        spaces.add(pod.space)
        return pod

    def cni_environment(self, command, pod, ifname="net1", **changes):
        """CNI_* for a command; a change to None leaves the variable out."""
        variables = {
            "CNI_COMMAND": command, "CNI_CONTAINERID": pod.container if pod else None,
            "CNI_NETNS": pod.path if pod else None, "CNI_IFNAME": ifname if pod else None,
            "CNI_PATH": os.path.dirname(self.cni_binary), **changes}
        return {"PATH": os.environ["PATH"],
                **{key: value for key, value in variables.items() if value is not None}}

    def cni(self, command, pod=None, function=None, ifname="net1", env=None, stdin=None,
            before=(), **conf):
        """Runs the plugin as a runtime does; `before` are words in front of it (strace …)."""
        process = self.cni_start(command, pod, function, ifname, env, stdin, before, **conf)
        return self.cni_end(process)

    def cni_start(self, command, pod=None, function=None, ifname="net1", env=None, stdin=None,
                  before=(), **conf):
        """The same, left running; its input is written already."""
        text = json.dumps(self.cni_config(function, **conf)) if stdin is None else stdin
        process = subprocess.Popen(
            [*spaces.inside(self.host), *before, self.cni_binary],
            env=self.cni_environment(command, pod, ifname, **(env or {})),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            process.stdin.write(text if isinstance(text, bytes) else text.encode())
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has decided without reading
        process.stdin = None
        return process

    def cni_end(self, process, seconds=60):
        try:
            out, err = process.communicate(timeout=seconds)
        except BaseException:
            process.kill()
            process.communicate()
            raise
        return Outcome(process.returncode, out.decode(errors="replace"),
                       err.decode(errors="replace"))

    # What the files say.

    def _names(self, folder):
        path = os.path.join(self.run, folder)
        return sorted(os.listdir(path)) if os.path.isdir(path) else []

    def journal(self):
        """The CNI's records by PCI address; a leftover temporary file is no record."""
        return self._records("attachments")

    def netdevs(self):
        """The host agent's records by PCI address."""
        return self._records("netdevs")

    def spool(self):
        return [name for name in self._names("releases") if not name.startswith(".")]

    def allocations(self):
        """What the device plugin has left for a host agent that was away."""
        return [name for name in self._names("allocations") if not name.startswith(".")]

    def _records(self, folder):
        """The JSON files there by name; one that goes while we look has never been."""
        found = {}
        for name in self._names(folder):
            if name.startswith("."):
                continue
            try:
                with open(os.path.join(self.run, folder, name), encoding="utf-8") as file:
                    found[name.removesuffix(".json")] = json.load(file)
            except FileNotFoundError:
                continue
        return found

    def idle(self):
        """Whether agent and card have forgotten every pod."""
        return not self.netdevs() and not self.opi.ports()


def tear_down_all(number=None, _=None):
    """For signals and the end of the program: no laboratory survives it."""
    for lab in list(LABS):
        lab.down()
    if number:
        sys.exit(128 + number)


def tidy_on_signals():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, tear_down_all)


def describe(lab):
    """Where everything is, for programs that did not build it."""
    return {
        "folder": lab.folder, "binary": BINARY, "cni": lab.cni_binary, "config": lab.config,
        "run": lab.run, "sysfs": lab.card.sysfs, "agentSocket": lab.agent_socket,
        "opi": lab.opi.address, "opiLog": lab.opi.log, "faults": lab.opi.fault_file,
        "namespaces": {"host": lab.host, "xpu": lab.xpu},
        "processes": {part.name: part.process.pid for part in lab.parts if part.alive},
        "pods": [{"namespace": pod.space, "path": pod.path, "container": pod.container}
                 for pod in lab.pods],
        "functions": [{**vars(one), "cni": lab.cni_config(one)} for one in lab.functions]}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["up"])
    parser.add_argument("--functions", type=int, default=4, help="functions of blue")
    parser.add_argument("--other", type=int, default=0, help="functions of green")
    parser.add_argument("--pods", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds until a port is up")
    options = parser.parse_args()
    tidy_on_signals()
    with Lab(options.functions, options.other, options.delay) as lab:
        lab.start()
        for _ in range(options.pods):
            lab.pod()
        print(json.dumps(describe(lab)), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
