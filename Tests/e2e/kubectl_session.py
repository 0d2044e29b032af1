# SPDX-License-Identifier: Apache-2.0
"""A scripted session with kubectl on one API server, and its transcript for comparisons.

A transcript is a list of steps: a title, and the lines of output in which nothing is left that
differs between two runs on one server (times, ages, uids, versions, ports, tokens).
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from control_plane import MANIFESTS, NAMESPACE
from kube_lab import API, HOST_ACCOUNT, XPU_ACCOUNT
from parts import WITH_US, until

KUBECTL = os.environ.get("KUBECTL") or "kubectl"
READY = {"type": "Ready", "status": "True", "reason": "Up", "message": "It is up.",
         "lastTransitionTime": "2026-01-01T00:00:00Z"}


def netdev(name, labels=None, **spec):
    return {"apiVersion": API, "kind": "Netdev",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels or {}},
            "spec": {"nodeName": "node-a", "xpuRef": "card-1", "pciAddress": "0000:3b:00.2",
                     "macAddress": "02:00:00:00:00:01", "networkRef": "blue", **spec}}


def network(name, **spec):
    return {"apiVersion": API, "kind": "DPUNetwork", "metadata": {"name": name}, "spec": {
        "resourceName": f"opi.example.com/{name}", "logicalBridge": {"vlan": 10, "vni": 10010},
        "deviceSelector": {"pciAddresses": ["0000:3b:00.2", "0000:3b:00.3"]},
        "ipam": {"subnets": [{"cidr": "10.10.0.0/24", "gateway": "10.10.0.1"},
                             {"cidr": "fd10::/64"}]}, **spec}}


def xpu(name):
    return {"apiVersion": API, "kind": "XPU", "metadata": {"name": name}, "spec": {
        "hostNode": "node-a", "serialNumber": "MT0001",
        "allowed": {"vlans": [{"first": 1, "last": 100}]}}}


class Normal:
    """Makes the output of two runs comparable; uids keep their identity within a run."""

    def __init__(self):
        self.uids = {}

    def __call__(self, text):
        text = re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
                      lambda found: self.uids.setdefault(found[0], f"UID-{len(self.uids) + 1}"),
                      text)
        text = re.sub(r"\b202\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", self._time, text)
        text = re.sub(r'("?resourceVersion"?:\s+)"?\d+"?|(Resource Version:\s+)\d+', r"\1\2RV",
                      text)
        text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text)
        text = re.sub(r"\beyJ[\w.-]{40,}", "TOKEN", text)
        return list(self._tables(line.rstrip() for line in text.splitlines()))

    @staticmethod
    def _time(found):
        return found[0] if found[0].startswith("2026-01-01T00:00:00") else "TIME"

    @staticmethod
    def _tables(lines):
        """Tables cell by cell, whatever the columns' widths, and with AGE for an age."""
        starts = []
        for line in lines:
            if re.fullmatch(r"[A-Z]+( +[A-Z-]+)+", line):
                starts = [found.start() for found in re.finditer(r"\S+( \S+)*", line)]
            elif not line:
                starts = []
            if starts:
                cells = [line[start:end].strip() for start, end in zip(starts, starts[1:] + [None])]
                if all(line[start - 1:start] in ("", " ") for start in starts[1:]):
                    line = " | ".join(cells)
                else:  # wider than the title, as in a watch
                    line = re.sub(r" {2,}", "   ", line)
            yield re.sub(r"(?<= )(\d+[smh]){1,2}(?= |$)", "AGE", line)


def explained(lines):
    """What both printers of `kubectl explain` say (OpenAPI 2 and 3 have one each), alike.

    The newer one names allowed values, says ObjectMeta, and marks what is required everywhere.
    """
    words, fields, values = [], [], False
    for line in lines:
        found = re.match(r"\s*(\w+)\t<([^>]+)>", line)
        values = line == "ENUM:" or values and line.startswith(" ")
        if found:
            fields.append(f"field {found[1]} {found[2].replace('ObjectMeta', 'Object')}")
        elif not values and not re.match(r"\s*(enum|[A-Z]+): ?", line.replace("DESCRIPTION:", "")):
            words += line.replace("DESCRIPTION:", "").split()
    return [*fields, " ".join(words)]


def kind_by_kind(lines):
    """Several tables in the order of their kinds, which is a server's random one, without the
    column of namespaces, which only tables after the first namespaced one have."""
    tables = []
    for table in "\n".join(lines).split("\n\n"):
        rows = table.split("\n")
        if rows[0].startswith("NAMESPACE | "):
            rows = [row.partition(" | ")[2] for row in rows]
        tables.append("\n".join(rows))
    return "\n\n".join(sorted(tables)).split("\n")


class Session:
    """Runs the script against `plane`; `steps` is the transcript."""

    def __init__(self, plane):
        self.plane, self.steps, self.normal = plane, [], Normal()
        self.home = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
        self.script = os.path.join(self.home, "file.json")

    def command(self, words):
        return [*WITH_US, KUBECTL, "--kubeconfig", self.plane.admin, *words]

    @property
    def environment(self):
        """No cache and no settings of the user."""
        return {"PATH": os.environ["PATH"], "HOME": self.home, "TZ": "UTC"}

    def run(self, *words, given=None):
        """One command; standard output, errors with `! ` before them, the exit status if not 0."""
        if given is not None:
            given = given if isinstance(given, str) else json.dumps(given)
        done = subprocess.run(self.command(words), input=given or "", capture_output=True,
                              text=True, timeout=60, env=self.environment, check=False)
        lines = self.normal(done.stdout) + [f"! {line}" for line in self.normal(done.stderr)]
        return lines + ([f"exit {done.returncode}"] if done.returncode else [])

    def note(self, title, lines):
        self.steps.append((title, lines))

    def do(self, *words, given=None, change=None):
        """A command that is a step."""
        lines = self.run(*words, given=given)
        self.note("kubectl " + " ".join(words), change(lines) if change else lines)

    def apply(self, why, *objects, words=()):
        what = objects[0] if len(objects) == 1 else {"apiVersion": "v1", "kind": "List",
                                                     "items": list(objects)}
        self.note(f"kubectl apply, {why}", self.run("apply", *words, "-f", "-", given=what))

    def background(self, words, actions, title):
        """A command that prints while others act: after each action a line more is waited for."""
        path = os.path.join(self.home, "output")
        with open(path, "w+b") as output:
            process = subprocess.Popen(self.command(words), stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT,
                                       env=self.environment)
            try:
                seen = self._longer(path, process, 0)
                for action in actions:
                    action()
                    seen = self._longer(path, process, seen)
                time.sleep(0.2)
            finally:
                process.terminate()
                process.wait(10)
        with open(path, encoding="utf-8") as file:
            self.note(title, self.normal(file.read()))

    @staticmethod
    def _longer(path, process, size):
        """Waits until the output is longer than `size`, and then until it rests."""
        until(lambda: os.path.getsize(path) > size or process.poll() is not None, 10, "a line")
        while True:
            now = os.path.getsize(path)
            time.sleep(0.15)
            if os.path.getsize(path) == now:
                return now

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)

    # The script.

    def play(self):
        try:
            for part in (self.install, self.discovery, self.applying, self.getting, self.changing,
                         self.watching, self.waiting, self.explaining, self.rights, self.deleting):
                part()
        finally:
            self.close()
        return self.steps

    def install(self):
        first = self.run("apply", "-k", MANIFESTS)
        self.note("kubectl apply -k manifests, the first time",
                  [re.sub(r" (created|configured|unchanged)$", "", line) for line in first
                   if not line.startswith("! Warning: resource")])
        self.run("wait", "--for=condition=Established", "--timeout=20s", "crd", "--all")
        until(lambda: self.run("get", "netdevs", "-A")[-1].startswith("! No resources"), 10,
              "the definitions to be served")
        self.note("kubectl apply -k manifests, again", [
            line for line in self.run("apply", "-k", MANIFESTS)
            if not line.startswith("! Warning: resource")])
        self.do("wait", "--for=condition=Established", "--timeout=20s", "crd", "--all")

    def discovery(self):
        self.do("api-resources", "--api-group=xpu.opiproject.org")
        self.do("api-resources", "--api-group=xpu.opiproject.org", "-o", "wide")
        self.do("api-resources", "--categories=opi", "-o", "name")
        self.do("api-resources", "--namespaced=false", "--api-group=xpu.opiproject.org")
        self.do("api-versions", change=lambda lines: [
            line for line in lines if re.match("xpu|coordination.k8s.io/v1$|rbac.*/v1$|v1$", line)])
        self.do("get", "--raw", "/readyz")
        self.do("get", "--raw", "/apis/xpu.opiproject.org")

    def applying(self):
        app = {"app": "x"}
        self.apply("three new ones", network("blue"), xpu("card-1"), netdev("a", app))
        self.apply("nothing new", network("blue"), xpu("card-1"), netdev("a", app))
        self.apply("a changed network", network("blue", mtu=9000))
        self.apply("a changed netdev", netdev("a", app, mtu=1500))
        self.apply("another one", netdev("b", {"app": "y"}, macAddress="02:00:00:00:00:02"))
        self.apply("a dry run of a new one", netdev("c"), words=["--dry-run=server"])
        self.apply("a dry run of a change", netdev("b", {"app": "z"}), words=["--dry-run=server"])
        self.apply("a bad pattern", netdev("d", macAddress="zz"))
        self.apply("a bad enum", netdev("d", backend="PF"))
        self.apply("a bad minimum", netdev("a", mtu=12))
        self.apply("a bad name", netdev("Bad_Name"))
        self.apply("an unknown field", netdev("d", bogus=1))
        self.apply("an unknown kind", {**netdev("d"), "kind": "Nothing"})
        self.apply("an unknown namespace",
                   {**netdev("d"), "metadata": {"name": "d", "namespace": "nowhere"}})
        self.do("create", "-f", "-", given=netdev("a"))
        self.do("replace", "-f", "-", given=netdev("b", {"app": "y"}))
        self.do("create", "configmap", "settings", "-n", NAMESPACE, "--from-literal=k=v")
        self.do("create", "namespace", "shop")
        self.apply("one in another namespace",
                   {**netdev("elsewhere"), "metadata": {"name": "elsewhere", "namespace": "shop"}})

    def getting(self):
        self.run("patch", "nd", "a", "-n", NAMESPACE, "--subresource=status", "--type=merge", "-p",
                 json.dumps({"status": {"phase": "Connected", "ips": ["10.10.0.2/24", "fd10::2/64"],
                                        "conditions": [READY]}}))
        spaced = ["-n", NAMESPACE]
        for kind in ("netdevs", "netdev", "nd", "netdevs.xpu.opiproject.org",
                     "netdevs.v1alpha1.xpu.opiproject.org", "nd/a", "nd/no", "ndx"):
            self.do("get", kind, *spaced)
        for words in (["-o", "wide"], ["-o", "name"], ["-o", "yaml"], ["-o", "json"],
                      ["--show-labels"], ["--no-headers"], ["-l", "app=x"], ["-l", "app notin (x)"],
                      ["-l", "app=nobody"], ["-l", "app in (x"], ["--sort-by=.metadata.name"],
                      ["--sort-by={.spec.macAddress}"], ["--field-selector", "metadata.name=a"],
                      ["--chunk-size=1"], ["-L", "app"], ["--show-kind"],
                      ["-o", "custom-columns=N:.metadata.name,P:.status.phase,I:.status.ips[*]"],
                      ["-o", "jsonpath={range .items[*]}{.metadata.name}{\"\\n\"}{end}"]):
            self.do("get", "nd", *spaced, *words)
        self.do("get", "nd", "-A")
        self.do("get", "nd", "a", "b", *spaced)
        self.do("get", "nd", "-n", "nowhere")
        self.do("get", "nd", "a", *spaced, "-o", "yaml")
        self.do("get", "nd", "a", *spaced, "--subresource=status")
        self.do("get", "opi", "-A", change=kind_by_kind)
        for kind in ("dnet", "xpus", "ablk", "crd", "sa,roles,rolebindings,configmaps"):
            self.do("get", kind, *spaced)
        for kind in ("dnet", "xpus"):
            self.do("get", kind, "-o", "wide")
        self.do("get", "namespaces", NAMESPACE, "shop")
        self.do("get", "events", *spaced)
        for what in ("nd/a", "dnet/blue", "xpu/card-1"):
            self.do("describe", what, *spaced)
        self.do("describe", "nd", "no", *spaced)

    def changing(self):
        nd = ["nd", "a", "-n", NAMESPACE]
        for words in (["label", *nd, "tier=gold"], ["label", *nd, "tier=gold"],
                      ["label", *nd, "tier=tin"], ["label", *nd, "tier=tin", "--overwrite"],
                      ["label", *nd, "tier-"], ["label", *nd, "bad key=x"],
                      ["annotate", *nd, "note=hello"], ["annotate", *nd, "note-"],
                      ["patch", *nd, "--type=merge", "-p", '{"spec":{"mtu":1600}}'],
                      ["patch", *nd, "--type=merge", "-p", '{"spec":{"mtu":1600}}'],
                      ["patch", *nd, "--type=merge", "-p", '{"spec":{"mtu":1}}'],
                      ["patch", *nd, "--type=merge", "--subresource=status", "-p",
                       '{"status":{"phase":"Error"}}'],
                      ["patch", *nd, "-p", '{"spec":{"mtu":1600}}'],
                      ["patch", "nd", "no", "-n", NAMESPACE, "--type=merge", "-p", "{}"],
                      ["get", *nd, "-o", "jsonpath={.metadata.generation} {.status.phase}"]):
            self.do(*words)

    def watching(self):
        def patched(body):
            return lambda: self.run("patch", "nd", "a", "-n", NAMESPACE, "--type=merge", "-p", body)

        more = [lambda: self.run("apply", "-f", "-", given=netdev("w")),
                lambda: self.run("delete", "nd", "w", "-n", NAMESPACE)]
        self.background(["get", "nd", "-n", NAMESPACE, "-w"],
                        [patched('{"spec":{"mtu":1700}}'), *more], "kubectl get nd -w")
        self.background(["get", "nd", "-n", NAMESPACE, "-w", "--output-watch-events"],
                        more, "kubectl get nd -w --output-watch-events")
        self.background(["get", "nd", "a", "-n", NAMESPACE, "-w", "-o",
                         "jsonpath={.spec.mtu}{\"\\n\"}"],
                        [patched('{"spec":{"mtu":1800}}'), patched('{"spec":{"mtu":1900}}')],
                        "kubectl get nd a -w -o jsonpath")

    def waiting(self):
        nd = ["nd/a", "-n", NAMESPACE]
        self.do("wait", *nd, "--for=condition=Ready", "--timeout=5s")
        self.do("wait", *nd, "--for=jsonpath={.spec.mtu}=1900", "--timeout=5s")
        self.do("wait", *nd, "--for=condition=Sleepy", "--timeout=1s")
        self.do("wait", "nd/no", "-n", NAMESPACE, "--for=delete", "--timeout=1s")
        path = os.path.join(self.home, "waited")
        with open(path, "w+b") as output:
            process = subprocess.Popen(
                self.command(["wait", *nd, "--for=jsonpath={.status.phase}=Connected",
                              "--timeout=10s"]), stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env=self.environment)
            time.sleep(0.5)
            self.run("patch", "nd", "a", "-n", NAMESPACE, "--type=merge", "--subresource=status",
                     "-p", '{"status":{"phase":"Connected"}}')
            code = process.wait(15)
        with open(path, encoding="utf-8") as file:
            self.note("kubectl wait, while it changes",
                      [*self.normal(file.read()), f"exit {code}"])

    def explaining(self):
        for what in ("netdevs", "netdevs.spec", "netdevs.spec.backend", "nd.status.conditions",
                     "dpunetworks.spec.ipam.subnets", "xpus.spec.allowed", "addressblocks.spec"):
            self.do("explain", what, change=explained)
        self.do("explain", "netdevs.spec", "--recursive", change=explained)
        self.do("explain", "netdevs.spec.nothing")

    def rights(self):
        account = f"system:serviceaccount:{NAMESPACE}:{XPU_ACCOUNT}"
        self.do("create", "token", HOST_ACCOUNT, "-n", NAMESPACE)
        self.do("create", "token", "nobody", "-n", NAMESPACE)
        self.do("auth", "can-i", "create", "netdevs", "-n", NAMESPACE)
        token = self.plane.token(XPU_ACCOUNT)
        as_card = self.plane.write_kubeconfig(os.path.join(self.home, "card"), {"token": token})
        for words in (["auth", "can-i", "patch", "netdevs", "--subresource=status"],
                      ["auth", "can-i", "create", "netdevs"], ["get", "nd"], ["get", "nd", "-A"],
                      ["delete", "nd", "a"], ["get", "ns"]):
            lines = self.run("--kubeconfig", as_card, *words)
            self.note(f"as {account}: kubectl {' '.join(words)}", lines)
        self.do("auth", "whoami")

    def deleting(self):
        spaced = ["-n", NAMESPACE]
        self.do("delete", "nd", "b", *spaced)
        self.do("delete", "nd", "b", *spaced)
        self.do("delete", "nd", "b", *spaced, "--ignore-not-found")
        self.run("patch", "nd", "a", *spaced, "--type=merge", "-p",
                 '{"metadata":{"finalizers":["xpu.opiproject.org/port"]}}')
        self.do("delete", "nd", "a", *spaced, "--wait=false")
        self.do("delete", "nd", "a", *spaced, "--timeout=1s")
        self.do("get", "nd", "a", *spaced, "-o",
                "jsonpath={.metadata.finalizers} {.metadata.generation}")
        self.do("patch", "nd", "a", *spaced, "--type=merge", "-p", '{"metadata":{"finalizers":[]}}')
        self.do("get", "nd", *spaced)
        self.apply("two more", netdev("e", {"app": "x"}), netdev("f", {"app": "x"}))
        self.do("delete", "nd", *spaced, "-l", "app=x")
        self.do("delete", "nd", "--all", *spaced)
        self.do("delete", "dnet/blue", "xpu/card-1")
        self.do("delete", "configmap", "settings", *spaced)
        self.do("delete", "-f", "-", given=netdev("e"))
