"""The simulated Kubernetes with Helm releases, the kubeconfig of a cluster, and random values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.providers.account import Account, Record
from sandbox.providers.eks.kubeconfig import as_text, kubeconfig
from sandbox.providers.kubernetes.package import RELEASE, Kubernetes, server_of
from sandbox.providers.package import Call, Refused
from sandbox.providers.random_values import RandomValues
from sandbox.providers.schema import Schemas
from sandbox.providers.wire import UNKNOWN, Json, dig, secret, text

ENDPOINT = "https://ABC.gr7.eu-west-1.eks.amazonaws.com"
CLUSTER: Json = {
    "name": "demo",
    "arn": "arn:aws:eks:eu-west-1:1:cluster/demo",
    "endpoint": ENDPOINT,
    "certificateAuthority": {"data": "QUJD"},
}
SETTINGS: Json = {"kubeconfig": as_text(kubeconfig(CLUSTER, None))}
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
PASSWORD = "random:index/randomPassword:RandomPassword"


class Cluster:
    """A cluster with the kubernetes package."""

    def __init__(self, folder: Path, network: Json | None = None, address: str | None = None) -> None:
        self.account = Account(folder / "account.db")
        self.kubernetes = Kubernetes(self.account, address)
        self.account.put(
            Record(
                package="aws",
                scope="1/eu-west-1",
                type="aws:eks/cluster:Cluster",
                id="demo",
                identity="demo",
                urn="",
                life=1,
                version=1,
                inputs={"vpcConfig": network or {}},
                outputs=CLUSTER,
            )
        )

    def call(self, type_: str, name: str) -> Call:
        return Call(f"urn:pulumi:dev::project::{type_}::{name}", type_, name, SETTINGS)

    def create(self, type_: str, name: str, inputs: Json) -> tuple[str, Json]:
        checked, _ = self.kubernetes.check(self.call(type_, name), {}, inputs)
        return self.kubernetes.create(self.call(type_, name), checked, preview=False)


def test_a_kubeconfig_authenticates_to_its_cluster_with_the_aws_command() -> None:
    config = kubeconfig(CLUSTER, {"roleArn": "arn:aws:iam::1:role/x"})
    assert server_of(config) == server_of(as_text(config)) == ENDPOINT
    users = json.loads(str(as_text(config)))["users"]
    assert users[0]["user"]["exec"]["args"] == [
        *("--region", "eu-west-1", "eks", "get-token", "--cluster-name", "demo", "--output", "json"),
        *("--role", "arn:aws:iam::1:role/x"),
    ]


def test_a_kubeconfig_can_be_yaml() -> None:
    yaml = """
current-context: b
contexts: [{name: a, context: {cluster: one}}, {name: b, context: {cluster: two}}]
clusters: [{name: one, cluster: {server: https://one}}, {name: two, cluster: {server: https://two}}]
"""
    assert server_of(yaml) == "https://two"


def test_an_object_gets_a_name_and_the_default_namespace(tmp_path: Path) -> None:
    id_, outputs = Cluster(tmp_path).create(CONFIG_MAP, "settings", {"data": {"a": "1"}})
    assert id_ == f"default/{text(outputs, 'metadata.name')}"
    assert text(outputs, "metadata.name").startswith("settings-")


def test_the_id_of_a_cluster_scoped_object_is_its_name(tmp_path: Path) -> None:
    assert Cluster(tmp_path).create(NAMESPACE, "n", {"metadata": {"name": "app"}})[0] == "app"


def test_a_custom_resource_without_a_namespace_is_cluster_scoped(tmp_path: Path) -> None:
    type_ = "kubernetes:kyverno.io/v1:ClusterPolicy"
    assert Cluster(tmp_path).create(type_, "p", {"metadata": {"name": "signed"}})[0] == "signed"


def test_a_namespace_must_exist_and_is_created_once(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    inside: Json = {"metadata": {"name": "a", "namespace": "app"}}
    with pytest.raises(Refused, match='NotFound: namespaces "app" not found'):
        cluster.create(CONFIG_MAP, "a", inside)
    cluster.create(NAMESPACE, "n", {"metadata": {"name": "app"}})
    cluster.create(CONFIG_MAP, "a", inside)
    for name in ("app", "default"):
        with pytest.raises(Refused, match=f'AlreadyExists: namespaces "{name}" already exists'):
            cluster.create(NAMESPACE, "again", {"metadata": {"name": name}})


def test_everything_in_a_namespace_is_deleted_with_it(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    id_, _ = cluster.create(NAMESPACE, "n", {"metadata": {"name": "app"}})
    cluster.create(CONFIG_MAP, "in", {"metadata": {"name": "in", "namespace": "app"}})
    cluster.create(CONFIG_MAP, "out", {"metadata": {"name": "out"}})
    cluster.kubernetes.delete(cluster.call(NAMESPACE, "n"), id_)
    assert [record.id for record in cluster.account.within(ENDPOINT)] == ["default/out"]


def test_a_release_has_its_status_and_needs_its_namespace(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    inputs: Json = {"name": "argo", "namespace": "argocd", "chart": "argo-cd", "version": "10.9.0"}
    with pytest.raises(Refused, match="NotFound"):
        cluster.create(RELEASE, "argo", inputs)
    id_, outputs = cluster.create(RELEASE, "argo", {**inputs, "createNamespace": True})
    assert (id_, dig(outputs, "status.revision"), text(outputs, "status.status")) == ("argocd/argo", 1, "deployed")
    after = cluster.kubernetes.update(cluster.call(RELEASE, "argo"), id_, {}, inputs, preview=False)
    assert dig(after, "status.revision") == 2


def test_an_object_in_a_missing_cluster_cannot_be_created(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path)
    cluster.account.remove(cluster.account.all("aws:eks/cluster:Cluster")[0])
    with pytest.raises(Refused, match="unreachable"):
        cluster.create(NAMESPACE, "n", {"metadata": {"name": "app"}})


@pytest.mark.parametrize(
    ("network", "address", "reached"),
    [
        ({"endpointPublicAccess": False}, None, True),
        ({"endpointPublicAccess": False}, "203.0.113.7", False),
        ({"endpointPublicAccess": True}, "203.0.113.7", True),
        ({"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/28"]}, "203.0.113.7", True),
        ({"endpointPublicAccess": True, "publicAccessCidrs": ["203.0.113.0/30"]}, "203.0.113.7", False),
    ],
)
def test_an_api_server_is_reached_from_inside_or_through_its_public_endpoint(
    tmp_path: Path, network: Json, address: str | None, reached: bool
) -> None:
    cluster = Cluster(tmp_path, network, address)
    inputs: Json = {"metadata": {"name": "app"}}
    if reached:
        assert cluster.create(NAMESPACE, "n", inputs)[0] == "app"
        return
    with pytest.raises(Refused, match="unreachable"):
        cluster.create(NAMESPACE, "n", inputs)
    with pytest.raises(Refused, match="unreachable"):
        cluster.kubernetes.diff(cluster.call(NAMESPACE, "n"), inputs, inputs)
    with pytest.raises(Refused, match="unreachable"):
        cluster.kubernetes.refresh(cluster.call(NAMESPACE, "n"), "app", inputs, inputs)


@pytest.mark.parametrize(
    ("type_", "old", "new", "replaces"),
    [
        (NAMESPACE, {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}, True),
        (NAMESPACE, {"metadata": {"labels": {"a": "1"}}}, {"metadata": {"labels": {"a": "2"}}}, False),
        ("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", {"roleRef": {"name": "a"}}, {"roleRef": {}}, True),
        ("kubernetes:apps/v1:Deployment", {"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, False),
        (CONFIG_MAP, {"data": {"a": "1"}}, {"data": {"a": "2"}}, True),
        ("kubernetes:core/v1:ResourceQuota", {"spec": {"hard": {"pods": "1"}}}, {"spec": {"hard": {}}}, False),
    ],
)
def test_kubernetes_replaces_what_it_cannot_change(
    tmp_path: Path, type_: str, old: Json, new: Json, replaces: bool
) -> None:
    cluster = Cluster(tmp_path)
    difference = cluster.kubernetes.diff(cluster.call(type_, "thing"), old, new)
    assert [change.replaces for change in difference.changes] == [replaces]


def test_another_kubeconfig_replaces_everything_unless_the_cluster_has_an_identifier(tmp_path: Path) -> None:
    kubernetes = Cluster(tmp_path).kubernetes
    assert "kubeconfig" in kubernetes.forced_settings({"kubeconfig": "x"})
    assert kubernetes.forced_settings({"kubeconfig": "x", "clusterIdentifier": "arn"}) == ("clusterIdentifier",)


def test_a_password_has_the_requested_length_and_characters(tmp_path: Path) -> None:
    random = RandomValues(Account(tmp_path / "account.db"), Schemas("random", tmp_path))
    call = Call("urn:x", PASSWORD, "p", {})
    inputs: Json = {"length": 24, "special": False, "minNumeric": 3}
    planned = random.create(call, inputs, preview=True)
    created = random.create(call, inputs, preview=False)
    password = text(created[1], "result")
    assert (planned[1]["result"], created[0]) == (UNKNOWN, "none")
    assert (len(password), password.isalnum(), sum(letter.isdigit() for letter in password) >= 3) == (24, True, True)
    assert text(random.create(call, inputs, preview=False)[1], "result") != password


def test_a_random_value_is_only_in_the_state_and_changes_by_replacement(tmp_path: Path) -> None:
    random = RandomValues(Account(tmp_path / "account.db"), Schemas("random", tmp_path))
    call = Call("urn:x", PASSWORD, "p", {})
    record = random.refresh(call, "none", {"length": 8}, {"result": secret("hush")})
    assert record is not None
    assert record.outputs == {"result": secret("hush")}
    assert [change.replaces for change in random.diff(call, {"length": 8}, {"length": 9}).changes] == [True]
