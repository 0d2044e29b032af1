# SPDX-License-Identifier: Apache-2.0
"""What stands for the hardware: functions made of veth pairs, and the sysfs that tells of them.

    host namespace                                  xpu namespace
    vf0, alias 04d2:01:00.2, down  <--- veth --->   rep0   (the OPI peer puts it on a bridge)

A function that is lost is looked for in every namespace of the machine, so addresses are those of
one laboratory only: the PCI domain is our process id, the bus the laboratory's number.
"""
import json
import os
import shutil
from dataclasses import dataclass

import spaces

HOME_MTU = 1500


@dataclass(frozen=True)
class Function:
    pci: str
    name: str
    mac: str
    representor: str
    network: str
    numa: int


def function(lab, index, network):
    """The index-th function of the card of the lab-th laboratory."""
    process, bus = os.getpid() & 0xFFFF, lab & 0xFF
    slot, number = divmod(index + 2, 8)
    return Function(pci=f"{process:04x}:{bus:02x}:{slot:02x}.{number}", name=f"vf{index}",
                    mac=f"02:{process >> 8:02x}:{process & 255:02x}:{bus:02x}"
                        f":{index >> 8:02x}:{index & 255:02x}",
                    representor=f"rep{index}", network=network, numa=index % 2)


class Card:
    def __init__(self, host, xpu, folder, functions):
        self.host, self.xpu, self.functions = host, xpu, functions
        self.sysfs = os.path.join(folder, "sys")
        self.representors = os.path.join(folder, "representors.json")

    def up(self):
        with open(self.representors, "w", encoding="utf-8") as file:
            json.dump({one.mac: one.representor for one in self.functions}, file)
        for one in self.functions:
            self.plug(one)
            self.make(one)

    def make(self, one):
        """The veth pair of a function, at home and as the driver leaves it: down."""
        spaces.run("ip", "-n", self.host, "link", "add", one.name, "address", one.mac,
                   "mtu", str(HOME_MTU), "type", "veth",
                   "peer", "name", one.representor, "netns", self.xpu)
        spaces.run("ip", "-n", self.host, "link", "set", one.name, "alias", one.pci)

    def mend(self):
        """Makes anew what went away with a namespace, as veth pairs do; a real function returns."""
        there = {link.get("ifname") for link in spaces.ip(self.xpu, "link", "show")}
        for one in self.functions:
            if one.representor not in there:
                self.make(one)

    def _folder(self, one):
        return os.path.join(self.sysfs, "bus", "pci", "devices", one.pci)

    def plug(self, one):
        """Puts a function on the bus."""
        folder = self._folder(one)
        os.makedirs(os.path.join(folder, "net", one.name))
        for name, text in {"vendor": "0x8086", "device": "0x10ca", "class": "0x020000",
                           "subsystem_vendor": "0x8086", "subsystem_device": "0x0000",
                           "numa_node": str(one.numa)}.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text + "\n")

    def unplug(self, one):
        """Takes a function off the bus."""
        shutil.rmtree(self._folder(one))

    def blemishes(self, one):
        """What is not as it was when the function was new, each as a sentence."""
        link = spaces.link(self.host, one.name)
        if not link or link.get("ifalias") != one.pci:
            return [f"{one.pci} is not at home as {one.name}"]
        found = []
        if link["address"] != one.mac:
            found.append(f"{one.name} has MAC {link['address']}, not {one.mac}")
        if link["mtu"] != HOME_MTU:
            found.append(f"{one.name} has MTU {link['mtu']}, not {HOME_MTU}")
        if "UP" in link["flags"]:
            found.append(f"{one.name} is up")
        extra = spaces.addresses(self.host, one.name)
        if extra:
            found.append(f"{one.name} still has {sorted(extra)}")
        return found
