# SPDX-License-Identifier: Apache-2.0
"""An API server that is not to be trusted, or does not trust: one clear sentence, no busy loop."""
import os
import re
import subprocess
import sys
import time

import spaces
from control_plane import NAMESPACE
from kube_cases import KubeCase
from kube_lab import HOST_ACCOUNT, XPU_ACCOUNT
from parts import BINARY, HERE, until

PORT = 7443


class Refused(KubeCase):
    """Each test starts an xPU agent of its own with something wrong."""

    def agent(self, **kubeconfig):
        """An agent whose kubeconfig was written with these words, and that runs for 4 s."""
        lab = self.lab
        path = lab.file("broken.kubeconfig")
        lab.plane.write_kubeconfig(path, **kubeconfig)
        config = lab.file("broken.json")
        lab._write(config, {  # pylint: disable=protected-access
            "version": 1, "xpu": "card-broken", "kubernetes": {"kubeconfig": path},
            "opi": {"server": f"unix:{lab.file('opi.sock')}"},
            "heartbeat": {"intervalSeconds": 1}, "paths": {"run": lab.file("broken-run")}})
        agent = lab.part("broken", lab.role("xpu-agent", config))
        agent.start()
        self.addCleanup(agent.stop)
        return agent

    def token_user(self, account=XPU_ACCOUNT):
        return {"token": self.lab.plane.token(account)}

    def assert_says(self, agent, *words, times=1):
        """The sentence is there, and not again and again; the secret never is."""
        until(lambda: all(word in agent.said() for word in words), 10, f"{words}")
        time.sleep(3)
        lines = [line for line in agent.said().splitlines() if words[0] in line]
        self.assertLessEqual(len(lines), times, lines)
        self.assertNotIn("Error(", agent.said())
        self.assertNotRegex(agent.said(), r"eyJ[A-Za-z0-9_-]{8}", "a token in the log")
        self.assertTrue(agent.alive, "it tries again")

    def door(self, certificate):
        """A server with that certificate; how many connections it has had."""
        plane = self.lab.plane
        door = self.lab.part("door", [
            *spaces.inside(self.lab.host), sys.executable, os.path.join(HERE, "tls_door.py"),
            str(PORT), plane.file(f"{certificate}.crt"), plane.file(f"{certificate}.key")],
            lambda: "ready" in door.said())
        door.start()
        self.addCleanup(door.stop)
        return lambda: door.said().count("connection")

    def assert_door(self, certificate, *words, server=f"https://127.0.0.1:{PORT}"):
        connections = self.door(certificate)
        agent = self.agent(user={"token": "any"}, server=server)
        self.assert_says(agent, *words)
        # Backoff: a busy loop would make thousands in these three seconds and more.
        self.assertLessEqual(connections(), 15)
        self.assertGreaterEqual(connections(), 2, "it tries again")

    def test_a_wrong_authority(self):
        self.lab.plane.make_authority("stranger")
        agent = self.agent(user={"token": "any"},
                           authority=self.lab.plane.file("stranger.crt"))
        self.assert_says(agent, "signed by an unknown authority")

    def test_an_expired_certificate(self):
        self.lab.plane.make_certificate("old", "ca", begin="20200101000000Z",
                                        end="20200201000000Z")
        self.assert_door("old", "certificate has expired")

    def test_a_certificate_of_tomorrow(self):
        self.lab.plane.make_certificate("early", "ca", begin="20990101000000Z",
                                        end="20990201000000Z")
        self.assert_door("early", "not valid yet")

    def test_a_certificate_of_somebody_else(self):
        self.lab.plane.make_certificate("other", "ca", names="DNS:other.example,IP:192.0.2.9")
        self.assert_door("other", "is for other.example, 192.0.2.9, not for 127.0.0.1")

    def test_a_wrong_name(self):
        self.lab.plane.make_certificate("named", "ca", names="DNS:other.example")
        self.assert_door("named", "is for other.example, not for localhost",
                         server=f"https://localhost:{PORT}")

    def test_a_certificate_of_its_own(self):
        self.lab.plane.make_authority("self")
        self.assert_door("self", "signed by itself")

    def test_no_tls(self):
        listener = self.lab.part("plain", [
            *spaces.inside(self.lab.host), sys.executable, "-m", "http.server", "--bind",
            "127.0.0.1", "--directory", self.lab.folder, str(PORT)])
        listener.start()
        self.addCleanup(listener.stop)
        agent = self.agent(user={"token": "any"}, server=f"https://127.0.0.1:{PORT}")
        self.assert_says(agent, "does not speak TLS")

    def test_a_bad_token(self):
        agent = self.agent(user={"token": "nobody-knows-this"})
        self.assert_says(agent, "does not accept the token")
        self.assertNotIn("nobody-knows-this", agent.said())

    def test_a_token_file_that_is_renewed(self):
        """A wrong token in a file is read again: the agent goes on when it was put right."""
        token = self.lab.plane.file("renewed.token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("expired")
        agent = self.agent(user={"tokenFile": token})
        self.assert_says(agent, f"does not accept the token in {token}")
        with open(token, "w", encoding="utf-8") as file:
            file.write(self.lab.plane.token(XPU_ACCOUNT))
        until(lambda: "serving the card" in agent.said(), 10, "the agent to go on")

    def test_the_account_of_a_pod(self):
        """Without a kubeconfig: what the kubelet mounts into every pod, and its environment."""
        lab, account = self.lab, self.lab.file("account")
        os.makedirs(account)
        for name, text in (("token", lab.plane.token(XPU_ACCOUNT)), ("namespace", NAMESPACE),
                           ("ca.crt", open(lab.plane.file("ca.crt"), encoding="utf-8").read())):
            with open(os.path.join(account, name), "w", encoding="utf-8") as file:
                file.write(text)
        script = ('mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io && '
                  'ln -s "$1" /run/secrets/kubernetes.io/serviceaccount && shift && exec "$@"')
        pod = [*spaces.inside(lab.host), "unshare", "--mount", "sh", "-c", script, "sh", account]
        place = {"PATH": os.environ["PATH"], "HOME": "/nonexistent",
                 "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "6443"}
        done = subprocess.run([*pod, BINARY, "inspect", "netdevs"], env=place, timeout=20,
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertIn("card-1", done.stdout)
        del place["KUBERNETES_SERVICE_HOST"]
        done = subprocess.run([*pod, BINARY, "inspect", "netdevs"], env=place, timeout=20,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("KUBERNETES_SERVICE_HOST is not set as in a pod", done.stderr)

    def test_a_forbidden_verb(self):
        """The host agent's account may not touch Leases as the xPU agent must."""
        agent = self.agent(user=self.token_user(HOST_ACCOUNT))
        self.assert_says(agent, "cannot create resource", HOST_ACCOUNT, "leases")

    def test_a_missing_definition(self):
        plane = self.lab.plane
        plane.kubectl("delete", "crd", "addressblocks.xpu.opiproject.org")
        try:
            agent = self.agent(user=self.token_user())
            self.assert_says(agent, "knows no addressblocks of xpu.opiproject.org/v1alpha1",
                             times=1)
        finally:
            plane.install()
        until(lambda: re.search(r"what=addressblocks .*being watched", agent.said()), 30,
              "the definition to be seen")

    def test_nobody_listens(self):
        agent = self.agent(user={"token": "any"}, server="https://127.0.0.1:1")
        self.assert_says(agent, "Connection refused")
