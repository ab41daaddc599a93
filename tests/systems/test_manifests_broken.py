"""Each rule of our own about an overlay is named when it is broken: Nova's, with one field changed at a time."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.harness.harness import ROOT
from tests.systems.overlay_changes import (
    NAME,
    OVERLAY,
    SPEC,
    Cases,
    Change,
    Objects,
    changed,
    container,
    each_case,
    guard,
    labels,
    named,
    pod,
    spec,
)
from tools.manifests.__main__ import main, own_faults
from tools.manifests.build import BuildError, build, kustomize


def _spread(objects: Objects) -> list[dict[str, object]]:
    return pod(objects)["topologySpreadConstraints"]


def _scaler(objects: Objects) -> dict[str, Any]:
    return spec(objects, "HorizontalPodAutoscaler")


PODS: Cases = [
    (
        "container service: resources.limits.memory must be stated",
        lambda o: container(o)["resources"]["limits"].pop("memory"),
    ),
    ("'1Q' is not a memory quantity", lambda o: container(o)["resources"]["limits"].update(memory="1Q")),
    (
        "init container wait-for-database: resources.limits.cpu is larger",
        lambda o: pod(o)["initContainers"][0]["resources"]["limits"].update(cpu="2"),
    ),
    ("mount an emptyDir at /tmp", lambda o: container(o).pop("volumeMounts")),
    (
        f"{SPEC}spec.selector selects the pods of auth-service, user-service",
        lambda o: named(o, "Deployment", "user-service")["spec"]["template"]["metadata"]["labels"].update(
            {NAME: "auth-service"}
        ),
    ),
    (
        f"{SPEC}topologySpreadConstraints of kubernetes.io/hostname selects the pods of nobody",
        lambda o: pod(o)["topologySpreadConstraints"][1]["labelSelector"]["matchLabels"].update({NAME: "auth"}),
    ),
    (f"the pods' label {NAME} must be auth-service", lambda o: labels(o).update({NAME: "auth"})),
    ("maxSurge 1, maxUnavailable 0", lambda o: spec(o, "Deployment")["strategy"]["rollingUpdate"].update(maxSurge=2)),
    ("it sleeps 5 s of 5 s", lambda o: pod(o).update(terminationGracePeriodSeconds=5)),
    ("livenessProbe is missing", lambda o: container(o).pop("livenessProbe")),
    ("startupProbe asks port web", lambda o: container(o)["startupProbe"]["httpGet"].update(port="web")),
    ("automountServiceAccountToken must be false", lambda o: pod(o).pop("automountServiceAccountToken")),
    ("service: securityContext.readOnlyRootFilesystem must be true", lambda o: guard(o).pop("readOnlyRootFilesystem")),
    ("one of topology.kubernetes.io/zone must have maxSkew 1", lambda o: _spread(o).pop(0)),
    ("one of kubernetes.io/hostname must have maxSkew 1", lambda o: _spread(o).pop(1)),
    ("one of kubernetes.io/hostname must have", lambda o: _spread(o)[1].update(whenUnsatisfiable="DoNotSchedule")),
    ("one of topology.kubernetes.io/zone must have", lambda o: _spread(o)[0].update(maxSkew=2)),
    (
        "kubernetes.io/os is none of topology",
        lambda o: _spread(o).append({**_spread(o)[0], "topologyKey": "kubernetes.io/os"}),
    ),
    ("readinessProbe must have httpGet", lambda o: container(o).update(readinessProbe={"tcpSocket": {"port": "http"}})),
    (
        "startupProbe waits 500 s, and spec.progressDeadlineSeconds gives up after 300 s",
        lambda o: container(o)["startupProbe"].update(failureThreshold=100),
    ),
]
OBJECTS: Cases = [
    ("Service auth-service: spec.selector is empty", lambda o: spec(o, "Service").pop("selector")),
    (
        "Service auth-service: spec.selector selects the pods of nobody",
        lambda o: spec(o, "Service")["selector"].update({NAME: "auth"}),
    ),
    (
        "Service auth-service: spec.selector selects the pods of auth-service, content-service",
        lambda o: spec(o, "Service").update(selector={"app.kubernetes.io/part-of": "nova"}),
    ),
    (
        "Service auth-service: targetPort 8085: no container",
        lambda o: spec(o, "Service")["ports"][0].update(targetPort=8085),
    ),
    (
        "PodDisruptionBudget auth-service: spec.selector selects the pods of nobody",
        lambda o: spec(o, "PodDisruptionBudget")["selector"]["matchLabels"].update({NAME: "auth"}),
    ),
    ("spec.maxUnavailable must be 1", lambda o: spec(o, "PodDisruptionBudget").update(maxUnavailable=0)),
    (
        "names no Deployment of the overlay: auth",
        lambda o: spec(o, "HorizontalPodAutoscaler")["scaleTargetRef"].update(name="auth"),
    ),
    (
        "scales Deployment auth-service as well",
        lambda o: (
            named(o, "HorizontalPodAutoscaler")["metadata"].update(name="user-service-2")
            or named(o, "HorizontalPodAutoscaler", "user-service")["spec"]["scaleTargetRef"].update(name="auth-service")
        ),
    ),
    (
        "leave spec.replicas out, the autoscaler auth-service owns them",
        lambda o: spec(o, "Deployment").update(replicas=3),
    ),
    ("Service auth-service: there are 2 of this name", lambda o: o.append(named(o, "Service"))),
    (
        "names user-service, and must name the Deployment of its own name",
        lambda o: _scaler(o)["scaleTargetRef"].update(name="user-service"),
    ),
    ("spec.metrics: there must be one of type Resource", lambda o: _scaler(o).pop("metrics")),
    (
        "averageUtilization is 400, and must be between 1 and 100",
        lambda o: _scaler(o)["metrics"][0]["resource"]["target"].update(averageUtilization=400),
    ),
    (
        "PodDisruptionBudget auth-service: spec.maxUnavailable must be 1",
        lambda o: spec(o, "PodDisruptionBudget").update(maxUnavailable="0%"),
    ),
]


@each_case([*PODS, *OBJECTS])
def test_a_broken_overlay_is_named(message: str, change: Change) -> None:
    found = list(own_faults(OVERLAY, changed(change)))
    assert any(message in fault for fault in found), found


def test_an_overlay_that_does_not_build_is_reported_with_its_folder_and_kustomizes_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    facts = tmp_path / "k8s/infrastructure/base/auth-service/facts.yaml"
    facts.write_text(facts.read_text().replace("databaseUrlKey", "databaseKey"))
    (tmp_path / "k8s/infrastructure/overlays/spare").mkdir()
    shutil.copytree(facts.parent, tmp_path / "k8s/infrastructure/base/mail-service")
    assert main(tmp_path) == 1
    said = capsys.readouterr().err
    assert "k8s/infrastructure/overlays/spare: no environment of any stack is synced from here" in said
    assert "k8s/infrastructure/base/mail-service: no kustomization that an environment is built from lists" in said
    assert "k8s/infrastructure/overlays/staging: 'k8s/infrastructure/base/service': " in said
    assert "data.databaseUrlKey" in said
    assert str(tmp_path) not in said


def test_the_committed_overlays_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "3 overlays, 0 faults" in capsys.readouterr().out


def test_a_base_on_another_host_does_not_build(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: ['https://github.com/example/base//k8s?ref=v1']\n")
    with pytest.raises(BuildError, match=r"github\.com/example/base"):
        build(tmp_path, kustomize(ROOT))
