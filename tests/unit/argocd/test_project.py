"""The AppProject as a stack file shapes it, and what a root of app-of-apps is allowed."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from components.argocd.specs import application_namespaces
from components.config.argocd_project import FORBIDDEN_KINDS, ProjectConfig
from tests.harness.applications_runs import (
    APPLICATION,
    FINALIZER,
    REPOSITORY,
    SERVER,
    WINDOW,
    application,
    environment,
    project,
    run,
)

ROOT = environment("staging", delivery="appOfApps", path="argocd/applications/staging", sync={"windows": [WINDOW]})
APPLICATIONS = {"group": "argoproj.io", "kind": "Application"}


def allowing(**settings: Any) -> ProjectConfig:
    return ProjectConfig.model_validate_json(json.dumps(settings))


def test_cluster_resources_are_allowed_by_name() -> None:
    given = [
        {"group": "networking.k8s.io", "kind": "IngressClass", "name": "alb"},
        {"group": "scheduling.k8s.io", "kind": "PriorityClass"},
    ]
    assert project(run(allowed=allowing(clusterResources=given)))["clusterResourceWhitelist"] == given


def test_kinds_in_namespaces_can_be_named_and_what_is_forbidden_stays_so() -> None:
    spec = project(run(allowed=allowing(namespaceResources=[{"group": "apps", "kind": "Deployment"}])))
    assert spec["namespaceResourceWhitelist"] == [{"group": "apps", "kind": "Deployment"}]
    assert [(found["group"], found["kind"]) for found in spec["namespaceResourceBlacklist"]] == list(FORBIDDEN_KINDS)
    assert "namespaceResourceWhitelist" not in project(run())


def test_further_repositories_stand_beside_the_system_s() -> None:
    charts = "https://github.com/example/charts.git"
    assert project(run(allowed=allowing(sourceRepositories=[charts])))["sourceRepos"] == [REPOSITORY, charts]


def test_the_description_is_data() -> None:
    assert project(run())["description"] == "Environments of shop"
    assert project(run(allowed=allowing(description="Ticket shop")))["description"] == "Ticket shop"


CANARY = {"stepPercent": 10, "maxPercent": 50, "successRatePercent": 99.0, "p99Milliseconds": 500}


def test_what_the_program_makes_for_a_canary_is_no_orphan() -> None:
    own = {"group": "argoproj.io", "kind": "AnalysisTemplate", "name": "canary"}
    assert own in project(run([environment("live", canary=CANARY)]))["orphanedResources"]["ignore"]
    assert own not in project(run())["orphanedResources"]["ignore"]


def test_replicas_of_a_rollout_are_the_autoscalers_as_well() -> None:
    made = application(run([environment("live", canary=CANARY)], hpa=True), "live")
    assert [(found["group"], found["kind"]) for found in made["ignoreDifferences"]] == [
        ("apps", "Deployment"),
        ("argoproj.io", "Rollout"),
    ]
    plain = application(run([environment("live")], hpa=True), "live")
    assert [found["kind"] for found in plain["ignoreDifferences"]] == ["Deployment"]


@pytest.mark.parametrize("kind", ["allow", "deny"])
def test_a_window_allows_or_forbids_as_the_stack_file_says(kind: str) -> None:
    (window,) = project(run([environment("live", sync={"windows": [{**WINDOW, "kind": kind}]})]))["syncWindows"]
    assert window["kind"] == kind


def test_orphans_that_are_known_are_not_reported() -> None:
    given = [{"kind": "Secret", "name": "tls-*"}, {"group": "batch", "kind": "Job", "name": "smoke"}]
    found = project(run(allowed=allowing(ignoredOrphans=given)))["orphanedResources"]
    assert found["warn"] is True
    assert found["ignore"][2:] == given


def test_destinations_name_the_cluster_where_the_stack_says_so() -> None:
    done = run([environment()], allowed=allowing(clusterName="in-cluster"))
    here = {"name": "in-cluster", "namespace": "shop-staging"}
    assert project(done)["destinations"] == [here]
    assert application(done)["destination"] == here


@pytest.mark.parametrize(
    "settings",
    [
        {"clusterResources": [{"group": "*", "kind": "*"}]},
        {"clusterResources": [{"group": "networking.k8s.io", "kind": "*"}]},
        {"clusterResources": [{"group": "networking.k8s.io", "kind": "IngressClass", "name": "*"}]},
        {"namespaceResources": [{"group": "*", "kind": "Secret"}]},
        {"sourceRepositories": ["https://github.com/example/*"]},
        {"sourceRepositories": ["*"]},
        {"clusterName": "production"},
    ],
)
def test_wildcards_and_other_clusters_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        allowing(**settings)


def test_a_root_is_one_application_over_the_folder_of_its_environment() -> None:
    done = run([ROOT], hpa=True)
    root = done.one(APPLICATION)
    assert root.inputs["metadata"] == {"name": "shop-staging", "namespace": "argocd", "finalizers": [FINALIZER]}
    spec = application(done)
    assert spec["source"]["path"] == "argocd/applications/staging"
    assert spec["destination"] == {"namespace": "shop-staging", "server": SERVER}
    assert "ignoreDifferences" not in spec


def test_a_root_s_children_live_in_the_environment_s_namespace_and_nothing_goes_to_argo_cd_s() -> None:
    done = run([ROOT, environment("dev")])
    assert project(done)["sourceNamespaces"] == ["shop-staging"]
    assert application_namespaces([ROOT, environment("dev")]) == ("shop-staging",)
    assert {found["namespace"] for found in project(done)["destinations"]} == {"shop-staging", "shop-dev"}
    assert "sourceNamespaces" not in project(run())


def test_where_kinds_are_named_a_root_may_still_make_applications() -> None:
    allowed = allowing(namespaceResources=[{"kind": "Service"}])
    assert APPLICATIONS in project(run([ROOT], allowed=allowed))["namespaceResourceWhitelist"]
    assert APPLICATIONS not in project(run(allowed=allowed))["namespaceResourceWhitelist"]


def test_windows_of_a_root_hold_for_its_children() -> None:
    (window,) = project(run([ROOT]))["syncWindows"]
    assert window == {**WINDOW, "namespaces": ["shop-staging"]}
