"""A field, value or kind that is not allowed is reported, even where Kubernetes would accept it."""

from tests.systems.overlay_changes import PLAN, SPEC, Cases, Change, changed, each_case
from tools.manifests.__main__ import project_faults

UNKNOWN = "is not an allowed field: remove it, or add it to tools/manifests/fields.py"


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
    (f"{SPEC}spec.paused {UNKNOWN}", lambda o: o.spec("Deployment").update(paused=True)),
    (f"{SPEC}spec.minReadySeconds {UNKNOWN}", lambda o: o.spec("Deployment").update(minReadySeconds=60)),
    (
        f"{SPEC}spec.strategy.type must be RollingUpdate, not Recreate",
        lambda o: o.spec("Deployment").update(strategy={"type": "Recreate"}),
    ),
    (
        f"{SPEC}spec.selector.matchExpressions {UNKNOWN}",
        lambda o: o.spec("Deployment")["selector"].update(matchExpressions=[]),
    ),
    (f"{SPEC}spec.template.spec.nodeSelector {UNKNOWN}", lambda o: o.pod.update(nodeSelector={"a": "b"})),
    (f"{SPEC}spec.template.spec.affinity {UNKNOWN}", lambda o: o.pod.update(affinity={})),
    (f"{SPEC}spec.template.spec.tolerations {UNKNOWN}", lambda o: o.pod.update(tolerations=[])),
    (f"{SPEC}spec.template.spec.nodeName {UNKNOWN}", lambda o: o.pod.update(nodeName="a")),
    (f"{SPEC}spec.template.spec.schedulerName {UNKNOWN}", lambda o: o.pod.update(schedulerName="a")),
    (f"{SPEC}spec.template.spec.priorityClassName {UNKNOWN}", lambda o: o.pod.update(priorityClassName="a")),
    (f"{SPEC}spec.template.spec.runtimeClassName {UNKNOWN}", lambda o: o.pod.update(runtimeClassName="a")),
    (f"{SPEC}spec.template.spec.dnsPolicy {UNKNOWN}", lambda o: o.pod.update(dnsPolicy="Default")),
    (f"{SPEC}spec.template.spec.hostAliases {UNKNOWN}", lambda o: o.pod.update(hostAliases=[])),
    (f"{SPEC}spec.template.spec.imagePullSecrets {UNKNOWN}", lambda o: o.pod.update(imagePullSecrets=[])),
    (f"{SPEC}spec.template.spec.volumes[0].secret {UNKNOWN}", lambda o: o.pod["volumes"][0].update(secret={})),
    (
        f"{SPEC}metadata.annotations.argocd.argoproj.io/sync-options {UNKNOWN}",
        lambda o: o.named("Deployment")["metadata"]["annotations"].update(
            {"argocd.argoproj.io/sync-options": "Replace=true"}
        ),
    ),
    (
        f"{SPEC}spec.template.metadata.annotations.a {UNKNOWN}",
        lambda o: o.template["metadata"]["annotations"].update(a="b"),
    ),
]
CONTAINER = f"{SPEC}spec.template.spec.containers[0]."
CONTAINERS: Cases = [
    (f"{CONTAINER}command {UNKNOWN}", lambda o: o.container.update(command=["sleep"])),
    (f"{CONTAINER}args {UNKNOWN}", lambda o: o.container.update(args=["--help"])),
    (f"{CONTAINER}stdin {UNKNOWN}", lambda o: o.container.update(stdin=True)),
    (
        f"{CONTAINER}ports[0].protocol must be TCP, not UDP",
        lambda o: o.container["ports"][0].update(protocol="UDP"),
    ),
    (
        f"{CONTAINER}imagePullPolicy must be Always or IfNotPresent, not Never",
        lambda o: o.container.update(imagePullPolicy="Never"),
    ),
    (
        f"secretKeyRef.optional {UNKNOWN}",
        lambda o: o.variable("REDIS_URL")["valueFrom"]["secretKeyRef"].update(optional=True),
    ),
    (f"envFrom[0].prefix {UNKNOWN}", lambda o: o.container["envFrom"][0].update(prefix="A_")),
    (
        f"envFrom[0].configMapRef.optional {UNKNOWN}",
        lambda o: o.container["envFrom"][0]["configMapRef"].update(optional=True),
    ),
    (
        f"envFrom[1].secretRef {UNKNOWN}",
        lambda o: o.container["envFrom"].append({"secretRef": {"name": "nova-jwt-keys"}}),
    ),
    (
        f"{CONTAINER}livenessProbe.httpGet.host {UNKNOWN}",
        lambda o: o.container["livenessProbe"]["httpGet"].update(host=""),
    ),
    (
        f"{CONTAINER}livenessProbe.httpGet.scheme {UNKNOWN}",
        lambda o: o.container["livenessProbe"]["httpGet"].update(scheme="HTTPS"),
    ),
    (
        f"{CONTAINER}livenessProbe.httpGet.httpHeaders {UNKNOWN}",
        lambda o: o.container["livenessProbe"]["httpGet"].update(httpHeaders=[]),
    ),
    (f"{CONTAINER}livenessProbe.exec {UNKNOWN}", lambda o: o.container["livenessProbe"].update(exec={})),
    (f"{CONTAINER}lifecycle.postStart {UNKNOWN}", lambda o: o.container["lifecycle"].update(postStart={})),
    (
        f"{CONTAINER}resources.limits.ephemeral-storage {UNKNOWN}",
        lambda o: o.container["resources"]["limits"].update({"ephemeral-storage": "1Gi"}),
    ),
    (f"initContainers[0].restartPolicy {UNKNOWN}", lambda o: o.init_container.update(restartPolicy="Always")),
]
OTHERS: Cases = [
    (
        "Service auth-service: spec.type must be ClusterIP, not NodePort",
        lambda o: o.spec("Service").update(type="NodePort"),
    ),
    (
        "Service auth-service: spec.type must be ClusterIP, not ExternalName",
        lambda o: o.spec("Service").update(type="ExternalName"),
    ),
    (f"Service auth-service: spec.clusterIP {UNKNOWN}", lambda o: o.spec("Service").update(clusterIP="None")),
    (
        f"Service auth-service: spec.publishNotReadyAddresses {UNKNOWN}",
        lambda o: o.spec("Service").update(publishNotReadyAddresses=True),
    ),
    (
        f"Service auth-service: spec.externalIPs {UNKNOWN}",
        lambda o: o.spec("Service").update(externalIPs=["10.0.0.1"]),
    ),
    (
        "Service auth-service: spec.ports[0].protocol must be TCP, not UDP",
        lambda o: o.service_port.update(protocol="UDP"),
    ),
    (f"Service auth-service: spec.ports[0].nodePort {UNKNOWN}", lambda o: o.service_port.update(nodePort=30000)),
    (
        f"PodDisruptionBudget auth-service: spec.minAvailable {UNKNOWN}",
        lambda o: o.spec("PodDisruptionBudget").update(minAvailable="100%"),
    ),
    (
        "PodDisruptionBudget auth-service: spec.unhealthyPodEvictionPolicy must be AlwaysAllow, not IfHealthyBudget",
        lambda o: o.spec("PodDisruptionBudget").update(unhealthyPodEvictionPolicy="IfHealthyBudget"),
    ),
    (
        f"HorizontalPodAutoscaler auth-service: spec.behavior.scaleUp {UNKNOWN}",
        lambda o: o.spec("HorizontalPodAutoscaler")["behavior"].update(scaleUp={"selectPolicy": "Disabled"}),
    ),
    (
        "spec.metrics[0].resource.name must be cpu or memory, not disk",
        lambda o: o.spec("HorizontalPodAutoscaler")["metrics"][0]["resource"].update(name="disk"),
    ),
    (
        "spec.scaleTargetRef.apiVersion must be apps/v1, not apps/v2",
        lambda o: o.spec("HorizontalPodAutoscaler")["scaleTargetRef"].update(apiVersion="apps/v2"),
    ),
]


@each_case([*KINDS, *WORKLOAD, *CONTAINERS, *OTHERS])
def test_a_field_that_is_not_allowed_is_reported(message: str, change: Change) -> None:
    faults = list(project_faults(PLAN, changed(change)))
    assert any(message in fault for fault in faults), faults
