# SPDX-License-Identifier: Apache-2.0
"""What a kubelet refuses, and what our own device plugin promises on top of that."""
import os
import re

from common import unknown_fields

VERSION = "v1beta1"
HEALTH = ("Healthy", "Unhealthy")
LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"
RESOURCE = re.compile(rf"({LABEL}(\.{LABEL})*)/({NAME})")


def refusal(request):
    """The text with which a kubelet refuses a registration, or None."""
    if request.version != VERSION:
        return (f'requested API version "{request.version}" is not supported by kubelet. '
                f'Supported version is ["{VERSION}"]')
    if not _is_extended(request.resource_name):
        return f'the ResourceName "{request.resource_name}" is invalid'
    return None


def _is_extended(name):
    """A domain that is not Kubernetes' own, a slash, and at most 63 characters."""
    found = RESOURCE.fullmatch(name)
    if not found or len(name.split("/")[1]) > 63 or len(f"requests.{name}") > 317:
        return False
    return not found[1].endswith("kubernetes.io") and not name.startswith("requests.")


def registration_faults(request, folder, seconds_left):
    """What our plugin's registration must not be, each as a sentence."""
    yield from (f"Register: unknown field {path}" for path in unknown_fields(request))
    if seconds_left is None or seconds_left > 3600:
        yield "Register: no deadline"
    if not request.endpoint or "/" in request.endpoint:
        yield f"Register: endpoint '{request.endpoint}' is not a file name"
    elif not os.path.exists(os.path.join(folder, request.endpoint)):
        yield "Register: the endpoint does not listen yet"


def device_faults(response):
    """What our plugin's list of devices must not be, each as a sentence."""
    yield from (f"ListAndWatch: unknown field {path}" for path in unknown_fields(response))
    seen = set()
    for device in response.devices:
        if not 1 <= len(device.ID) <= 63:
            yield f"ListAndWatch: id '{device.ID}' is not 1 to 63 characters"
        if device.health not in HEALTH:
            yield f"ListAndWatch: health '{device.health}' of {device.ID}"
        if device.ID in seen:
            yield f"ListAndWatch: {device.ID} twice"
        if any(node.ID < 0 for node in device.topology.nodes):
            yield f"ListAndWatch: a negative NUMA node at {device.ID}"
        seen.add(device.ID)
