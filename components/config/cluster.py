"""The EKS cluster of a stack, or the kubeconfig context of an existing cluster."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.controllers import NodeScaling
from components.config.types import (
    AmiFamily,
    CapacityType,
    Ipv4Cidr,
    LogRetentionDays,
    Port,
    RoleArn,
    SecurityGroupId,
    UniqueList,
    matching,
)
from components.config.versions import ADDON_VERSIONS, AddonVersions

ControlPlaneLog = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
ContextName = Annotated[str, matching(r"^\S(.*\S)?$", "a kubeconfig context", "kind-shop")]

MAXIMUM_NODES = 100
"""Upper limit of the number of nodes."""
SERVICE_CIDR = "172.20.0.0/16"
KARPENTER_PODS = 2
HTTPS_PORT = 443


def _with_https(ports: tuple[int, ...]) -> tuple[int, ...]:
    """Without 443, which images, AWS's APIs and Git over HTTPS need, no node can join."""
    if HTTPS_PORT not in ports:
        raise ValueError(
            f"does not include {HTTPS_PORT}, which images and AWS's APIs need. Write {[HTTPS_PORT, *ports]}."
        )
    return ports


class NodesConfig(Section):
    """The managed node group in the private subnets."""

    instance_type: str = Field(
        description="EC2 instance type; everything must fit into its capacity. With NVIDIA's GPUs, the AMI has their "
        "drivers; install the device plugin yourself.",
        examples=["m6i.xlarge"],
    )
    minimum: int = Field(ge=1, le=MAXIMUM_NODES, description="Minimum number of nodes.", examples=[3])
    desired: int = Field(
        ge=1,
        le=MAXIMUM_NODES,
        description="Number of nodes, and the basis of the capacity checks. With the Cluster Autoscaler, only the "
        "number at creation: afterwards the autoscaler sets it, and an `up` changes it only if it is outside a new "
        "`minimum` or `maximum`.",
        examples=[3],
    )
    maximum: int = Field(ge=1, le=MAXIMUM_NODES, description="Maximum number of nodes.", examples=[6])
    disk_gib: int = Field(default=50, ge=20, le=16384, description="Size of the encrypted gp3 volume in GiB.")
    scaling: NodeScaling = Field(
        default=NodeScaling.CLUSTER_AUTOSCALER,
        description="Autoscaler that sets the number of nodes; `none` keeps `desired`.",
    )
    ami_family: AmiFamily = Field(default=AmiFamily.AL2023, description="Operating system.")
    capacity_type: CapacityType = Field(default=CapacityType.ON_DEMAND, description="`ON_DEMAND` or `SPOT`.")
    prefix_delegation: bool = Field(
        default=False, description="Assigns /28 prefixes to nodes instead of single addresses: up to 110 pods per node."
    )
    max_unavailable_percent: int = Field(
        default=33, ge=1, le=33, description="Nodes that an update may replace at the same time, in %."
    )
    customer_managed_key: bool = Field(
        default=False,
        description="Encrypts node volumes with a key of the stack instead of AWS's own. The account must have the "
        "role AWSServiceRoleForAutoScaling: "
        "`aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com`.",
    )
    egress_ports: Annotated[UniqueList[Port], AfterValidator(_with_https)] = Field(
        default=(443,),
        description="TCP ports on the internet that nodes and pods may connect to: 443, and 22 for Git over SSH.",
    )

    @property
    def least_desired(self) -> int:
        """Minimum of `desired`: Karpenter's two pods must run on different nodes."""
        return KARPENTER_PODS if self.scaling is NodeScaling.KARPENTER else 1

    @property
    def scaler(self) -> NodeScaling:
        """The autoscaler to install: none if `minimum` and `maximum` are equal."""
        return NodeScaling.NONE if self.minimum == self.maximum else self.scaling


def _addon(field: str) -> AfterValidator:
    """A validator for versions of one add-on; the example is the one pinned for the newest Kubernetes version."""
    example = getattr(ADDON_VERSIONS[max(ADDON_VERSIONS)], field)
    return matching(r"^v[0-9]+(\.[0-9]+){2}-eksbuild\.[0-9]+$", "an EKS add-on version", example)


class AddonsConfig(Section):
    """EKS add-on versions that replace those pinned in `components/config/versions.py` for the Kubernetes version."""

    vpc_cni: Annotated[str, _addon("vpc_cni")] | None = Field(default=None, description="Version of vpc-cni.")
    kube_proxy: Annotated[str, _addon("kube_proxy")] | None = Field(default=None, description="Version of kube-proxy.")
    coredns: Annotated[str, _addon("coredns")] | None = Field(default=None, description="Version of coredns.")
    pod_identity_agent: Annotated[str, _addon("pod_identity_agent")] | None = Field(
        default=None, description="Version of eks-pod-identity-agent."
    )
    ebs_csi_driver: Annotated[str, _addon("ebs_csi_driver")] | None = Field(
        default=None, description="Version of aws-ebs-csi-driver."
    )
    metrics_server: Annotated[str, _addon("metrics_server")] | None = Field(
        default=None, description="Version of metrics-server."
    )


class ClusterConfig(Section):
    """The control plane: private, encrypted, logged, in standard support."""

    version: Literal["1.35", "1.36"] = Field(description="Kubernetes minor version, in quotes.")
    admin_role_arns: tuple[RoleArn, ...] = Field(
        min_length=1, description="Roles with cluster-admin. Anyone who runs `pulumi up` by hand needs one of them."
    )
    deployer_role_arns: tuple[RoleArn, ...] = Field(
        default=(), description="Roles that may view and restart the services' Deployments, and nothing else."
    )
    smoke_tester_role_arns: tuple[RoleArn, ...] = Field(
        default=(),
        description="Roles that may run `scripts/smoke.py`: view pods and Applications, send GET requests to services, "
        "and nothing else. Each also needs the IAM permission `eks:DescribeCluster`. The pipeline's is `ci.smokeRole`, "
        "which the stack creates.",
    )
    public_access_cidrs: UniqueList[Ipv4Cidr] = Field(
        default=(),
        max_length=40,  # EKS's service quotas; not adjustable
        examples=[["203.0.113.0/24"]],
        description="CIDRs that may connect to the API server from the internet; without any, the public endpoint is "
        "off. The first `up` needs one (first-up.md).",
    )
    private_access_cidrs: UniqueList[Ipv4Cidr] = Field(
        default=(),
        description="CIDRs that may connect to the private endpoint, for example a VPN's. Nodes always may.",
    )
    private_access_security_group_ids: UniqueList[SecurityGroupId] = Field(
        default=(),
        description="Security groups that may connect to the private endpoint, for example those of a bastion or of "
        "CI runners. They are in the stack's VPC or in one peered with it.",
    )
    log_types: UniqueList[ControlPlaneLog] = Field(
        default=("api", "audit", "authenticator", "controllerManager", "scheduler"),
        description="Control plane logs sent to CloudWatch Logs.",
    )
    log_retention_days: LogRetentionDays = Field(
        default=365, description="Retention of the control plane logs, in days."
    )
    deletion_protection: bool = Field(default=True, description="AWS and Pulumi refuse to delete the cluster.")
    service_cidr: Ipv4Cidr = Field(default=SERVICE_CIDR, description="CIDR of Services; must not overlap the VPC.")
    nodes: NodesConfig = Field(description="The node group.")
    addons: AddonsConfig = Field(default=AddonsConfig(), description="Add-on versions that replace the pinned ones.")

    @property
    def addon_versions(self) -> AddonVersions:
        """The version of every add-on: from this section, or pinned for the Kubernetes version."""
        return replace(ADDON_VERSIONS[self.version], **self.addons.model_dump(exclude_none=True))


class KubeconfigConfig(Section):
    """An existing cluster, instead of `network` and `cluster`."""

    context: ContextName = Field(
        description="Context in the kubeconfig on the machine that runs Pulumi.", examples=["kind-shop"]
    )
