#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job, told and checked line by line; a claim that was not observed ends it with exit 1.

A "host" namespace with a card of three functions (veth pairs), an "xpu" namespace in which a
grpcio OPI server puts the functions' representors on plain bridges, a grpcio kubelet, and our
device plugin, host agent and CNI in between. Everything is a process of its own.
"""
import sys
import time

import lab as laboratory
import spaces
from lab import Lab
from parts import until


class Story:
    """Numbers the lines and stops at the first claim that does not hold."""

    def __init__(self):
        self.number = 0

    def tell(self, text):
        self.number += 1
        print(f"{self.number:2}. {text}", flush=True)

    @staticmethod
    def claim(truth, text):
        if not truth:
            print(f"demo: not observed: {text}", file=sys.stderr)
            sys.exit(1)


def attach(lab, story, pod, function):
    """ADD, which must succeed; its IPv4 address and how long it took in milliseconds."""
    began = time.monotonic()
    added = lab.cni("ADD", pod, function, ifname="eth0")
    took = (time.monotonic() - began) * 1000
    story.claim(added.code == 0, f"ADD of {function.pci} succeeds: {added}")
    return added.answer["ips"][0]["address"].split("/")[0], took


def silent(space, address, seconds=5):
    """Whether `address` stops answering before the time is over."""
    return not any(spaces.ping(space, address) for _ in range(2)) or until(
        lambda: not spaces.ping(space, address), seconds, "silence")


def register(lab, story, functions):
    kubelet = lab.kubelet()
    lab.device_plugin.start()
    kubelet.do("wait-registrations 2")
    blue = "opi.example.com/blue"
    kubelet.do("wait-devices", count=2, resource=blue)
    story.tell("The device plugin registered with the kubelet: 2 functions of network blue, "
               "1 of green.")
    reply = kubelet.do("allocate", ids=[one.pci for one in functions[:2]], resource=blue)
    story.claim(functions[0].pci in str(reply), f"Allocate names the function: {reply}")
    until(lambda: len(lab.opi.ports()) == 2, 10, "two ports at the OPI server")
    story.tell("The kubelet allocated both blue functions; the host agent had the OPI server "
               "make their ports.")
    return kubelet


def connect(lab, story, functions, pods):
    (first, took), (second, _), (third, _) = [
        attach(lab, story, pod, one) for pod, one in zip(pods, functions)]
    story.tell(f"CNI ADD gave pod a {first} in {took:.0f} ms, pod b {second}; "
               f"pod c {third} is on the bridge of green.")
    story.claim(spaces.reaches(pods[0].space, second), f"a reaches {second}")
    story.claim(spaces.reaches(pods[1].space, first), f"b reaches {first}")
    story.tell("a and b ping each other through the bridge that the OPI server built.")
    spaces.run("ip", "-n", pods[2].space, "address", "add", "10.10.0.99/24", "dev", "eth0")
    story.claim(not spaces.ping(pods[2].space, first), "c does not reach a")
    story.claim(not spaces.ping(pods[0].space, "10.10.0.99"), "a does not reach c")
    story.tell("c reaches neither, not even with an address of blue: another logical bridge.")
    return first, second


def delete_by_hand(lab, story, functions, pods, second):
    port, _ = lab.opi.port_of(functions[1].mac)
    lab.opi.delete_port(port)
    story.claim(silent(pods[0].space, second), "the ping stops")
    story.tell(f"Somebody deleted b's port {port} over OPI: the ping stops.")
    story.claim(spaces.reaches(pods[0].space, second, seconds=15), "the ping comes back")
    story.tell("The host agent noticed at its next look and made the port again: "
               "the ping is back.")


def stop_server(lab, story, functions, pods):
    gone = lab.cni("DEL", pods[2], functions[2], ifname="eth0")
    story.claim(gone.code == 0, f"DEL succeeds: {gone}")
    until(lambda: functions[2].pci not in lab.netdevs(), 10, "c's port to be gone")
    lab.opi_server.stop()
    added = lab.cni("ADD", pods[2], functions[2], ifname="eth0")
    story.claim(added.code == 1 and added.answer["code"] == 11, f"ADD fails with 11: {added}")
    story.claim(not lab.card.blemishes(functions[2]), "the function is untouched")
    story.tell("With the OPI server stopped, ADD of c fails at once with code 11 (try again "
               "later) and its function stays home.")


def come_home(lab, story, functions, pods):
    for pod, one in zip(pods, functions):
        for _ in range(2):
            gone = lab.cni("DEL", pod, one, ifname="eth0")
            story.claim(gone.code == 0, f"DEL succeeds: {gone}")
    faults = [fault for one in functions for fault in lab.card.blemishes(one)]
    story.claim(not faults, f"all functions are home as they were: {faults}")
    story.claim(not lab.journal(), "the journal is empty")
    story.tell("DEL (twice each, and still without the OPI server) brought every function home "
               "with its name, MAC and MTU.")
    lab.opi_server.start()
    until(lab.idle, 30, "the agent to have released everything")
    story.tell("The OPI server is back; no port and no Netdev is left.")


def main():
    laboratory.tidy_on_signals()
    story = Story()
    began = time.monotonic()
    settings = {"resyncSeconds": 2, "callTimeoutSeconds": 2}
    with Lab(blue=2, green=1, opi=settings) as lab:
        lab.start()
        story.tell("A host with a card of 3 functions, an OPI server on the card's side, and "
                   "the host agent between them are up.")
        functions, pods = lab.functions, [lab.pod() for _ in range(3)]
        register(lab, story, functions)
        _, second = connect(lab, story, functions, pods)
        delete_by_hand(lab, story, functions, pods, second)
        stop_server(lab, story, functions, pods)
        come_home(lab, story, functions, pods)
        story.claim(not lab.opi.violations(), f"every request was right: {lab.opi.violations()}")
        for part in (lab.device_plugin, lab.host_agent, lab.opi_server):
            story.claim(part.stop() == 0, f"{part.name} ends with exit 0")
        story.claim(not lab.kubelets[0].close(), "the plugin kept the kubelet's rules")
        lab.down()
        story.claim(not lab.leftovers(), f"nothing is left: {lab.leftovers()}")
    story.tell(f"Done in {time.monotonic() - began:.0f} s: no process, namespace, link or file "
               "is left.")


if __name__ == "__main__":
    main()
