"""Each broken rule of the project is reported: Nova's overlay with one field changed at a time."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.harness.harness import ROOT
from tests.systems.overlay_changes import NAME, PLAN, SPEC, Cases, Change, Objects, changed, each_case
from tools.manifests.__main__ import main, project_faults
from tools.manifests.build import BuildError, build, kustomize


def _spread(objects: Objects) -> list[dict[str, object]]:
    return objects.pod["topologySpreadConstraints"]


def _scaler(objects: Objects) -> dict[str, Any]:
    return objects.spec("HorizontalPodAutoscaler")


PODS: Cases = [
    (
        "container service: resources.limits.memory must be set",
        lambda o: o.container["resources"]["limits"].pop("memory"),
    ),
    ("'1Q' is not a memory quantity", lambda o: o.container["resources"]["limits"].update(memory="1Q")),
    (
        "init container wait-for-database: resources.limits.cpu is larger",
        lambda o: o.pod["initContainers"][0]["resources"]["limits"].update(cpu="2"),
    ),
    ("mount an emptyDir at /tmp", lambda o: o.container.pop("volumeMounts")),
    (
        f"{SPEC}spec.selector selects the pods of auth-service, user-service",
        lambda o: o.named("Deployment", "user-service")["spec"]["template"]["metadata"]["labels"].update(
            {NAME: "auth-service"}
        ),
    ),
    (
        f"{SPEC}topologySpreadConstraints of kubernetes.io/hostname selects the pods of no workload",
        lambda o: o.pod["topologySpreadConstraints"][1]["labelSelector"]["matchLabels"].update({NAME: "auth"}),
    ),
    (f"the pods' label {NAME} must be auth-service", lambda o: o.labels.update({NAME: "auth"})),
    ("maxSurge 1, maxUnavailable 0", lambda o: o.spec("Deployment")["strategy"]["rollingUpdate"].update(maxSurge=2)),
    (
        "preStop sleeps 5 s, but terminationGracePeriodSeconds is 5",
        lambda o: o.pod.update(terminationGracePeriodSeconds=5),
    ),
    ("livenessProbe is missing", lambda o: o.container.pop("livenessProbe")),
    ("startupProbe probes port web", lambda o: o.container["startupProbe"]["httpGet"].update(port="web")),
    ("automountServiceAccountToken must be false", lambda o: o.pod.pop("automountServiceAccountToken")),
    (
        "service: securityContext.readOnlyRootFilesystem must be true",
        lambda o: o.security_context.pop("readOnlyRootFilesystem"),
    ),
    ("topology.kubernetes.io/zone must be set, with maxSkew 1", lambda o: _spread(o).pop(0)),
    ("kubernetes.io/hostname must be set, with maxSkew 1", lambda o: _spread(o).pop(1)),
    ("kubernetes.io/hostname must be set", lambda o: _spread(o)[1].update(whenUnsatisfiable="DoNotSchedule")),
    ("topology.kubernetes.io/zone must be set", lambda o: _spread(o)[0].update(maxSkew=2)),
    (
        "kubernetes.io/os must be one of topology",
        lambda o: _spread(o).append({**_spread(o)[0], "topologyKey": "kubernetes.io/os"}),
    ),
    ("readinessProbe must use httpGet", lambda o: o.container.update(readinessProbe={"tcpSocket": {"port": "http"}})),
    (
        "startupProbe allows 500 s, but spec.progressDeadlineSeconds ends the rollout after 300 s",
        lambda o: o.container["startupProbe"].update(failureThreshold=100),
    ),
]
OBJECTS: Cases = [
    ("Service auth-service: spec.selector is empty", lambda o: o.spec("Service").pop("selector")),
    (
        "Service auth-service: spec.selector selects the pods of no workload",
        lambda o: o.spec("Service")["selector"].update({NAME: "auth"}),
    ),
    (
        "Service auth-service: spec.selector selects the pods of auth-service, content-service",
        lambda o: o.spec("Service").update(selector={"app.kubernetes.io/part-of": "nova"}),
    ),
    (
        "Service auth-service: targetPort 8085: no container",
        lambda o: o.spec("Service")["ports"][0].update(targetPort=8085),
    ),
    (
        "PodDisruptionBudget auth-service: spec.selector selects the pods of no workload",
        lambda o: o.spec("PodDisruptionBudget")["selector"]["matchLabels"].update({NAME: "auth"}),
    ),
    ("spec.maxUnavailable must be 1", lambda o: o.spec("PodDisruptionBudget").update(maxUnavailable=0)),
    (
        "names auth, which is not a Deployment of this overlay",
        lambda o: o.spec("HorizontalPodAutoscaler")["scaleTargetRef"].update(name="auth"),
    ),
    (
        "already scales Deployment auth-service",
        lambda o: (
            o.named("HorizontalPodAutoscaler")["metadata"].update(name="user-service-2")
            or o.named("HorizontalPodAutoscaler", "user-service")["spec"]["scaleTargetRef"].update(name="auth-service")
        ),
    ),
    (
        "remove spec.replicas: the autoscaler auth-service sets it",
        lambda o: o.spec("Deployment").update(replicas=3),
    ),
    ("Service auth-service: there are 2 objects with this name", lambda o: o.append(o.named("Service"))),
    (
        "names user-service, but must name the Deployment with its own name",
        lambda o: _scaler(o)["scaleTargetRef"].update(name="user-service"),
    ),
    ("spec.metrics: at least one must be of type Resource", lambda o: _scaler(o).pop("metrics")),
    (
        "averageUtilization is 400, but must be between 1 and 100",
        lambda o: _scaler(o)["metrics"][0]["resource"]["target"].update(averageUtilization=400),
    ),
    (
        "PodDisruptionBudget auth-service: spec.maxUnavailable must be 1",
        lambda o: o.spec("PodDisruptionBudget").update(maxUnavailable="0%"),
    ),
]


@each_case([*PODS, *OBJECTS])
def test_a_broken_rule_is_reported(message: str, change: Change) -> None:
    faults = list(project_faults(PLAN, changed(change)))
    assert any(message in fault for fault in faults), faults


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
    errors = capsys.readouterr().err
    assert "k8s/infrastructure/overlays/spare: no environment is synced from this folder" in errors
    assert "k8s/infrastructure/base/mail-service: no environment's kustomization lists" in errors
    assert "k8s/infrastructure/overlays/staging: 'k8s/infrastructure/base/service': " in errors
    assert "data.databaseUrlKey" in errors
    assert str(tmp_path) not in errors


def test_the_committed_overlays_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "3 overlays, 0 faults" in capsys.readouterr().out


def test_a_base_on_another_host_does_not_build(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: ['https://github.com/example/base//k8s?ref=v1']\n")
    with pytest.raises(BuildError, match=r"github\.com/example/base"):
        build(tmp_path, kustomize(ROOT))
