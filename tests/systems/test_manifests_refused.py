"""What the API server would refuse or warn about is named in its own words: one field of the overlay at a time."""

import copy
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from tests.harness.harness import ROOT
from tests.systems.nova_overlays import sites
from tests.systems.overlay_changes import (
    OVERLAY,
    SPEC,
    Cases,
    Change,
    Objects,
    changed,
    container,
    each_case,
    guard,
    init,
    labels,
    named,
    pod,
    port,
    settings,
    spec,
    template,
)
from tools.manifests.__main__ import faults
from tools.manifests.validator import ValidatorError, refusals, validator

LEVEL = f'{SPEC}violates Pod Security "restricted:v1.35": '
CONTAINER = f"{SPEC}spec.template.spec.containers[0]."


def _job(objects: Objects, **fields: Any) -> dict[str, Any]:
    """A Job that migrates the database before a sync."""
    pods: dict[str, Any] = copy.deepcopy(pod(objects)) | {"restartPolicy": "Never", **fields}
    for found in pods["containers"]:
        for key in ("ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"):
            del found[key]
    del pods["topologySpreadConstraints"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate", "namespace": "nova"},
        "spec": {"template": {"spec": pods}},
    }


FORM: Cases = [
    (f'{SPEC}strict decoding error: unknown field "spec.replica"', lambda o: spec(o, "Deployment").update(replica=1)),
    (f"{SPEC}json: cannot unmarshal string", lambda o: spec(o, "Deployment").update(revisionHistoryLimit="3")),
    (
        'apiVersion "apps/v2" and kind "Deployment" are not',
        lambda o: named(o, "Deployment").update(apiVersion="apps/v2"),
    ),
    (
        'PodDisruptionBudget auth-service: objects of apiVersion "policy/v1beta1"',
        lambda o: named(o, "PodDisruptionBudget").update(apiVersion="policy/v1beta1"),
    ),
    ("Rollout auth-service: objects of apiVersion", lambda o: named(o, "Deployment").update(kind="Rollout")),
    ("object without kind without name: objects of apiVersion", lambda o: o.append({})),
    ("Deployment without name: metadata.name: Required", lambda o: named(o, "Deployment").pop("metadata")),
    (f"{SPEC}metadata.namespace: Required", lambda o: named(o, "Deployment")["metadata"].pop("namespace")),
    ("quantities must match", lambda o: container(o)["resources"]["limits"].update(memory="1Q")),
    (
        "Deployment Auth_Service: metadata.name: Invalid",
        lambda o: named(o, "Deployment")["metadata"].update(name="Auth_Service"),
    ),
    (f"{SPEC}spec.template.labels: Invalid value", lambda o: labels(o).update(tier="a b")),
]
VALUES: Cases = [
    (
        f'{CONTAINER}volumeMounts[1].name: Not found: "x"',
        lambda o: container(o)["volumeMounts"].append({"name": "x", "mountPath": "/x"}),
    ),
    (f"{CONTAINER}resources.requests: Invalid value", lambda o: container(o)["resources"]["requests"].update(cpu="9")),
    ("initContainers[0].resources.requests: Invalid value", lambda o: init(o)["resources"]["requests"].update(cpu="9")),
    (
        f"{CONTAINER}livenessProbe.successThreshold: Invalid",
        lambda o: container(o)["livenessProbe"].update(successThreshold=2),
    ),
    (
        f"{SPEC}spec.strategy.rollingUpdate: Forbidden",
        lambda o: spec(o, "Deployment")["strategy"].update(type="Recreate"),
    ),
    (
        f"{SPEC}spec.template.spec.ephemeralContainers: Forbidden",
        lambda o: pod(o).update(ephemeralContainers=[container(o)]),
    ),
    (f"{SPEC}spec.progressDeadlineSeconds: Invalid", lambda o: spec(o, "Deployment").update(minReadySeconds=400)),
    (
        f"{SPEC}spec.template.metadata.labels: Invalid value",
        lambda o: spec(o, "Deployment")["selector"]["matchLabels"].update(a="b"),
    ),
    ('hides previous definition of "PORT"', lambda o: container(o)["env"].append({"name": "PORT", "value": "1"})),
    ('duplicate port name "http"', lambda o: container(o)["ports"].append({"name": "http", "containerPort": 1})),
    (
        "PodDisruptionBudget auth-service: spec: Invalid value",
        lambda o: spec(o, "PodDisruptionBudget").update(minAvailable=1),
    ),
    ("Service auth-service: spec.ports[0].nodePort: Forbidden", lambda o: port(o).update(nodePort=30000)),
    (
        "HorizontalPodAutoscaler auth-service: spec.maxReplicas: Invalid",
        lambda o: spec(o, "HorizontalPodAutoscaler").update(minReplicas=9),
    ),
    (
        "spec.scaleTargetRef.apiVersion: Invalid",
        lambda o: spec(o, "HorizontalPodAutoscaler")["scaleTargetRef"].pop("apiVersion"),
    ),
    ("data[a b]: Invalid value", lambda o: settings(o).update({"a b": "c"})),
    ("Job migrate: spec.template.spec.restartPolicy: ", lambda o: o.append(_job(o, restartPolicy="Always"))),
]
SECURITY: Cases = [
    (f"{LEVEL}host namespaces: hostNetwork=true", lambda o: pod(o).update(hostNetwork=True)),
    (
        f"{LEVEL}restricted volume types",
        lambda o: pod(o)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
    ),
    (f"{LEVEL}privileged", lambda o: guard(o).update(privileged=True)),
    (f"{LEVEL}allowPrivilegeEscalation != false", lambda o: guard(o).pop("allowPrivilegeEscalation")),
    (f'{LEVEL}unrestricted capabilities: container "service" must set', lambda o: guard(o).pop("capabilities")),
    (
        f'{LEVEL}unrestricted capabilities: container "service" must not include "SYS_TIME"',
        lambda o: guard(o)["capabilities"].update(add=["SYS_TIME"]),
    ),
    (f"{LEVEL}runAsNonRoot != true", lambda o: pod(o)["securityContext"].pop("runAsNonRoot")),
    (f"{LEVEL}runAsUser=0", lambda o: pod(o)["securityContext"].update(runAsUser=0)),
    (f"{LEVEL}seccompProfile", lambda o: pod(o)["securityContext"].pop("seccompProfile")),
    (f"{LEVEL}hostPort", lambda o: container(o)["ports"][0].update(hostPort=8084)),
    (f"{LEVEL}forbidden sysctls", lambda o: pod(o)["securityContext"].update(sysctls=[{"name": "a", "value": "b"}])),
    (f"{LEVEL}seLinuxOptions", lambda o: pod(o)["securityContext"].update(seLinuxOptions={"user": "a"})),
    (
        f"{LEVEL}forbidden AppArmor profile",
        lambda o: template(o)["metadata"]["annotations"].update(
            {"container.apparmor.security.beta.kubernetes.io/service": "unconfined"}
        ),
    ),
    (f"{LEVEL}procMount", lambda o: guard(o).update(procMount="Unmasked")),
    (f"{LEVEL}hostProcess", lambda o: guard(o).update(windowsOptions={"hostProcess": True})),
    (f"{LEVEL}probe or lifecycle host", lambda o: container(o)["livenessProbe"]["httpGet"].update(host="10.0.0.1")),
    (
        f"{LEVEL}probe or lifecycle host",
        lambda o: container(o)["lifecycle"].update(postStart={"httpGet": {"host": "10.0.0.1", "port": 1}}),
    ),
    ('Job migrate: violates Pod Security "restricted:v1.35": host', lambda o: o.append(_job(o, hostPID=True))),
]


@each_case([*FORM, *VALUES, *SECURITY])
def test_what_the_api_server_would_refuse_is_named(message: str, change: Change) -> None:
    found = list(faults(OVERLAY, changed(change), validator(ROOT)))
    assert any(message in fault for fault in found), found


def test_a_job_that_migrates_is_sound() -> None:
    assert list(faults(OVERLAY, changed(lambda o: o.append(_job(o))), validator(ROOT))) == []


def test_the_validator_is_of_the_clusters_kubernetes() -> None:
    pinned = next(
        line.split()[-1]
        for line in (ROOT / "tools/kubernetes/go.mod").read_text().splitlines()
        if line.strip().startswith("k8s.io/kubernetes v")
    )
    versions = {cluster.version for config in _configs() if (cluster := config.cluster) is not None}
    assert versions == {pinned.removeprefix("v").rpartition(".")[0]}


def _configs() -> list[PlatformConfig]:
    return [site.config for site in sites()]


def test_a_validator_that_breaks_says_so() -> None:
    with pytest.raises(ValidatorError, match="ended with status 1"):
        list(refusals([], "false"))
