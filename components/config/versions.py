"""Every version that the platform installs, pinned: charts, images, Valkey and EKS add-ons.

The comment above a pin is how Renovate raises it (.github/renovate.json). Add-ons are pinned by Kubernetes version;
`aws eks describe-addon-versions --kubernetes-version 1.36 --addon-name NAME` lists what EKS offers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

# renovate: datasource=helm depName=argo-cd registryUrl=https://argoproj.github.io/argo-helm
ARGO_CD_CHART = "10.9.0"
# renovate: datasource=github-releases depName=argoproj/argo-cd
ARGO_CD_IMAGE_TAG = "v3.5.7"
# renovate: datasource=helm depName=argo-rollouts registryUrl=https://argoproj.github.io/argo-helm
ARGO_ROLLOUTS_CHART = "2.41.0"
# renovate: datasource=helm depName=cluster-autoscaler registryUrl=https://kubernetes.github.io/autoscaler
CLUSTER_AUTOSCALER_CHART = "9.59.0"
# renovate: datasource=helm depName=external-dns registryUrl=https://kubernetes-sigs.github.io/external-dns/
EXTERNAL_DNS_CHART = "1.21.1"
# renovate: datasource=helm depName=external-secrets registryUrl=https://charts.external-secrets.io
EXTERNAL_SECRETS_CHART = "2.13.0"
# renovate: datasource=github-releases depName=aws/karpenter-provider-aws extractVersion=^v(?<version>.+)$
KARPENTER_CHART = "1.14.1"
# renovate: datasource=helm depName=kube-prometheus-stack registryUrl=https://prometheus-community.github.io/helm-charts
KUBE_PROMETHEUS_STACK_CHART = "88.6.4"
# renovate: datasource=helm depName=aws-load-balancer-controller registryUrl=https://aws.github.io/eks-charts
LOAD_BALANCER_CONTROLLER_CHART = "3.5.0"
# renovate: datasource=helm depName=prometheus-adapter registryUrl=https://prometheus-community.github.io/helm-charts
PROMETHEUS_ADAPTER_CHART = "5.3.0"
# renovate: datasource=helm depName=reloader registryUrl=https://stakater.github.io/stakater-charts
RELOADER_CHART = "2.2.17"

# renovate: datasource=docker depName=postgres
BOOTSTRAP_IMAGE_TAG = "18.4-alpine3.23@sha256:996d0920e4ff9df1fc19dacb904492f3c1ec0ec1cc338f0ad7123be7731c5f5e"
BOOTSTRAP_IMAGE = f"public.ecr.aws/docker/library/postgres:{BOOTSTRAP_IMAGE_TAG}"
"""PostgreSQL's official image from AWS's public registry, which needs no account and has generous rate limits.
Its psql must be at least as new as the newest engine that the settings allow. The digest is of the image's index, which
covers both architectures."""

# renovate: datasource=docker depName=public.ecr.aws/docker/library/busybox
BUSYBOX_IMAGE_TAG = "1.37.0"
"""Unpacks the CRDs of kube-prometheus-stack for the Job that applies them. The chart's default is `latest`."""

# renovate: datasource=endoflife-date depName=amazon-elasticache-valkey
VALKEY_VERSION = "8.1"
"""Version of new caches, one that ElastiCache offers. AWS upgrades the existing ones."""

END_OF_SUPPORT: Mapping[str, Mapping[str, date]] = {
    "Kubernetes": {"1.35": date(2027, 3, 27), "1.36": date(2027, 8, 2)},
    "PostgreSQL": {"17": date(2030, 2, 28), "18": date(2031, 2, 28)},
}
"""Last day of AWS's standard support, by product and version. Sources: EKS User Guide, "Kubernetes versions"; Amazon
RDS for PostgreSQL release calendar."""

POD_SECURITY_VERSION = "v1.35"
"""Version of the Pod Security Standards: the oldest supported Kubernetes version, updated by hand."""

CLUSTER_AUTOSCALER_IMAGE_TAGS: Mapping[str, str] = {
    # renovate: datasource=docker depName=registry.k8s.io/autoscaling/cluster-autoscaler
    "1.35": "v1.35.2",
    # renovate: datasource=docker depName=registry.k8s.io/autoscaling/cluster-autoscaler
    "1.36": "v1.36.1",
}
"""By Kubernetes version: an autoscaler simulates the scheduler of its own minor version. Renovate raises patches only.
`docker buildx imagetools inspect registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1` tells whether a tag exists."""


@dataclass(frozen=True, kw_only=True)
class AddonVersions:
    """A version of each managed add-on."""

    vpc_cni: str
    kube_proxy: str
    coredns: str
    pod_identity_agent: str
    ebs_csi_driver: str
    metrics_server: str


ADDON_VERSIONS: Mapping[str, AddonVersions] = {
    "1.35": AddonVersions(
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"vpc-cni"}
        vpc_cni="v1.22.4-eksbuild.3",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"kube-proxy"}
        kube_proxy="v1.35.3-eksbuild.18",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"coredns"}
        coredns="v1.14.3-eksbuild.3",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"eks-pod-identity-agent"}
        pod_identity_agent="v1.3.10-eksbuild.3",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"aws-ebs-csi-driver"}
        ebs_csi_driver="v1.63.1-eksbuild.1",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.35","addonName":"metrics-server"}
        metrics_server="v0.9.0-eksbuild.5",
    ),
    "1.36": AddonVersions(
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"vpc-cni"}
        vpc_cni="v1.22.4-eksbuild.3",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"kube-proxy"}
        kube_proxy="v1.36.0-eksbuild.17",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"coredns"}
        coredns="v1.14.3-eksbuild.14",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"eks-pod-identity-agent"}
        pod_identity_agent="v1.3.10-eksbuild.3",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"aws-ebs-csi-driver"}
        ebs_csi_driver="v1.65.0-eksbuild.2",
        # renovate: eksAddonsFilter={"kubernetesVersion":"1.36","addonName":"metrics-server"}
        metrics_server="v0.9.0-eksbuild.10",
    ),
}
