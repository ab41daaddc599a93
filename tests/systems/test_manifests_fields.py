"""A field, a value or a kind that services have no use for is named, though Kubernetes would take it."""

from typing import Any

from tests.systems.overlay_changes import (
    OVERLAY,
    SPEC,
    Cases,
    Change,
    Objects,
    changed,
    container,
    each_case,
    init,
    named,
    pod,
    port,
    spec,
    template,
    variable,
)
from tools.manifests.__main__ import own_faults

UNKNOWN = "is not a field that services set: take it out, or add it to tools/manifests/fields.py"


def _probe(objects: Objects) -> dict[str, Any]:
    return container(objects)["livenessProbe"]["httpGet"]


KINDS: Cases = [
    (
        "Secret own: objects of this kind",
        lambda o: o.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own", "namespace": "nova"}}),
    ),
    (
        "Role own: objects of this kind",
        lambda o: o.append({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "own"}}),
    ),
    (
        "ServiceAccount auth: objects of this kind",
        lambda o: o.append({"kind": "ServiceAccount", "metadata": {"name": "auth"}}),
    ),
    (
        "ResourceQuota services: objects of this kind",
        lambda o: o.append({"kind": "ResourceQuota", "metadata": {"name": "services"}}),
    ),
]
WORKLOAD: Cases = [
    (f"{SPEC}spec.paused {UNKNOWN}", lambda o: spec(o, "Deployment").update(paused=True)),
    (f"{SPEC}spec.minReadySeconds {UNKNOWN}", lambda o: spec(o, "Deployment").update(minReadySeconds=60)),
    (
        f"{SPEC}spec.strategy.type is Recreate, and services set RollingUpdate",
        lambda o: spec(o, "Deployment").update(strategy={"type": "Recreate"}),
    ),
    (
        f"{SPEC}spec.selector.matchExpressions {UNKNOWN}",
        lambda o: spec(o, "Deployment")["selector"].update(matchExpressions=[]),
    ),
    (f"{SPEC}spec.template.spec.nodeSelector {UNKNOWN}", lambda o: pod(o).update(nodeSelector={"a": "b"})),
    (f"{SPEC}spec.template.spec.affinity {UNKNOWN}", lambda o: pod(o).update(affinity={})),
    (f"{SPEC}spec.template.spec.tolerations {UNKNOWN}", lambda o: pod(o).update(tolerations=[])),
    (f"{SPEC}spec.template.spec.nodeName {UNKNOWN}", lambda o: pod(o).update(nodeName="a")),
    (f"{SPEC}spec.template.spec.schedulerName {UNKNOWN}", lambda o: pod(o).update(schedulerName="a")),
    (f"{SPEC}spec.template.spec.priorityClassName {UNKNOWN}", lambda o: pod(o).update(priorityClassName="a")),
    (f"{SPEC}spec.template.spec.runtimeClassName {UNKNOWN}", lambda o: pod(o).update(runtimeClassName="a")),
    (f"{SPEC}spec.template.spec.dnsPolicy {UNKNOWN}", lambda o: pod(o).update(dnsPolicy="Default")),
    (f"{SPEC}spec.template.spec.hostAliases {UNKNOWN}", lambda o: pod(o).update(hostAliases=[])),
    (f"{SPEC}spec.template.spec.imagePullSecrets {UNKNOWN}", lambda o: pod(o).update(imagePullSecrets=[])),
    (f"{SPEC}spec.template.spec.volumes[0].secret {UNKNOWN}", lambda o: pod(o)["volumes"][0].update(secret={})),
    (
        f"{SPEC}metadata.annotations.argocd.argoproj.io/sync-options {UNKNOWN}",
        lambda o: named(o, "Deployment")["metadata"]["annotations"].update(
            {"argocd.argoproj.io/sync-options": "Replace=true"}
        ),
    ),
    (
        f"{SPEC}spec.template.metadata.annotations.a {UNKNOWN}",
        lambda o: template(o)["metadata"]["annotations"].update(a="b"),
    ),
]
CONTAINER = f"{SPEC}spec.template.spec.containers[0]."
CONTAINERS: Cases = [
    (f"{CONTAINER}command {UNKNOWN}", lambda o: container(o).update(command=["sleep"])),
    (f"{CONTAINER}args {UNKNOWN}", lambda o: container(o).update(args=["--help"])),
    (f"{CONTAINER}stdin {UNKNOWN}", lambda o: container(o).update(stdin=True)),
    (
        f"{CONTAINER}ports[0].protocol is UDP, and services set TCP",
        lambda o: container(o)["ports"][0].update(protocol="UDP"),
    ),
    (
        f"{CONTAINER}imagePullPolicy is Never, and services set Always or IfNotPresent",
        lambda o: container(o).update(imagePullPolicy="Never"),
    ),
    (
        f"secretKeyRef.optional {UNKNOWN}",
        lambda o: variable(o, "REDIS_URL")["valueFrom"]["secretKeyRef"].update(optional=True),
    ),
    (f"envFrom[0].prefix {UNKNOWN}", lambda o: container(o)["envFrom"][0].update(prefix="A_")),
    (
        f"envFrom[0].configMapRef.optional {UNKNOWN}",
        lambda o: container(o)["envFrom"][0]["configMapRef"].update(optional=True),
    ),
    (
        f"envFrom[1].secretRef {UNKNOWN}",
        lambda o: container(o)["envFrom"].append({"secretRef": {"name": "nova-jwt-keys"}}),
    ),
    (f"{CONTAINER}livenessProbe.httpGet.host {UNKNOWN}", lambda o: _probe(o).update(host="")),
    (f"{CONTAINER}livenessProbe.httpGet.scheme {UNKNOWN}", lambda o: _probe(o).update(scheme="HTTPS")),
    (f"{CONTAINER}livenessProbe.httpGet.httpHeaders {UNKNOWN}", lambda o: _probe(o).update(httpHeaders=[])),
    (f"{CONTAINER}livenessProbe.exec {UNKNOWN}", lambda o: container(o)["livenessProbe"].update(exec={})),
    (f"{CONTAINER}lifecycle.postStart {UNKNOWN}", lambda o: container(o)["lifecycle"].update(postStart={})),
    (
        f"{CONTAINER}resources.limits.ephemeral-storage {UNKNOWN}",
        lambda o: container(o)["resources"]["limits"].update({"ephemeral-storage": "1Gi"}),
    ),
    (f"initContainers[0].restartPolicy {UNKNOWN}", lambda o: init(o).update(restartPolicy="Always")),
]
OTHERS: Cases = [
    (
        "Service auth-service: spec.type is NodePort, and services set ClusterIP",
        lambda o: spec(o, "Service").update(type="NodePort"),
    ),
    ("Service auth-service: spec.type is ExternalName", lambda o: spec(o, "Service").update(type="ExternalName")),
    (f"Service auth-service: spec.clusterIP {UNKNOWN}", lambda o: spec(o, "Service").update(clusterIP="None")),
    (
        f"Service auth-service: spec.publishNotReadyAddresses {UNKNOWN}",
        lambda o: spec(o, "Service").update(publishNotReadyAddresses=True),
    ),
    (
        f"Service auth-service: spec.externalIPs {UNKNOWN}",
        lambda o: spec(o, "Service").update(externalIPs=["10.0.0.1"]),
    ),
    (
        "Service auth-service: spec.ports[0].protocol is UDP, and services set TCP",
        lambda o: port(o).update(protocol="UDP"),
    ),
    (f"Service auth-service: spec.ports[0].nodePort {UNKNOWN}", lambda o: port(o).update(nodePort=30000)),
    (
        f"PodDisruptionBudget auth-service: spec.minAvailable {UNKNOWN}",
        lambda o: spec(o, "PodDisruptionBudget").update(minAvailable="100%"),
    ),
    (
        "PodDisruptionBudget auth-service: spec.unhealthyPodEvictionPolicy is IfHealthyBudget",
        lambda o: spec(o, "PodDisruptionBudget").update(unhealthyPodEvictionPolicy="IfHealthyBudget"),
    ),
    (
        f"HorizontalPodAutoscaler auth-service: spec.behavior.scaleUp {UNKNOWN}",
        lambda o: spec(o, "HorizontalPodAutoscaler")["behavior"].update(scaleUp={"selectPolicy": "Disabled"}),
    ),
    (
        "spec.metrics[0].resource.name is disk, and services set cpu or memory",
        lambda o: spec(o, "HorizontalPodAutoscaler")["metrics"][0]["resource"].update(name="disk"),
    ),
    (
        "spec.scaleTargetRef.apiVersion is apps/v2, and services set apps/v1",
        lambda o: spec(o, "HorizontalPodAutoscaler")["scaleTargetRef"].update(apiVersion="apps/v2"),
    ),
]


@each_case([*KINDS, *WORKLOAD, *CONTAINERS, *OTHERS])
def test_what_services_do_not_set_is_named(message: str, change: Change) -> None:
    found = list(own_faults(OVERLAY, changed(change)))
    assert any(message in fault for fault in found), found
