# SPDX-License-Identifier: Apache-2.0
"""Asks a server at the address given for its health and its services, as tools do, with grpcio.

The server describes echo.proto and says that opi.test.Echo does not serve. Prints one line per
check that held.
"""

import os
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool

sys.path.insert(0, os.path.dirname(__file__))
import credentials  # noqa: E402  (it lies beside this file)

TLS = credentials.folder()
health, health_services = grpc.protos_and_services("health.proto")
reflection, _ = grpc.protos_and_services("reflection.proto")
Status = health.HealthCheckResponse.ServingStatus


def check_health(channel):
    stub = health_services.HealthStub(channel)

    def check(name):
        return stub.Check(health.HealthCheckRequest(service=name), timeout=10).status

    assert check("") == Status.SERVING
    assert check("opi.test.Echo") == Status.NOT_SERVING
    try:
        check("nobody")
        raise AssertionError("NOT_FOUND was expected")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND
    print("check")
    for name, wanted in (("", Status.SERVING), ("nobody", Status.SERVICE_UNKNOWN)):
        watch = stub.Watch(health.HealthCheckRequest(service=name), timeout=10)
        assert next(watch).status == wanted
        watch.cancel()
    print("watch")


def check_reflection(channel, package):
    Request = reflection.ServerReflectionRequest
    call = channel.stream_stream(
        f"/{package}.ServerReflection/ServerReflectionInfo",
        request_serializer=Request.SerializeToString,
        response_deserializer=reflection.ServerReflectionResponse.FromString)
    requests = [
        Request(list_services=""), Request(file_containing_symbol="opi.test.Echo.Repeat"),
        Request(file_by_filename="echo.proto"), Request(file_containing_symbol="opi.test.Nobody"),
    ]
    answers = list(call(iter(requests), timeout=10))
    assert [answer.original_request for answer in answers] == requests
    names = [service.name for service in answers[0].list_services_response.service]
    assert names == ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                     "grpc.reflection.v1alpha.ServerReflection", "opi.test.Echo"], names
    for answer in answers[1:3]:
        file, = answer.file_descriptor_response.file_descriptor_proto
        pool = descriptor_pool.DescriptorPool()
        pool.Add(descriptor_pb2.FileDescriptorProto.FromString(file))
        assert "Repeat" in pool.FindServiceByName("opi.test.Echo").methods_by_name
    assert answers[3].error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]
    print(package)


def main():
    with credentials.channel(TLS, sys.argv[1]) as channel:
        check_health(channel)
        for package in ("grpc.reflection.v1", "grpc.reflection.v1alpha"):
            check_reflection(channel, package)


main()
