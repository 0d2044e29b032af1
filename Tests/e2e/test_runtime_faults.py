# SPDX-License-Identifier: Apache-2.0
"""Informers behind connections that break while others write: nothing is lost or invented.

A minute each in the tests, `OPI_XPU_SECONDS` in a soak; `OPI_XPU_SEED` repeats one.
"""
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import unittest

from api_client import Client
from control_plane import ADMIN_TOKEN, ControlPlane
from memory_plane import MemoryPlane
from parts import PEERS, until
from runtime import Informer

sys.path.insert(0, PEERS)

from fault_proxy import HTTP2Faults, TCPFaults  # noqa: E402  (its folder has to be known first)

SECONDS = float(os.environ.get("OPI_XPU_SECONDS", "60"))
SEED = int(os.environ.get("OPI_XPU_SEED") or random.randrange(1 << 32))
API = "xpu.opiproject.org/v1alpha1"
NAMESPACE = "opi-xpu"
NETDEVS = f"/apis/{API}/namespaces/{NAMESPACE}/netdevs"


def netdev(name, mtu):
    return {"apiVersion": API, "kind": "Netdev", "metadata": {"name": name}, "spec": {
        "nodeName": "node-a", "xpuRef": "card-1", "pciAddress": "0000:3b:00.2", "mtu": mtu,
        "macAddress": "02:00:00:00:00:01", "networkRef": "blue"}}


class Writer(threading.Thread):
    """Makes, changes and deletes objects of its own, at the server itself, until it is stopped."""

    def __init__(self, number, plane, token, seed):
        super().__init__(daemon=True)
        self.random = random.Random(f"{seed} {number}")
        self.names = [f"w{number}-{index}" for index in range(12)]
        self.plane, self.token = plane, token
        self.over = threading.Event()
        self.done, self.failed, self.broken = 0, 0, None
        self.deleted = set()  # every uid whose deletion was asked for, also without an answer

    def run(self):
        client = None
        while not self.over.is_set():
            client = client or Client(self.plane.server, self.plane.file("ca.crt"), self.token)
            try:
                self.step(client)
                self.done += 1
            except AssertionError as error:
                self.broken = error
                return
            except Exception:  # the server is being killed: a new connection then
                self.failed += 1
                client.close()
                client = None
                time.sleep(0.2)
            time.sleep(0.004)

    def step(self, client):
        name = self.random.choice(self.names)
        there = client.get(f"{NETDEVS}/{name}")
        if there.code == 404:
            answer = client.post(NETDEVS, netdev(name, self.random.randint(1500, 9000)))
            assert answer.code in (201, 500, 503, 504), answer
        elif there.code == 200 and self.random.random() < 0.3:
            self.deleted.add(there.meta["uid"])
            answer = client.delete(f"{NETDEVS}/{name}")
            assert answer.code in (200, 404, 500, 503, 504), answer
        elif there.code == 200:
            patch = {"spec": {"mtu": self.random.randint(1500, 9000)}}
            answer = client.patch(f"{NETDEVS}/{name}", patch)
            assert answer.code in (200, 404, 500, 503, 504), answer
        else:
            assert there.code in (401, 429, 500, 503, 504), there
            time.sleep(0.2)


class FaultCase(unittest.TestCase):
    """A server, writers at its own door, and an informer behind a proxy."""

    plane_class = ControlPlane
    seconds = SECONDS

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix=f"oxl-{os.getpid()}-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.plane = self.plane_class(os.path.join(self.folder, "plane")).up()
        self.addCleanup(self.plane.down)
        self.admin = getattr(self.plane, "admin_token", ADMIN_TOKEN)
        self.random = random.Random(SEED)
        print(f"       seed {SEED}, {self.seconds:.0f} s", flush=True)

    def config(self, proxy, authority=None, token=None):
        """A kubeconfig by which the informer comes through the proxy, its token in a file."""
        self.token_file = os.path.join(self.folder, "token")
        self.write_token(token or self.admin)
        return self.plane.write_kubeconfig(
            os.path.join(self.folder, "kubeconfig"), {"tokenFile": self.token_file},
            f"https://127.0.0.1:{proxy.port}", authority)

    def write_token(self, token):
        """Renamed into place, as a kubelet does it."""
        with open(self.token_file + ".new", "w", encoding="utf-8") as file:
            file.write(token)
        os.replace(self.token_file + ".new", self.token_file)

    def inform(self, config):
        informer = Informer(config, NAMESPACE)
        self.addCleanup(informer.close)
        return informer

    def campaign(self, informer, faults, servers=(), settle=lambda: None):
        """Writers write for a while and faults come, each once and then at random; afterwards
        everything must agree. `settle` waits for faults that nobody has met yet.
        """
        writers = [Writer(number, self.plane, self.admin, SEED) for number in range(3)]
        for writer in writers:
            writer.start()
        end = time.monotonic() + self.seconds
        given = {}
        due = [(end - self.seconds * (1 - (1 + number) / (len(servers) + 1)), event)
               for number, event in enumerate(servers)]
        todo = self.random.sample(faults, len(faults))
        while todo or time.monotonic() < end:
            if due and time.monotonic() > due[0][0]:
                due.pop(0)[1]()
            name, fault = todo.pop() if todo else self.random.choice(faults)
            fault()
            given[name] = given.get(name, 0) + 1
            time.sleep(self.random.uniform(0.05, 0.8))
        settle()
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join(30)
            self.assertFalse(writer.is_alive(), "a writer hangs")
            self.assertIsNone(writer.broken)
        done = sum(writer.done for writer in writers)
        print(f"       {done} writes, faults {given}, {len(informer.events)} events", flush=True)
        self.assertGreater(done, 50, "the writers did not write")
        self.assert_agrees(informer)
        self.assert_true_story(informer, set().union(*(writer.deleted for writer in writers)))

    def listed(self):
        client = Client(self.plane.server, self.plane.file("ca.crt"), self.admin)
        try:
            found = client.get(NETDEVS)
            self.assertEqual(found.code, 200, found)
        finally:
            client.close()
        return {one["metadata"]["name"]: (one["metadata"]["uid"],
                                          one["metadata"]["resourceVersion"])
                for one in found["items"]}

    def assert_agrees(self, informer):
        """The store becomes what a fresh list says."""
        truth = self.listed()
        seen = {}

        def agrees():
            seen.update(now=informer.store())
            return seen["now"] == truth
        try:
            until(agrees, 60, "the store to equal a fresh list", pause=0.2)
        except AssertionError:
            self.assertEqual(seen["now"], truth)

    def assert_true_story(self, informer, deleted):
        """Every call of the handler, in order, is a possible story that ends with the list."""
        faults, known = informer.faults()
        self.assertEqual(faults, [])
        self.assertEqual(known, self.listed())
        gone = set()
        for event, name, uid, version in informer.events:
            self.assertNotIn(uid, gone, f"it was gone: {event} {name} {version}")
            if event == "deleted":
                self.assertIn(uid, deleted, f"nobody deleted {name}")
                gone.add(uid)


class OverTCP(FaultCase):
    def test_cut_stalled_half_closed_and_slow(self):
        proxy = TCPFaults(("127.0.0.1", self.plane.ports[2]))
        self.addCleanup(proxy.close)
        informer = self.inform(self.config(proxy))
        self.campaign(informer, [
            ("cut", proxy.cut), ("half-close", proxy.half_close),
            ("stall", lambda: proxy.stall(self.random.uniform(0.2, 2))),
            ("slow", lambda: proxy.slow(self.random.uniform(0.2, 1.5))),
            ("peace", lambda: time.sleep(0.5))])
        self.assertGreater(proxy.connections, 1)

    def test_servers_killed_and_credentials_rotated(self):
        proxy = TCPFaults(("127.0.0.1", self.plane.ports[2]))
        self.addCleanup(proxy.close)
        informer = self.inform(self.config(proxy, token=self.account("reader-1")))
        self.campaign(
            informer, [("cut", proxy.cut), ("peace", lambda: time.sleep(0.5))],
            [self.rotate_token, lambda: self.kill("apiserver"), self.rotate_certificate,
             lambda: self.kill("etcd")])

    def kill(self, name):
        self.plane.kill(name)
        time.sleep(self.random.uniform(0.1, 1))
        self.plane.start(name)

    def rotate_certificate(self):
        """Another key of the same authority; the server looks at its files by itself."""
        self.plane.make_certificate("fresh", "ca")
        for end in ("key", "crt"):
            os.replace(self.plane.file(f"fresh.{end}"), self.plane.file(f"server.{end}"))

    def account(self, name):
        """The token of a new service account that may read everything."""
        self.plane.kubectl("create", "serviceaccount", name, "-n", NAMESPACE)
        self.plane.kubectl("create", "clusterrolebinding", name, "--clusterrole=cluster-admin",
                           f"--serviceaccount={NAMESPACE}:{name}")
        return self.plane.token(name)

    def rotate_token(self):
        """The old token is refused from now on: its account is gone."""
        self.write_token(self.account("reader-2"))
        self.plane.kubectl("delete", "serviceaccount", "reader-1", "-n", NAMESPACE)


class OverHTTP2(FaultCase):
    def test_reset_sent_away_cut_and_refused(self):
        self.plane.make_authority("door-ca")
        self.plane.make_certificate("door", "door-ca")
        proxy = HTTP2Faults(("127.0.0.1", self.plane.ports[2]), self.plane.file("door.crt"),
                            self.plane.file("door.key"), self.plane.file("ca.crt"))
        self.addCleanup(proxy.close)
        informer = self.inform(self.config(proxy, self.plane.file("door-ca.crt")))

        def settle():
            until(lambda: not proxy.pending(), 60, "the last faults to be met")

        def met(*faults):
            """Those that wait for a request or a piece, once the last one was met."""
            def give():
                settle()
                for fault in faults:
                    fault()
            return give
        self.campaign(informer, [
            ("reset", proxy.reset), ("refused", lambda: proxy.reset(7)), ("goaway", proxy.goaway),
            ("cut in a line", met(proxy.cut_in_a_line)),
            ("429", met(lambda: proxy.too_many(2, 1), proxy.cut)),
            ("page", met(lambda: proxy.pages(1), proxy.reset)),
            ("page that claims to be well", met(lambda: proxy.pages(1, "200"), proxy.reset)),
            ("cut", proxy.cut), ("stall", lambda: proxy.stall(self.random.uniform(0.2, 2))),
            ("peace", lambda: time.sleep(0.5))], settle=settle)
        for what in ("reset", "goaway", "cut in a line", "429", "502", "200"):
            self.assertGreater(proxy.given.get(what, 0), 0, what)


class InMemory(OverTCP):
    """The same on the sandbox's server, shorter, and without etcd and rotation."""

    plane_class = MemoryPlane
    seconds = SECONDS / 3

    def test_servers_killed_and_credentials_rotated(self):
        proxy = TCPFaults(("127.0.0.1", self.plane.ports[2]))
        self.addCleanup(proxy.close)
        informer = self.inform(self.config(proxy))
        self.campaign(informer, [("cut", proxy.cut), ("peace", lambda: time.sleep(0.5))],
                      [lambda: self.kill("apiserver"), lambda: self.kill("apiserver")])
