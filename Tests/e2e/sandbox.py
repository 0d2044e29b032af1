# SPDX-License-Identifier: Apache-2.0
"""A sandbox of its own name, driven through its command line, and what is left of it."""
import itertools
import json
import os
import re
import signal
import subprocess
import time

import grpc
import spaces
from parts import SANDBOX, until
from standin import PROTOS, SERVICES

ROOT = "/run/opi-xpu-sandbox"
MARK = b"OPI_XPU_SANDBOX_FOLDER"
PARTS = ("api-server", "xpu", "xpu-agent", "host-agent", "kubelet", "device-plugin")
API = "/apis/xpu.opiproject.org/v1alpha1"
NUMBERS = itertools.count(1)


class Refused(AssertionError):
    """A command that should have succeeded; its text says what it said."""


class Sandbox:
    """One sandbox, up or not; as a context it comes up, and is down whatever happens."""

    def __init__(self, name=None, functions=8):
        self.name = name or f"oxs{os.getpid()}-{next(NUMBERS)}"
        self.functions = functions
        self.folder = f"{ROOT}/{self.name}"
        self.host, self.xpu = f"{self.name}-host", f"{self.name}-xpu"
        self.run, self.logs = f"{self.folder}/run", f"{self.folder}/logs"
        self.kubeconfig = f"{self.folder}/api/admin.kubeconfig"

    def __enter__(self):
        try:
            self.up()
        except BaseException:
            self.down(check=False)
            raise
        return self

    def __exit__(self, *_):
        self.down()

    # The command line.

    def words(self, *words):
        """A command and its arguments; everything after it is given the name."""
        count = 2 if words[0] == "card" else 1
        return [SANDBOX, *words[:count], "--name", self.name, *words[count:]]

    def start_command(self, *words, **options):
        """A command in the background, in a session of its own."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, "text": True, "start_new_session": True, **options}
        return subprocess.Popen(self.words(*words), **options)

    def command(self, *words, check=True, text=None, env=None):
        """A command's completed process."""
        done = subprocess.run(self.words(*words), capture_output=True, text=True, timeout=100,
                              input=text or "", env=env)
        if check and done.returncode:
            raise Refused(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done

    def answer(self, *words):
        """A command's answer in JSON."""
        return json.loads(self.command(*words, "-o", "json").stdout)

    def up(self, *words, check=True):
        return self.command("up", "--quiet", "--functions", str(self.functions), *words,
                            check=check)

    def down(self, check=True):
        return self.command("down", check=check)

    def run_pod(self, pod, *networks, seconds=30):
        wanted = [word for network in networks for word in ("--network", network)]
        return self.answer("run-pod", pod, *wanted, "--timeout", str(seconds))

    def delete_pod(self, pod, seconds=30):
        return self.answer("delete-pod", pod, "--timeout", str(seconds))

    def pods(self):
        return {pod["name"]: pod for pod in self.answer("pods")["pods"]}

    def exec(self, pod, *program, check=True, text=None):
        return self.command("exec", pod, "--", *program, check=check, text=text)

    def kill(self, part):
        self.command("kill", part)

    def start(self, part):
        self.command("start", part)

    def card(self, *words):
        return self.command("card", *words).stdout

    def card_status(self):
        return json.loads(self.card("status"))

    def status(self):
        return self.answer("status")

    # What is there.

    def kubectl(self, *words, check=True):
        return spaces.run("kubectl", "--kubeconfig", self.kubeconfig, *words, check=check).stdout

    def objects(self, kind):
        """Objects of the cluster by name."""
        items = json.loads(self.kubectl("get", kind, "-A", "-o", "json"))["items"]
        return {one["metadata"]["name"]: one for one in items}

    def devices(self):
        """What the kubelet stand-in knows of devices and who has them."""
        with grpc.insecure_channel(f"unix:{self.folder}/kubelet/kubelet.sock") as channel:
            return SERVICES.PodsStub(channel).DeviceState(PROTOS.DeviceStateRequest(), timeout=10)

    def all_free(self):
        """Whether every function is healthy, and no pod has one."""
        state = self.devices()
        return not state.assignments and self.functions == sum(
            one.allocatable for one in state.resources) == sum(
            one.capacity for one in state.resources)

    def ready(self):
        """Waits until every function can be given to a pod again."""
        def enough():
            try:
                return sum(one.allocatable for one in self.devices().resources) == self.functions
            except grpc.RpcError:
                return False
        until(enough, 30, "every function to be allocatable")

    def pings(self, pod, address, seconds=1):
        family = "-6" if ":" in address else "-4"
        return self.exec(pod, "ping", family, "-n", "-q", "-c", "1", "-W", str(seconds),
                         address.partition("/")[0], check=False).returncode == 0

    def reaches(self, pod, address, seconds=10):
        """Waits until `address` answers; a new port needs a moment to forward."""
        until(lambda: self.pings(pod, address), seconds, f"{pod} to reach {address}")

    def homes(self):
        """What `ip` says of each function at home, by name, without the index."""
        return {link["ifname"]: (link.get("ifalias"), link["address"], link["mtu"],
                                 "UP" in link["flags"], link.get("addr_info", []))
                for link in spaces.ip(self.host, "address", "show", "type", "veth")}

    def records(self, folder):
        """Names in one of the folders of host agent and CNI."""
        try:
            return [name for name in os.listdir(f"{self.run}/{folder}") if name[0] != "."]
        except FileNotFoundError:
            return []

    def idle(self):
        """Whether cluster, card, node and kubelet know of no pod; else a sentence in `why`."""
        for what, found in (
                ("pods", self.pods()), ("Netdevs", self.objects("netdevs")),
                ("ports", self.card_status()["ports"]),
                ("records of the host agent", self.records("netdevs")),
                ("records of the CNI", self.records("attachments")),
                ("releases in the spool", self.records("releases")),
                ("allocations in the spool", self.records("allocations"))):
            if found:
                self.why = f"{what}: {list(found)}"
                return False
        self.why = "the devices are not all free and healthy"
        return self.all_free()

    def settled(self, seconds=60):
        """Waits until nothing of a pod is anywhere."""
        self.why = ""
        try:
            until(self.idle, seconds, "nothing to be left of pods", pause=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.why}") from None

    # What is left.

    def processes(self):
        """The processes with the sandbox's mark."""
        mark = MARK + b"=" + self.folder.encode()
        found = []
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{number}/environ", "rb") as file:
                    if mark in file.read().split(b"\0"):
                        found.append(int(number))
            except OSError:
                continue  # it has ended meanwhile, or is on its way out
        return found

    def leftovers(self):
        """Everything that is there of the sandbox, each as a sentence."""
        left = [f"process {number}: {command_line(number)}" for number in self.processes()]
        left += [f"namespace {name}" for name in spaces.ours(f"{self.name}-")]
        if os.path.lexists(self.folder):
            left.append(self.folder)
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            left += [line.strip() for line in file if f"/{self.name}-" in line
                     or self.folder in line.split()[4]]
        return left + strays()


def strays():
    """Links of a card in the machine's own namespace, where none may ever be."""
    links = json.loads(spaces.run("ip", "-j", "link", "show", "type", "veth").stdout or "[]")
    return [f"link {one['ifname']} on the machine" for one in links
            if one and re.fullmatch(r"(vf|rep)\d+", one["ifname"])]


def command_line(number):
    try:
        with open(f"/proc/{number}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "(gone)"


def addresses(answer):
    """The addresses of a pod's first interface without their length: IPv4, IPv6."""
    pod = answer.get("pod", answer)
    return [one.partition("/")[0] for one in pod["interfaces"][0]["addresses"]]


def finish(process, number=None, after=0):
    """Sends a signal after a while, and returns the status and what was said."""
    if number is not None:
        time.sleep(after)
        process.send_signal(number)
    try:
        text, errors = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise AssertionError(f"{process.args} did not end") from None
    return process.returncode, (text or "") + (errors or "")
