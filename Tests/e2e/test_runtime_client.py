# SPDX-License-Identifier: Apache-2.0
"""Our client's verbs and credentials: against kube-apiserver and, where it can, ours in memory."""
import datetime
import json
import os
import unittest

from api_contract import ApiCase, MemoryServer, RealServer
from client_program import Writer
from control_plane import ADMIN_TOKEN
from parts import until

FINALIZERS = ["example.com/one", "example.com/two", "example.com/three"]
SLICES = ["discovery.k8s.io/v1/endpointslices/EndpointSlice",
          "discovery.k8s.io/v1beta1/endpointslices/EndpointSlice"]


def owners(netdev_of_api):
    return {one["manager"] for one in netdev_of_api["metadata"]["managedFields"]}


class ClientCase(ApiCase):
    """A client of ours beside the independent one."""

    def setUp(self):
        super().setUp()
        self.plane = self.server.plane
        self.token = self.server.client.token

    def writer(self, *servers, config=None, env=None):
        writer = Writer(config or self.plane.admin, self.ns, *servers, env=env)
        self.addCleanup(writer.__exit__)
        return writer

    def config(self, name, user, **more):
        """A kubeconfig in the server's folder for that user."""
        return self.plane.write_kubeconfig(self.plane.file(f"{name}.kubeconfig"), user, **more)

    def put(self, name, text, mode=0o600):
        path = self.plane.file(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path


class Writes(ClientCase):
    """What both servers can do."""

    def test_refusals_are_told_apart(self):
        client = self.writer()
        self.assertEqual(client.refused("get", name="no")[0], {"not found"})
        netdev = self.netdev("a", {"namespace": self.ns})
        client.get("create", object=netdev)
        self.assertEqual(client.refused("create", object=netdev)[0], {"already exists"})
        stale = {"metadata": {"resourceVersion": "1"}, "spec": {"mtu": 1500}}
        self.assertEqual(client.refused("merge", name="a", patch=stale)[0], {"conflict"})

    def test_what_is_not_valid_is_told_with_its_place(self):
        client = self.writer()
        self.create("a")
        kinds, fields, text = client.refused("merge", name="a", patch={"spec": {"mtu": 1}})
        self.assertEqual((kinds, fields), ({"invalid"}, {"spec.mtu"}))
        self.assertIn("spec.mtu", text)

    def test_a_deletion_has_conditions(self):
        client = self.writer()
        meta = self.create("a")["metadata"]
        other = "11111111-2222-3333-4444-555555555555"
        self.assertEqual(client.refused("delete", name="a", uid=other)[0], {"conflict"})
        self.assertEqual(client.refused("delete", name="a", version="1")[0], {"conflict"})
        answer = client.ask("delete", name="a", uid=meta["uid"], propagation="Background",
                            version=meta["resourceVersion"])
        self.assertEqual(answer, {"done": True})
        self.assert_code(self.api.get(self.path("a")), 404)

    def test_writers_at_once_lose_no_change(self):
        owner = self.api.post(self.maps, self.config_map("owner")).meta["uid"]
        self.create("a", metadata={"ownerReferences": [
            {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": owner}]})
        clients = [self.writer() for _ in range(4)]
        for client in clients:
            client.begin("count", name="a", times=15)
        for client in clients:
            self.assertIn("object", client.end())
        meta = self.api.get(self.path("a")).meta
        self.assertEqual(meta["annotations"]["count"], "60")
        self.assertEqual(meta["ownerReferences"][0]["uid"], owner, "unknown to us, and kept")

    def test_finalizers_come_and_go_at_once(self):
        self.create("a", metadata={"finalizers": ["example.com/other"]})
        self.addCleanup(self.api.patch, self.path("a"), {"metadata": {"finalizers": None}})
        clients = [self.writer() for _ in FINALIZERS]
        for verb, wanted in (("finalize", {*FINALIZERS, "example.com/other"}),
                             ("finalize", {*FINALIZERS, "example.com/other"}),
                             ("release", {"example.com/other"})):
            for client, finalizer in zip(clients, FINALIZERS):
                client.begin(verb, name="a", finalizer=finalizer)
            for client in clients:
                self.assertIn("object", client.end())
            found = self.api.get(self.path("a")).meta["finalizers"]
            self.assertEqual((set(found), len(found)), (wanted, len(wanted)))
        self.api.delete(self.path("a"))
        kinds, fields, _ = clients[0].refused("finalize", name="a", finalizer="example.com/late")
        self.assertEqual((kinds, fields), ({"invalid"}, {"metadata.finalizers"}))
        clients[0].get("release", name="a", finalizer="example.com/other")
        self.assert_code(self.api.get(self.path("a")), 404)
        self.assertEqual(
            clients[0].refused("release", name="a", finalizer="example.com/other")[0],
            {"not found"})

    def test_a_server_that_cannot_be_reached_is_passed_over(self):
        self.create("a")
        config = self.config("elsewhere", {"token": self.token}, server="https://127.0.0.1:1")
        client = self.writer(self.plane.server, config=config)
        self.assertEqual(client.get("get", name="a")["metadata"]["name"], "a")
        alone = self.writer(config=config)
        self.assertIn("Connection refused", alone.refused("get", name="a")[2])

    def test_a_kind_without_a_version_is_told(self):
        client = self.writer()
        answer = client.ask("served", types=["nowhere.org/v1/things/Thing"])
        self.assertIn("has no things of nowhere.org/v1", answer["failed"])
        answer = client.ask("served", types=["xpu.opiproject.org/v9/netdevs/Netdev",
                                             "xpu.opiproject.org/v1alpha1/netdevs/Netdev"])
        self.assertEqual(answer, {"served": "xpu.opiproject.org/v1alpha1"})


class Applied(ClientCase):
    """What the server in memory does not do."""

    def test_applied_fields_have_owners(self):
        client = self.writer()
        whole = {"spec": self.netdev("a", mtu=1500)["spec"]}
        client.get("apply", name="a", fields=whole, manager="one")
        self.assertIn("one", owners(self.api.get(self.path("a")).body))
        mine = {"spec": {**whole["spec"], "mtu": 1600}}
        kinds, fields, text = client.refused("apply", name="a", fields=mine, manager="two")
        self.assertEqual((kinds, fields), ({"conflict", "owned"}, {".spec.mtu"}))
        self.assertIn('"one"', text)
        client.get("apply", name="a", fields=mine, manager="two", force=True)
        self.assertEqual(self.api.get(self.path("a"))["spec"]["mtu"], 1600)

    def test_a_field_that_is_applied_no_more_goes(self):
        client = self.writer()
        spec = self.netdev("a", mtu=1500)["spec"]
        client.get("apply", name="a", fields={"spec": spec})
        del spec["mtu"]
        client.get("apply", name="a", fields={"spec": spec})
        self.assertNotIn("mtu", self.api.get(self.path("a"))["spec"])

    def test_every_write_has_our_name(self):
        client = self.writer()
        client.get("create", object=self.netdev("a", {"namespace": self.ns}))
        client.get("merge", name="a", patch={"status": {"phase": "Connected"}},
                   subresource="status")
        self.assertEqual(owners(self.api.get(self.path("a")).body), {"opi-xpu-runtime"})

    def test_operations_are_done_all_or_none(self):
        client = self.writer()
        self.create("a", metadata={"labels": {"x/y": "1"}})
        step = {"op": "add", "path": ["metadata", "labels", "z"], "value": "2"}
        test = {"op": "test", "path": ["metadata", "labels", "x/y"]}
        wrong = [step, {**test, "value": "0"}]
        self.assertEqual(client.refused("patch", name="a", patch=wrong)[0], {"invalid"})
        self.assertEqual(self.api.get(self.path("a")).meta["labels"], {"x/y": "1"})
        client.get("patch", name="a", patch=[
            {**test, "value": "1"}, step,
            {"op": "move", "from": ["metadata", "labels", "x/y"],
             "path": ["metadata", "labels", "moved"]}])
        self.assertEqual(self.api.get(self.path("a")).meta["labels"], {"z": "2", "moved": "1"})
        client.get("patch", name="a", subresource="status", patch=[
            {"op": "add", "path": ["status"], "value": {"phase": "Connected"}}])
        self.assertEqual(self.api.get(self.path("a"))["status"], {"phase": "Connected"})

    def test_the_version_that_is_served_is_found(self):
        client = self.writer()
        for _ in range(2):
            answer = client.ask("served", types=SLICES)
            self.assertEqual(answer, {"served": "discovery.k8s.io/v1beta1"})

    def test_long_answers_come_compressed(self):
        """kube-apiserver compresses from 128 KiB on; that it does is looked at first."""
        text = "long " * 40_000
        self.create("a", metadata={"annotations": {"long": text}})
        with self.api.http.stream("GET", self.path("a"),
                                  headers={"Accept-Encoding": "gzip"}) as found:
            self.assertEqual(found.headers["content-encoding"], "gzip")
        client = self.writer()
        self.assertEqual(client.get("get", name="a")["metadata"]["annotations"], {"long": text})
        self.assertEqual(client.ask("list"), {"items": 1})


class Credentials(ClientCase):
    """Who we are, told by files and programs; no secret is ever said."""

    def plugin(self, name, script, **more):
        """A kubeconfig whose user is what a shell script tells; it counts its runs."""
        self.runs = self.plane.file(f"{name}.runs")
        path = self.put(f"{name}.sh", f"#!/bin/sh\necho run >> {self.runs}\n{script}\n", 0o700)
        return self.config(name, {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": path, "args": ["word"],
            "interactiveMode": "Never", **more}})

    def count(self):
        with open(self.runs, encoding="utf-8") as file:
            return len(file.readlines())

    def credential(self, name, **status):
        """The file that a plugin shows."""
        return self.put(f"{name}.json", json.dumps({
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "status": status}))

    def assert_silent(self, client, *secrets):
        for secret in secrets:
            self.assertNotIn(secret, client.everything)

    def test_a_plugin_runs_once_until_it_is_not_believed(self):
        self.create("a")
        file = self.credential("told", token=self.token)
        client = self.writer(config=self.plugin("exec", f"cat {file}"))
        for _ in range(3):
            client.get("get", name="a")
        self.assertEqual(self.count(), 1)
        self.assert_silent(client, self.token)

    def test_a_credential_that_is_not_accepted_is_asked_for_again_once(self):
        self.create("a")
        file = self.credential("again", token="wrong-token-of-the-plugin")
        client = self.writer(config=self.plugin("again", f"cat {file}"))
        kinds, _, text = client.refused("get", name="a")
        self.assertEqual((kinds, self.count()), ({"unauthorized"}, 2))
        self.assertIn("does not accept what", text)
        self.credential("again", token=self.token)
        client.get("get", name="a")
        self.assertEqual(self.count(), 3, "the reading before was not believed")
        self.credential("again", token="wrong-token-of-the-plugin")
        client.get("get", name="a")
        self.assertEqual(self.count(), 3, "what is good is kept")
        self.assert_silent(client, self.token, "wrong-token-of-the-plugin")

    def test_an_expired_credential_is_asked_for_before_it_is_used(self):
        self.create("a")
        past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
        file = self.credential("past", token=self.token, expirationTimestamp=past.isoformat())
        client = self.writer(config=self.plugin("past", f"cat {file}"))
        for _ in range(2):
            client.get("get", name="a")
        self.assertEqual(self.count(), 2)

    def test_a_plugin_that_fails_is_quoted_without_its_secrets(self):
        config = self.plugin("broken", 'echo "no $KEY today" >&2; exit 7',
                             env=[{"name": "KEY", "value": "open-sesame"}])
        client = self.writer(config=config)
        _, _, text = client.refused("get", name="a")
        self.assertIn("exit code 7: no (withheld) today", text)
        self.assert_silent(client, "open-sesame")

    def test_a_plugin_may_know_the_cluster(self):
        self.create("a")
        file = self.credential("knows", token=self.token)
        info = self.plane.file("knows.info")
        client = self.writer(config=self.plugin(
            "knows", f'printf %s "$KUBERNETES_EXEC_INFO" > {info}; cat {file}',
            provideClusterInfo=True))
        client.get("get", name="a")
        with open(info, encoding="utf-8") as found:
            spec = json.load(found)["spec"]
        self.assertEqual((spec["interactive"], spec["cluster"]["server"]),
                         (False, self.plane.server))
        self.assertTrue(spec["cluster"]["certificate-authority-data"])

    def test_a_token_file_that_is_renewed(self):
        self.create("a")
        path = self.put("renewed.token", "expired-token-in-a-file")
        client = self.writer(config=self.config("renewed", {"tokenFile": path}))
        self.assertEqual(client.refused("get", name="a")[0], {"unauthorized"})
        self.put("renewed.token", self.token + "\n")
        client.get("get", name="a")
        self.put("renewed.token", "expired-token-in-a-file")
        client.get("get", name="a")  # the one in use is good, and a minute is not over
        self.assert_silent(client, self.token, "expired-token-in-a-file")

    def test_a_wrong_token_is_not_said(self):
        client = self.writer(config=self.config("wrong", {"token": "wrong-token-inline"}))
        self.assertEqual(client.refused("get", name="a")[0], {"unauthorized"})
        self.assert_silent(client, "wrong-token-inline")


class Certificates(ClientCase):
    """What needs certificates: the server in memory has an authority of its own alone."""

    def user(self, name):
        """A certificate of a caller who may read Netdevs; the paths of it and its key."""
        self.plane.make_certificate(name, "ca")
        self.plane.kubectl("create", "clusterrolebinding", f"{name}-{self.ns}",
                           "--clusterrole=cluster-admin", f"--user={name}")
        return self.plane.file(f"{name}.crt"), self.plane.file(f"{name}.key")

    def contents(self, *paths):
        found = []
        for path in paths:
            with open(path, encoding="utf-8") as file:
                found.append(file.read())
        return found

    def test_a_client_certificate_from_files(self):
        self.create("a")
        certificate, key = self.user("caller")
        client = self.writer(config=self.config("caller", {
            "client-certificate": certificate, "client-key": key}))
        client.get("get", name="a")

    def test_a_client_certificate_that_a_plugin_tells_and_changes(self):
        self.create("a")
        told = self.plane.file("changing.json")

        def tell(name):
            chain, key = self.contents(*self.user(name))
            self.put("changing.json", json.dumps({
                "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                "status": {"clientCertificateData": chain, "clientKeyData": key,
                           "expirationTimestamp": "2001-01-01T00:00:00Z"}}))
            return key

        def maker(name, client):
            client.get("merge", name="a", patch={"metadata": {"annotations": {"by": name}}})

        path = self.put("changing.sh", f"#!/bin/sh\ncat {told}\n", 0o700)
        config = self.config("changing", {"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": path,
            "interactiveMode": "Never"}})
        client = self.writer(config=config)
        first = tell("first")
        maker("first", client)
        self.plane.kubectl("delete", "clusterrolebinding", f"first-{self.ns}")
        until(lambda: client.ask("get", name="a").get("is") == ["forbidden"], 10,
              "the first caller to be nobody")
        second = tell("second")
        maker("second", client)
        for key in (first, second):
            self.assertNotIn(key.splitlines()[1], client.everything)

    def test_another_authority_is_trusted_by_the_next_connection(self):
        """The server comes back with a certificate of a new authority, which the bundle has."""
        plane = self.plane
        self.create("a")
        bundle = self.put("bundle.crt", "".join(self.contents(plane.file("ca.crt"))))
        config = self.put("bundle.kubeconfig", json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {
                "server": plane.server, "certificate-authority": bundle}}],
            "users": [{"name": "me", "user": {"token": ADMIN_TOKEN}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}]}))
        client = self.writer(config=config)
        client.get("get", name="a")
        plane.make_authority("ca2")
        plane.make_certificate("server2", "ca2")
        plane.stop("apiserver")
        kept = {name: self.contents(plane.file(name))[0] for name in ("server.crt", "server.key")}
        old = self.contents(plane.admin)[0]
        try:
            for name in ("crt", "key"):
                self.put(f"server.{name}", self.contents(plane.file(f"server2.{name}"))[0])
            plane.write_kubeconfig(plane.admin, {"token": ADMIN_TOKEN},
                                   authority=plane.file("ca2.crt"))
            plane.start("apiserver")
            self.assertIn("unknown authority", client.refused("get", name="a")[2])
            self.put("bundle.crt", "no certificate at all")
            until(lambda: "unknown authority" in client.refused("get", name="a")[2]
                  and "the old ones stay" in client.everything, 10, "the trouble to be told")
            self.put("bundle.crt", "".join(self.contents(plane.file("ca.crt"),
                                                         plane.file("ca2.crt"))))
            until(lambda: "object" in client.ask("get", name="a"), 10, "the new one to be trusted")
            self.assertIn("were read again", client.everything)
        finally:
            plane.stop("apiserver")
            for name, text in {**kept, "admin.kubeconfig": old}.items():
                self.put(name, text)
            plane.start("apiserver")
            self.api.close()
            self.server.client = type(self.api)(plane.server, plane.file("ca.crt"), ADMIN_TOKEN)


def on(kind, server_class, *cases):
    """Test classes of these cases on one server, which is ended after the last of them."""
    holder = {}

    def up(cls):
        if not holder:
            holder["it"] = server_class()
            unittest.addModuleCleanup(holder["it"].down)
        cls.server = holder["it"]

    return {f"{kind}{case.__name__}": type(f"{kind}{case.__name__}", (case, unittest.TestCase), {
        "__module__": __name__, "setUpClass": classmethod(up)}) for case in cases}


globals().update(on("Real", RealServer, Writes, Applied, Credentials, Certificates))
globals().update(on("Memory", MemoryServer, Writes, Credentials))
