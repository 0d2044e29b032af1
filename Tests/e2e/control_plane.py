#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A real kube-apiserver with its etcd, on 127.0.0.1 of a network namespace or of the machine.

    control_plane.py up FOLDER [--netns NAME] [--bare]   start, print a JSON line, return
    control_plane.py down FOLDER                         end, and remove the folder
    control_plane.py restart FOLDER apiserver|etcd
    control_plane.py kubeconfig FOLDER ACCOUNT           print a kubeconfig's path, with a token
    control_plane.py status FOLDER

TLS with an authority of its own, RBAC, bound service account tokens. `scripts/control-plane` sets
KUBE_APISERVER, ETCD and KUBECTL, and passes its words on.
"""
import argparse
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import spaces
from parts import ROOT, WITH_US, until

MANIFESTS = os.path.join(ROOT, "manifests")
NAMESPACE = "opi-xpu"
ADMIN_TOKEN = "admin-of-this-test-only"


def program(name):
    path = os.environ.get(name)
    if not path or not os.access(path, os.X_OK):
        sys.exit(f"{name} must name a program; run this through scripts/control-plane")
    return path


def free_ports(count):
    """Ports of 127.0.0.1 nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class ControlPlane:
    """`folder` has everything: keys, etcd's data, logs, and state.json for other processes."""

    def __init__(self, folder, netns=None, detached=False):
        """A detached one outlives this program; any other is gone when this program is."""
        self.folder, self.netns, self.detached = folder, netns, detached
        self.pids, self.processes = {}, {}
        self.extra = []  # flags for the API server beyond the usual ones
        # A namespace of its own has its ports to itself.
        self.ports = [2379, 2380, 6443] if netns else None

    def file(self, *names):
        return os.path.join(self.folder, *names)

    @property
    def server(self):
        return f"https://127.0.0.1:{self.ports[2]}"

    @property
    def admin(self):
        return self.file("admin.kubeconfig")

    @property
    def before(self):
        return spaces.inside(self.netns) if self.netns else []

    # Up and down.

    def up(self, bare=False):
        os.makedirs(self.folder, exist_ok=True)
        self.ports = self.ports or free_ports(3)
        self._make_keys()
        self.write_kubeconfig(self.admin, {"token": ADMIN_TOKEN})
        try:
            self.start("etcd")
            self.start("apiserver")
            if not bare:
                self.install()
        except BaseException:
            self.down()
            raise
        return self

    def down(self, how=signal.SIGTERM):
        """A server that is asked nicely waits for its watchers."""
        for name in ("apiserver", "etcd"):
            self.stop(name, how)
        shutil.rmtree(self.folder, ignore_errors=True)

    def install(self):
        """The shipped resource definitions, namespace, accounts and roles."""
        self.kubectl("apply", "-k", MANIFESTS)
        self.kubectl("wait", "--for=condition=Established", "--timeout=20s", "crd", "--all")

    def start(self, name, wait=True):
        command = {"etcd": self._etcd, "apiserver": self._apiserver}[name]()
        bound = [] if self.detached else WITH_US
        with open(self.file(f"{name}.log"), "ab") as log:
            process = subprocess.Popen(
                [*bound, *self.before, *command], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=self.detached)
        self.pids[name], self.processes[name] = process.pid, process
        self._save()
        if wait and name == "apiserver":
            until(self.ready, 60, "kube-apiserver to be ready", pause=0.1)

    def ready(self):
        process = self.processes.get("apiserver")
        if process and process.poll() is not None:
            raise AssertionError(f"kube-apiserver ended: {self.said('apiserver')[-3000:]}")
        return self.kubectl("get", "--raw", "/readyz", check=False).stdout == "ok"

    def said(self, name):
        with open(self.file(f"{name}.log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def stop(self, name, how=signal.SIGTERM):
        """Ends one of the two; only ever by the id of the process that was started."""
        pid = self.pids.pop(name, None)
        if pid is None:
            return
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            pass
        process = self.processes.pop(name, None)
        if process:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        else:
            end = time.monotonic() + 15
            while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
                time.sleep(0.05)
            if os.path.exists(f"/proc/{pid}"):
                os.kill(pid, signal.SIGKILL)
        self._save()

    def kill(self, name):
        self.stop(name, signal.SIGKILL)

    def restart(self, name):
        self.stop(name)
        self.start(name)

    # What runs.

    def _etcd(self):
        client, peer = self.ports[:2]
        return [program("ETCD"), "--name", "etcd", "--data-dir", self.file("etcd"),
                "--listen-client-urls", f"http://127.0.0.1:{client}",
                "--advertise-client-urls", f"http://127.0.0.1:{client}",
                "--listen-peer-urls", f"http://127.0.0.1:{peer}",
                "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                "--initial-cluster", f"etcd=http://127.0.0.1:{peer}"]

    def _apiserver(self):
        return [program("KUBE_APISERVER"),
                "--etcd-servers", f"http://127.0.0.1:{self.ports[0]}",
                "--bind-address", "127.0.0.1", "--secure-port", str(self.ports[2]),
                "--endpoint-reconciler-type", "none", "--advertise-address", "192.0.2.1",
                "--cert-dir", self.file("certs"),
                "--tls-cert-file", self.file("server.crt"),
                "--tls-private-key-file", self.file("server.key"),
                "--client-ca-file", self.file("ca.crt"),
                "--token-auth-file", self.file("tokens.csv"),
                "--authorization-mode", "Node,RBAC",
                "--service-account-issuer", "https://kubernetes.default.svc",
                "--service-account-signing-key-file", self.file("accounts.key"),
                "--service-account-key-file", self.file("accounts.key"),
                "--service-cluster-ip-range", "10.96.0.0/24",
                "--shutdown-delay-duration", "0s",
                *self.extra]

    # Keys and certificates.

    def _make_keys(self):
        self.make_authority("ca")
        self.make_certificate("server", "ca")
        spaces.run("openssl", "genrsa", "-out", self.file("accounts.key"), "2048")
        with open(self.file("tokens.csv"), "w", encoding="utf-8") as file:
            file.write(f'{ADMIN_TOKEN},admin,admin,"system:masters"\n')

    def make_authority(self, name):
        spaces.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30", "-subj",
                   f"/CN={name}", "-keyout", self.file(f"{name}.key"), "-out",
                   self.file(f"{name}.crt"))

    def make_certificate(self, name, authority, names="DNS:localhost,DNS:kubernetes.default.svc,"
                         "IP:127.0.0.1", begin=None, end=None):
        """`begin` and `end` as YYYYMMDDHHMMSSZ, for certificates of another time."""
        with open(self.file(f"{name}.cnf"), "w", encoding="utf-8") as file:
            file.write(f"[ca]\ndefault_ca=here\n[here]\ndatabase={self.file(name)}.db\n"
                       f"new_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\n"
                       f"policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n"
                       f"[names]\nsubjectAltName={names}\n")
        open(self.file(f"{name}.db"), "w", encoding="utf-8").close()
        spaces.run("openssl", "req", "-newkey", "ec", "-pkeyopt",
                   "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-keyout",
                   self.file(f"{name}.key"), "-out", self.file(f"{name}.csr"))
        dates = (["-startdate", begin, "-enddate", end] if begin else ["-days", "30"])
        spaces.run("openssl", "ca", "-batch", "-notext", "-config", self.file(f"{name}.cnf"),
                   "-extensions", "names", "-cert", self.file(f"{authority}.crt"), "-keyfile",
                   self.file(f"{authority}.key"), "-in", self.file(f"{name}.csr"), "-out",
                   self.file(f"{name}.crt"), *dates)

    # Callers.

    def write_kubeconfig(self, path, user, server=None, authority=None):
        """A kubeconfig for `user`, which is what stands below `user:` in it."""
        with open(authority or self.file("ca.crt"), "rb") as file:
            trusted = base64.b64encode(file.read()).decode()
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {
                "server": server or self.server, "certificate-authority-data": trusted}}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "it", "context": {
                "cluster": "it", "user": "me", "namespace": NAMESPACE}}]}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=1)
        os.chmod(path, 0o600)
        return path

    def token(self, account, seconds=3600):
        """A bound token of a service account."""
        request = self.file("token-request.json")
        with open(request, "w", encoding="utf-8") as file:
            json.dump({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                       "spec": {"expirationSeconds": seconds}}, file)
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        answer = self.kubectl("create", "--raw", path, "-f", request).stdout
        return json.loads(answer)["status"]["token"]

    def kubeconfig(self, account):
        """A kubeconfig with the account's token in a file of its own, as a pod has it."""
        token = self.file(f"{account}.token")
        with open(token, "w", encoding="utf-8") as file:
            file.write(self.token(account))
        os.chmod(token, 0o600)
        return self.write_kubeconfig(self.file(f"{account}.kubeconfig"), {"tokenFile": token})

    def kubectl(self, *words, check=True, config=None, given=None):
        done = subprocess.run(
            [*self.before, program("KUBECTL"), "--kubeconfig", config or self.admin,
             "--request-timeout=20s", *words], input=given or "", capture_output=True, text=True,
            timeout=60, env={**os.environ, "HOME": self.folder})
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done

    def apply(self, *objects):
        everything = {"apiVersion": "v1", "kind": "List", "items": objects}
        self.kubectl("apply", "-f", "-", given=json.dumps(everything))

    def objects(self, kind, *words):
        return json.loads(self.kubectl("get", kind, "-o", "json", *words).stdout)["items"]

    # For other processes.

    def _save(self):
        with open(self.file("state.json"), "w", encoding="utf-8") as file:
            json.dump({"pids": self.pids, "ports": self.ports, "netns": self.netns}, file)

    @classmethod
    def load(cls, folder):
        with open(os.path.join(folder, "state.json"), encoding="utf-8") as file:
            state = json.load(file)
        plane = cls(folder, state["netns"], detached=True)
        plane.pids, plane.ports = state["pids"], state["ports"]
        return plane

    def describe(self):
        return {"folder": self.folder, "server": self.server, "kubeconfig": self.admin,
                "authority": self.file("ca.crt"), "netns": self.netns, "pids": self.pids}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["up", "down", "restart", "kubeconfig", "status"])
    parser.add_argument("folder")
    parser.add_argument("what", nargs="?", help="apiserver, etcd, or a service account")
    parser.add_argument("--netns", help="the network namespace to run in")
    parser.add_argument("--bare", action="store_true", help="without this project's manifests")
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    if options.verb == "up":
        if os.path.exists(os.path.join(folder, "state.json")):
            sys.exit(f"{folder} is in use; end it first: control-plane down {options.folder}")
        plane = ControlPlane(folder, options.netns, detached=True)
        print(json.dumps(plane.up(options.bare).describe()))
        return
    if not os.path.exists(os.path.join(folder, "state.json")):
        if options.verb == "down":
            return  # it is down
        sys.exit(f"{folder} has no control plane")
    plane = ControlPlane.load(folder)
    if options.verb == "down":
        plane.down()
    elif options.verb == "restart":
        plane.restart(options.what)
    elif options.verb == "kubeconfig":
        print(plane.kubeconfig(options.what))
    else:
        print(json.dumps({**plane.describe(), "ready": plane.ready()}))


if __name__ == "__main__":
    main()
