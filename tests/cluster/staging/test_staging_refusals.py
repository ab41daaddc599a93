"""The refusals of quota, limits and AppProject, with their messages; and Git as the source of truth."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import ApiError
from tests.cluster.stand.commits import QUOTA, committed, patch, refusal, resource
from tests.cluster.stand.rollout import image_of
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for

ROOM = 20
"""Pods of the smallest size that the quota of 36 allows in addition to staging's 16."""
DEPLOYMENTS = "/apis/apps/v1/namespaces/nova/deployments"
PODS = "/api/v1/namespaces/nova/pods"
CONFIG_MAPS = "/api/v1/namespaces/nova/configmaps"


def pod_spec(image: str) -> dict[str, Any]:
    """A pod that the level `restricted` allows."""
    security = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    return {
        "automountServiceAccountToken": False,
        "containers": [{"name": "app", "image": image, "securityContext": security}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    }


def condition(stand: Stand, application: str, kind: str) -> str:
    """The message of an Application's condition; empty without one."""
    conditions = stand.argocd.application(application).get("status", {}).get("conditions", [])
    return next((str(item["message"]) for item in conditions if item["type"] == kind), "")


def pod(name: str, image: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": pod_spec(image)}


def test_the_quota_admits_pods_up_to_its_limit_and_refuses_the_next_one(staging: Stand, figures: Figures) -> None:
    labels = {"app.kubernetes.io/name": "extra"}
    staging.api.create(
        DEPLOYMENTS,
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "extra"},
            "spec": {
                "replicas": ROOM + 1,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod_spec(image_of(staging, "auth-service", "1"))},
            },
        },
    )

    def failure() -> str:
        conditions = staging.api.get(f"{DEPLOYMENTS}/extra").get("status", {}).get("conditions", [])
        return next((str(item["message"]) for item in conditions if item["type"] == "ReplicaFailure"), "")

    def pods() -> int:
        return sum(
            pod["metadata"].get("labels", {}) == {**pod["metadata"].get("labels", {}), **labels}
            for pod in observe.pods_of(staging.api, "nova")
        )

    try:
        message = wait_for("the refusal", failure, 30)
        wait_for("the admitted pods", lambda: pods() == ROOM, 30)
    finally:
        staging.api.delete(f"{DEPLOYMENTS}/extra")
        wait_for("the end of the pods", lambda: pods() == 0, 60)
    figures.note("staging: one pod too many", message)
    assert "exceeded quota: services" in message


def test_a_container_without_resources_gets_the_limit_ranges_defaults(staging: Stand) -> None:
    created = staging.api.create(PODS, pod("bare", image_of(staging, "auth-service", "1")))
    staging.api.delete(f"{PODS}/bare")
    wait_for("the end of the pod", lambda: staging.api.find(f"{PODS}/bare") is None, 60)
    assert created["spec"]["containers"][0]["resources"] == {
        "limits": {"cpu": "500m", "memory": "512Mi"},
        "requests": {"cpu": "100m", "memory": "256Mi"},
    }


@pytest.mark.parametrize("image", ["docker.io/library/miner:1", "{own}x:1", "{own}", "{own}/x:1", "extra:1"])
def test_an_image_from_elsewhere_is_refused(staging: Stand, image: str) -> None:
    own = image_of(staging, "auth-service", "1").removesuffix(":1")
    with pytest.raises(ApiError, match=r"not from a repository of this environment: .*otherImages") as refused:
        staging.api.create(PODS, pod("foreign", image.format(own=own)))
    assert image.format(own=own) in str(refused.value)


@pytest.mark.parametrize("kind", ["initContainers", "volumes"])
def test_an_image_from_elsewhere_is_refused_wherever_it_is(staging: Stand, kind: str) -> None:
    body = pod("foreign", image_of(staging, "auth-service", "1"))
    foreign = "docker.io/library/miner:1"
    body["spec"][kind] = (
        [{"name": "foreign", "image": {"reference": foreign}}]
        if kind == "volumes"
        else [{**body["spec"]["containers"][0], "name": "foreign", "image": foreign}]
    )
    with pytest.raises(ApiError, match=f"not from a repository of this environment: {foreign}"):
        staging.api.create(PODS, body)


def test_an_image_by_digest_is_admitted_and_cannot_be_replaced(staging: Stand, figures: Figures) -> None:
    own = image_of(staging, "auth-service", "1").removesuffix(":1")
    created = staging.api.create(PODS, pod("digest", f"{own}@sha256:{'0' * 64}"))
    containers = [{**created["spec"]["containers"][0], "image": "docker.io/library/miner:1"}]
    try:
        staging.api.patch(f"{PODS}/digest", {"metadata": {"labels": {"changed": "yes"}}})
        with pytest.raises(ApiError, match="not from a repository") as refused:
            staging.api.patch(f"{PODS}/digest", {"spec": {"containers": containers}})
    finally:
        staging.api.delete(f"{PODS}/digest")
        wait_for("the end of the pod", lambda: staging.api.find(f"{PODS}/digest") is None, 60)
    figures.note("staging: an image from elsewhere", refused.value)


def test_a_refused_revision_does_not_block_the_fix_that_follows(staging: Stand, figures: Figures) -> None:
    with committed(staging, "staging", resource(QUOTA)) as revision:
        message = wait_for("the refusal", lambda: refusal(staging, "staging", revision), 60)
        start = time.monotonic()
    figures.seconds("staging: fix of a refused revision to healthy", time.monotonic() - start)
    figures.note("staging: a quota from Git", message)
    assert message == "resource :ResourceQuota is not permitted in project nova"
    assert staging.api.find("/api/v1/namespaces/nova/resourcequotas/more") is None


def foreign_namespace(overlay: Path) -> None:
    """The overlay sets its namespace on everything, so an object of another namespace needs a layer above it."""
    inner = overlay / "inner"
    inner.mkdir()
    text = (overlay / "kustomization.yaml").read_text()
    inner_text = text.replace("../../base", "../../../base").replace("- settings", "- ../settings")
    (inner / "kustomization.yaml").write_text(inner_text)
    (overlay / "foreign.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: foreign, namespace: kube-system}\n"
    )
    (overlay / "kustomization.yaml").write_text("resources: [inner, foreign.yaml]\n")


def test_git_cannot_change_another_namespace(staging: Stand, figures: Figures) -> None:
    application = staging.application_name("staging")
    with committed(staging, "staging", foreign_namespace):
        message = wait_for("the refusal", lambda: condition(staging, application, "ComparisonError"), 60)
    figures.note("staging: another namespace from Git", message)
    assert 'namespace "kube-system" for ConfigMap "foreign" is not managed' in message
    assert staging.api.find("/api/v1/namespaces/kube-system/configmaps/foreign") is None


def test_the_project_refuses_another_repository(staging: Stand, figures: Figures) -> None:
    spec = staging.application("staging")["spec"]
    foreign = {**spec, "source": {**spec["source"], "repoURL": "https://github.com/somebody/else.git"}}
    path = staging.argocd.applications()
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": {"name": "foreign"}}

    staging.api.create(path, {**body, "spec": foreign})
    try:
        message = wait_for("the refusal", lambda: condition(staging, "foreign", "InvalidSpecError"), 60)
        status = staging.argocd.application("foreign")["status"]
    finally:
        staging.api.delete(f"{path}/foreign")
    figures.note("staging: another repository", message)
    assert message == "application repo https://github.com/somebody/else.git is not permitted in project 'nova'"
    assert "operationState" not in status


def test_self_heal_undoes_a_manual_edit(staging: Stand, figures: Figures) -> None:
    path = f"{DEPLOYMENTS}/user-service"
    limit = staging.api.get(path)["spec"]["revisionHistoryLimit"]
    staging.api.patch(path, {"spec": {"revisionHistoryLimit": limit + 4}})
    start = time.monotonic()
    wait_for("Git's value", lambda: staging.api.get(path)["spec"]["revisionHistoryLimit"] == limit, 60)
    figures.seconds("staging: a manual edit undone after", time.monotonic() - start)
    staging.settle("staging")


def test_an_object_removed_from_git_is_pruned(staging: Stand, figures: Figures) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: dropped}\n"
    with committed(staging, "staging", resource(manifest)) as revision:
        staging.settle("staging", revision)
        created = staging.api.find(f"{CONFIG_MAPS}/dropped")
        start = time.monotonic()
    wait_for("the end of the ConfigMap", lambda: staging.api.find(f"{CONFIG_MAPS}/dropped") is None, 30)
    figures.seconds("staging: an object removed from Git is pruned after", time.monotonic() - start)
    assert created is not None


def test_a_container_larger_than_the_largest_service_is_refused(staging: Stand, figures: Figures) -> None:
    text = '[{"op": "replace", "path": "/spec/template/spec/containers/0/resources/limits/memory", "value": "64Gi"}]'
    target = ("--kind", "Deployment", "--name", "user-service")
    with committed(staging, "staging", patch(text, *target)):
        message = wait_for(
            "the refusal",
            lambda: next((text for text in observe.refused(staging.api, "nova") if "maximum memory" in text), ""),
            60,
        )
    figures.note("staging: a container above the maximum", message)
    assert "maximum memory usage per Container is 2Gi" in message
