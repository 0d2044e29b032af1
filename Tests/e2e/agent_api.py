# SPDX-License-Identifier: Apache-2.0
"""The host agent's socket, spoken to by grpcio from host.proto, and by bare bytes."""
import os
import shutil
import socket
import subprocess
import sys

from parts import ROOT

sys.path.insert(0, os.path.join(ROOT, "Sources", "Control", "HostAPI"))

import grpc  # noqa: E402  (opi.py has told it about forks)
from google.protobuf import descriptor_pb2  # noqa: E402

SERVICE = "opi_xpu.host.v1.HostAgent"

protos, services = grpc.protos_and_services("host.proto")

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes.fromhex("000000 04 00 00000000")
STRANGER = 65534  # nobody


def call(path, method, seconds=10, **fields):
    """One rpc; a failure is a grpc.RpcError."""
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.max_send_message_length", -1)]
    with grpc.insecure_channel(f"unix:{path}", options) as channel:
        request = getattr(protos, f"{method}Request")(**fields)
        return getattr(services.HostAgentStub(channel), method)(request, timeout=seconds)


def refusal(path, method, **fields):
    """(code, text) of an rpc that must fail."""
    try:
        answer = call(path, method, **fields)
    except grpc.RpcError as error:
        return error.code().name, error.details()
    raise AssertionError(f"{method} was not refused: {answer}")


def dial(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(path)
    return connection


def heard(connection, seconds=3):
    """All that comes until the other side closes; (bytes, whether it closed)."""
    connection.settimeout(seconds)
    text = b""
    try:
        while part := connection.recv(65536):
            text += part
    except TimeoutError:
        return text, False
    except ConnectionResetError:
        pass
    return text, True


def as_stranger(path):
    """What somebody who is not root gets from the socket: "refused", or the bytes as hex."""
    python = shutil.which("python3", path="/usr/bin:/bin") or sys.executable
    program = f"""
import socket
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
try:
    s.connect({path!r})
except PermissionError:
    print("refused")
    raise SystemExit
text = b""
try:
    s.sendall(bytes.fromhex({(PREFACE + SETTINGS).hex()!r}))
    while part := s.recv(4096):
        text += part
except (ConnectionError, BrokenPipeError):
    pass
except TimeoutError:
    text += b"still open"
print("bytes", text.hex())
"""
    done = subprocess.run(["setpriv", f"--reuid={STRANGER}", f"--regid={STRANGER}",
                           "--clear-groups", python, "-"],
                          input=program, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def described(path):
    """What a tool that knows nothing finds: (names of services, methods of the agent's, health)."""
    reflection, _ = grpc.protos_and_services("reflection.proto")
    health, health_services = grpc.protos_and_services("health.proto")
    asks = [reflection.ServerReflectionRequest(list_services=""),
            reflection.ServerReflectionRequest(file_containing_symbol=SERVICE)]
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"unix:{path}", options) as channel:
        talk = channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            request_serializer=reflection.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection.ServerReflectionResponse.FromString)
        listed, described_file = talk(iter(asks), timeout=10)
        names = [one.name for one in listed.list_services_response.service]
        file = descriptor_pb2.FileDescriptorProto.FromString(
            described_file.file_descriptor_response.file_descriptor_proto[0])
        answer = health_services.HealthStub(channel).Check(health.HealthCheckRequest(), timeout=10)
    methods = [method.name for method in file.service[0].method]
    return names, methods, health.HealthCheckResponse.ServingStatus.Name(answer.status)
