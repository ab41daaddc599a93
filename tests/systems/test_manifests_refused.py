"""Every refusal and warning of the API server is reported in its own words, one changed field at a time."""

import copy
from typing import Any

import pytest

from tests.harness.harness import ROOT
from tests.systems.nova_overlays import sites
from tests.systems.overlay_changes import PLAN, SPEC, Cases, Change, Objects, changed, each_case
from tools.manifests.__main__ import faults
from tools.manifests.validator import ValidatorError, refusals, validator

LEVEL = f'{SPEC}violates Pod Security "restricted:v1.35": '
CONTAINER = f"{SPEC}spec.template.spec.containers[0]."


def _job(objects: Objects, **fields: Any) -> dict[str, Any]:
    """A Job that migrates the database before a sync."""
    pods: dict[str, Any] = copy.deepcopy(objects.pod) | {"restartPolicy": "Never", **fields}
    for container in pods["containers"]:
        for key in ("ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"):
            del container[key]
    del pods["topologySpreadConstraints"]
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate", "namespace": "nova"},
        "spec": {"template": {"spec": pods}},
    }


FORM: Cases = [
    (f'{SPEC}strict decoding error: unknown field "spec.replica"', lambda o: o.spec("Deployment").update(replica=1)),
    (f"{SPEC}json: cannot unmarshal string", lambda o: o.spec("Deployment").update(revisionHistoryLimit="3")),
    (
        'apiVersion "apps/v2" and kind "Deployment" are not',
        lambda o: o.named("Deployment").update(apiVersion="apps/v2"),
    ),
    (
        'PodDisruptionBudget auth-service: objects of apiVersion "policy/v1beta1"',
        lambda o: o.named("PodDisruptionBudget").update(apiVersion="policy/v1beta1"),
    ),
    ("Rollout auth-service: objects of apiVersion", lambda o: o.named("Deployment").update(kind="Rollout")),
    ("object without kind without name: objects of apiVersion", lambda o: o.append({})),
    ("Deployment without name: metadata.name: Required", lambda o: o.named("Deployment").pop("metadata")),
    (f"{SPEC}metadata.namespace: Required", lambda o: o.named("Deployment")["metadata"].pop("namespace")),
    ("quantities must match", lambda o: o.container["resources"]["limits"].update(memory="1Q")),
    (
        "Deployment Auth_Service: metadata.name: Invalid",
        lambda o: o.named("Deployment")["metadata"].update(name="Auth_Service"),
    ),
    (f"{SPEC}spec.template.labels: Invalid value", lambda o: o.labels.update(tier="a b")),
]
VALUES: Cases = [
    (
        f'{CONTAINER}volumeMounts[1].name: Not found: "x"',
        lambda o: o.container["volumeMounts"].append({"name": "x", "mountPath": "/x"}),
    ),
    (f"{CONTAINER}resources.requests: Invalid value", lambda o: o.container["resources"]["requests"].update(cpu="9")),
    (
        "initContainers[0].resources.requests: Invalid value",
        lambda o: o.init_container["resources"]["requests"].update(cpu="9"),
    ),
    (
        f"{CONTAINER}livenessProbe.successThreshold: Invalid",
        lambda o: o.container["livenessProbe"].update(successThreshold=2),
    ),
    (
        f"{SPEC}spec.strategy.rollingUpdate: Forbidden",
        lambda o: o.spec("Deployment")["strategy"].update(type="Recreate"),
    ),
    (
        f"{SPEC}spec.template.spec.ephemeralContainers: Forbidden",
        lambda o: o.pod.update(ephemeralContainers=[o.container]),
    ),
    (f"{SPEC}spec.progressDeadlineSeconds: Invalid", lambda o: o.spec("Deployment").update(minReadySeconds=400)),
    (
        f"{SPEC}spec.template.metadata.labels: Invalid value",
        lambda o: o.spec("Deployment")["selector"]["matchLabels"].update(a="b"),
    ),
    ('hides previous definition of "PORT"', lambda o: o.container["env"].append({"name": "PORT", "value": "1"})),
    ('duplicate port name "http"', lambda o: o.container["ports"].append({"name": "http", "containerPort": 1})),
    (
        "PodDisruptionBudget auth-service: spec: Invalid value",
        lambda o: o.spec("PodDisruptionBudget").update(minAvailable=1),
    ),
    ("Service auth-service: spec.ports[0].nodePort: Forbidden", lambda o: o.service_port.update(nodePort=30000)),
    (
        "HorizontalPodAutoscaler auth-service: spec.maxReplicas: Invalid",
        lambda o: o.spec("HorizontalPodAutoscaler").update(minReplicas=9),
    ),
    (
        "spec.scaleTargetRef.apiVersion: Invalid",
        lambda o: o.spec("HorizontalPodAutoscaler")["scaleTargetRef"].pop("apiVersion"),
    ),
    ("data[a b]: Invalid value", lambda o: o.config_map.update({"a b": "c"})),
    ("Job migrate: spec.template.spec.restartPolicy: ", lambda o: o.append(_job(o, restartPolicy="Always"))),
]
SECURITY: Cases = [
    (f"{LEVEL}host namespaces: hostNetwork=true", lambda o: o.pod.update(hostNetwork=True)),
    (
        f"{LEVEL}restricted volume types",
        lambda o: o.pod["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
    ),
    (f"{LEVEL}privileged", lambda o: o.security_context.update(privileged=True)),
    (f"{LEVEL}allowPrivilegeEscalation != false", lambda o: o.security_context.pop("allowPrivilegeEscalation")),
    (
        f'{LEVEL}unrestricted capabilities: container "service" must set',
        lambda o: o.security_context.pop("capabilities"),
    ),
    (
        f'{LEVEL}unrestricted capabilities: container "service" must not include "SYS_TIME"',
        lambda o: o.security_context["capabilities"].update(add=["SYS_TIME"]),
    ),
    (f"{LEVEL}runAsNonRoot != true", lambda o: o.pod["securityContext"].pop("runAsNonRoot")),
    (f"{LEVEL}runAsUser=0", lambda o: o.pod["securityContext"].update(runAsUser=0)),
    (f"{LEVEL}seccompProfile", lambda o: o.pod["securityContext"].pop("seccompProfile")),
    (f"{LEVEL}hostPort", lambda o: o.container["ports"][0].update(hostPort=8084)),
    (f"{LEVEL}forbidden sysctls", lambda o: o.pod["securityContext"].update(sysctls=[{"name": "a", "value": "b"}])),
    (f"{LEVEL}seLinuxOptions", lambda o: o.pod["securityContext"].update(seLinuxOptions={"user": "a"})),
    (
        f"{LEVEL}forbidden AppArmor profile",
        lambda o: o.template["metadata"]["annotations"].update(
            {"container.apparmor.security.beta.kubernetes.io/service": "unconfined"}
        ),
    ),
    (f"{LEVEL}procMount", lambda o: o.security_context.update(procMount="Unmasked")),
    (f"{LEVEL}hostProcess", lambda o: o.security_context.update(windowsOptions={"hostProcess": True})),
    (f"{LEVEL}probe or lifecycle host", lambda o: o.container["livenessProbe"]["httpGet"].update(host="10.0.0.1")),
    (
        f"{LEVEL}probe or lifecycle host",
        lambda o: o.container["lifecycle"].update(postStart={"httpGet": {"host": "10.0.0.1", "port": 1}}),
    ),
    ('Job migrate: violates Pod Security "restricted:v1.35": host', lambda o: o.append(_job(o, hostPID=True))),
]


@each_case([*FORM, *VALUES, *SECURITY])
def test_a_refusal_of_the_api_server_is_reported(message: str, change: Change) -> None:
    messages = list(faults(PLAN, changed(change), validator(ROOT)))
    assert any(message in fault for fault in messages), messages


def test_a_migration_job_has_no_fault() -> None:
    assert list(faults(PLAN, changed(lambda o: o.append(_job(o))), validator(ROOT))) == []


def test_the_validator_has_the_kubernetes_version_of_the_clusters() -> None:
    pinned = next(
        line.split()[-1]
        for line in (ROOT / "tools/kubernetes/go.mod").read_text().splitlines()
        if line.strip().startswith("k8s.io/kubernetes v")
    )
    versions = {cluster.version for site in sites() if (cluster := site.plan.config.cluster) is not None}
    assert versions == {pinned.removeprefix("v").rpartition(".")[0]}


def test_a_failing_validator_raises() -> None:
    with pytest.raises(ValidatorError, match="exited with status 1"):
        list(refusals([], "false"))
