# SPDX-License-Identifier: Apache-2.0
"""Prints what protoc makes of each .proto file given: its FileDescriptorProto in base64."""

import base64
import os
import sys
import tempfile

from google.protobuf import descriptor_pb2
from grpc_tools import protoc


def describe(path):
    folder, name = os.path.split(os.path.abspath(path))
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "out")
        if protoc.main(["protoc", f"-I{folder}", f"--descriptor_set_out={out}", name]) != 0:
            sys.exit(f"protoc refused {path}")
        with open(out, "rb") as file:
            files = descriptor_pb2.FileDescriptorSet.FromString(file.read()).file
    return files[0].SerializeToString(deterministic=True)


for proto in sys.argv[1:]:
    print(base64.b64encode(describe(proto)).decode())
