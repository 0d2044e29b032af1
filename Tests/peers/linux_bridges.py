# SPDX-License-Identifier: Apache-2.0
"""A data path made of plain Linux bridges, one for each logical bridge.

A port's function is known by its MAC only, so a file maps each function's MAC to the interface
name of its representor, which the caller has put into the namespace. Plugging a representor in is
what creating the port means; it is down and nobody's member otherwise.
"""
import hashlib
import json
import subprocess

from evpn_rules import ACCESS


class DataPathError(Exception):
    pass


class NoDataPath:
    """Everything succeeds and nothing happens."""

    def apply(self, entry):
        pass

    def remove(self, entry):
        pass

    def close(self):
        pass


class LinuxBridges:
    def __init__(self, namespace, representors):
        self.ip = ["ip", "-n", namespace] if namespace else ["ip"]
        self.representors = representors
        self.bridges = {}  # name of the logical bridge -> interface
        self.plugged = {}  # name of the port -> representor

    def apply(self, entry):
        if entry.kind.plural == "bridges":
            self._bridge(entry.name)
            return
        spec = entry.message.spec
        if spec.ptype != ACCESS:
            raise DataPathError("plain bridges have no trunk ports")
        representor = self._representor(spec.mac_address.hex(":"))
        self._run("link", "set", representor, "master", self._bridge(spec.logical_bridges[0]), "up")
        self.plugged[entry.name] = representor

    def remove(self, entry):
        if entry.kind.plural == "bridges":
            bridge = self.bridges.pop(entry.name, None)
            if bridge:
                self._run("link", "delete", bridge)
        elif entry.name in self.plugged:
            self._unplug(entry.name)

    def close(self):
        """Leaves nothing behind, whatever state things are in."""
        for action in [lambda n=n: self._unplug(n) for n in list(self.plugged)] + [
                lambda b=b: self._run("link", "delete", b) for b in self.bridges.values()]:
            try:
                action()
            except DataPathError:
                pass  # gone already, or its namespace is
        self.bridges.clear()

    def _unplug(self, port):
        self._run("link", "set", self.plugged.pop(port), "nomaster", "down")

    def _bridge(self, name):
        if name not in self.bridges:
            interface = "lb-" + hashlib.sha256(name.encode()).hexdigest()[:10]
            self._run("link", "add", interface, "type", "bridge",
                      "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0")
            self.bridges[name] = interface
            self._run("link", "set", interface, "addrgenmode", "none", "up")
        return self.bridges[name]

    def _representor(self, mac):
        try:
            with open(self.representors, encoding="utf-8") as file:
                known = {key.lower(): value for key, value in json.load(file).items()}
        except (OSError, ValueError) as error:
            raise DataPathError(f"representors: {error}") from error
        if mac not in known:
            raise DataPathError(f"no representor for MAC {mac}")
        return known[mac]

    def _run(self, *arguments):
        done = subprocess.run(self.ip + list(arguments), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise DataPathError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
