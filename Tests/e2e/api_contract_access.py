# SPDX-License-Identifier: Apache-2.0
"""The contract: discovery, who may do what, and writers at the same time."""
import asyncio
import base64
import datetime
import json
import os
import threading

import yaml

from api_contract import API, CORE, GROUP, LEASES, NAMESPACE, RBAC, ApiCase
from control_plane import MANIFESTS
from parts import until

HOST, CARD = "opi-xpu-host-agent", "opi-xpu-xpu-agent"
VERBS = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}


class Discovery(ApiCase):
    def resources(self, path):
        answer = self.api.get(path)
        self.assert_code(answer, 200)
        self.assertEqual(answer["kind"], "APIResourceList")
        return {one["name"]: one for one in answer["resources"]}

    def test_version(self):
        answer = self.api.get("/version")
        self.assert_code(answer, 200)
        self.assertEqual(answer["major"], "1")
        self.assertRegex(answer["gitVersion"], r"^v1\.\d+\.\d+")
        self.assertTrue(answer["minor"] and answer["platform"])

    def test_health(self):
        for path in ("/readyz", "/livez", "/healthz"):
            answer = self.api.get(path, accept="*/*")
            self.assertEqual((answer.code, answer.text), (200, "ok"))
            self.assertTrue(answer.headers["content-type"].startswith("text/plain"))
        self.assertIn("check passed", self.api.get("/readyz", verbose="").text)

    def test_core_versions(self):
        answer = self.api.get("/api")
        self.assertEqual((answer["kind"], answer["versions"]), ("APIVersions", ["v1"]))
        self.expect("api-versions-without-its-version", answer.get("apiVersion"), "v1", None)

    def test_groups(self):
        answer = self.api.get("/apis")
        self.assertEqual((answer["kind"], answer["apiVersion"]), ("APIGroupList", "v1"))
        groups = {one["name"]: one for one in answer["groups"]}
        for name, version in (("xpu.opiproject.org", "v1alpha1"), ("coordination.k8s.io", "v1"),
                              ("rbac.authorization.k8s.io", "v1"), ("apiextensions.k8s.io", "v1"),
                              ("authentication.k8s.io", "v1"), ("authorization.k8s.io", "v1")):
            self.assertIn({"groupVersion": f"{name}/{version}", "version": version},
                          groups[name]["versions"])
            self.assertEqual(groups[name]["preferredVersion"]["version"], version)
        one = self.api.get("/apis/xpu.opiproject.org")
        self.assertEqual((one["kind"], one["name"], one["versions"]),
                         ("APIGroup", "xpu.opiproject.org",
                          groups["xpu.opiproject.org"]["versions"]))

    def test_our_resources(self):
        found = self.resources(GROUP)
        self.assertEqual(set(found), {"netdevs", "netdevs/status", "dpunetworks", "xpus",
                                      "xpus/status", "addressblocks"})
        for name, kind, singular, short, namespaced in (
                ("netdevs", "Netdev", "netdev", ["nd"], True),
                ("dpunetworks", "DPUNetwork", "dpunetwork", ["dnet"], False),
                ("xpus", "XPU", "xpu", None, False),
                ("addressblocks", "AddressBlock", "addressblock", ["ablk"], False)):
            one = found[name]
            self.assertEqual((one["kind"], one["singularName"], one.get("shortNames"),
                              one["namespaced"], one["categories"]),
                             (kind, singular, short, namespaced, ["opi"]))
            self.assertEqual(set(one["verbs"]), VERBS)
        for name in ("netdevs", "xpus"):
            status = found[f"{name}/status"]
            self.assertEqual((set(status["verbs"]), status["kind"]),
                             ({"get", "patch", "update"}, found[name]["kind"]))

    def test_built_in_resources(self):
        core = self.resources(CORE)
        for name, kind, namespaced in (("namespaces", "Namespace", False), ("nodes", "Node", False),
                                       ("configmaps", "ConfigMap", True),
                                       ("serviceaccounts", "ServiceAccount", True),
                                       ("events", "Event", True)):
            self.assertEqual((core[name]["kind"], core[name]["namespaced"]), (kind, namespaced))
            self.assertLessEqual(VERBS - {"deletecollection"}, set(core[name]["verbs"]))
        self.assertEqual(core["serviceaccounts/token"]["verbs"], ["create"])
        self.assertEqual(core["namespaces"]["shortNames"], ["ns"])
        self.assertIn("leases", self.resources(LEASES))
        self.assertLessEqual({"roles", "rolebindings", "clusterroles", "clusterrolebindings"},
                             set(self.resources(RBAC)))
        self.assertIn("customresourcedefinitions", self.resources("/apis/apiextensions.k8s.io/v1"))

    def test_an_unknown_group_is_404(self):
        for path in ("/apis/nowhere.example", "/apis/nowhere.example/v1",
                     "/apis/xpu.opiproject.org/v9"):
            self.assert_code(self.api.get(path), 404)

    def test_definitions_are_objects_with_conditions(self):
        answer = self.api.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
                              "netdevs.xpu.opiproject.org")
        self.assertEqual((answer["kind"], answer["status"]["acceptedNames"]["kind"]),
                         ("CustomResourceDefinition", "Netdev"))
        conditions = {one["type"]: one["status"] for one in answer["status"]["conditions"]}
        self.assertEqual((conditions["Established"], conditions["NamesAccepted"]), ("True", "True"))
        self.assertEqual(answer["status"]["storedVersions"], ["v1alpha1"])

    def test_openapi_describes_our_kinds(self):
        answer = self.api.get("/openapi/v3")
        self.expect("no-openapi-v3", answer.code, 200, 404)
        if self.old:
            return
        url = answer["paths"][f"apis/{API}"]["serverRelativeURL"]
        answer = self.api.get(url)
        self.assert_code(answer, 200)
        self.assertTrue(answer["openapi"].startswith("3.0"))
        schemas = {one["x-kubernetes-group-version-kind"][0]["kind"]: one
                   for one in answer["components"]["schemas"].values()
                   if len(one.get("x-kubernetes-group-version-kind", [])) == 1}
        for name in sorted(os.listdir(os.path.join(MANIFESTS, "crds"))):
            with open(os.path.join(MANIFESTS, "crds", name), encoding="utf-8") as file:
                definition = yaml.safe_load(file)
            if definition["kind"] != "CustomResourceDefinition":
                continue
            kind = definition["spec"]["names"]["kind"]
            wanted = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
            self.assertEqual(schemas[kind]["description"], wanted["description"])
            self.assert_described(wanted["properties"]["spec"],
                                  schemas[kind]["properties"]["spec"])
        self.assertIn(f"/apis/{API}/namespaces/{{namespace}}/netdevs", answer["paths"])

    def test_openapi_says_what_kubectl_looks_for(self):
        """Which kind a path has, and that a PATCH takes fieldValidation: or else apply fails."""
        index = self.api.get("/openapi/v3")
        if self.only_old("no-openapi-v3"):
            return self.assert_code(index, 404)
        for version, path, kind in (
                (f"apis/{API}", "namespaces/{namespace}/netdevs", "Netdev"),
                (f"apis/{API}", "dpunetworks", "DPUNetwork"), ("api/v1", "namespaces", "Namespace"),
                ("api/v1", "namespaces/{namespace}/serviceaccounts", "ServiceAccount"),
                ("apis/rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole"),
                ("apis/apiextensions.k8s.io/v1", "customresourcedefinitions",
                 "CustomResourceDefinition")):
            paths = self.api.get(index["paths"][version]["serverRelativeURL"])["paths"]
            group, _, number = version.removeprefix("apis/").removeprefix("api/").rpartition("/")
            operation = paths[f"/{version}/{path}/{{name}}"]["patch"]
            self.assertEqual(operation["x-kubernetes-group-version-kind"],
                             {"group": group, "version": number, "kind": kind})
            found = {(one.get("name"), one.get("in")) for one in operation["parameters"]}
            self.assertIn(("fieldValidation", "query"), found)
            self.assertEqual(paths[f"/{version}/{path}"]["post"]["x-kubernetes-group-version-kind"],
                             operation["x-kubernetes-group-version-kind"])
        return None

    def assert_described(self, wanted, found):
        for key in ("description", "type"):
            self.assertEqual(found.get(key), wanted.get(key))
        for name, schema in wanted.get("properties", {}).items():
            self.assert_described(schema, found["properties"][name])
        if "items" in wanted:
            self.assert_described(wanted["items"], found["items"])


class Authentication(ApiCase):
    def test_nobody_may_only_ask_for_health_and_version(self):
        nobody = self.api.like(None)
        answer = nobody.get(self.netdevs)
        self.assert_failure(answer, 403, "Forbidden", 'User "system:anonymous" cannot list '
                            'resource "netdevs" in API group "xpu.opiproject.org" in the namespace '
                            f'"{self.ns}"')
        self.assert_failure(nobody.get("/api"), 403, "Forbidden",
                            'User "system:anonymous" cannot get path "/api"')
        for path in ("/readyz", "/livez", "/healthz", "/version"):
            self.assert_code(nobody.get(path), 200)
        nobody.close()

    def test_a_bad_token_is_401(self):
        stranger = self.api.like("bogus")
        for path in (self.netdevs, "/readyz", "/version"):
            self.assert_failure(stranger.get(path), 401, "Unauthorized", "Unauthorized")
        stranger.close()

    def account(self, name):
        answer = self.api.post(f"{CORE}/namespaces/{self.ns}/serviceaccounts", {
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
        self.assert_code(answer, 201)
        return f"{CORE}/namespaces/{self.ns}/serviceaccounts/{name}"

    def request(self, account, **spec):
        return self.api.post(f"{account}/token", {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec})

    def test_a_token_request_answers_token_and_expiry(self):
        answer = self.request(self.account("a"), expirationSeconds=600)
        self.assert_code(answer, 201)
        self.assertEqual((answer["kind"], answer["apiVersion"]),
                         ("TokenRequest", "authentication.k8s.io/v1"))
        self.assertEqual(answer["spec"]["expirationSeconds"], 600)
        expiry = datetime.datetime.fromisoformat(answer["status"]["expirationTimestamp"])
        left = (expiry - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
        self.assertTrue(580 < left < 620, left)
        payload = answer["status"]["token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.assertEqual(claims["sub"], f"system:serviceaccount:{self.ns}:a")
        self.assertEqual(claims["kubernetes.io"]["serviceaccount"]["name"], "a")
        self.assertEqual((claims["exp"] - claims["iat"], claims["aud"]),
                         (600, answer["spec"]["audiences"]))
        user = self.api.like(answer["status"]["token"])
        self.assert_failure(user.get(self.netdevs), 403, "Forbidden",
                            f'User "system:serviceaccount:{self.ns}:a" cannot list')
        self.assert_code(user.get("/apis"), 200)
        user.close()

    def test_a_token_request_is_checked(self):
        account = self.account("a")
        answer = self.request(account, expirationSeconds=10)
        self.assert_failure(answer, 422, "Invalid", "10 minutes")
        self.assertEqual(answer.causes, {("FieldValueInvalid", "spec.expirationSeconds")})
        self.assertEqual(self.request(account)["spec"]["expirationSeconds"], 3600)
        self.assert_failure(self.request(account + "x"), 404, "NotFound",
                            'serviceaccounts "ax" not found')

    def test_a_token_for_somebody_else_is_401(self):
        token = self.request(self.account("a"), audiences=["somebody-else"])["status"]["token"]
        user = self.api.like(token)
        self.assert_code(user.get("/apis"), 401)
        user.close()

    def test_the_token_of_a_deleted_account_is_401(self):
        account = self.account("a")
        token = self.request(account)["status"]["token"]
        self.api.delete(account)
        user = self.api.like(token)
        until(lambda: user.get("/apis").code == 401, 15, "the token to be refused", pause=0.2)
        user.close()

    def test_a_token_of_a_namesake_is_401(self):
        account = self.account("a")
        token = self.request(account)["status"]["token"]
        self.api.delete(account)
        self.account("a")
        user = self.api.like(token)
        until(lambda: user.get("/apis").code == 401, 15, "the token to be refused", pause=0.2)
        user.close()


class Authorization(ApiCase):
    """The shipped roles, and roles made here."""

    def setUp(self):
        super().setUp()
        self.card = self.user(CARD)
        self.ours = f"{GROUP}/namespaces/{NAMESPACE}/netdevs"

    def user(self, account, namespace=NAMESPACE):
        answer = self.api.post(f"{CORE}/namespaces/{namespace}/serviceaccounts/{account}/token", {
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}})
        self.assert_code(answer, 201)
        client = self.api.like(answer["status"]["token"])
        self.addCleanup(client.close)
        return client

    def forbidden(self, answer, verb, resource, group="xpu.opiproject.org", name=None,
                  where=f'in the namespace "{NAMESPACE}"'):
        plural = resource.split("/")[0]
        full = (f"{plural}.{group}" if group else plural) + (f' "{name}"' if name else "")
        self.assert_failure(
            answer, 403, "Forbidden", f'{full} is forbidden: User '
            f'"system:serviceaccount:{NAMESPACE}:{CARD}" cannot {verb} resource "{resource}" in '
            f'API group "{group}" {where}', {"name": name, "group": group or None, "kind": plural})

    def test_what_a_role_allows(self):
        name = f"{self.ns}-a"
        self.api.post(self.ours, self.netdev(name))
        self.assert_code(self.card.get(self.ours), 200)
        self.assert_code(self.card.get(f"{self.ours}/{name}"), 200)
        answer = self.card.patch(f"{self.ours}/{name}/status", {"status": {"phase": "Error"}})
        self.assert_code(answer, 200)
        with self.card.watch(self.ours, resourceVersion="0") as watch:
            self.assertEqual(watch.next()["type"], "ADDED")
        self.assert_code(self.card.get(f"{GROUP}/xpus"), 200)

    def test_what_no_role_allows_is_403(self):
        card, name = self.card, f"{self.ns}-a"
        body = self.netdev(name)
        self.forbidden(card.post(self.ours, body), "create", "netdevs")
        self.forbidden(card.put(f"{self.ours}/{name}", body), "update", "netdevs", name=name)
        self.forbidden(card.delete(f"{self.ours}/{name}"), "delete", "netdevs", name=name)
        self.forbidden(card.delete(self.ours), "deletecollection", "netdevs")
        self.forbidden(card.put(f"{self.ours}/{name}/status", body), "update", "netdevs/status",
                       name=name)
        self.forbidden(card.get(f"{self.ours}/{name}/status"), "get", "netdevs/status", name=name)
        self.forbidden(card.get(f"{GROUP}/netdevs"), "list", "netdevs",
                       where="at the cluster scope")
        self.forbidden(card.get(f"{CORE}/namespaces"), "list", "namespaces", "",
                       where="at the cluster scope")
        self.forbidden(card.get(self.maps), "list", "configmaps", "",
                       where=f'in the namespace "{self.ns}"')
        with card.watch(f"{GROUP}/netdevs") as watch:
            self.assertEqual(watch.code, 403)
            self.assertIn("cannot watch resource", watch.refusal["message"])

    def test_authorization_comes_before_everything_else(self):
        self.forbidden(self.card.post(self.ours, "no json"), "create", "netdevs")
        self.forbidden(self.card.get(self.ours + "/nowhere/status"), "get", "netdevs/status",
                       name="nowhere")
        self.assert_code(self.card.get("/apis/nowhere.example/v1/things"), 403)

    def test_paths_that_are_no_resources(self):
        for path in ("/version", "/readyz", "/api", "/apis", GROUP):
            self.assert_code(self.card.get(path), 200)
        self.assert_failure(self.card.get("/secret/path"), 403, "Forbidden",
                            'cannot get path "/secret/path"')

    def role(self, account, *rules, cluster=False):
        """A role with these rules for a new account; a client of it."""
        kind = "ClusterRole" if cluster else "Role"
        where = RBAC if cluster else f"{RBAC}/namespaces/{self.ns}"
        meta = {"name": f"{self.ns}-{account}"}
        self.api.post(f"{CORE}/namespaces/{self.ns}/serviceaccounts", {
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account}})
        version = {"apiVersion": "rbac.authorization.k8s.io/v1"}
        answers = [
            self.api.post(f"{where}/{kind.lower()}s",
                          {**version, "kind": kind, "metadata": meta, "rules": list(rules)}),
            self.api.post(f"{where}/{kind.lower()}bindings", {
                **version, "kind": f"{kind}Binding", "metadata": meta,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, **meta},
                "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": self.ns}]})]
        for answer in answers:
            self.assert_code(answer, 201)
        return self.user(account, self.ns)

    def allowed(self, client, path, code=200):
        until(lambda: client.get(path).code == code, 5, f"{code} for {path}")

    def test_resource_names(self):
        self.create("a", "b")
        user = self.role("named", {"apiGroups": ["xpu.opiproject.org"], "resources": ["netdevs"],
                                   "resourceNames": ["a"], "verbs": ["get", "delete"]})
        self.allowed(user, self.path("a"))
        self.assert_code(user.get(self.path("b")), 403)
        self.assert_code(user.get(self.netdevs), 403)
        self.assert_code(user.delete(self.path("b")), 403)
        self.assert_code(user.delete(self.path("a")), 200)

    def test_wildcards_and_subresources(self):
        self.create("a")
        user = self.role("wild", {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get"]})
        self.allowed(user, self.path("a"))
        for path in (self.path("a", "status"), f"{self.maps}/no"):
            self.assertIn(user.get(path).code, (200, 404))
        self.assert_code(user.get(self.netdevs), 403)
        user = self.role("status", {"apiGroups": ["xpu.opiproject.org"],
                                    "resources": ["*/status"], "verbs": ["*"]})
        self.allowed(user, self.path("a", "status"))
        self.assert_code(user.get(self.path("a")), 403)

    def test_a_role_ends_at_its_namespace_and_a_cluster_role_does_not(self):
        rule = {"apiGroups": ["xpu.opiproject.org"], "resources": ["netdevs"], "verbs": ["list"]}
        user = self.role("local", rule)
        self.allowed(user, self.netdevs)
        self.assert_code(user.get(self.ours), 403)
        user = self.role("wide", rule, cluster=True)
        self.allowed(user, f"{GROUP}/netdevs")
        self.allowed(user, self.ours)

    def test_urls_that_are_no_resources_by_role(self):
        user = self.role("urls", {"nonResourceURLs": ["/secret/*", "/metrics"], "verbs": ["get"]},
                         cluster=True)
        self.allowed(user, "/secret/path", 404)
        self.assert_code(user.get("/other"), 403)
        self.assert_code(user.post("/secret/path", {}), 403)

    def test_a_binding_that_goes_takes_its_rights_along(self):
        user = self.role("gone", {"apiGroups": ["xpu.opiproject.org"], "resources": ["netdevs"],
                                  "verbs": ["list"]})
        self.allowed(user, self.netdevs)
        self.api.delete(f"{RBAC}/namespaces/{self.ns}/rolebindings/{self.ns}-gone")
        self.allowed(user, self.netdevs, 403)

    def test_a_self_subject_access_review(self):
        for verb, allowed in (("patch", True), ("create", False)):
            answer = self.card.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
                "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": {"group": "xpu.opiproject.org", "verb": verb,
                                                "resource": "netdevs", "namespace": NAMESPACE}}})
            self.assert_code(answer, 201)
            self.assertEqual((answer["kind"], answer["status"]["allowed"]),
                             ("SelfSubjectAccessReview", allowed))


class Concurrency(ApiCase):
    def run_all(self, work, count=8):
        """`work(client, number)` in threads; what each returned."""
        results, errors = [None] * count, []

        def run(number):
            client = self.api.like(self.api.token)
            try:
                results[number] = work(client, number)
            except Exception as error:
                errors.append(error)
            finally:
                client.close()

        threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        self.assertEqual(errors, [])
        return results

    def test_eight_writers_lose_nothing(self):
        self.api.post(self.maps, self.config_map("count", value="0"))

        def add(client, _):
            conflicts, left = 0, 10
            while left:
                body = client.get(f"{self.maps}/count").body
                body["data"]["value"] = str(int(body["data"]["value"]) + 1)
                answer = client.put(f"{self.maps}/count", body)
                assert answer.code in (200, 409), answer
                conflicts, left = conflicts + (answer.code == 409), left - (answer.code == 200)
            return conflicts

        conflicts = sum(self.run_all(add))
        self.assertEqual(self.api.get(f"{self.maps}/count")["data"]["value"], "80")
        self.assertGreater(conflicts, 0, "or nothing was proved")

    def test_merge_patches_of_different_members_all_stay(self):
        self.api.post(self.maps, self.config_map("count"))

        def write(client, number):
            return [client.patch(f"{self.maps}/count", {"data": {f"k{number}-{turn}": "v"}}).code
                    for turn in range(10)]

        self.assertEqual({code for codes in self.run_all(write) for code in codes}, {200})
        self.assertEqual(len(self.api.get(f"{self.maps}/count")["data"]), 80)

    def test_a_lock_by_create_has_one_winner(self):
        for turn in range(5):
            name = f"{self.ns}-10-{turn}"
            codes = self.run_all(lambda client, number, name=name: client.post(
                f"{GROUP}/addressblocks", self.block(name, f"node-{number}")).code)
            self.assertEqual(sorted(codes), [201] + [409] * 7)

    def test_a_delete_has_one_winner(self):
        self.create("a")
        codes = self.run_all(lambda client, _: client.delete(self.path("a")).code)
        self.assertEqual(sorted(codes), [200] + [404] * 7)

    def test_requests_on_one_connection_do_not_wait_for_each_other(self):
        """Twenty at a time with a watch among them."""
        async def all_at_once():
            async with self.api.multiplexed() as client:
                watch = client.stream("GET", self.netdevs, params={
                    "watch": "true", "timeoutSeconds": 10, "resourceVersion": start})
                async with watch as stream:
                    answers = await asyncio.gather(*[
                        client.post(self.netdevs, json=self.netdev(f"n{number}"))
                        for number in range(20)])
                    self.assertEqual({one.status_code for one in answers}, {201})
                    lines = stream.aiter_lines()
                    events = [json.loads(await anext(lines)) for _ in answers]
                    return {one["object"]["metadata"]["name"] for one in events}

        start = self.now()
        self.assertEqual(len(asyncio.run(all_at_once())), 20)
