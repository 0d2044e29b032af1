# SPDX-License-Identifier: Apache-2.0
"""An independent HTTP/2 client of Kubernetes API servers: requests; watches that cannot hang."""
import json
import queue
import socket
import ssl
import threading
import time

import httpx

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
METADATA_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY = "application/apply-patch+yaml"


class Answer:
    """What the server answered: `code`, `headers`, `text`, and `body` when it is JSON."""

    def __init__(self, response):
        self.code, self.headers, self.text = response.status_code, response.headers, response.text
        self.version = response.http_version
        try:
            self.body = response.json()
        except ValueError:
            self.body = None

    def __getitem__(self, key):
        return self.body[key]

    def get(self, key, default=None):
        return self.body.get(key, default)

    @property
    def meta(self):
        return self.body["metadata"]

    @property
    def names(self):
        return [one["metadata"]["name"] for one in self.body["items"]]

    @property
    def causes(self):
        """The causes of a failure as a set of (reason, field)."""
        found = self.body.get("details", {}).get("causes", [])
        return {(one.get("reason"), one.get("field")) for one in found}

    def __repr__(self):
        return f"{self.code} {self.text[:1500]}"


class Client:
    """Requests as one user; `token` None is nobody."""

    def __init__(self, server, authority, token):
        self.server, self.authority, self.token = server, authority, token
        self.http = self.connection(30)

    def connection(self, seconds, kind=httpx.Client, **options):
        trust = ssl.create_default_context(cafile=self.authority)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return kind(http1=False, http2=True, verify=trust, base_url=self.server, timeout=seconds,
                    headers={"Accept": "application/json", **headers}, **options)

    def multiplexed(self):
        """A client of one connection for requests at the same time; the other is for one thread."""
        return self.connection(30, httpx.AsyncClient, limits=httpx.Limits(max_connections=1))

    def like(self, token):
        """The same server as somebody else."""
        return Client(self.server, self.authority, token)

    def close(self):
        self.http.close()

    def request(self, method, path, body=None, kind="application/json", accept=None, **params):
        """`body`: an object, or text to be sent as it is; `kind`: its Content-Type, or None."""
        headers = {"Accept": accept} if accept else {}
        if body is not None:
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
            headers.update({"Content-Type": kind} if kind else {})
        return Answer(self.http.request(method, path, content=body, headers=headers,
                                        params=params or None))

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body, kind=MERGE, **options):
        return self.request("PATCH", path, body, kind, **options)

    def delete(self, path, body=None, **options):
        return self.request("DELETE", path, body, **options)

    def watch(self, path, accept=None, **params):
        return Watch(self, path, accept, params)


class Watch:
    """A watch whose events a thread collects; the server ends it after 20 s at the latest."""

    def __init__(self, client, path, accept, params):
        self.http = client.connection(25)
        self.params = {"watch": "true", "timeoutSeconds": 20, **params}
        self.arrived, self.code, self.refusal, self.error = queue.Queue(), None, None, None
        self.begun, self.ended = threading.Event(), threading.Event()
        self.headers = {"Accept": accept} if accept else {}
        self.socket = None
        self.reader = threading.Thread(target=self._read, args=(path,), daemon=True)
        self.reader.start()
        assert self.begun.wait(10), f"no answer to a watch of {path}"

    def _read(self, path):
        try:
            with self.http.stream("GET", path, params=self.params,
                                  headers=self.headers) as response:
                self.code = response.status_code
                self.socket = response.extensions["network_stream"].get_extra_info("socket")
                if self.code != 200:
                    response.read()
                    self.refusal = Answer(response)
                self.begun.set()
                for line in response.iter_lines() if self.code == 200 else ():
                    self.arrived.put((time.monotonic(), json.loads(line)))
        except Exception as error:  # also what closing from another thread causes
            self.error = error
        finally:
            self.ended.set()
            self.begun.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Ends the reader before the descriptor is closed, whose number is another's at once."""
        if self.socket:
            try:
                self.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the server was first
        self.reader.join(30)
        self.http.close()

    def next(self, seconds=5):
        """The next event; AssertionError when there is none in time."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.arrived.get(timeout=0.05)[1]
            except queue.Empty:
                over = self.ended.is_set() and self.arrived.empty()
                assert not over and time.monotonic() < end, \
                    f"no event: {self.why() if over else 'time is up'}"

    def why(self):
        """Why it is over."""
        return self.refusal or repr(self.error or "the watch ended")

    def take(self, count, seconds=5):
        """That many events as (type, name, resourceVersion)."""
        return [brief(self.next(seconds)) for _ in range(count)]

    def quiet(self, seconds=0.3):
        """Whether nothing comes for a moment."""
        time.sleep(seconds)
        return self.arrived.empty()

    def rest(self, seconds=10):
        """What comes until the server ends the watch."""
        assert self.ended.wait(seconds), "the watch does not end"
        found = []
        while not self.arrived.empty():
            found.append(self.arrived.get()[1])
        return found


def brief(event):
    meta = event["object"].get("metadata", {})
    return event["type"], meta.get("name"), meta.get("resourceVersion")
