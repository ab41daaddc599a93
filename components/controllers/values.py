"""Helm values of the controllers in the namespace `platform`: only what differs from the charts' defaults (pure).

Every pod keeps to the restricted level, whatever its chart's default is, and says by annotation where its metrics are.
Nodes answer pods no questions (hop limit 1): region and VPC are given where a chart would ask the metadata service.
"""

from collections.abc import Mapping, Sequence

import pulumi

from components.argocd.pods import Size
from components.config.types import AmiFamily
from components.controllers import pods
from components.controllers.context import Door
from components.edge.ingress_values import HTTPS_PORT

Values = Mapping[str, pulumi.Input[object]]

NOBODY = 65534
ONE_AT_A_TIME = {"maxUnavailable": 1}
"""A disruption budget. With a single pod it would allow the same as none."""

POD_SECURITY: Mapping[str, object] = {
    "fsGroup": NOBODY,
    "runAsGroup": NOBODY,
    "runAsNonRoot": True,
    "runAsUser": NOBODY,
    "seccompProfile": {"type": "RuntimeDefault"},
}
CONTAINER_SECURITY: Mapping[str, object] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
METRICS_PORTS: Mapping[str, int] = {
    "argo-rollouts": 8090,
    "aws-load-balancer-controller": 8080,
    "cluster-autoscaler": 8085,
    "external-dns": 7979,
    "external-secrets": 8080,
    "karpenter": 8080,
    "reloader": 9090,
}
"""Where each controller shows its metrics: the charts' own ports."""


def external_secrets_values() -> Values:
    """Values of the chart external-secrets, CRDs included; stores belong to the platform, pushing to nobody."""
    return {
        "crds": {"createClusterPushSecret": False, "createPushSecret": False},
        "fullnameOverride": "external-secrets",
        "installCRDs": True,
        "leaderElect": True,
        "podAnnotations": scraped("external-secrets"),
        # The controller has no right to write secrets into AWS, so the kinds that ask for it are not there.
        "processClusterPushSecret": False,
        "processPushSecret": False,
        "serviceAccount": {"name": "external-secrets"},
        **_replicated(pods.EXTERNAL_SECRETS, "replicaCount"),
        "podDisruptionBudget": _budget(),
        "webhook": {
            **_replicated(pods.EXTERNAL_SECRETS_WEBHOOK, "replicaCount"),
            "podDisruptionBudget": _budget(),
        },
        "certController": {"resources": pods.EXTERNAL_SECRETS_CERTIFICATES.resources},
    }


INGRESS_CLASS = "alb"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
"""TLS 1.2 and 1.3, forward secrecy and authenticated encryption only."""


def ingress_class_spec(door: Door | None) -> Values:
    """What every load balancer of the class has: one for the system, TLS 1.2 or later, certificate, firewall, redirect.

    The redirect needs the port with a certificate. Health checks are no part of a class: they differ between services.
    """
    if door is None:
        return {"sslPolicy": TLS_POLICY, "targetType": "ip"}
    spec: dict[str, object] = {
        "group": {"name": door.group},
        "scheme": "internal" if door.internal else "internet-facing",
        "sslPolicy": TLS_POLICY,
        "targetType": door.target_type,
    }
    if door.certificate_arn is not None:
        spec["certificateArn"] = [door.certificate_arn]
        if door.https_redirect:
            spec["sslRedirectPort"] = str(HTTPS_PORT)
    if door.firewall_arn is not None:
        spec["wafv2AclArn"] = door.firewall_arn
    return spec


def load_balancer_values(
    *,
    cluster_name: pulumi.Input[str],
    region: str,
    vpc_id: pulumi.Input[str],
    tags: Mapping[str, str],
    ingress_class: Values,
) -> Values:
    """Values of the chart aws-load-balancer-controller: application load balancers with pods as targets.

    `ingress_class`: `spec` of the class's IngressClassParams; what stands there no Ingress has to say, or can change.
    """
    return {
        "clusterName": cluster_name,
        "defaultTags": dict(tags),
        "defaultTargetType": "ip",
        # Shield and the old firewall: no right to use them, so no calls that fail.
        "enableShield": False,
        "enableWaf": False,
        # It would judge every Service of the cluster, and stop all of them while the controller is away.
        "enableServiceMutatorWebhook": False,
        "fullnameOverride": "load-balancer-controller",
        "ingressClass": INGRESS_CLASS,
        "ingressClassParams": {"create": True, "name": INGRESS_CLASS, "spec": ingress_class},
        "podDisruptionBudget": ONE_AT_A_TIME,
        "podSecurityContext": POD_SECURITY,
        "region": region,
        "securityContext": CONTAINER_SECURITY,
        "serviceAccount": {"name": "load-balancer-controller"},
        "vpcId": vpc_id,
        **_replicated(pods.LOAD_BALANCER_CONTROLLER, "replicaCount"),
    }


def external_dns_values(*, cluster_name: str, zone_name: pulumi.Input[str], zone_id: pulumi.Input[str]) -> Values:
    """Values of the chart external-dns: records of Ingresses in one zone; what it did not make it does not touch."""
    return {
        "domainFilters": [zone_name],
        "extraArgs": [pulumi.Output.concat("--zone-id-filter=", zone_id)],
        "fullnameOverride": "external-dns",
        "podAnnotations": scraped("external-dns"),
        "podSecurityContext": POD_SECURITY,
        # Records go with their Ingress; the TXT record beside each says which cluster it belongs to.
        "policy": "sync",
        "provider": {"name": "aws"},
        "registry": "txt",
        "resources": pods.EXTERNAL_DNS.resources,
        "securityContext": CONTAINER_SECURITY,
        "serviceAccount": {"name": "external-dns"},
        "sources": ["ingress"],
        "triggerLoopOnEvent": True,
        "txtOwnerId": cluster_name,
    }


def rollouts_values(*, region: str | None) -> Values:
    """Values of the chart argo-rollouts; with a region it asks AWS whether load balancers follow."""
    controller: dict[str, object] = {
        "metrics": {"enabled": True},
        "pdb": {"enabled": True, **ONE_AT_A_TIME},
        **_replicated(pods.ROLLOUTS, "replicas"),
    }
    if region is not None:
        # Without it a step counts as done when the weights are written, not when the load balancer has taken them.
        controller["extraArgs"] = ["--aws-verify-target-group"]
        controller["extraEnv"] = [{"name": "AWS_REGION", "value": region}]
    return {
        "containerSecurityContext": CONTAINER_SECURITY,
        "controller": controller,
        "dashboard": {"enabled": False},
        "fullnameOverride": "argo-rollouts",
        # Removing the release must not remove every Rollout of the cluster with its definition.
        "installCRDs": True,
        "keepCRDs": True,
        "podAnnotations": scraped("argo-rollouts"),
        "podSecurityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "serviceAccount": {"name": "argo-rollouts"},
    }


def cluster_autoscaler_values(*, cluster_name: str, region: str) -> Values:
    """Values of the chart cluster-autoscaler: the Auto Scaling groups that EKS tagged with the cluster's name."""
    return {
        "autoDiscovery": {"clusterName": cluster_name},
        "awsRegion": region,
        "cloudProvider": "aws",
        "containerSecurityContext": CONTAINER_SECURITY,
        "extraArgs": {
            "balance-similar-node-groups": True,
            "expander": "least-waste",
            # Most pods have an empty volume, and controllers have budgets: neither may hold a node for ever.
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
        "fullnameOverride": "cluster-autoscaler",
        "podAnnotations": scraped("cluster-autoscaler"),
        "podDisruptionBudget": ONE_AT_A_TIME,
        "rbac": {"serviceAccount": {"name": "cluster-autoscaler"}},
        "securityContext": POD_SECURITY,
        **_replicated(pods.CLUSTER_AUTOSCALER, "replicaCount"),
    }


def karpenter_values(*, cluster_name: str, queue_name: str | None) -> Values:
    """Values of the chart karpenter. `queue_name`: where notices of interruption arrive, if they do."""
    settings = {"clusterName": cluster_name}
    if queue_name is not None:
        settings["interruptionQueue"] = queue_name
    return {
        "controller": {"resources": pods.KARPENTER.resources},
        "podAnnotations": scraped("karpenter"),
        "replicas": pods.REPLICAS,
        "serviceAccount": {"name": "karpenter"},
        "settings": settings,
    }


def node_class_spec(
    *,
    family: AmiFamily,
    profile: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    security_group_id: pulumi.Input[str],
    volumes: Mapping[str, int | None],
    max_pods: int | None,
    tags: Mapping[str, str],
) -> Mapping[str, object]:
    """`spec` of Karpenter's EC2NodeClass: machines like those of the managed node group. Volumes in GiB by device."""
    spec: dict[str, object] = {
        "amiSelectorTerms": [{"alias": f"{family.lower()}@latest"}],
        "associatePublicIPAddress": False,
        "blockDeviceMappings": [
            {"deviceName": device, "ebs": _volume(size)} for device, size in volumes.items() if size is not None
        ],
        "instanceProfile": profile,
        "metadataOptions": {"httpEndpoint": "enabled", "httpPutResponseHopLimit": 1, "httpTokens": "required"},
        "securityGroupSelectorTerms": [{"id": security_group_id}],
        "subnetSelectorTerms": [{"id": subnet} for subnet in subnet_ids],
        "tags": dict(tags),
    }
    if max_pods is not None:
        spec["kubelet"] = {"maxPods": max_pods}
    return spec


def node_pool_spec(
    *, node_class: str, instance_type: str, spot: bool, millicores: int, unavailable_percent: int
) -> Mapping[str, object]:
    """`spec` of Karpenter's NodePool: nodes of one type, `millicores` of them at most."""
    requirements = {
        "karpenter.sh/capacity-type": "spot" if spot else "on-demand",
        "node.kubernetes.io/instance-type": instance_type,
    }
    return {
        "disruption": {
            "budgets": [{"nodes": f"{unavailable_percent}%"}],
            "consolidateAfter": "5m",
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
        },
        "limits": {"cpu": f"{millicores}m"},
        "template": {
            "spec": {
                "expireAfter": "720h",
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class},
                "requirements": [
                    {"key": key, "operator": "In", "values": [value]} for key, value in requirements.items()
                ],
            }
        },
    }


def scraped(controller: str) -> Mapping[str, str]:
    """Annotations by which Prometheus finds the pods of a controller."""
    return {"prometheus.io/port": str(METRICS_PORTS[controller]), "prometheus.io/scrape": "true"}


def _replicated(size: Size, replicas: str) -> Mapping[str, object]:
    """Two pods of that size; `replicas` is what the chart calls their number."""
    return {replicas: pods.REPLICAS, "resources": size.resources}


def _budget() -> Mapping[str, object]:
    return {"enabled": True, "minAvailable": 1}


def _volume(gib: int) -> Mapping[str, object]:
    return {"deleteOnTermination": True, "encrypted": True, "volumeSize": f"{gib}Gi", "volumeType": "gp3"}
