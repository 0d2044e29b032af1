# SPDX-License-Identifier: Apache-2.0
"""The one table of where the real server of these tests, 1.20.2, is not what servers are today.

Cases and transcripts name an entry where they expect something else of the old server; then that
must be what it does, and not what a server does today. An entry nobody needs fails the suite.
"""

DEVIATIONS_1_20 = {
    # The contract suite (api_contract*.py).
    "api-versions-without-its-version":
        "/api and /api/v1 say kind but not apiVersion",
    "apply-to-status-claims-spec":
        "server-side apply on a status subresource makes its manager an owner of the spec too",
    "array-index-in-paths":
        "a wrong element of an array is reported with the array's path, without its index",
    "bad-merge-patch-is-internal":
        "a merge patch that is not JSON is answered 500 instead of 400",
    "duplicate-keys-in-status":
        "x-kubernetes-list-map-keys are not checked in the status subresource",
    "empty-string-is-null":
        "an empty string in a custom resource is refused as being of type null (by this build)",
    "no-openapi-v3":
        "there is no /openapi/v3 yet, only v2",
    "no-strict-validation":
        "the parameter fieldValidation is not known yet; unknown fields are pruned",
    "no-warning-of-unknown-fields":
        "fieldValidation=Warn, the default today, sends Warning headers",
    "no-watch-list":
        "there is no sendInitialEvents yet; resourceVersionMatch is refused on any watch",
    "unsorted-cache-lists":
        "a list at resourceVersion 0 comes from the watch cache in no order",
    "validation-reasons":
        "TypeInvalid, TooLong and TooMany are all reported as FieldValueInvalid",
    # The transcripts (test_kubectl.py).
    "kubectl-explain-heading":
        "kubectl's printer for OpenAPI 2, all that 1.20 has, writes no heading before it fails",
    "kubectl-strict-validation":
        "kubectl itself looks for unknown fields where a server cannot (no fieldValidation)",
    "kubectl-whoami":
        "there is no SelfSubjectReview yet",
}

# What the in-memory server does not have, on purpose. The cases show it on the real one.
LIMITS_IN_MEMORY = {
    "json-patch": "application/json-patch+json is answered 415, whose text names no such type",
    "server-side-apply": "application/apply-patch+yaml is answered 415",
}

# What only the in-memory server has: these are the controller manager's in a real cluster.
CONTROLLERS_IN_MEMORY = {
    "garbage-collection": "an object goes when its last owner is gone",
    "namespace-deletion": "a deleted namespace takes its contents along",
}

# Steps of the kubectl session (kubectl_session.py) in which the servers differ: the entry of a
# table above that says why, and the in-memory server's lines where they can be told.
STEPS_THAT_DIFFER = {
    "kubectl apply, an unknown field": ("kubectl-strict-validation", [
        '! Error from server (BadRequest): error when creating "STDIN": Netdev in version '
        '"v1alpha1" cannot be handled as a Netdev: strict decoding error: unknown field '
        '"spec.bogus"', "exit 1"]),
    "kubectl auth whoami": ("kubectl-whoami", None),
    "kubectl explain netdevs.spec.nothing": ("kubectl-explain-heading", [
        "GROUP:      xpu.opiproject.org", "KIND:       Netdev", "VERSION:    v1alpha1", "",
        '! error: field "nothing" does not exist', "exit 1"]),
    'kubectl patch nd a -n opi-xpu -p {"spec":{"mtu":1600}}': ("json-patch", None),
}

used = set()


def reason_for(name):
    """Why the old server differs there; the entry counts as needed."""
    used.add(name)
    return DEVIATIONS_1_20[name]
