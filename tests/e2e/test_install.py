# SPDX-License-Identifier: Apache-2.0
"""An lbbgp as it is installed by the kustomization, on a real API server.

Whoever may view, edit or administrate the cluster may do so with its resources.
"""

import pytest
from fabric import PATIENCE, temporary_fabric, until
from kube import CONTROLLERS
from test_metrics_https import ApiOnly

WRITTEN = ["bgpconfigurations", "bgpfilters", "bgppeers", "servicegroups", "virtualips"]
READ = [*WRITTEN, "bgpnodestatuses"]
LOOK = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete", "deletecollection"]
RIGHTS = {          # who is bound to the ClusterRole: what he may do with what
    "view": [(LOOK, READ)],
    "edit": [(LOOK, READ), (WRITE, WRITTEN)],
    "admin": [(LOOK, READ), (WRITE, WRITTEN)]}


class Installed(ApiOnly):
    """With the controllers that it needs."""

    def start(self):
        super().start()
        self.start_controllers()

    def controller_options(self):
        return [f"--controllers={','.join(CONTROLLERS)},"
                "clusterrole-aggregation-controller"]

    def may(self, who, verb, resource):
        """What the server answers to `kubectl auth can-i` of his."""
        review = self.api.call(
            "POST", "apis/authorization.k8s.io/v1/subjectaccessreviews",
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
             "spec": {"user": who, "resourceAttributes": {
                 "group": "lbbgp.io", "resource": resource, "verb": verb}}})
        return review["status"]["allowed"]


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = Installed(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


@pytest.mark.parametrize("role", RIGHTS)
def test_roles_of_the_cluster_reach_the_resources(cluster, role):
    """And no further: what a node says of itself is written by nobody else."""
    who = f"{role}-of-all"
    cluster.kubectl("create", "clusterrolebinding", who, f"--clusterrole={role}",
                    f"--user={who}")
    until(PATIENCE, f"rights of {role}", lambda: (
        cluster.kubectl("auth", "can-i", "list", "bgppeers.lbbgp.io", f"--as={who}",
                        check=False).startswith("yes"), "none"))
    wanted = {(verb, resource) for verbs, resources in RIGHTS[role]
              for verb in verbs for resource in resources}
    allowed = {(verb, resource) for verb in LOOK + WRITE for resource in READ
               if cluster.may(who, verb, resource)}
    assert allowed == wanted
