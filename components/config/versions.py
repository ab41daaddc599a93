"""Pinned versions of the EKS add-ons by Kubernetes version, and of the Pod Security Standards.

`aws eks describe-addon-versions --kubernetes-version 1.36 --addon-name NAME` lists what EKS offers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

POD_SECURITY_VERSION = "v1.35"
"""Version of the Pod Security Standards: the oldest supported Kubernetes version, updated by hand."""


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
        vpc_cni="v1.22.4-eksbuild.3",
        kube_proxy="v1.35.3-eksbuild.18",
        coredns="v1.14.3-eksbuild.3",
        pod_identity_agent="v1.3.10-eksbuild.3",
        ebs_csi_driver="v1.63.1-eksbuild.1",
        metrics_server="v0.9.0-eksbuild.5",
    ),
    "1.36": AddonVersions(
        vpc_cni="v1.22.4-eksbuild.3",
        kube_proxy="v1.36.0-eksbuild.17",
        coredns="v1.14.3-eksbuild.14",
        pod_identity_agent="v1.3.10-eksbuild.3",
        ebs_csi_driver="v1.65.0-eksbuild.2",
        metrics_server="v0.9.0-eksbuild.10",
    ),
}
