# SPDX-License-Identifier: Apache-2.0
"""An HTTP/2 server in the clear that answers lists and watches as a test says: also wrongly.

`answers` is a list of (status, headers, pieces) or functions of the request that give one; each
request takes the next, the last one stays. A piece is bytes; None keeps the stream open for ever.
"""
import socket
import threading

import h2.config
import h2.connection
import h2.events
import h2.exceptions

CHUNK = 16 << 10


class OddServer:
    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.connections = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.connections:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # the client was first
            one.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _next(self, path):
        with self.lock:
            self.requests.append(path)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(path) if callable(answer) else answer

    def _serve(self, connection):
        machine = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        machine.initiate_connection()
        waiting = {}  # stream: (bytes that are left, whether it ends after them)
        try:
            connection.sendall(machine.data_to_send())
            while data := connection.recv(65536):
                for event in machine.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        fields = dict(event.headers)
                        path = fields.get(b":path", fields.get(":path"))
                        path = path.decode() if isinstance(path, bytes) else path
                        status, headers, pieces = self._next(path)
                        machine.send_headers(event.stream_id, [
                            (":status", str(status)), *headers.items()])
                        body = b"".join(one for one in pieces if one is not None)
                        waiting[event.stream_id] = [memoryview(body), None not in pieces]
                    elif isinstance(event, h2.events.StreamReset):
                        waiting.pop(event.stream_id, None)
                self._send(machine, waiting)
                connection.sendall(machine.data_to_send())
        except (OSError, h2.exceptions.ProtocolError):
            return

    @staticmethod
    def _send(machine, waiting):
        for stream, (left, ends) in list(waiting.items()):
            while left:
                size = min(machine.local_flow_control_window(stream), CHUNK, len(left))
                if size <= 0:
                    break
                machine.send_data(stream, bytes(left[:size]))
                left = left[size:]
            waiting[stream][0] = left
            if not left:
                if ends:
                    machine.end_stream(stream)
                waiting.pop(stream)
