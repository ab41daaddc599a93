"""The installation of Argo CD: namespace, quota, release, the emptied project, and what comes after what."""

import pytest

from components.argocd.pods import argocd_pods
from components.sizing import capacity, quantities
from tests.harness.argocd_runs import PATCH, POLICY, QUOTA, RELEASE, install, settings

COMPONENT = "platform:argocd:ArgoCd"
NAMESPACE = "kubernetes:core/v1:Namespace"
LIMITS = "kubernetes:core/v1:LimitRange"
BOTH = pytest.mark.parametrize("high_availability", [False, True])


def test_everything_is_a_child_of_the_component_and_named_after_it() -> None:
    done = install()
    component = done.one(COMPONENT)
    made = [r for r in done.resources if r.custom]
    assert {r.parent for r in made} == {component.urn}
    assert all(r.name.startswith("shop-argocd") for r in made)
    assert len({(r.type, r.name) for r in made}) == len(made)


def test_everything_but_the_release_dies_with_the_namespace() -> None:
    done = install()
    namespace, release = done.one(NAMESPACE), done.one(RELEASE)
    objects = [r for r in done.under(done.one(COMPONENT)) if r.type.startswith("kubernetes:")]
    others = [r for r in objects if r not in (namespace, release)]
    assert {r.deleted_with for r in others} == {namespace.urn}
    assert (namespace.deleted_with, release.deleted_with) == ("", "")


def test_the_namespace_enforces_the_restricted_level_at_a_pinned_version() -> None:
    metadata = install().one(NAMESPACE).inputs["metadata"]
    assert metadata["name"] == "argocd"
    assert metadata["labels"] == {
        "app.kubernetes.io/part-of": "argocd",
        "kubernetes.io/metadata.name": "argocd",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/audit-version": "v1.35",
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "v1.35",
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/warn-version": "v1.35",
    }


@pytest.mark.parametrize("preview", [False, True])
def test_all_objects_are_in_the_namespace(*, preview: bool) -> None:
    done = install(namespace="gitops", preview=preview)
    objects = [*done.all(POLICY), done.one(QUOTA), done.one(LIMITS), done.one(PATCH)]
    assert {r.inputs["metadata"]["namespace"] for r in objects} == {"gitops"}
    assert done.one(RELEASE).inputs["namespace"] == "gitops"
    assert done.one(COMPONENT).outputs["namespace"] == "gitops"


@BOTH
def test_the_quota_holds_the_installation_while_all_of_it_rolls(*, high_availability: bool) -> None:
    hard = install(high_availability=high_availability).one(QUOTA).inputs["spec"]["hard"]
    peak = capacity.total(argocd_pods(settings(high_availability=high_availability))) * 2
    for value, need in (
        (quantities.millicores(hard["requests.cpu"]), peak.cpu_request),
        (quantities.mebibytes(hard["requests.memory"]), peak.memory_request),
        (quantities.millicores(hard["limits.cpu"]), peak.cpu_limit),
        (quantities.mebibytes(hard["limits.memory"]), peak.memory_limit),
        (int(hard["pods"]), peak.pods),
    ):
        assert need <= value <= need * 1.3
    assert {hard[key] for key in ("persistentvolumeclaims", "services.loadbalancers", "services.nodeports")} == {"0"}


def test_containers_without_sizes_get_some() -> None:
    (item,) = install().one(LIMITS).inputs["spec"]["limits"]
    assert item["type"] == "Container"
    assert quantities.mebibytes(item["defaultRequest"]["memory"]) <= quantities.mebibytes(item["default"]["memory"])
    assert quantities.millicores(item["defaultRequest"]["cpu"]) <= quantities.millicores(item["default"]["cpu"])


def test_the_chart_is_pinned_and_comes_from_its_makers() -> None:
    release = install(chart_version="10.9.1").one(RELEASE).inputs
    assert (release["chart"], release["version"]) == ("argo-cd", "10.9.1")
    assert release["repositoryOpts"] == {"repo": "https://argoproj.github.io/argo-helm"}
    assert release["name"] == "argocd"


def test_hooks_run_and_a_failed_installation_is_taken_back() -> None:
    release = install().one(RELEASE).inputs
    assert not release.get("disableWebhooks")
    assert (release["atomic"], release["cleanupOnFail"], release["skipAwait"]) == (True, True, False)
    assert release["createNamespace"] is False
    assert release["timeout"] >= 600


def test_the_release_carries_the_settings() -> None:
    given = install(high_availability=True, image_tag="v3.6.1").one(RELEASE).inputs["values"]
    assert given["global"]["image"]["tag"] == "v3.6.1"
    assert given["redis-ha"]["enabled"] is True
    assert given["server"]["replicas"] == 2


@BOTH
def test_the_release_comes_after_quota_limits_and_all_policies(*, high_availability: bool) -> None:
    done = install(high_availability=high_availability)
    release = done.one(RELEASE)
    for guard in (done.one(NAMESPACE), done.one(QUOTA), done.one(LIMITS), *done.all(POLICY)):
        assert done.depends(release, guard), guard.name


def test_the_project_default_reaches_nothing() -> None:
    patch = install().one(PATCH).inputs
    assert patch["metadata"]["name"] == "default"
    assert patch["spec"] == {
        "clusterResourceWhitelist": [],
        "destinations": [],
        "namespaceResourceBlacklist": [{"group": "*", "kind": "*"}],
        "sourceNamespaces": [],
        "sourceRepos": [],
    }


def test_the_project_default_is_taken_over_by_force_once_argo_cd_has_made_it() -> None:
    done = install()
    patch = done.one(PATCH)
    assert patch.inputs["metadata"]["annotations"] == {"pulumi.com/patchForce": "true"}
    assert done.one(RELEASE).urn in patch.depends_on


def test_a_policy_costs_one_resource() -> None:
    assert len(install().all(POLICY)) == 8
    assert len(install(high_availability=True).all(POLICY)) == 9


def test_the_quota_is_an_output() -> None:
    done = install()
    assert done.one(COMPONENT).outputs["quota"] == done.one(QUOTA).inputs["spec"]["hard"]
