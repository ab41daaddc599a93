"""What is written and would do nothing, or something else than it says, is refused with what to write."""

from typing import Any

import pytest

from components.validation.load import checked
from tests.harness.config_samples import wrong
from tests.systems.test_broken_sections import STACKS, sections_of

PULL = {"triggers": ["push"]}
EXISTING = {"ownership": "existing"}


@pytest.mark.parametrize(
    ("ports", "written"), [([22], "[443, 22]"), ([], "[443]"), ([80, 22], "[443, 80, 22]"), ([443], None)]
)
def test_nodes_reach_https(ports: list[int], written: str | None) -> None:
    expected = f"cluster.nodes.egressPorts: has no 443, through which images and AWS's APIs come. Write {written}."
    assert wrong(cluster__nodes__egressPorts=ports) == ([] if written is None else [expected])


@pytest.mark.parametrize(
    ("key", "value"),
    [("servicePort", 80), ("healthPath", "/live"), ("readyPath", "/ready"), ("metricsPath", "/m"), ("public", True)],
)
def test_a_worker_has_nothing_that_somebody_calls(key: str, value: Any) -> None:
    worker: dict[str, Any] = {"name": "mail-worker", "database": None}
    assert wrong(services__7=_service(**worker)) == []
    (line,) = wrong(services__7=_service(**worker, **{key: value}))
    assert line == (
        f"services[7].{key}: has no effect: mail-worker has no port. Write its port, or remove {key}."
    )


def _service(**values: Any) -> dict[str, Any]:
    small = {"cpuRequest": "10m", "memoryRequest": "16Mi", "cpuLimit": "10m", "memoryLimit": "16Mi"}
    return {**values, "resources": {"minimal": small, "standard": small, "high": small}}


def test_a_worker_beside_the_catalogue_is_not_public() -> None:
    small = _service()["resources"]["minimal"]
    extra = {"name": "mail", "resources": small}
    assert wrong(environments__0__extras=[extra]) == []
    assert wrong(environments__0__extras=[{**extra, "public": True}]) == [
        "environments[0].extras[0].public: has no effect: mail has no port. Write its port, or remove public."
    ]


@pytest.mark.parametrize("key", ["prune", "selfHeal"])
def test_a_manual_sync_neither_prunes_nor_heals(key: str) -> None:
    assert wrong(environments__0__sync={"automated": False, key: False}) == []
    assert wrong(environments__0__sync={"automated": True, key: True}) == []
    (line,) = wrong(environments__0__sync={"automated": False, key: True})
    assert line == (
        f"environments[0].sync.{key}: applies to automated syncs only; this environment syncs manually. "
        "Remove it."
    )


def test_a_manual_sync_is_not_tried_again() -> None:
    (line,) = wrong(environments__0__sync={"automated": False, "retry": {"limit": 2}})
    assert line.startswith("environments[0].sync.retry: applies to automated syncs only")


@pytest.mark.parametrize(
    ("key", "value"),
    [("untaggedDays", 3), ("keepTagged", 300), ("customerManagedKey", True), ("retainOnDestroy", True)],
)
def test_repositories_that_exist_are_not_described(key: str, value: Any) -> None:
    (line,) = wrong(registry={**EXISTING, key: value}, environments__0__deployment=_tag("commitSha"))
    assert line == (
        f"registry.{key}: applies only to repositories that this stack creates, and ownership is existing. Remove it."
    )


def _tag(tag: str) -> dict[str, Any]:
    return {**PULL, "imageTag": tag}


def test_tags_that_move_in_repositories_that_exist_are_believed_or_checked() -> None:
    tag = _tag("nightly")
    first = _tag("commitSha")
    assert wrong(registry=EXISTING, environments__0__deployment=first, environments__1__deployment=tag) == []
    known = {**EXISTING, "mutableTags": ["nightly"]}
    assert wrong(registry=known, environments__0__deployment=first, environments__1__deployment=tag) == []
    other = {**EXISTING, "mutableTags": ["latest"]}
    (line,) = wrong(registry=other, environments__0__deployment=first, environments__1__deployment=tag)
    assert line.startswith("environments[1].deployment.imageTag: nightly is a fixed tag that every deployment would move")


@pytest.mark.parametrize(
    ("tag", "keyword"),
    [
        ("commitSHA", "commitSha"),
        ("commitsha", "commitSha"),
        ("commit-sha", "commitSha"),
        ("commitShaTime", "commitShaAndTime"),
        ("releasetag", "releaseTag"),
    ],
)
@pytest.mark.parametrize("registry", ["create", "existing"])
def test_a_misspelt_keyword_is_no_tag_that_moves(tag: str, keyword: str, registry: str) -> None:
    registry_of: dict[str, Any] = {"ownership": registry, "mutableTags": ["dev-latest"]}
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == [
        f"environments[1].deployment.imageTag: {tag} is not a keyword, and would be used as a fixed tag. Write {keyword}."
    ]
    registry_of["mutableTags"] = ["dev-latest", tag]
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == []


NO_NAME = "would use the ServiceAccount 'default', which every namespace already has. Write another name."


@pytest.mark.parametrize("name", ["default", "default-service"])
def test_no_service_takes_the_namespaces_own_service_account(name: str) -> None:
    small = _service()["resources"]["minimal"]
    assert wrong(services__7=_service(name=name, port=80)) == [f"services[7].name: {name!r} {NO_NAME}"]
    assert wrong(environments__0__extras=[{"name": name, "resources": small}]) == [
        f"environments[0].extras[0].name: {name!r} {NO_NAME}"
    ]
    sections = sections_of(next(stack for stack in STACKS if stack.startswith("tiketi/dev")))
    sections["environments"][0]["databaseInNamespace"]["app"] = name
    _, problems = checked(sections)
    assert f"environments[0].databaseInNamespace.app: {name!r} {NO_NAME}" in [
        f"{problem.where}: {problem.message}" for problem in problems
    ]


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("v3.5.3", "v3.5.7"),
        ("v3.5.4-rc1", "v3.5.7"),
        ("v3.5.0", "v3.5.7"),
        ("v3.4.9", "v3.4.10 or v3.5.7"),
        ("v3.3.99", "v3.5.7"),
        ("v2.14.20", "v3.5.7"),
    ],
)
def test_an_argo_cd_with_a_known_hole_is_not_installed(tag: str, written: str) -> None:
    assert wrong(argocd__imageTag=tag) == [
        f"argocd.imageTag: {tag!r} has a known hole: who writes to Git runs code in Argo CD. Write {written} or later."
    ]


@pytest.mark.parametrize("tag", ["v3.4.10", "v3.5.4", "v3.5.7", "v3.6.1", "v3.10.0", "v4.0.0-rc1"])
def test_an_argo_cd_without_the_hole_is_taken(tag: str) -> None:
    assert wrong(argocd__imageTag=tag) == []


def test_argo_cds_tags_begin_with_v() -> None:
    (line,) = wrong(argocd__imageTag="3.5.7")
    assert line == "argocd.imageTag: '3.5.7' is no tag of Argo CD's image, which begin with v. Write v3.5.7."


@pytest.mark.parametrize("version", ["9.9.9", "5.0.0"])
def test_a_chart_of_an_older_argo_cd_is_not_taken(version: str) -> None:
    assert wrong(argocd__chartVersion=version) == [
        f"argocd.chartVersion: {version!r} was made for an older Argo CD than argocd.imageTag may name. "
        "Write 10.9.0 or later."
    ]
    assert wrong(argocd__chartVersion="10.9.1") == wrong(argocd__chartVersion="11.0.0") == []
