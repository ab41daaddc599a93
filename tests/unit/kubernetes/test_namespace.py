"""The one namespace builder: what a namespace is guarded by, and what is deleted with it."""

from functools import cache

import pulumi
import pytest

from components.config.environments import ObjectCounts
from components.config.types import PodSecurity
from components.kubernetes.namespace import NamespaceArgs, create_namespace, platform_quota
from components.kubernetes.network_policy import policy
from components.sizing.pods import ContainerSize, Workload
from tests.harness.harness import Recorded, Run, run_program

NAMESPACE = "kubernetes:core/v1:Namespace"
QUOTA = "kubernetes:core/v1:ResourceQuota"
ACCOUNT = "kubernetes:core/v1:ServiceAccountPatch"
LIMITS = "kubernetes:core/v1:LimitRange"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
HARD = {"pods": "3"}
MODES = ("audit", "enforce", "warn")


class Parent(pulumi.ComponentResource):
    """A component that has the namespace."""

    def __init__(self) -> None:
        super().__init__("test:namespace:Parent", "parent")
        created = create_namespace(
            "shop-jobs",
            NamespaceArgs(
                namespace="jobs",
                part_of="shop",
                quota_name="limits",
                quota=HARD,
                policies={"default-deny": policy({}, isolate=True)},
                pod_security=PodSecurity.BASELINE,
                labels={"team": "payments"},
            ),
            self,
        )
        self.register_outputs({"name": created.name, "guards": [guard.urn for guard in created.guards]})


@cache
def created(*, preview: bool = False) -> Run:
    def program() -> None:
        Parent()

    return run_program(program, preview=preview)


def guards() -> list[Recorded]:
    return [created().one(kind) for kind in (QUOTA, LIMITS, ACCOUNT, POLICY)]


def test_the_default_service_account_has_no_token() -> None:
    patch = created().one(ACCOUNT).inputs
    assert (patch["metadata"]["namespace"], patch["metadata"]["name"]) == ("jobs", "default")
    assert patch["automountServiceAccountToken"] is False


def test_labels_name_the_owner_and_the_namespace() -> None:
    labels = created().one(NAMESPACE).inputs["metadata"]["labels"]
    expected = {"app.kubernetes.io/part-of": "shop", "kubernetes.io/metadata.name": "jobs", "team": "payments"}
    assert expected.items() <= labels.items()


def test_the_chosen_level_is_enforced_and_the_strictest_is_reported() -> None:
    labels = created().one(NAMESPACE).inputs["metadata"]["labels"]
    assert {mode: labels[f"pod-security.kubernetes.io/{mode}"] for mode in MODES} == {
        "audit": "restricted",
        "enforce": "baseline",
        "warn": "restricted",
    }
    assert {labels[f"pod-security.kubernetes.io/{mode}-version"] for mode in MODES} == {"v1.35"}


def test_guards_are_a_quota_default_resources_and_the_policies() -> None:
    quota, limits, _, network_policy = guards()
    assert (quota.inputs["metadata"]["name"], quota.inputs["spec"]["hard"]) == ("limits", HARD)
    (item,) = limits.inputs["spec"]["limits"]
    assert item == {
        "type": "Container",
        "default": {"cpu": "250m", "memory": "128Mi"},
        "defaultRequest": {"cpu": "10m", "memory": "32Mi"},
    }
    assert network_policy.inputs["metadata"]["name"] == "default-deny"
    assert network_policy.inputs["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert {guard.urn for guard in guards()} == set(created().one("test:namespace:Parent").outputs["guards"])


def test_everything_is_a_child_of_the_parent_and_named_after_the_prefix() -> None:
    parent = created().one("test:namespace:Parent")
    assert {(r.type, r.name) for r in created().children(parent)} == {
        (NAMESPACE, "shop-jobs"),
        (QUOTA, "shop-jobs"),
        (LIMITS, "shop-jobs"),
        (ACCOUNT, "shop-jobs-default"),
        (POLICY, "shop-jobs-default-deny"),
    }


def test_guards_are_deleted_with_their_namespace() -> None:
    namespace = created().one(NAMESPACE)
    assert {guard.deleted_with for guard in guards()} == {namespace.urn}
    assert all(created().depends(guard, namespace) for guard in guards())


def test_the_name_is_known_in_a_preview() -> None:
    run = created(preview=True)
    assert run.one("test:namespace:Parent").outputs["name"] == "jobs"
    assert run.one(QUOTA).inputs["metadata"]["namespace"] == "jobs"


@pytest.mark.parametrize("claims", [0, 1])
def test_a_platform_quota_has_room_for_a_rolling_update_and_for_no_object_that_costs_money(claims: int) -> None:
    size = ContainerSize(cpu=100, memory=128, cpu_limit=200, memory_limit=256)
    objects = ObjectCounts.model_validate({"persistentVolumeClaims": claims})
    assert platform_quota([Workload(name="a", pods=2, containers={"a": size})], objects) == {
        "limits.cpu": "900m",
        "limits.memory": "1152Mi",
        "persistentvolumeclaims": str(claims),
        "pods": "5",
        "requests.cpu": "500m",
        "requests.memory": "640Mi",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
